package callout

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// Step is the job that makes the step after a step.
type Step struct {
	Call  string `json:"call"`
	After int    `json:"after"`
}

func (Step) Kind() string { return "callout.step" }

// Sweep is the job that makes the steps that no job made: of calls from before there
// were steps.
type Sweep struct{}

func (Sweep) Kind() string { return "callout.sweep" }

const (
	// SweepEvery is how often.
	SweepEvery = 10 * time.Minute
	atOnce     = 100
	// nearWithin bounds the look for who is near: a call is not held up by it.
	nearWithin = 2 * time.Second
)

// Roles are who may answer calls, and are rung when everyone is.
var Roles = []staff.Role{staff.Clerk, staff.Worker, staff.Administrator}

// Keeper keeps the states of calls.
type Keeper struct {
	Store Store
	Clock func() time.Time
	// Near lists the accounts of those who are on duty near where a call comes from, the
	// nearest first; nil where nobody knows.
	Near func(ctx context.Context, call docket.Call, at time.Time) ([]string, error)
	// Later adds a Step in a transaction, for a time.
	Later func(ctx context.Context, tx Tx, at time.Time, s Step) error
	// Told is called after the commit of whatever changed who is rung, or a record; not
	// after Happened, whose transaction is another's.
	Told func(call docket.Call)
	Log  *slog.Logger
}

// Happened is called in the transaction in which calls were filed or answered: the
// first step is made, or the ringing ends.
func (k *Keeper) Happened(ctx context.Context, tx Tx, calls []string) error {
	for _, id := range calls {
		if _, _, err := k.move(ctx, tx, id, -1); err != nil {
			return fmt.Errorf("callout: %w", err)
		}
	}
	return nil
}

// Make makes the step after another, unless it was made or the call was answered.
// finish, when it is not nil, ends the job in the same transaction.
func (k *Keeper) Make(ctx context.Context, s Step, finish func(Tx) error) error {
	var call docket.Call
	var rung bool
	err := k.Store.WriteCallouts(ctx, func(tx Tx) (err error) {
		if call, rung, err = k.move(ctx, tx, s.Call, s.After); err != nil && !errors.Is(err, docket.ErrNotFound) {
			return err
		}
		if finish != nil {
			return finish(tx)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("callout: %w", err)
	}
	if rung {
		k.Log.Info("call rings for others", "call", call.ID, "kiosk", call.Kiosk, "step", s.After+1)
		k.tell(call)
	}
	return nil
}

// Sweep makes the steps that no job made.
func (k *Keeper) Sweep(ctx context.Context) error {
	calls, err := k.Store.UnrungCalls(ctx, k.Clock().Add(-Patience), atOnce)
	if err != nil {
		return fmt.Errorf("callout: %w", err)
	}
	for _, id := range calls {
		states, err := k.Store.Callouts(ctx, []string{id})
		if err != nil {
			return fmt.Errorf("callout: %w", err)
		}
		if err := k.Make(ctx, Step{Call: id, After: states[id].Step}, nil); err != nil {
			return err
		}
	}
	return nil
}

// move brings the state of a call to what is known of it now. The step after one is
// made only when that one is the last; -1 is any.
func (k *Keeper) move(ctx context.Context, tx Tx, id string, after int) (docket.Call, bool, error) {
	// The state first: on PostgreSQL its lock decides between an answer and a step.
	s, err := tx.LockCallout(id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return docket.Call{}, false, err
	}
	s.Call = id
	call, err := tx.Call(id)
	if err != nil {
		return call, false, err
	}
	now := k.Clock().UTC()
	if call.Answer != nil {
		if s.Answered.IsZero() {
			return call, false, tx.PutCallout(s.Answer(call.Answer.At))
		}
		return call, false, nil
	}
	if after >= 0 && s.Step != after {
		return call, false, nil // it was made
	}
	if !s.Due(now) {
		if after < 0 || s.Next.IsZero() {
			return call, false, nil
		}
		return call, false, k.Later(ctx, tx, s.Next, Step{id, s.Step}) // the clock went back
	}
	people, err := k.people(ctx, tx, call, now)
	if err != nil {
		return call, false, err
	}
	s, fresh := s.Ring(now, people)
	if err := errors.Join(tx.PutCallout(s), tx.AddRings(id, fresh)); err != nil {
		return call, false, err
	}
	if !s.Next.IsZero() {
		err = k.Later(ctx, tx, s.Next, Step{id, s.Step})
	}
	return call, true, err
}

// people are whom a call could ring for. A list of who is near that
// cannot be had is none: the call must ring.
func (k *Keeper) people(ctx context.Context, tx Tx, call docket.Call, now time.Time) (People, error) {
	var p People
	accounts, err := tx.Accounts()
	if err != nil {
		return p, err
	}
	may := map[string]bool{}
	for _, a := range accounts {
		may[a.ID] = !a.Disabled && a.Has(Roles...)
		if may[a.ID] && a.Has(staff.Clerk) {
			p.Clerks = append(p.Clerks, a.ID)
		}
	}
	if k.Near == nil {
		return p, nil
	}
	bounded, cancel := context.WithTimeout(ctx, nearWithin)
	defer cancel()
	near, err := k.Near(bounded, call, now)
	if err != nil {
		k.Log.Error("who is near a call is not known", "call", call.ID, "error", err)
	}
	for _, account := range near {
		if may[account] {
			p.Near = append(p.Near, account)
		}
	}
	return p, nil
}

// Record appends the record of a call. ErrNotFound, ErrOpen, ErrRecord, ErrCase,
// ErrPerson.
func (k *Keeper) Record(ctx context.Context, r Record) error {
	if err := r.tidy(); err != nil {
		return err
	}
	r.At = k.Clock().UTC()
	var call docket.Call
	err := k.Store.WriteCallouts(ctx, func(tx Tx) error {
		if _, err := tx.LockCallout(r.Call); err != nil {
			return err
		}
		var err error
		if call, err = tx.Call(r.Call); err != nil {
			return err
		}
		if call.Answer == nil {
			return ErrOpen
		}
		if err := k.fits(tx, r); err != nil {
			return err
		}
		return tx.AddRecord(r)
	})
	if err != nil {
		return fmt.Errorf("callout: record: %w", err)
	}
	k.Log.Info("call recorded", "call", r.Call, "kiosk", call.Kiosk, "case", r.Case)
	k.tell(call)
	return nil
}

// fits tells whether what a record names is there.
func (k *Keeper) fits(tx Tx, r Record) error {
	if r.Case > 0 {
		if _, err := tx.LockCase(r.Case); errors.Is(err, docket.ErrNotFound) {
			return ErrCase
		} else if err != nil {
			return err
		}
	}
	if r.Came == "" {
		return nil
	}
	accounts, err := tx.Accounts()
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.ID == r.Came && a.Has(Roles...) {
			return nil
		}
	}
	return ErrPerson
}

func (k *Keeper) tell(call docket.Call) {
	if k.Told != nil {
		k.Told(call)
	}
}
