package calls

import (
	"errors"
	"net/url"
	"strconv"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/callout"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

const (
	pageRows = 50
	maxPage  = 1 << 20
	// counted is the time that the figures are of.
	counted = 30 * 24 * time.Hour
)

// listView is the page of the list.
type listView struct {
	Which   callout.Which
	Choices []callout.Which
	Calls   []row
	Next    string // address of the next page, or ""
	Figures figures
}

// figures are callout.Figures in words.
type figures struct {
	callout.Figures
	Median, Tenth string
	Steps         []step
}

type step struct{ Number, Count int }

// row is one call of the list.
type row struct {
	callout.Entry
	Terminal string
	Late     string
	Waited   string // until the answer, or ""
	Came     string
}

func (a *Area) list(r *console.Request) error {
	v := listView{Which: callout.Which(r.URL.Query().Get("which")), Choices: []callout.Which{callout.All, callout.Unrecorded, callout.Unanswered}}
	switch v.Which {
	case callout.All, callout.Unrecorded, callout.Unanswered:
	default:
		return console.ErrForm
	}
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || page < 1 || page > maxPage {
		page = 1
	}
	entries, err := a.Store.CallEntries(r.Context(), v.Which, pageRows+1, (page-1)*pageRows)
	if err != nil {
		return err
	}
	if len(entries) > pageRows {
		entries = entries[:pageRows]
		v.Next = "/console/calls?" + url.Values{"which": {string(v.Which)}, "page": {strconv.Itoa(page + 1)}}.Encode()
	}
	terminals, err := a.Reader.TerminalNames(r.Context())
	if err != nil {
		return err
	}
	names, err := a.names(r.Context())
	if err != nil {
		return err
	}
	var reads []privacy.Read
	for _, e := range entries {
		reads = append(reads, read(e)...)
	}
	if err := r.Reads(reads...); err != nil {
		return err
	}
	for _, e := range entries {
		from, err := a.from(r.Context(), e.Call, terminals)
		if err != nil {
			return err
		}
		v.Calls = append(v.Calls, readRow(e, from, names))
	}
	now := a.Clock()
	times, err := a.Store.CallTimes(r.Context(), now.Add(-counted), now.Add(time.Minute))
	if err != nil {
		return err
	}
	v.Figures = words(callout.Count(times))
	return r.Show(listPage, v)
}

// read is that somebody looks at what was written of a call.
func read(e callout.Entry) []privacy.Read {
	if e.Record == nil {
		return nil
	}
	return []privacy.Read{{Part: privacy.OfCall, Case: e.Record.Case, Subject: e.Call.ID}}
}

func readRow(e callout.Entry, from string, names map[string]string) row {
	one := row{Entry: e, Terminal: from, Late: late(e.Call)}
	if e.Answer != nil {
		one.Waited = wait(e.Answer.At.Sub(e.ReceivedAt))
	}
	if e.Record != nil {
		one.Came = names[e.Record.Came]
	}
	return one
}

func words(f callout.Figures) figures {
	v := figures{Figures: f}
	if f.Calls > f.Unanswered {
		v.Median, v.Tenth = wait(f.Median), wait(f.Tenth)
	}
	for i, n := range f.Steps {
		v.Steps = append(v.Steps, step{i + 1, n})
	}
	return v
}

// wait is how long somebody waited, to the second.
func wait(d time.Duration) string {
	seconds := int(max(d, 0).Round(time.Second) / time.Second)
	if seconds < 60 {
		return phrase.Text("callout.seconds", "count", strconv.Itoa(seconds))
	}
	return phrase.Text("callout.minutes", "minutes", strconv.Itoa(seconds/60), "seconds", strconv.Itoa(seconds%60))
}

// callView is the page of one call.
type callView struct {
	row
	Rung []rung
	// Records are all, the newest first, with names.
	Records []recorded
	// What the form begins with.
	Came, About, Case string
	People            []staff.Account
}

type rung struct {
	At   time.Time
	Whom string
}

type recorded struct {
	callout.Record
	Came, By string
}

func (a *Area) call(r *console.Request) error {
	id, err := callID(r)
	if err != nil {
		return err
	}
	v, err := a.view(r, id)
	if err != nil {
		return err
	}
	return r.Show(callPage, v)
}

func (a *Area) view(r *console.Request, id string) (v callView, err error) {
	e, err := a.Store.CallEntry(r.Context(), id)
	if errors.Is(err, callout.ErrNotFound) {
		return v, docket.ErrNotFound
	}
	if err != nil {
		return v, err
	}
	if err := r.Reads(read(e)...); err != nil {
		return v, err
	}
	terminals, err := a.Reader.TerminalNames(r.Context())
	if err != nil {
		return v, err
	}
	accounts, err := a.Accounts(r.Context())
	if err != nil {
		return v, err
	}
	names := map[string]string{}
	for _, one := range accounts {
		names[one.ID] = one.Name
		if !one.Disabled && one.Has(console.CallRoles...) || e.Record != nil && e.Record.Came == one.ID {
			v.People = append(v.People, one)
		}
	}
	from, err := a.from(r.Context(), e.Call, terminals)
	if err != nil {
		return v, err
	}
	v.row = readRow(e, from, names)
	for _, ring := range e.State.Rings {
		whom := phrase.Text("callout.everyone")
		if ring.Account != "" {
			whom = names[ring.Account]
		}
		if n := len(v.Rung); n > 0 && v.Rung[n-1].At.Equal(ring.At) {
			v.Rung[n-1].Whom += phrase.Text("callout.and") + whom
			continue
		}
		v.Rung = append(v.Rung, rung{ring.At, whom})
	}
	records, err := a.Store.CallRecords(r.Context(), id)
	if err != nil {
		return v, err
	}
	for i := len(records) - 1; i >= 0; i-- {
		v.Records = append(v.Records, recorded{records[i], names[records[i].Came], names[records[i].By]})
	}
	v.start(r.Who)
	return v, nil
}

// start fills the form: with the newest record, else whoever answered came.
func (v *callView) start(who staff.Account) {
	switch {
	case v.Record != nil:
		v.Came, v.About = v.Record.Came, v.Record.About
		if v.Record.Case > 0 {
			v.Case = strconv.FormatInt(v.Record.Case, 10)
		}
	case v.Answer != nil && v.Answer.Account != "":
		v.Came = v.Answer.Account
	default:
		v.Came = who.ID
	}
}
