package docket

import (
	"errors"
	"fmt"

	"lintai/sync/wire"
)

// ErrFollowed is returned for withdrawing a case that others are merged into:
// those who hold their tickets still wait for it.
var ErrFollowed = errors.New("docket: other cases are merged into it")

// Advance appends events to a locked case, one after another, with their numbers and
// statuses filled in; it projects what they come to, and tells the terminal. Cases
// that are merged into it follow; when it is merged itself, they are merged into the
// same. It returns every case that an event was appended to, as it is then.
func Advance(tx Tx, c Case, steps ...Event) ([]Case, error) {
	history, err := tx.Events(c.Number)
	if err != nil {
		return nil, err
	}
	s, err := Replay(history)
	if err != nil {
		return nil, fmt.Errorf("%w: case %d: %w", ErrHistory, c.Number, err)
	}
	followers, err := tx.Followers(c.Number)
	if err != nil {
		return nil, err
	}
	touched := map[int64]bool{}
	for _, e := range steps {
		if e.Action == Cancel && len(followers) > 0 {
			return nil, ErrFollowed
		}
		before := s.Status
		if c, s, err = advance(tx, c, s, e); err != nil {
			return nil, err
		}
		e.Status = c.Status
		for i, f := range followers {
			follow, ok := e.follow(c, before)
			if !ok {
				continue
			}
			fs := State{Status: f.Status, Into: f.Into, Told: before}
			if followers[i], _, err = advance(tx, f, fs, follow); err != nil {
				return nil, err
			}
			touched[f.Number] = true
		}
	}
	if err := tx.Project(c.Number, s); err != nil {
		return nil, err
	}
	all := []Case{c}
	for _, f := range followers {
		if touched[f.Number] {
			all = append(all, f)
		}
	}
	return all, nil
}

// advance appends one event and tells the terminal of the case.
func advance(tx Tx, c Case, s State, e Event) (Case, State, error) {
	e.Number = c.Events + 1
	e.Status, _ = s.Status.After(e.Action)
	s, err := s.Apply(e)
	if err != nil {
		return c, s, err
	}
	if err := tx.Append(c.Number, e); err != nil {
		return c, s, err
	}
	c.Events, c.Status, c.Into, c.Assignee, c.Due, c.Verification = e.Number, s.Status, s.Into, s.Assignee, s.Due, s.Verification
	if e.Action == Merge {
		if err := tx.Project(c.Number, s); err != nil {
			return c, s, err
		}
	}
	if !e.Told() {
		return c, s, nil
	}
	c.UpdatedAt = e.At
	if c.Kiosk == 0 {
		return c, s, nil // it came through a channel, which asks
	}
	return c, s, tx.Change(c.Kiosk, wire.Change{Status: new(c.Wire(e, s.Told))})
}

// follow is what an event of a case is to one that is merged into it; false when
// its holder need not hear of it.
func (e Event) follow(c Case, before Status) (Event, bool) {
	if e.Action == Rate {
		return Event{}, false // they say themselves how it was
	}
	f := Event{Action: FollowOther, At: e.At, By: e.By, Note: e.Note, Detail: Detail{Other: c.Number, OtherStatus: e.Status}}
	if e.Action == Merge {
		f.Action, f.Other, f.OtherStatus = Merge, e.Other, e.OtherStatus
		return f, true
	}
	if f.OtherStatus == Rated {
		f.OtherStatus = Done // by another resident
	}
	return f, e.Told() || e.Status != before
}
