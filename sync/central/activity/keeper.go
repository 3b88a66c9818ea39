package activity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/points"
)

// Keeper keeps the lists. Each of its deeds is one transaction, which also tells those
// concerned, at their terminals.
type Keeper struct {
	Store Store
	Hub   *live.Hub
	Clock func() time.Time
	Log   *slog.Logger
}

// change is one transaction under way.
type change struct {
	Tx
	now     time.Time
	by      string
	touched []docket.Case
}

func (k *Keeper) write(ctx context.Context, by string, f func(*change) error) error {
	var touched []docket.Case
	err := k.Store.WriteActivities(ctx, func(tx Tx) error {
		c := &change{Tx: tx, now: k.Clock().UTC(), by: by}
		err := f(c)
		touched = c.touched
		return err
	})
	if err != nil {
		return fmt.Errorf("activity: %w", err)
	}
	k.Hub.Publish(points.Told(touched)...)
	return nil
}

// tell appends events to the case of a party; a party that staff wrote down has none.
func (c *change) tell(number int64, steps ...docket.Event) error {
	if number == 0 || len(steps) == 0 {
		return nil
	}
	filed, err := c.LockCase(number)
	if err != nil {
		return err
	}
	return c.advance(filed, steps...)
}

func (c *change) advance(filed docket.Case, steps ...docket.Event) error {
	for i := range steps {
		steps[i].At, steps[i].By = c.now, c.by
	}
	touched, err := docket.Advance(c, filed, steps...)
	c.touched = append(c.touched, touched...)
	return err
}

// set changes a party's state.
func (c *change) set(s Seat, to State) error {
	s.State, s.At, s.By = to, c.now, c.by
	return c.PutSeat(s)
}

// moveUp grants what is free, and tells those who move up or forward. before are the
// positions that were told.
func (c *change) moveUp(a Activity, before map[int64]int) error {
	seats, err := c.Seats(a.ID)
	if err != nil {
		return err
	}
	byNumber := map[int64]Seat{}
	for _, s := range seats {
		byNumber[s.Number] = s
	}
	for _, number := range MoveUp(a.Places, seats) {
		s := byNumber[number]
		if err := c.set(s, Granted); err != nil {
			return err
		}
		_, waited := before[number]
		if err := c.grant(a, s, waited); err != nil {
			return err
		}
	}
	if seats, err = c.Seats(a.ID); err != nil {
		return err
	}
	for _, s := range seats {
		at := Position(seats, s.Number)
		if at == 0 || before[s.Number] == at {
			continue
		}
		note := phrase.Text("activity_note.waiting", "activity", a.Name, "position", strconv.Itoa(at))
		if err := c.tell(s.Case, docket.Event{Action: docket.Tell, Note: note}); err != nil {
			return err
		}
	}
	return nil
}

// grant tells a party that it has its places.
func (c *change) grant(a Activity, s Seat, waited bool) error {
	if s.Case == 0 {
		return nil
	}
	filed, err := c.LockCase(s.Case)
	if err != nil {
		return err
	}
	id := phrase.ID("activity_note.granted")
	if waited {
		id = "activity_note.moved_up"
	}
	note := phrase.Text(id, "activity", a.Name, "people", strconv.Itoa(s.People), "time", a.Start.In(phrase.Zone).Format(phrase.Text("page.time")), "place", a.Place)
	e := docket.Event{Action: docket.Tell, Note: note}
	if filed.Status == docket.Delivered {
		e.Action = docket.Accept
	}
	return c.advance(filed, e)
}

// Make adds an activity; those who asked for it before are served by Delivered.
func (k *Keeper) Make(ctx context.Context, a Activity, by string) error {
	if err := a.Check(); err != nil {
		return err
	}
	return k.write(ctx, by, func(c *change) error {
		a.MadeAt, a.MadeBy = c.now, by
		return c.AddActivity(a)
	})
}

// Change changes what an activity is, how many places it has and whether it takes
// anybody else.
func (k *Keeper) Change(ctx context.Context, wanted Activity, by string) error {
	if err := wanted.Check(); err != nil {
		return err
	}
	return k.write(ctx, by, func(c *change) error {
		a, err := c.Activity(wanted.ID)
		if err != nil {
			return err
		}
		if !a.CalledOff.IsZero() || !a.FinishedAt.IsZero() {
			return ErrOver
		}
		a.Name, a.Place, a.Detail, a.Start, a.End = wanted.Name, wanted.Place, wanted.Detail, wanted.Start, wanted.End
		a.Places, a.Closed = wanted.Places, wanted.Closed
		if err := c.PutActivity(a); err != nil {
			return err
		}
		seats, err := c.Seats(a.ID)
		if err != nil {
			return err
		}
		return c.moveUp(a, positions(seats))
	})
}

// Register writes down somebody who stands at the window. It returns her seat.
func (k *Keeper) Register(ctx context.Context, s Seat, by string) (Seat, error) {
	if s.Name == "" || !tidy(s.Name, 40) || !tidy(s.Phone, 20) {
		return s, ErrText
	}
	if s.People < 1 || s.People > MostPeople {
		return s, ErrPlaces
	}
	s.Case = 0
	err := k.write(ctx, by, func(c *change) error {
		a, err := c.Activity(s.Activity)
		if err != nil {
			return err
		}
		if !a.Takes(c.now) {
			return ErrOver
		}
		if s.People > a.Places {
			return ErrPlaces
		}
		number, err := c.join(a, s)
		if err != nil {
			return err
		}
		s, err = c.Seat(number)
		return err
	})
	return s, err
}

// join puts a party at the end of the list and grants what is free.
func (c *change) join(a Activity, s Seat) (int64, error) {
	seats, err := c.Seats(a.ID)
	if err != nil {
		return 0, err
	}
	if _, on := On(seats, s.Token); on {
		return 0, ErrExists
	}
	before := positions(seats)
	s.Activity, s.State, s.At, s.By = a.ID, Waiting, c.now, c.by
	number, err := c.AddSeat(s)
	if err != nil {
		return 0, err
	}
	return number, c.moveUp(a, before)
}

// Withdraw takes a party off the list; whoever waits moves up.
func (k *Keeper) Withdraw(ctx context.Context, number int64, note, by string) error {
	if !tidy(note, 200) {
		return ErrText
	}
	return k.write(ctx, by, func(c *change) error {
		s, err := c.Seat(number)
		if err != nil {
			return err
		}
		if s.State != Waiting && s.State != Granted {
			return ErrMove
		}
		if note == "" {
			note = phrase.Text("activity_note.withdrawn")
		}
		if err := c.withdrawCase(s.Case, note); err != nil {
			return err
		}
		return c.free(s)
	})
}

// withdrawCase ends the case of a party. One that others are merged into cannot be
// cancelled, as they wait for it, but all of them can be refused.
func (c *change) withdrawCase(number int64, note string) error {
	if number == 0 {
		return nil
	}
	filed, err := c.LockCase(number)
	if err != nil || filed.Status.Closed() {
		return err
	}
	err = c.advance(filed, docket.Event{Action: docket.Cancel, Note: note})
	if errors.Is(err, docket.ErrFollowed) {
		return c.advance(filed, docket.Event{Action: docket.Refuse, Note: note})
	}
	return err
}

func (c *change) free(s Seat) error {
	a, err := c.Activity(s.Activity)
	if err != nil {
		return err
	}
	seats, err := c.Seats(a.ID)
	if err != nil {
		return err
	}
	if err := c.set(s, Withdrawn); err != nil {
		return err
	}
	if !a.CalledOff.IsZero() || !a.FinishedAt.IsZero() || !c.now.Before(a.End) {
		return nil // nobody moves up any more
	}
	return c.moveUp(a, positions(seats))
}

// Mark notes who came: Attended, Absent, or Granted for neither.
func (k *Keeper) Mark(ctx context.Context, number int64, as State, by string) error {
	if !as.Holds() {
		return ErrMove
	}
	return k.write(ctx, by, func(c *change) error {
		s, err := c.Seat(number)
		if err != nil {
			return err
		}
		a, err := c.Activity(s.Activity)
		if err != nil {
			return err
		}
		if !s.State.Holds() || !a.FinishedAt.IsZero() || !a.CalledOff.IsZero() {
			return ErrMove
		}
		return c.set(s, as)
	})
}

// CallOff calls an activity off and tells everybody why.
func (k *Keeper) CallOff(ctx context.Context, id, note, by string) error {
	if note == "" || !tidy(note, 100) {
		return ErrText
	}
	return k.end(ctx, id, by, func(c *change, a *Activity, s Seat) error {
		a.CalledOff = c.now
		if s.Number == 0 {
			return nil
		}
		if err := c.withdrawCase(s.Case, phrase.Text("activity_note.called_off", "activity", a.Name, "reason", note)); err != nil {
			return err
		}
		return c.set(s, Withdrawn)
	})
}

// Finish ends an activity: who came has her request completed and may rate it; who did
// not come, and who waited in vain, is done with.
func (k *Keeper) Finish(ctx context.Context, id, by string) error {
	return k.end(ctx, id, by, func(c *change, a *Activity, s Seat) error {
		a.FinishedAt = c.now
		switch s.State {
		case Attended:
			return c.complete(s.Case)
		case Granted:
			if err := c.set(s, Absent); err != nil {
				return err
			}
			fallthrough
		case Absent:
			return c.withdrawCase(s.Case, phrase.Text("activity_note.absent", "activity", a.Name))
		case Waiting:
			return c.withdrawCase(s.Case, phrase.Text("activity_note.in_vain", "activity", a.Name))
		}
		return nil
	})
}

// end goes through everybody on the list; before that once with no seat.
func (k *Keeper) end(ctx context.Context, id, by string, each func(*change, *Activity, Seat) error) error {
	return k.write(ctx, by, func(c *change) error {
		a, err := c.Activity(id)
		if err != nil {
			return err
		}
		if !a.CalledOff.IsZero() || !a.FinishedAt.IsZero() {
			return ErrOver
		}
		seats, err := c.Seats(id)
		if err != nil {
			return err
		}
		if err := each(c, &a, Seat{}); err != nil {
			return err
		}
		for _, s := range seats {
			if !s.State.Live() {
				continue
			}
			if err := each(c, &a, s); err != nil {
				return err
			}
		}
		return c.PutActivity(a)
	})
}

// complete brings a case to its end.
func (c *change) complete(number int64) error {
	if number == 0 {
		return nil
	}
	filed, err := c.LockCase(number)
	if err != nil {
		return err
	}
	var steps []docket.Event
	for s := filed.Status; !s.Closed(); {
		next := s.Next()
		a, ok := docket.Action(""), false
		if len(next) > 0 {
			a, ok = s.Towards(next[0])
		}
		if !ok {
			return ErrMove
		}
		steps = append(steps, docket.Event{Action: a})
		s = next[0]
	}
	if len(steps) == 0 {
		return nil
	}
	return c.advance(filed, steps...)
}
