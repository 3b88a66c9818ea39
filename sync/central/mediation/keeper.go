package mediation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/points"
)

// Remind is the job that tells a mediator of a promise.
type Remind struct {
	Promise int64 `json:"promise"`
}

// Kind names the job.
func (Remind) Kind() string { return "mediation.remind" }

// Actor is who does something: her account for this book, her name for the case's.
type Actor struct{ Account, Name string }

// Keeper keeps matters. Each of its deeds is one transaction.
type Keeper struct {
	Store Store
	// Later adds a Remind in a transaction, for a time.
	Later func(ctx context.Context, tx Tx, at time.Time, r Remind) error
	Hub   *live.Hub
	Clock func() time.Time
	Log   *slog.Logger
}

// change is one transaction under way.
type change struct {
	Tx
	ctx     context.Context
	now     time.Time
	by      Actor
	touched []docket.Case
}

func (k *Keeper) write(ctx context.Context, by Actor, f func(*change) error) error {
	var touched []docket.Case
	err := k.Store.WriteMediation(ctx, func(tx Tx) error {
		c := &change{Tx: tx, ctx: ctx, now: k.Clock().UTC(), by: by}
		err := f(c)
		touched = c.touched
		return err
	})
	if err != nil {
		return fmt.Errorf("mediation: %w", err)
	}
	k.Hub.Publish(points.Told(touched)...)
	return nil
}

func (c *change) advance(filed docket.Case, steps ...docket.Event) error {
	if len(steps) == 0 {
		return nil
	}
	for i := range steps {
		steps[i].At, steps[i].By = c.now, c.by.Name
	}
	touched, err := docket.Advance(c, filed, steps...)
	c.touched = append(c.touched, touched...)
	return err
}

// running locks the case of a matter that runs.
func (c *change) running(number int64) (docket.Case, Matter, error) {
	filed, err := c.LockCase(number)
	if errors.Is(err, docket.ErrNotFound) {
		return filed, Matter{}, ErrNotFound
	}
	if err != nil {
		return filed, Matter{}, err
	}
	m, err := c.Matter(number)
	if err == nil && m.Outcome != Running {
		err = ErrMove
	}
	return filed, m, err
}

// toHer are the events that put a case into a mediator's hands.
func toHer(c docket.Case, account string) []docket.Event {
	her := docket.ToWorker(account)
	start := docket.Event{Action: docket.Start, Detail: docket.Detail{Assignee: her}}
	switch c.Status {
	case docket.Delivered:
		return []docket.Event{{Action: docket.Accept, Note: phrase.Text("mediation_note.taken")}, start}
	case docket.Accepted:
		return []docket.Event{start}
	case docket.Dispatched, docket.Working:
		if c.Assignee != her {
			return []docket.Event{{Action: docket.Redispatch, Detail: docket.Detail{Assignee: her}}, start}
		}
		if c.Status == docket.Dispatched {
			return []docket.Event{start}
		}
	}
	return nil
}

// Take takes a case on: it is in the mediator's hands from then on. ErrExists when
// another has it. Whoever asked is the first party.
func (k *Keeper) Take(ctx context.Context, number int64, by Actor) error {
	return k.write(ctx, by, func(c *change) error {
		filed, err := c.LockCase(number)
		if errors.Is(err, docket.ErrNotFound) || err == nil && filed.Service != Service {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if filed.Status.Closed() {
			return ErrMove
		}
		body, err := filed.Request()
		if err != nil {
			return err
		}
		m := Matter{Case: number, Mediator: by.Account, OpenedAt: c.now}
		for _, a := range body.Answers {
			if a.Step == Kind {
				m.Kind = a.Option
			}
		}
		if err := c.AddMatter(m); err != nil {
			return err
		}
		if p := body.Person; p != nil && p.Name != "" {
			first := Party{Case: number, Side: Applicant, Name: p.Name, Phone: p.Phone, Address: p.Address}
			if first.Check() == nil {
				if err := c.AddParty(first); err != nil {
					return err
				}
			}
		}
		return c.advance(filed, toHer(filed, by.Account)...)
	})
}

// Over hands a matter that runs to the mediator who asks for it.
func (k *Keeper) Over(ctx context.Context, number int64, by Actor) error {
	return k.write(ctx, by, func(c *change) error {
		filed, m, err := c.running(number)
		if err != nil {
			return err
		}
		m.Mediator = by.Account
		if err := c.PutMatter(m); err != nil {
			return err
		}
		return c.advance(filed, toHer(filed, by.Account)...)
	})
}

// AddParty adds somebody to a matter.
func (k *Keeper) AddParty(ctx context.Context, p Party, by Actor) error {
	if err := p.Check(); err != nil {
		return err
	}
	return k.write(ctx, by, func(c *change) error {
		if _, _, err := c.running(p.Case); err != nil {
			return err
		}
		all, err := c.Parties(p.Case)
		if err != nil {
			return err
		}
		if len(all) >= MaxParties {
			return ErrMany
		}
		return c.AddParty(p)
	})
}

// DropParty takes somebody out who was written down by mistake.
func (k *Keeper) DropParty(ctx context.Context, number, party int64, by Actor) error {
	return k.write(ctx, by, func(c *change) error {
		if _, _, err := c.running(number); err != nil {
			return err
		}
		return c.DropParty(number, party)
	})
}

// Plan makes an appointment, and tells whoever asked when and where.
func (k *Keeper) Plan(ctx context.Context, s Session, by Actor) error {
	if s.Place == "" || !tidy(s.Place, MaxPlace) {
		return ErrText
	}
	now := k.Clock()
	if s.At.Before(now.Add(-time.Hour)) || s.At.After(now.Add(farthest)) {
		return ErrTime
	}
	return k.write(ctx, by, func(c *change) error {
		filed, _, err := c.running(s.Case)
		if err != nil {
			return err
		}
		n, err := c.CountSessions(s.Case)
		if err != nil {
			return err
		}
		if n >= MaxSessions {
			return ErrMany
		}
		s.State, s.Minutes, s.Present, s.By, s.WrittenAt = Planned, "", "", by.Account, c.now
		if err := c.AddSession(s); err != nil {
			return err
		}
		return c.tell(filed, phrase.Text("mediation_note.planned", "time", s.At.In(phrase.Zone).Format(phrase.Text("page.time")), "place", s.Place))
	})
}

// tell tells whoever asked; a case that is closed is told nothing more.
func (c *change) tell(filed docket.Case, note string) error {
	if filed.Status.Closed() {
		return nil
	}
	return c.advance(filed, docket.Event{Action: docket.Tell, Note: note})
}

// Minute writes down how an appointment went: Held with what was said, Missed, or
// CalledOff, of which whoever asked is told. What was said may be written anew as long
// as the matter runs.
func (k *Keeper) Minute(ctx context.Context, wanted Session, by Actor) error {
	if !paragraphs(wanted.Minutes, MaxMinutes) || !tidy(wanted.Present, MaxPresent) || wanted.State == Held && wanted.Minutes == "" {
		return ErrText
	}
	return k.write(ctx, by, func(c *change) error {
		s, err := c.Session(wanted.Number)
		if err != nil {
			return err
		}
		if s.Case != wanted.Case {
			return ErrNotFound
		}
		filed, _, err := c.running(s.Case)
		if err != nil {
			return err
		}
		switch {
		case s.State == Planned && (wanted.State == Held || wanted.State == Missed || wanted.State == CalledOff):
		case s.State == Held && wanted.State == Held:
		default:
			return ErrMove
		}
		called := wanted.State == CalledOff
		s.State, s.Minutes, s.Present, s.By, s.WrittenAt = wanted.State, wanted.Minutes, wanted.Present, by.Account, c.now
		if err := c.PutSession(s); err != nil || !called {
			return err
		}
		return c.tell(filed, phrase.Text("mediation_note.called_off", "time", s.At.In(phrase.Zone).Format(phrase.Text("page.time"))))
	})
}
