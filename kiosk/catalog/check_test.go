package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
)

func TestParseNamesTheMistake(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"misspelt key", `"title"`, `"titel"`, "titel"},
		{"unknown kind", `"kind":"choose"`, `"kind":"guess"`, "guess"},
		{"same option twice", `"id":"power"`, `"id":"water"`, "water"},
		{"unknown personal field", `["name","address"]`, `["name","blood"]`, "blood"},
		{"card number without consent", `["name","address"]`, `["name","id_number"]`, "id_number"},
		{"personal data without a purpose", `"purpose":"安排维修"`, `"purpose":""`, "purpose"},
		{"kept for ever", `"retention_days":180`, `"retention_days":0`, "retention_days"},
		{"unknown urgency", `"urgency":"soon"`, `"urgency":"now"`, "urgency"},
		{"too many digits", `"max_digits":3`, `"max_digits":30`, "max_digits"},
		{"no version", `"version":2`, `"version":0`, "version"},
		{"silent step", `"prompt":"请问坏在哪里？"`, `"prompt":""`, "prompt"},
		{"step without a title", `"title":"坏在哪里？"`, `"title":""`, "title"},
		{"answer without a label", `"label":"楼号"`, `"label":""`, "label"},
		{"bad code", `"code":"repair"`, `"code":"Repair!"`, "Repair!"},
		{"two services of one code", `"code":"appeal"`, `"code":"repair"`, "repair: twice"},
		{"service without a tile", `"tile":"我要报修"`, `"tile":""`, "tile"},
		{"kind of service that nobody knows", `"kind":"lookup"`, `"kind":"oracle"`, "oracle"},
		{"request without steps", `"kind":"lookup"`, `"kind":"request"`, "no steps"},
		{"look-up with steps", `"kind":"behalf"`, `"kind":"lookup"`, "no steps"},
		{"staff number in a request", `"kind":"behalf"`, `"kind":"request"`, "behalf"},
		{"help that nobody signs", `"behalf":true`, `"behalf":false`, "behalf"},
		{"the same step twice", `"id":"room"`, `"id":"building"`, "building"},
		{"condition on a later step", `"when":{"step":"kind"`, `"when":{"step":"urgency"`, "urgency"},
		{"condition on no choice", `"when":{"step":"kind"`, `"when":{"step":"words"`, "words"},
		{"condition on an option that is not there", `"options":["hard","worry"]`, `"options":["hard","sorrow"]`, "sorrow"},
		{"condition that never holds", `"options":["hard","worry"]`, `"options":[]`, "no options"},
		{"needs of no choice", `"of":"which"`, `"of":"who"`, "who"},
		{"one option is no choice", `"options":[{"id":"self"`, `"options":[],"periods":[{"id":"self"`, "options"},
		{"suffix is no command", `"suffix":"室"`, `"suffix":"\u001b"`, "U+001B"},
		{"English title is no command", `"repair.what.title":"`, `"repair.what.title":"\u0007`, "U+0007"},
		{"week of eight days", `"weekdays":[1,2,3,4,5]`, `"weekdays":[1,8]`, "weekday 8"},
		{"seven days", `"days":6`, `"days":7`, "days 7"},
		{"no days", `"days":5`, `"days":0`, "days 0"},
		{"a year ahead", `"first_day":1`, `"first_day":365`, "first_day 365"},
		{"a list of anything", `"source":"activities"`, `"source":"prices"`, "prices"},
		{"more digits at least than at most", `"min_digits":7`, `"min_digits":12`, "min_digits"},
		{"a name on the keypad", `"max_digits":11,"field":"phone"`, `"max_digits":11,"field":"name"`, "name"},
		{"phone that the service may not take", `"personal":["name","phone"]`, `"personal":["name"]`, "phone"},
		{"a novel", `"max_runes":100`, `"max_runes":5000`, "max_runes"},
		{"a speech", `"seconds":60`, `"seconds":3600`, "seconds"},
		{"consent to what is not sensitive", `"field":"id_number"`, `"field":"name"`, "consent"},
		{"optional card", `"kind":"identify",`, `"kind":"identify","optional":true,`, "optional"},
		{"optional address", `"suffix":"号楼","address":true`, `"suffix":"号楼","address":true,"optional":true`, "optional"},
		{"address from tiles", `"id":"what",`, `"id":"what","address":true,`, "address"},
		{"rating of nothing", `"kind":"ticket"`, `"kind":"photo"`, "ticket"},
		{"half a translation", `"repair.what.title":`, `"repair.what.titel":`, "repair.what.title is missing"},
		{"translation of nothing", `"repair.what.title":`, `"repair.what.sound":"x","repair.what.title":`, "repair.what.sound"},
		{"empty translation", `"repair.what.title":"What is broken?"`, `"repair.what.title":""`, "repair.what.title is empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Parse(changed(t, tt.from, tt.to)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that names %q", err, tt.want)
			}
		})
	}
}

// What Parse accepts of kinds that the built-in catalogue has no place for.
func TestCheckOfSingleServices(t *testing.T) {
	choose := Step{ID: "what", Kind: Choose, Title: "什么？", Label: "什么", Prompt: "请问什么？", Options: []Option{{ID: "a", Name: "甲"}, {ID: "b", Name: "乙"}}}
	step := func(id string, kind StepKind) Step {
		return Step{ID: id, Kind: kind, Title: "什么？", Label: "什么", Prompt: "请问什么？"}
	}
	consent := step("consent", Consent)
	consent.Field = IDNumber
	many := choose
	many.Options = nil
	for i := range 3*MaxTiles + 1 {
		many.Options = append(many.Options, Option{ID: fmt.Sprintf("o%d", i), Name: "甲"})
	}
	nameless := choose
	nameless.Options = []Option{{ID: "a", Name: "甲"}, {ID: "b"}}
	periods := choose
	periods.Periods = []Option{{ID: "noon", Name: "中午"}}
	options := step("photo", Photo)
	options.Options = choose.Options
	for _, tt := range []struct {
		name  string
		take  []PersonalField
		steps []Step
		want  string // empty: accepted
	}{
		{"a voice note alone", nil, []Step{step("note", Voice)}, ""},
		{"consent, then the card", []PersonalField{Name, IDNumber}, []Step{consent, step("who", Identify)}, ""},
		{"the card, then consent", []PersonalField{Name, IDNumber}, []Step{step("who", Identify), consent}, "consent"},
		{"the card of nobody", nil, []Step{step("who", Identify)}, "personal"},
		{"the card twice", []PersonalField{Name}, []Step{step("who", Identify), step("again", Identify)}, "one identify step"},
		{"stars, then the ticket", nil, []Step{step("stars", Rating), step("ticket", Ticket)}, "ticket"},
		{"the ticket, then stars", nil, []Step{step("ticket", Ticket), step("stars", Rating)}, ""},
		{"two ratings", nil, []Step{step("ticket", Ticket), step("stars", Rating), step("more", Rating)}, "one rating step"},
		{"too many tiles", nil, []Step{many}, "19 options"},
		{"a tile without a name", nil, []Step{nameless}, "no name"},
		{"parts of a day without a day", nil, []Step{periods}, "periods"},
		{"a picture to choose", nil, []Step{options}, "options"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Service{Code: "x", Kind: KindRequest, Name: "某事", Tile: "某事", Description: "某事。", Personal: tt.take, Purpose: "某事", RetentionDays: 1, Steps: tt.steps}
			c := Catalog{Version: 1, Services: []Service{s}}
			document, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(document)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// A step that no answers lead to would be one that nobody ever tested.
func TestEveryStepIsReached(t *testing.T) {
	for _, s := range Default().Services {
		reached := map[string]bool{}
		walk(&s, 0, map[string]string{}, reached)
		for _, st := range s.Steps {
			if !reached[st.ID] {
				t.Errorf("%s: no answers lead to step %s", s.Code, st.ID)
			}
		}
	}
}

// walk answers the steps from i on in every way that matters to a condition.
func walk(s *Service, i int, answers map[string]string, reached map[string]bool) {
	if i == len(s.Steps) {
		return
	}
	st := &s.Steps[i]
	if w := st.When; w != nil {
		holds := false
		for _, o := range w.Options {
			holds = holds || answers[w.Step] == o
		}
		if !holds {
			walk(s, i+1, answers, reached)
			return
		}
	}
	reached[st.ID] = true
	matters := false
	for _, later := range s.Steps[i+1:] {
		matters = matters || later.When != nil && later.When.Step == st.ID
	}
	if !matters {
		walk(s, i+1, answers, reached)
		return
	}
	for _, o := range st.Options {
		next := maps.Clone(answers)
		next[st.ID] = o.ID
		walk(s, i+1, next, reached)
	}
}
