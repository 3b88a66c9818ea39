package demodata_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/publish"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// page is how many cases stand on a page of the list.
const page = 50

// Who scrolls through the cases meets no sentence twice on a page, no blank that nobody
// filled, all of the categories and concerns, and faults that came again, but not everywhere.
func TestAYearIsNotTheSameCaseAgainAndAgain(t *testing.T) {
	many := options
	many.Cases = 1000
	db, _ := made(t, many, false)
	list, err := db.Query(`SELECT body, category, concern, repeats, channel FROM cases ORDER BY number`)
	if err != nil {
		t.Fatal(err)
	}
	var told []string // by case; "" where nobody said anything
	categories, concerns, again, channels := map[string]int{}, map[string]int{}, map[int]int{}, 0
	for list.Next() {
		var body []byte
		var category, concern string
		var repeats, channel int
		if err := list.Scan(&body, &category, &concern, &repeats, &channel); err != nil {
			t.Fatal(err)
		}
		var r request.Request
		if err := json.Unmarshal(body, &r); err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, a := range r.Answers {
			if a.Step == "words" {
				said = a.Text
			}
			if a.Text == "" || strings.ContainsAny(a.Text, "[]{}|") {
				t.Errorf("an answer says %q", a.Text)
			}
		}
		if r.Channel != nil {
			channels++
			said += r.Channel.Description
		}
		told = append(told, said)
		categories[category]++
		concerns[concern]++
		again[min(repeats, 3)]++
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	twice(t, "what was told", told)
	if len(categories) != 5 || len(concerns) < 4 {
		t.Errorf("%v %v", categories, concerns)
	}
	if third := again[3] * 100 / many.Cases; third < 2 || third > 15 {
		t.Errorf("%d %% of the cases are a fault's third time: %v", third, again)
	}
	if channels < many.Cases/10 {
		t.Errorf("%d of %d came by a channel", channels, many.Cases)
	}
	var records []string
	list, err = db.Query(`SELECT coalesce(max(json_extract(e.detail, '$.record.text')), '') FROM cases c
		LEFT JOIN case_events e ON e.case_number = c.number AND e.action = 'completed' AND json_valid(e.detail) GROUP BY c.number ORDER BY c.number`)
	if err != nil {
		t.Fatal(err)
	}
	noted := 0
	for list.Next() {
		var record string
		if err := list.Scan(&record); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(record, "[]{}|") {
			t.Errorf("a record says %q", record)
		}
		if record != "" {
			noted++
		}
		records = append(records, record)
	}
	if err := list.Err(); err != nil || noted < many.Cases/2 {
		t.Fatalf("%d records: %v", noted, err)
	}
	twice(t, "what was done", records)
}

// twice finds sentences that stand twice on a page.
func twice(t *testing.T, what string, all []string) {
	t.Helper()
	last, same := map[string]int{}, 0
	for i, s := range all {
		if before, ok := last[s]; ok && s != "" && i-before < page {
			if same++; same <= 5 {
				t.Logf("%s: %q at %d and %d", what, s, before, i)
			}
		}
		last[s] = i
	}
	if most := len(all) / 500; same > most { // a few may: there is only so much to say of one thing
		t.Errorf("%s: %d sentences stand twice on a page, more than %d", what, same, most)
	}
}

// The terminals' notices go through the year, and each terminal says how it is: one of them
// that an update did not hold.
func TestACommunityTellsItsYear(t *testing.T) {
	few := options
	few.Cases = 0
	_, folder := made(t, few, false)
	s, err := store.Open(t.Context(), filepath.Join(folder, "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	documents, err := s.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var newest docket.Document
	for _, one := range documents {
		if one.Kind == wire.DocumentCommunity && one.Version > newest.Version {
			newest = one
		}
	}
	body, err := publish.Body(t.Context(), s, newest.Document)
	if err != nil {
		t.Fatal(err)
	}
	d, err := community.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	months, all, shown := map[time.Month]bool{}, "", 0
	for _, n := range d.Notices {
		months[n.Date.In(phrase.Zone).Month()] = true
		all += n.Title + n.Body
		if n.Until.IsZero() || n.Until.After(few.Until) {
			shown++
		}
		if strings.ContainsAny(n.Title+n.Body, "{}") {
			t.Errorf("%s says %s", n.Title, n.Body)
		}
	}
	if len(d.Notices) < 30 || len(months) != 12 || shown < 6 {
		t.Errorf("%d notices in %d months, %d are shown at the end", len(d.Notices), len(months), shown)
	}
	for _, about := range []string{"停水", "停电", "疫苗", "防汛", "消防演练", "垃圾分类", "社区食堂", "老年大学", "春节", "中秋", "重阳"} {
		if !strings.Contains(all, about) {
			t.Errorf("nothing tells of %s", about)
		}
	}
	healths, err := s.Healths(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	terminals, err := s.Terminals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ill := 0
	for _, one := range terminals {
		h := healths[one.Number]
		if h.System == nil || h.System.Check() != nil || h.System.Celsius == nil || h.System.Update == nil || one.LastContact.IsZero() {
			t.Errorf("terminal %d says %+v", one.Number, h.System)
			continue
		}
		if h.System.Update.Fault != "" {
			ill++
		}
	}
	if len(terminals) < 6 || ill != 1 {
		t.Errorf("%d of %d terminals have a fault", ill, len(terminals))
	}
}
