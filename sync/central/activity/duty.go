package activity

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"lintai/kiosk/phrase"
	"lintai/sync/central/points"
)

// Enlist writes down a volunteer who stands at the window, or changes what is known of
// one: the same card is the same volunteer.
func (k *Keeper) Enlist(ctx context.Context, v Volunteer, by string) (number int64, err error) {
	if v.Name == "" || v.Check() != nil {
		return 0, ErrText
	}
	err = k.write(ctx, by, func(c *change) (err error) {
		v.RegisteredAt = c.now
		number, err = c.enlist(v)
		return err
	})
	return number, err
}

// Amend changes a volunteer. When she has a card now, the points of what she did
// before are booked.
func (k *Keeper) Amend(ctx context.Context, wanted Volunteer, by string) error {
	if wanted.Name == "" || wanted.Check() != nil {
		return ErrText
	}
	return k.write(ctx, by, func(c *change) error {
		v, err := c.Volunteer(wanted.Number)
		if err != nil {
			return err
		}
		if v.Token != "" && wanted.Token != "" && wanted.Token != v.Token {
			return ErrExists // another card is another person
		}
		gained := v.Token == "" && wanted.Token != ""
		v.Name, v.Phone, v.Fields, v.Times, v.Resting = wanted.Name, wanted.Phone, wanted.Fields, wanted.Times, wanted.Resting
		if gained {
			v.Token = wanted.Token
		}
		if err := c.PutVolunteer(v); err != nil || !gained {
			return err
		}
		all, err := c.AssignmentsOf(v.Number)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.Duty != Confirmed || a.Entry != 0 {
				continue
			}
			if a.Entry, err = c.reward(v, a); err != nil {
				return err
			}
			if err := c.PutAssignment(a); err != nil {
				return err
			}
		}
		return nil
	})
}

// AddTask adds something that volunteers are wanted for.
func (k *Keeper) AddTask(ctx context.Context, t Task, by string) (number int64, err error) {
	if err := t.Check(); err != nil {
		return 0, err
	}
	err = k.write(ctx, by, func(c *change) error {
		if t.Case > 0 {
			if _, err := c.LockCase(t.Case); err != nil {
				return ErrNotFound
			}
		}
		t.MadeAt, t.MadeBy = c.now, by
		number, err = c.AddTask(t)
		return err
	})
	return number, err
}

// Do changes how a volunteer stands to a task. Confirmed books the points of one
// service, once; another Duty after it takes them back, which fails with
// points.ErrShort when they are spent.
func (k *Keeper) Do(ctx context.Context, task, volunteer int64, to Duty, minutes int, by string) error {
	if to == Confirmed && (minutes < 1 || minutes > MostMinutes) {
		return ErrPlaces
	}
	return k.write(ctx, by, func(c *change) error {
		if _, err := c.Task(task); err != nil {
			return err
		}
		v, err := c.Volunteer(volunteer)
		if err != nil {
			return err
		}
		a, err := c.Assignment(task, volunteer)
		if errors.Is(err, ErrNotFound) {
			if to != Assigned {
				return ErrMove
			}
			a = Assignment{Task: task, Volunteer: volunteer}
		} else if err != nil {
			return err
		}
		if !a.Duty.Leads(to) {
			return ErrMove
		}
		if a.Duty == Confirmed {
			if err := c.takeBack(&a); err != nil {
				return err
			}
		}
		a.Duty, a.Minutes, a.At, a.By = to, 0, c.now, by
		if to == Confirmed {
			a.Minutes = minutes
			if a.Entry, err = c.reward(v, a); err != nil {
				return err
			}
		}
		return c.PutAssignment(a)
	})
}

// Leads tells whether one Duty may follow another. "" is that of somebody who was never
// asked.
func (d Duty) Leads(next Duty) bool {
	switch d {
	case "", Released:
		return next == Assigned
	case Assigned:
		return next == Confirmed || next == Missed || next == Released
	case Confirmed, Missed:
		return next == Assigned // it was a mistake
	}
	return false
}

// reward books the points of a service; 0 for somebody without a card.
func (c *change) reward(v Volunteer, a Assignment) (int64, error) {
	if v.Token == "" {
		return 0, nil
	}
	h, err := points.Open(c, v.Token, v.Name, c.now)
	if err != nil {
		return 0, err
	}
	t, err := c.Task(a.Task)
	if err != nil {
		return 0, err
	}
	e, err := points.Earn(c, h.Number, points.Volunteering, points.Entry{
		Key: fmt.Sprintf("task:%d:%d:%d", a.Task, a.Volunteer, a.Round), At: c.now, By: c.by, Reason: t.Title, Case: t.Case})
	return e.Number, err
}

func (c *change) takeBack(a *Assignment) error {
	if a.Entry == 0 {
		return nil
	}
	booked, err := c.Entry(a.Entry)
	if err != nil {
		return err
	}
	back, err := booked.Reversal(c.now, c.by, phrase.Text("activity_note.taken_back"))
	if err != nil {
		return err
	}
	// Somebody may have reversed it in the ledger itself.
	if _, err := points.Book(c, back); err != nil && !errors.Is(err, points.ErrReversed) {
		return err
	}
	a.Entry, a.Round = 0, a.Round+1
	return nil
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }
