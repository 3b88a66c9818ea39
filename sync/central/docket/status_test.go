package docket

import (
	"errors"
	"math/rand/v2"
	"testing"
)

func TestMoves(t *testing.T) {
	allowed := map[[2]Status]bool{
		{"", Delivered}: true, {Delivered, Accepted}: true, {Accepted, Working}: true, {Working, Done}: true,
	}
	all := append([]Status{"", "saved", "closed"}, Statuses...)
	for _, from := range all {
		for _, to := range all {
			err := CheckMove(from, to)
			if allowed[[2]Status{from, to}] {
				if err != nil {
					t.Errorf("from %q to %q: %v", from, to, err)
				}
			} else if !errors.Is(err, ErrMove) {
				t.Errorf("from %q to %q: %v, want ErrMove", from, to, err)
			}
		}
	}
}

func TestOnlyDoneIsClosed(t *testing.T) {
	for _, s := range Statuses {
		if s.Closed() != (s == Done) {
			t.Errorf("%s closed: %v", s, s.Closed())
		}
		if s.Closed() != (len(s.Next()) == 0) {
			t.Errorf("%s: closed %v, but next %v", s, s.Closed(), s.Next())
		}
	}
}

// Whatever is tried in whatever order: what was let through folds to the status
// that the last accepted move made.
func TestFoldFollowsAcceptedMoves(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 11))
	for range 2000 {
		var status Status
		var events []Event
		for range random.IntN(12) {
			to := Statuses[random.IntN(len(Statuses))]
			if CheckMove(status, to) != nil {
				continue
			}
			status = to
			events = append(events, Event{Number: int64(len(events) + 1), Status: to})
		}
		folded, err := Fold(events)
		if err != nil || folded != status {
			t.Fatalf("fold of %v: %q, %v; want %q", events, folded, err, status)
		}
	}
}

// finished is the history of a finished case with more behind it.
func finished(more ...Event) []Event {
	var all []Event
	for _, s := range Statuses {
		all = append(all, Event{Status: s})
	}
	all = append(all, more...)
	for i := range all {
		all[i].Number = int64(i + 1)
	}
	return all
}

func TestFoldOfRatings(t *testing.T) {
	for name, c := range map[string]struct {
		events []Event
		want   Status
	}{
		"well rated":           {finished(Event{Status: Done, Stars: 5}, Event{Status: Done, Stars: 3}), Done},
		"badly rated":          {finished(Event{Status: Done, Stars: 2}, Event{Status: Accepted}), Accepted},
		"done and rated again": {finished(Event{Status: Done, Stars: 1}, Event{Status: Accepted}, Event{Status: Working}, Event{Status: Done}, Event{Status: Done, Stars: 4}), Done},
	} {
		if got, err := Fold(c.events); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestFoldRefuses(t *testing.T) {
	for name, events := range map[string][]Event{
		"a gap":           {{Number: 1, Status: Delivered}, {Number: 3, Status: Accepted}},
		"a leap":          {{Number: 1, Status: Delivered}, {Number: 2, Status: Done}},
		"a late begin":    {{Number: 1, Status: Accepted}},
		"the same again":  {{Number: 1, Status: Delivered}, {Number: 2, Status: Delivered}},
		"an unknown word": {{Number: 1, Status: Delivered}, {Number: 2, Status: "lost"}},

		"a rating of what is not done":  {{Number: 1, Status: Delivered}, {Number: 2, Status: Delivered, Stars: 5}},
		"a rating that moves":           finished(Event{Status: Accepted, Stars: 1}),
		"six stars":                     finished(Event{Status: Done, Stars: 6}),
		"opened again after many stars": finished(Event{Status: Done, Stars: 3}, Event{Status: Accepted}),
		"opened again without a rating": finished(Event{Status: Accepted}),
		"opened again, but elsewhere":   finished(Event{Status: Done, Stars: 1}, Event{Status: Working}),
		"opened again, but not at once": finished(Event{Status: Done, Stars: 1}, Event{Status: Done, Stars: 5}, Event{Status: Accepted}),
	} {
		if s, err := Fold(events); err == nil {
			t.Errorf("%s: folded to %q", name, s)
		}
	}
}

func TestUrgency(t *testing.T) {
	for word, want := range map[string]Urgency{"urgent": Urgent, "soon": Soon, "normal": Normal, "": Normal, "of a newer catalogue": Soon} {
		if got := ParseUrgency(word); got != want {
			t.Errorf("%q: %v, want %v", word, got, want)
		}
	}
}
