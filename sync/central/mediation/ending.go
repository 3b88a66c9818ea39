package mediation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

// Conclude ends a matter: Agreed with the agreement's text and what was promised, which
// takes parties on two sides (else ErrAlone), Failed
// or Withdrawn with the reason. The case is completed, or cancelled when it was
// withdrawn; one that staff closed before stays as it is.
func (k *Keeper) Conclude(ctx context.Context, e Ending, promises []Promise, by Actor) error {
	if e.Text == "" || !paragraphs(e.Text, MaxText) {
		return ErrText
	}
	if len(promises) > MaxPromises || e.Outcome != Agreed && len(promises) > 0 {
		return ErrMany
	}
	for _, p := range promises {
		if err := p.Check(k.Clock()); err != nil {
			return err
		}
	}
	note, ok := map[Outcome]string{Agreed: phrase.Text("mediation_note.agreed"), Failed: phrase.Text("mediation_note.failed"),
		Withdrawn: phrase.Text("mediation_note.withdrawn")}[e.Outcome]
	if !ok {
		return ErrMove
	}
	return k.write(ctx, by, func(c *change) error {
		filed, m, err := c.running(e.Case)
		if err != nil {
			return err
		}
		if e.Outcome == Agreed {
			parties, err := c.Parties(e.Case)
			if err != nil {
				return err
			}
			sides := map[Side]bool{}
			for _, p := range parties {
				sides[p.Side] = true
			}
			if len(sides) < 2 {
				return ErrAlone
			}
		}
		e.At, e.By = c.now, by.Account
		if err := c.AddEnding(e); err != nil {
			return err
		}
		m.Outcome, m.EndedAt = e.Outcome, c.now
		if err := c.PutMatter(m); err != nil {
			return err
		}
		for _, p := range promises {
			p.Case, p.Keeping, p.Told, p.Seen, p.Due = e.Case, Open, Nothing, Nothing, day(p.Due)
			if p.Number, err = c.AddPromise(p); err != nil {
				return err
			}
			if _, at, ok := p.Alarm(); ok {
				if err := k.Later(ctx, c.Tx, at, Remind{p.Number}); err != nil {
					return err
				}
			}
		}
		if filed.Status.Closed() {
			return nil
		}
		if e.Outcome == Withdrawn {
			err := c.advance(filed, docket.Event{Action: docket.Cancel, Note: note})
			if !errors.Is(err, docket.ErrFollowed) {
				return err
			}
			// Others are merged into it and wait for it: their holders may rate it.
		}
		return c.complete(filed, note)
	})
}

// complete brings a case to its end on its shortest way; the note is of the last step.
func (c *change) complete(filed docket.Case, note string) error {
	var steps []docket.Event
	for s := filed.Status; !s.Closed(); {
		next := s.Next()
		if len(next) == 0 {
			return ErrMove
		}
		a, _ := s.Towards(next[0])
		steps = append(steps, docket.Event{Action: a})
		s = next[0]
	}
	steps[len(steps)-1].Note = note
	return c.advance(filed, steps...)
}

// Resume goes on with a matter whose case was opened again. What was promised is void.
func (k *Keeper) Resume(ctx context.Context, number int64, by Actor) error {
	return k.write(ctx, by, func(c *change) error {
		filed, err := c.LockCase(number)
		if errors.Is(err, docket.ErrNotFound) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		m, err := c.Matter(number)
		if err != nil {
			return err
		}
		if m.Outcome == Running || filed.Status.Closed() {
			return ErrMove
		}
		if err := c.VoidPromises(number); err != nil {
			return err
		}
		m.Outcome, m.EndedAt, m.Mediator = Running, time.Time{}, by.Account
		if err := c.PutMatter(m); err != nil {
			return err
		}
		return c.advance(filed, toHer(filed, by.Account)...)
	})
}

// Settle notes whether a promise was kept.
func (k *Keeper) Settle(ctx context.Context, number, promise int64, as Keeping, by Actor) error {
	if as != Kept && as != Broken {
		return ErrMove
	}
	return k.write(ctx, by, func(c *change) error {
		p, err := c.promise(number, promise)
		if err != nil {
			return err
		}
		if p.Keeping == Void || p.Keeping == as {
			return ErrMove
		}
		p.Keeping, p.SettledAt, p.SettledBy, p.Seen = as, c.now, by.Account, p.Told
		return c.PutPromise(p)
	})
}

// See notes that somebody has read what she was told of a promise.
func (k *Keeper) See(ctx context.Context, number, promise int64, by Actor) error {
	return k.write(ctx, by, func(c *change) error {
		p, err := c.promise(number, promise)
		if err != nil {
			return err
		}
		p.Seen = p.Told
		return c.PutPromise(p)
	})
}

func (c *change) promise(number, promise int64) (Promise, error) {
	p, err := c.Promise(promise)
	if err == nil && p.Case != number {
		err = ErrNotFound
	}
	return p, err
}

// Remind tells what is to be told of a promise now, and has the next alarm rung. finish
// ends the job in the same transaction.
func (k *Keeper) Remind(ctx context.Context, r Remind, finish func(Tx) error) error {
	told := false
	err := k.Store.WriteMediation(ctx, func(tx Tx) error {
		told = false
		p, err := tx.Promise(r.Promise)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		now := k.Clock()
		for err == nil {
			stage, at, ok := p.Alarm()
			if !ok {
				break
			}
			if at.After(now) {
				if err := k.Later(ctx, tx, at, r); err != nil {
					return err
				}
				break
			}
			p.Told, told = stage, true
		}
		if told {
			if err := tx.PutPromise(p); err != nil {
				return err
			}
		}
		if finish == nil {
			return nil
		}
		return finish(tx)
	})
	if err != nil {
		return fmt.Errorf("mediation: %w", err)
	}
	if told {
		k.Hub.Publish(live.Word{Kind: live.Limits})
		k.Log.Info("a mediator was told of a promise", "promise", r.Promise)
	}
	return nil
}
