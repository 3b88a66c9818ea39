package classify

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

type judged struct {
	category docket.Category
	concern  docket.Concern
	text     string
}

func sentences(t *testing.T, name string) []judged {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []judged
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.SplitN(lines.Text(), " ", 3)
		if strings.HasPrefix(fields[0], "#") || len(fields) < 3 {
			continue
		}
		j := judged{docket.Category(fields[0]), docket.Concern(strings.TrimPrefix(fields[1], "-")), fields[2]}
		if !slices.Contains(docket.Categories, j.category) || j.concern != "" && !slices.Contains(docket.Concerns, j.concern) {
			t.Fatalf("%s: %s", name, lines.Text())
		}
		all = append(all, j)
	}
	return all
}

// The rate of the sentences that were not used for tuning is the honest one.
func TestSentences(t *testing.T) {
	for name, least := range map[string][2]int{"testdata/tuned.txt": {100, 100}, "testdata/unseen.txt": {90, 97}} {
		all := sentences(t, name)
		category, concern := 0, 0
		for _, j := range all {
			c := Default().Classify(Sentence("appeal", j.text))
			if len(c.Reasons) == 0 {
				t.Logf("nothing fired: %s", j.text)
			}
			if c.Category == j.category {
				category++
			}
			if c.Concern == j.concern {
				concern++
			}
			if c.Category != j.category || c.Concern != j.concern {
				t.Logf("%s: %s %s, not %s %s, by %s", j.text, c.Category, c.Concern, j.category, j.concern, spoken(c))
			}
		}
		t.Logf("%s: of %d sentences the category of %d and the concern of %d", name, len(all), category, concern)
		if category*100 < least[0]*len(all) || concern*100 < least[1]*len(all) {
			t.Errorf("%s: less than %v percent", name, least)
		}
	}
}

func spoken(c docket.Classification) string {
	var all []string
	for _, f := range c.Reasons {
		all = append(all, fmt.Sprint(f.Rule, f.Words))
	}
	return strings.Join(all, " ")
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// lift is a report of a broken lift, some days ago.
func lift(number int64, daysAgo int, house, words string, status docket.Status) Item {
	return Item{Number: number, Service: "repair", Urgency: docket.Normal, Address: house + "502室", Status: status,
		RequestedAt: noon.AddDate(0, 0, -daysAgo),
		Answers: []request.Answer{{Step: "what", Option: "lift", Text: "电梯"}, {Step: "place", Option: "stairs", Text: "楼道"},
			{Step: "words", Text: words}}}
}

func TestRepeatsRaiseThePriority(t *testing.T) {
	rules := Default()
	now := lift(9, 0, "3号楼", "又坏了", docket.Delivered)
	c := rules.Classify(now)
	plainPriority := c.Priority
	at := func(all ...Item) docket.Classification { return rules.Compare(rules.Classify(now), now, all) }
	if c := at(); c.Repeat != 1 || c.Priority != plainPriority {
		t.Errorf("the first time: %+v", c)
	}
	c = at(lift(1, 80, "三号楼", "不动了", docket.Done), lift(2, 20, "3栋", "坏", docket.Rated))
	if c.Repeat != 3 || c.Priority != docket.Soon {
		t.Errorf("the third time: %+v", c)
	}
	if last := c.Reasons[len(c.Reasons)-1]; last.Rule != RepeatRule || last.Words[0] != "3" || last.Priority == nil {
		t.Errorf("it does not say so: %+v", last)
	}
	c = at(lift(1, 60, "3号楼", "", docket.Done), lift(2, 50, "3号楼", "", docket.Done), lift(3, 40, "3号楼", "", docket.Done))
	if c.Repeat != 4 || c.Priority != docket.Urgent {
		t.Errorf("the fourth time: %+v", c)
	}
	for name, other := range map[string]Item{
		"too long ago": lift(1, 91, "3号楼", "", docket.Done), "later": lift(1, -1, "3号楼", "", docket.Done),
		"itself": lift(9, 0, "3号楼", "", docket.Done), "refused": lift(1, 3, "3号楼", "", docket.Refused),
	} {
		if c := at(other); c.Repeat != 1 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestDuplicatesAreSuggested(t *testing.T) {
	rules := Default()
	now := lift(9, 0, "3号楼", "电梯坏了，停在五楼不动", docket.Delivered)
	c := rules.Compare(rules.Classify(now), now, []Item{
		lift(1, 0, "3号楼", "电梯停在五楼不动了", docket.Delivered),
		lift(2, 1, "3号楼", "坏", docket.Working),
		lift(3, 1, "3号楼", "电梯坏了，停在五楼不动", docket.Done), // mended in between
	})
	if len(c.Duplicates) != 2 || c.Duplicates[0].Case != 1 || c.Duplicates[0].Score <= c.Duplicates[1].Score || !slices.Contains(c.Duplicates[0].Reasons, "words") {
		t.Errorf("%+v", c.Duplicates)
	}
	if c.Repeat != 2 {
		t.Errorf("one was mended before, so it is the second time: %d", c.Repeat)
	}
}

func TestPlaces(t *testing.T) {
	rules := Default()
	place := func(i Item) int64 { return rules.Classify(i).Place }
	same := place(lift(1, 0, "3号楼", "", ""))
	if same == 0 {
		t.Fatal("a lift of a building is nowhere")
	}
	words := Sentence("appeal", "三号楼的电梯又坏了")
	if place(words) != same {
		t.Error("the same lift, told in words, is elsewhere")
	}
	for name, other := range map[string]Item{
		"another building": lift(1, 0, "4号楼", "", ""),
		"another thing":    {Service: "repair", Address: "3号楼502室", Answers: []request.Answer{{Step: "what", Option: "light", Text: "照明"}, {Step: "place", Option: "stairs", Text: "楼道"}}},
		"nowhere":          Sentence("appeal", "电梯又坏了"),
		"at home":          {Service: "repair", Address: "3号楼502室", Answers: []request.Answer{{Step: "what", Option: "water", Text: "水"}, {Step: "place", Option: "home", Text: "家里"}}},
	} {
		if place(other) == same {
			t.Errorf("%s is the same place", name)
		}
	}
	if place(Sentence("appeal", "电梯又坏了")) != 0 {
		t.Error("nowhere is a place")
	}
	for text, want := range map[string]string{"三号楼": "3号楼", "十二栋": "12栋", "二十一号楼": "21号楼", "３号 楼": "3号楼", "二楼": "二楼", "Ａ座": "a座"} {
		if got := plain(text); got != want {
			t.Errorf("%s is %s", text, got)
		}
	}
}

// Everything that can be chosen at a terminal is classified, with a reason.
func TestEveryServiceIsClassified(t *testing.T) {
	for _, s := range catalog.Default().Services {
		if s.Kind != "" && s.Kind != catalog.KindRequest || s.Code == "rating" {
			continue
		}
		for _, step := range s.Steps {
			options := step.Options
			if len(options) == 0 {
				options = []catalog.Option{{}}
			}
			for _, o := range options {
				i := Item{Service: s.Code, Urgency: docket.Normal, Answers: []request.Answer{{Step: step.ID, Option: o.ID, Text: o.Name}}}
				if c := Default().Classify(i); len(c.Reasons) == 0 && s.Code != "appeal" {
					t.Errorf("%s %s=%s: nothing fired", s.Code, step.ID, o.ID)
				}
			}
		}
	}
	kind := map[string]docket.Concern{"urgent": docket.Emergency, "hard": docket.Hardship, "worry": docket.Worry, "hope": docket.Hope}
	for option, want := range kind {
		c := Default().Classify(Item{Service: "appeal", Urgency: docket.Normal, Answers: []request.Answer{{Step: "kind", Option: option}}})
		if c.Concern != want {
			t.Errorf("who says %s is taken for %s", option, c.Concern)
		}
	}
}

func TestParse(t *testing.T) {
	if _, err := Parse(BuiltIn()); err != nil {
		t.Fatal(err)
	}
	rule := func(text string) string {
		return `{"version":1,"duplicate_days":7,"duplicate_score":60,"repeats":[],"shared":[],"rules":[` + text + `]}`
	}
	if _, err := Parse([]byte(rule(`{"id":"a","words":["灯"],"category":"living"}`))); err != nil {
		t.Fatal(err)
	}
	for text, says := range map[string]string{
		``:   "EOF",
		`{}`: "version",
		rule(`{"id":"a","words":["灯"],"category":"living"}`) + "x":                                                     "behind",
		rule(`{"id":"a","word":["灯"],"category":"living"}`):                                                            "word",
		rule(`{"id":"A","words":["灯"],"category":"living"}`):                                                           "small letters",
		rule(`{"id":"repeat","words":["灯"],"category":"living"}`):                                                      "another",
		rule(`{"id":"a","words":["灯"],"category":"living"},{"id":"a","words":["灯"],"category":"living"}`):              "another",
		rule(`{"id":"a","words":["灯"],"category":"light"}`):                                                            "category",
		rule(`{"id":"a","words":["灯"],"concern":"sad"}`):                                                               "concern",
		rule(`{"id":"a","words":["灯"],"priority":"normal"}`):                                                           "priority",
		rule(`{"id":"a","words":[" "],"category":"living"}`):                                                           "characters",
		rule(`{"id":"a","category":"living"}`):                                                                         "everything",
		rule(`{"id":"a","words":["灯"]}`):                                                                               "nothing",
		rule(`{"id":"a","answers":["what"],"category":"living"}`):                                                      "step=option",
		rule(`{"id":"a","words":["灯"],"category":"living","weight":10}`):                                               "weight",
		strings.Replace(rule(`{"id":"a","words":["灯"],"topic":"b"}`), `"shared":[]`, `"shared":["c"]`, 1):              "shared",
		strings.Replace(rule(`{"id":"a","words":["灯"],"topic":"b"}`), `"repeats":[]`, `"repeats":[{"from":1}]`, 1):     "repeats",
		strings.Replace(rule(`{"id":"a","words":["灯"],"topic":"b"}`), `"repeats":[]`, `"repeats":[],"wide":["院里"]`, 1): "wide",
		rule(""): "rules",
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrRules) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v does not speak of %s", text, err, says)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(BuiltIn()), "电梯坏了")
	f.Add(`{"version":1,"duplicate_days":7,"duplicate_score":60,"rules":[{"id":"a","words":["灯"],"topic":"b"}],"shared":["b"]}`, "3号楼灯")
	f.Fuzz(func(t *testing.T, document, text string) {
		r, err := Parse([]byte(document))
		if err != nil {
			if !errors.Is(err, ErrRules) {
				t.Fatal(err)
			}
			return
		}
		i := Sentence("repair", text)
		c := r.Classify(i)
		if !slices.Contains(docket.Categories, c.Category) || c.Concern != "" && !slices.Contains(docket.Concerns, c.Concern) || c.Priority < docket.Urgent || c.Priority > docket.Normal {
			t.Fatalf("%+v", c)
		}
		r.Compare(c, i, []Item{i, {Number: 1, Answers: i.Answers}})
	})
}

func BenchmarkClassify(b *testing.B) {
	i := lift(1, 0, "3号楼", "电梯停在五楼不动了，老人下不了楼，已经反映过好几次，一直没有人来修", docket.Delivered)
	for b.Loop() {
		Default().Classify(i)
	}
}

// What somebody told the hotline or a door visit is read like what is typed at a terminal.
func TestWordsOfAChannelCount(t *testing.T) {
	body, err := request.Encode(request.Request{ID: "019a0000-0000-7000-8000-000000000001", Service: "repair", Address: "幸福里3号楼502室",
		Channel: &request.Channel{Name: "热线", Description: "2号楼电梯困人了，快来"}})
	if err != nil {
		t.Fatal(err)
	}
	item, err := Of(docket.Case{Number: 1, Service: "repair", Urgency: docket.Normal, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	c := Default().Classify(item)
	if c.Category != docket.SafetyNeed || c.Concern != "urgent" || c.Priority != docket.Urgent || c.Topic != "lift" || c.Place == 0 {
		t.Errorf("%+v", c)
	}
}

// Who offers company to others has no sorrow.
func TestVolunteersHaveNoWorry(t *testing.T) {
	c := Default().Classify(Item{Service: "volunteer", Answers: []request.Answer{{Step: "field", Option: "company", Text: "陪伴老人"}, {Step: "when", Option: "morning", Text: "平日上午"}}})
	if c.Category != docket.SocialNeed || c.Concern != "hope" {
		t.Errorf("%+v", c)
	}
}

// Buildings of one number in two estates are two places.
func TestPlacesOfTwoEstates(t *testing.T) {
	rules := Default()
	in := func(i Item, estate string) int64 {
		i.Estate = func(text string) string {
			if strings.Contains(text, "阳光里") {
				return "阳光里"
			}
			return estate
		}
		return rules.Classify(i).Place
	}
	ours, theirs := in(lift(1, 0, "3号楼", "", ""), "幸福里"), in(lift(2, 0, "3号楼", "", ""), "阳光里")
	if ours == theirs || ours == 0 || theirs == 0 {
		t.Errorf("the lifts are at %d and %d", ours, theirs)
	}
	if in(lift(3, 0, "3号楼", "", ""), "幸福里") != ours {
		t.Error("the same lift is elsewhere")
	}
	// The building that was told counts, not the one in which lives who told it.
	if told := in(lift(4, 0, "8号楼", "阳光里三号楼的电梯", ""), "幸福里"); told != theirs {
		t.Error("the lift that was told of is elsewhere")
	}
}

// A yard is too wide for what breaks there twice to be one thing, but what is told
// twice on one day may be.
func TestTheYardIsWide(t *testing.T) {
	rules := Default()
	yard := func(number int64, daysAgo int, words string, status docket.Status) Item {
		i := lift(number, daysAgo, "3号楼", words, status)
		i.Answers[0], i.Answers[1] = request.Answer{Step: "what", Option: "light", Text: "照明"}, request.Answer{Step: "place", Option: "yard", Text: "小区里"}
		return i
	}
	at := func(now Item, all ...Item) docket.Classification { return rules.Compare(rules.Classify(now), now, all) }
	now := yard(9, 0, "路灯不亮", docket.Delivered)
	if rules.Classify(now).Place == 0 {
		t.Fatal("the yard is nowhere")
	}
	c := at(now, yard(1, 60, "路灯不亮", docket.Done), yard(2, 30, "路灯不亮", docket.Done), yard(3, 20, "路灯不亮", docket.Rated))
	if c.Repeat != 1 || c.Priority != rules.Classify(now).Priority {
		t.Errorf("other lamps: %+v", c)
	}
	if c = at(now, yard(1, 0, "路灯不亮", docket.Delivered)); len(c.Duplicates) != 1 {
		t.Errorf("told twice: %+v", c)
	}
	here, there := yard(9, 0, "3号楼前面路灯不亮", docket.Delivered), yard(8, 0, "5号楼前面路灯不亮", docket.Delivered)
	if rules.Classify(here).Place == rules.Classify(there).Place || rules.Classify(here).Place == rules.Classify(now).Place {
		t.Error("the lamps before two buildings are one")
	}
	if c = at(here, yard(1, 20, "三号楼门前的灯坏了", docket.Done)); c.Repeat != 2 {
		t.Errorf("the lamp before a building broke again: %+v", c)
	}
}
