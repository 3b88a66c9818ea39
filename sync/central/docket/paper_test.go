package docket

import (
	"errors"
	"testing"
)

// The prints of a paper are counted as they came out, and go with it.
func TestPrintsOfAPaper(t *testing.T) {
	var s State
	do := func(e Event) error {
		t.Helper()
		e.Status, _ = s.Status.After(e.Action)
		after, err := s.Apply(e)
		if err == nil {
			s = after
		}
		return err
	}
	must := func(e Event) {
		t.Helper()
		if err := do(e); err != nil {
			t.Fatal(err)
		}
	}
	said := func(id, outcome string) Event {
		return Event{Action: Tell, Detail: Detail{Inner: "x", Print: &Print{ID: id, Kiosk: 12, Outcome: outcome}}}
	}
	made := []Event{{Action: Submit, Detail: Detail{Chain: []Department{Committee}}}, {Action: Approve, Detail: Detail{Step: Committee}},
		{Action: Complete, Detail: Detail{Verification: "0123456789"}}}
	must(Event{Action: File})
	must(Event{Action: Accept})
	if err := do(said("a", "unknown")); !errors.Is(err, ErrEvent) || s.Paper() {
		t.Errorf("printed before it was made: %v", err)
	}
	for _, e := range made {
		must(e)
	}
	before := s
	for _, step := range []struct {
		id, outcome string
		printed     int
	}{{"a", "unknown", 1}, {"a", "not_printed", 0}, {"b", "unknown", 1}, {"b", "printed", 1}, {"c", "unknown", 2}} {
		must(said(step.id, step.outcome))
		if got := s.Printed(""); got != step.printed || !s.Paper() {
			t.Errorf("after %s %s: %d printed, want %d", step.id, step.outcome, got, step.printed)
		}
	}
	if s.Printed("c") != 1 || len(s.Prints) != 3 || len(before.Prints) != 0 {
		t.Errorf("%+v, before %+v", s.Prints, before.Prints)
	}
	if p, ok := s.Print("b"); !ok || p.Outcome != "printed" {
		t.Errorf("%+v, %v", p, ok)
	}
	for _, odd := range []Print{{ID: "", Kiosk: 12, Outcome: "printed"}, {ID: "a", Outcome: "printed"}, {ID: "a", Kiosk: 12, Outcome: "eaten"}} {
		if err := do(Event{Action: Tell, Detail: Detail{Inner: "x", Print: &odd}}); !errors.Is(err, ErrEvent) {
			t.Errorf("%+v: %v", odd, err)
		}
	}
	if said("a", "printed").Told() {
		t.Error("a print is news for the resident")
	}
	must(Event{Action: Rate, Stars: 5})
	if !s.Paper() {
		t.Error("who rated it cannot fetch it any more")
	}
	must(Event{Action: Reopen})
	if s.Paper() || len(s.Prints) != 0 {
		t.Errorf("open again: %+v", s)
	}
	for _, e := range made {
		must(e)
	}
	if s.Printed("") != 0 {
		t.Error("the prints of the old paper count for the new one")
	}
}
