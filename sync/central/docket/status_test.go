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

func TestFoldRefuses(t *testing.T) {
	for name, events := range map[string][]Event{
		"a gap":           {{Number: 1, Status: Delivered}, {Number: 3, Status: Accepted}},
		"a leap":          {{Number: 1, Status: Delivered}, {Number: 2, Status: Done}},
		"a late begin":    {{Number: 1, Status: Accepted}},
		"the same again":  {{Number: 1, Status: Delivered}, {Number: 2, Status: Delivered}},
		"an unknown word": {{Number: 1, Status: Delivered}, {Number: 2, Status: "lost"}},
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
