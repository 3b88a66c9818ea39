// Package callout brings a call for help to somebody. A press of the button at a
// terminal rings first for the nearest worker who is on duty; after Patience without
// an answer for the next one, who is another; then for everyone who may answer calls.
// Where nobody near is on duty, or there are no grids, the clerks are first. The first
// answer ends it. Every call that was answered is open work until a Record says who
// came, what it was about and which case became of it.
//
// State is one call, as a state machine without a clock: Ring chooses whom, Answer ends
// the ringing. A Keeper keeps it in a Store. The first choice is made in the very
// transaction that files the call, so that it rings at once; the next ones are jobs of
// package jobs, added in the same transaction. A job names the step that it follows,
// and one that comes twice, or after the answer, does nothing: whatever process dies or
// begins in between, each step is made once.
package callout

import (
	"slices"
	"time"
)

// Patience is how long one step rings before the next one is made.
const Patience = time.Minute

// Alone is how many workers are rung one after another before everyone is.
const Alone = 2

// Ring is one who was rung.
type Ring struct {
	Step    int    // 1 for the first
	Account string // "" is everyone who may answer calls
	At      time.Time
}

// State is how far a call is. The zero State, but for the call, was rung for nobody yet.
type State struct {
	Call     string
	Step     int  // of those who are rung
	Everyone bool // rings for whoever may answer calls
	// Next is when the next step is due; zero when none is.
	Next     time.Time
	Answered time.Time // zero while it was not
	Rings    []Ring    // whoever was rung, in order
}

// People are those whom a call could ring for at a moment.
type People struct {
	Near   []string // on duty, the nearest first
	Clerks []string
}

// Due tells whether the next step is to be made.
func (s State) Due(now time.Time) bool {
	return s.Answered.IsZero() && (s.Step == 0 || !s.Next.IsZero() && !now.Before(s.Next))
}

// Rung are those who are rung now; nobody by name when everyone is, nobody at all
// after the answer.
func (s State) Rung() []string {
	var all []string
	for _, r := range s.Rings {
		if s.Answered.IsZero() && r.Step == s.Step && r.Account != "" {
			all = append(all, r.Account)
		}
	}
	return all
}

// RingsFor tells whether somebody who may answer calls is rung now.
func (s State) RingsFor(account string) bool {
	return s.Answered.IsZero() && (s.Everyone || slices.Contains(s.Rung(), account))
}

// Ring makes the next step, if it is due. The rings that it adds are returned.
func (s State) Ring(now time.Time, p People) (State, []Ring) {
	if !s.Due(now) {
		return s, nil
	}
	whom := s.next(p)
	s.Step++
	s.Everyone, s.Next = len(whom) == 0, time.Time{}
	var fresh []Ring
	for _, account := range whom {
		fresh = append(fresh, Ring{s.Step, account, now})
	}
	if s.Everyone {
		fresh = []Ring{{s.Step, "", now}}
	} else {
		s.Next = now.Add(Patience)
	}
	s.Rings = append(slices.Clone(s.Rings), fresh...)
	return s, fresh
}

// next are whom the next step rings for; nobody is everyone.
func (s State) next(p People) []string {
	if s.Step < Alone {
		for _, account := range p.Near {
			if !s.asked(account) {
				return []string{account}
			}
		}
	}
	if s.Step > 0 {
		return nil
	}
	clerks := slices.Clone(p.Clerks)
	slices.Sort(clerks)
	return slices.Compact(clerks)
}

func (s State) asked(account string) bool {
	return slices.ContainsFunc(s.Rings, func(r Ring) bool { return r.Account == account })
}

// Answer ends the ringing. The first one counts.
func (s State) Answer(at time.Time) State {
	if s.Answered.IsZero() {
		s.Answered, s.Next = at, time.Time{}
	}
	return s
}
