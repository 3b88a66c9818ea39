package activity

import (
	"context"
	"errors"
	"slices"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/points"
)

// Steps of the two services, and the options of how many come.
const (
	whichStep  = "which"
	peopleStep = "people"
	fieldStep  = "field"
	whenStep   = "when"
)

// parties are the options of the step "people", from one on.
var parties = []string{"one", "two", "three", "four", "five"}

// All settles whatever is not settled.
func (k *Keeper) All(ctx context.Context) error {
	if err := k.Reseat(ctx); err != nil {
		return err
	}
	_, err := k.Delivered(ctx, Seen{})
	return err
}

// Reseat makes places follow all cases for which there are some.
func (k *Keeper) Reseat(ctx context.Context) error {
	cases, err := k.Store.Unseated(ctx)
	if err != nil {
		return err
	}
	var failed error // one that cannot follow does not hold up the others
	for _, number := range cases {
		failed = errors.Join(failed, k.reseat(ctx, number))
	}
	return failed
}

// Changed makes the places follow cases that went on: when staff withdraw the request
// the places are free, when they open it again it is put at the end of the list.
func (k *Keeper) Changed(ctx context.Context, cases []int64) error {
	seated, err := k.Store.Seated(ctx, cases)
	if err != nil {
		return err
	}
	var failed error // one that cannot follow does not hold up the others
	for _, number := range seated {
		failed = errors.Join(failed, k.reseat(ctx, number))
	}
	return failed
}

// Seen are the last cases of both services that were looked at.
type Seen struct{ Activity, Volunteer int64 }

// Delivered answers what came after cases that were seen, in the order in which it
// came. Those that it left are left to staff.
func (k *Keeper) Delivered(ctx context.Context, seen Seen) (Seen, error) {
	var err error
	if seen.Activity, err = k.delivered(ctx, Service, seen.Activity, (*change).OldestUnseated, (*change).seat); err != nil {
		return seen, err
	}
	volunteers := func(c *change, after int64) (docket.Case, bool, error) {
		return c.OldestDelivered(VolunteerService, after)
	}
	seen.Volunteer, err = k.delivered(ctx, VolunteerService, seen.Volunteer, volunteers, (*change).register)
	return seen, err
}

func (k *Keeper) delivered(ctx context.Context, service string, after int64, next func(*change, int64) (docket.Case, bool, error), answer func(*change, docket.Case, request.Request) error) (int64, error) {
	more, err := k.Store.AnyDelivered(ctx, service, after)
	if err != nil {
		return after, err
	}
	for more {
		looked := after
		err := k.write(ctx, "", func(c *change) error {
			filed, found, err := next(c, after)
			if more = found; err != nil || !found {
				return err
			}
			looked = filed.Number
			r, err := filed.Request()
			if err != nil {
				return nil // staff see it as it is
			}
			return answer(c, filed, r)
		})
		switch {
		case errors.Is(err, docket.ErrHistory): // one that is broken does not hold up the others
			k.Log.Error("a request for a place is left to staff", "case", looked, "error", err)
		case err != nil:
			return after, err
		}
		after = looked
	}
	return after, nil
}

// seat answers a request for places. One for an activity that staff gave no places to
// is left as it is: they will.
func (c *change) seat(filed docket.Case, r request.Request) error {
	people := slices.Index(parties, option(r, peopleStep)) + 1
	a, err := c.Activity(option(r, whichStep))
	if errors.Is(err, ErrNotFound) || people == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	refuse := func(id phrase.ID) error {
		return c.advance(filed, docket.Event{Action: docket.Refuse, Note: phrase.Text(id, "activity", a.Name)})
	}
	switch {
	case !a.CalledOff.IsZero():
		return refuse("activity_note.off")
	case !a.Takes(c.now):
		return refuse("activity_note.closed")
	case people > a.Places:
		return refuse("activity_note.too_many")
	}
	_, err = c.join(a, Seat{Case: filed.Number, Token: filed.Card, People: people})
	if errors.Is(err, ErrExists) {
		return refuse("activity_note.twice")
	}
	return err
}

// reseat makes the places follow their case.
func (k *Keeper) reseat(ctx context.Context, number int64) error {
	return k.write(ctx, "", func(c *change) error {
		filed, err := c.LockCase(number)
		if err != nil {
			return err
		}
		s, err := c.SeatOf(number)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case points.Withdrawn(filed.Status) && (s.State == Waiting || s.State == Granted):
			return c.free(s)
		case filed.Status == docket.Accepted && s.State == Withdrawn:
			a, err := c.Activity(s.Activity)
			if err != nil || !a.Takes(c.now) {
				return err
			}
			_, err = c.join(a, Seat{Case: number, Token: s.Token, People: s.People})
			if errors.Is(err, ErrExists) {
				return nil // she is on the list by another request
			}
			return err
		}
		return nil
	})
}

// register writes down a volunteer. The same card again is the same volunteer.
func (c *change) register(filed docket.Case, r request.Request) error {
	v := Volunteer{Token: filed.Card, Case: filed.Number, RegisteredAt: c.now}
	if id := option(r, fieldStep); id != "" {
		v.Fields = []string{id}
	}
	if id := option(r, whenStep); id != "" {
		v.Times = []string{id}
	}
	if r.Person != nil {
		v.Name, v.Phone = r.Person.Name, r.Person.Phone
	}
	if v.Check() != nil {
		return nil // staff see it as it is
	}
	number, err := c.enlist(v)
	if err != nil {
		return err
	}
	return c.advance(filed, docket.Event{Action: docket.Accept, Note: phrase.Text("activity_note.registered", "number", digits(number))})
}

func (c *change) enlist(v Volunteer) (int64, error) {
	if v.Token != "" {
		known, err := c.VolunteerByToken(v.Token)
		if err == nil {
			return known.Number, c.PutVolunteer(known.with(v))
		}
		if !errors.Is(err, ErrNotFound) {
			return 0, err
		}
	}
	return c.AddVolunteer(v)
}

// option is what was chosen at a step.
func option(r request.Request, step string) string {
	for _, a := range r.Answers {
		if a.Step == step {
			return a.Option
		}
	}
	return ""
}
