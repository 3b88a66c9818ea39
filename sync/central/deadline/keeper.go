package deadline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lintai/sync/central/docket"
)

// Look is the job that looks at cases: when something happened to them, or when an
// alarm of one may have to ring.
type Look struct {
	Cases []int64 `json:"cases"`
	// Chain is set on those that were added for an alarm. What another has taken over is
	// left to it, so that each case has one job that waits.
	Chain string `json:"chain,omitempty"`
}

func (Look) Kind() string { return "deadline.look" }

// Sweep is the job that finds what no Look saw: cases from before there were limits,
// or from before the document was changed.
type Sweep struct{}

func (Sweep) Kind() string { return "deadline.sweep" }

const (
	// SweepEvery is how often.
	SweepEvery = 10 * time.Minute
	// patience is how late an alarm's job may be until Sweep does its work, and how old a
	// case that is not classified: a Look follows from classifying it.
	patience = 2 * time.Minute
	// atOnce is how many cases are looked at in one transaction.
	atOnce = 100
)

// Keeper keeps the limits of cases and rings their alarms.
type Keeper struct {
	Store Store
	Clock func() time.Time
	// Later adds a Look in a transaction, for a time.
	Later func(ctx context.Context, tx Tx, at time.Time, l Look) error
	// Told is called after the commit with the cases whose limits are others than before,
	// and whether anybody was told of something.
	Told func(cases []int64, notified bool)
	// Chain makes a word that was never used.
	Chain func() string
}

// Rules reads the document that is in force.
func (k *Keeper) Rules(ctx context.Context) (*Rules, error) {
	text, err := k.Store.Setting(ctx, Setting)
	if err != nil {
		return nil, fmt.Errorf("deadline: rules: %w", err)
	}
	return Parse(text)
}

// Look counts the limits of cases as they stand now, tells what is to be told, and has
// the next alarm rung. finish, when it is not nil, ends the job in the same
// transaction.
func (k *Keeper) Look(ctx context.Context, l Look, finish func(Tx) error) error {
	rules, err := k.Rules(ctx)
	if err != nil {
		return err
	}
	cases := slices.Clone(l.Cases)
	slices.Sort(cases)
	cases = slices.Compact(cases)
	var changed []int64
	var notified bool
	err = k.Store.WriteLimits(ctx, func(tx Tx) error {
		changed, notified = nil, false
		now := k.Clock().UTC()
		v := visit{tx: tx, rules: rules, now: now, chain: k.Chain()}
		for _, number := range cases {
			if err := v.look(number, l.Chain); err != nil {
				return fmt.Errorf("deadline: case %d: %w", number, err)
			}
		}
		if len(v.ahead) > 0 {
			if err := k.Later(ctx, tx, v.next, Look{Cases: v.ahead, Chain: v.chain}); err != nil {
				return err
			}
		}
		changed, notified = v.changed, v.notified
		if finish != nil {
			return finish(tx)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if k.Told != nil && (len(changed) > 0 || notified) {
		k.Told(changed, notified)
	}
	return nil
}

// Sweep looks at all that no Look saw.
func (k *Keeper) Sweep(ctx context.Context) error {
	rules, err := k.Rules(ctx)
	if err != nil {
		return err
	}
	for last := int64(0); ; {
		cases, err := k.Store.UnkeptLimits(ctx, rules.Digest, k.Clock().Add(-patience), last, atOnce)
		if err != nil {
			return fmt.Errorf("deadline: %w", err)
		}
		if len(cases) == 0 {
			return nil
		}
		last = cases[len(cases)-1]
		if err := k.Look(ctx, Look{Cases: cases}, nil); err != nil {
			return err
		}
	}
}

// visit is one transaction of Look.
type visit struct {
	tx         Tx
	rules      *Rules
	now        time.Time
	chain      string
	colleagues []Colleague

	next     time.Time // the earliest alarm of those ahead
	ahead    []int64
	changed  []int64
	notified bool
}

func (v *visit) look(number int64, chain string) error {
	c, err := v.tx.LockCase(number)
	if errors.Is(err, docket.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before, err := v.tx.Limits(number)
	known := err == nil
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if chain != "" && (!known || before.Chain != chain) {
		return nil // another job waits for it, or it is closed
	}
	events, err := v.tx.Events(number)
	if err != nil {
		return err
	}
	standing, open := v.rules.Of(c.Category, c.Urgency, events)
	if !open {
		if known {
			v.changed = append(v.changed, number)
			return v.tx.DropLimits(number)
		}
		return nil
	}
	k := Kept{Case: number, Events: c.Events, Rules: v.rules.Digest, Standing: standing, Next: standing.Next(v.now), Assignee: assignee(events)}
	if err := v.tell(k); err != nil {
		return err
	}
	switch {
	case k.Next.IsZero():
	case chain == "" && known && before.Chain != "" && before.Next.Equal(k.Next) && before.Next.After(v.now):
		k.Chain = before.Chain // its job waits already
	default:
		k.Chain = v.chain
		v.ahead = append(v.ahead, number)
		if v.next.IsZero() || k.Next.Before(v.next) {
			v.next = k.Next
		}
	}
	if !known || !before.Began.Equal(k.Began) || before.Response != k.Response || before.Fix != k.Fix || before.Assignee != k.Assignee {
		v.changed = append(v.changed, number)
	}
	return v.tx.KeepLimits(k)
}

// tell files what has rung.
func (v *visit) tell(k Kept) error {
	for _, a := range k.Rung(v.now) {
		whom, err := v.whom(a.Stage, k.Assignee)
		if err != nil {
			return err
		}
		for _, account := range whom {
			filed, err := v.tx.FileNotification(Notification{Account: account, Case: k.Case, Round: k.Round, What: a.What, Stage: a.Stage, Due: a.Due, At: v.now})
			if err != nil {
				return err
			}
			v.notified = v.notified || filed
		}
	}
	return nil
}

// whom says who is told: whoever has the case while she works here, else the clerks.
// Where there is no clerk the administrators are told, and where there is no
// administrator the clerks.
func (v *visit) whom(stage Stage, to docket.Assignee) ([]string, error) {
	if v.colleagues == nil {
		var err error
		if v.colleagues, err = v.tx.Colleagues(); err != nil {
			return nil, err
		}
	}
	var clerks, administrators []string
	for _, c := range v.colleagues {
		if worker, ok := to.Worker(); ok && worker == c.Account && (stage == Reminder || stage == Overdue) {
			return []string{c.Account}, nil
		}
		if c.Clerk {
			clerks = append(clerks, c.Account)
		}
		if c.Administrator {
			administrators = append(administrators, c.Account)
		}
	}
	if stage == ToAdministrators && len(administrators) > 0 || len(clerks) == 0 {
		return administrators, nil
	}
	return clerks, nil
}

// assignee is who has a case. Events that do not follow each other tell nothing.
func assignee(events []docket.Event) docket.Assignee {
	s, err := docket.Replay(events)
	if err != nil {
		return ""
	}
	return s.Assignee
}
