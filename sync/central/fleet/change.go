package fleet

import (
	"context"
	"slices"
	"time"

	"lintai/sync/central/live"
	"lintai/sync/central/rollout"
)

// Start begins the rollout of a version. first is the terminal that takes it first, 0 for
// one that is well. ErrNotFound, ErrElsewhere, ErrRunning while another is on its way,
// ErrOlder, ErrExists for one that began before, rollout.ErrUnfit, rollout.ErrWaits.
func (k *Keeper) Start(ctx context.Context, version string, first int, waits [2]time.Duration, by string) error {
	now := k.Clock().UTC().Truncate(time.Microsecond)
	bundles, err := k.Store.Bundles(ctx)
	if err != nil {
		return err
	}
	b, is := bundleOf(bundles, version)
	if !is {
		return ErrNotFound
	}
	if !k.Shelf.has(ctx, b) {
		return ErrElsewhere
	}
	terminals, err := k.Terminals(ctx)
	if err != nil {
		return err
	}
	fresh, err := rollout.New(version, waits, now)
	if err != nil {
		return err
	}
	if first != 0 {
		i := slices.IndexFunc(terminals, func(t rollout.Terminal) bool { return t.Kiosk == first })
		if i < 0 {
			return rollout.ErrUnfit
		}
		if err := rollout.Fit(version, terminals[i], now); err != nil {
			return err
		}
	}
	err = k.Store.WriteFleet(ctx, func(tx Tx) error {
		all, err := tx.Rollouts()
		if err != nil {
			return err
		}
		for _, r := range all {
			switch {
			case r.Version == version:
				return ErrExists
			case !r.State.Over():
				return ErrRunning
			case rollout.Newer(r.Version, version) < 0:
				return ErrOlder
			}
		}
		if err := tx.PutRollout(fresh); err != nil {
			return err
		}
		if first != 0 {
			if err := tx.PutMember(version, rollout.Member{Kiosk: first, Stage: rollout.One}); err != nil {
				return err
			}
		}
		if _, err := k.step(tx, fresh, terminals, now); err != nil {
			return err
		}
		return tx.AddFleetNote(Note{At: now, By: by, Action: Started, Detail: version})
	})
	return k.changed(version, Started, err)
}

// Stop stops a rollout. ErrNotFound, rollout.ErrState.
func (k *Keeper) Stop(ctx context.Context, version, by string) error {
	return k.change(ctx, version, by, Halted, func(_ Tx, r rollout.Rollout) (rollout.Rollout, error) { return r.Stop(k.now()) })
}

// Withdraw ends a rollout for ever. ErrNotFound, rollout.ErrState.
func (k *Keeper) Withdraw(ctx context.Context, version, by string) error {
	return k.change(ctx, version, by, Withdrawn, func(_ Tx, r rollout.Rollout) (rollout.Rollout, error) { return r.Withdraw(k.now()) })
}

// GoOn has a rollout go on that stopped. ErrNotFound, rollout.ErrState.
func (k *Keeper) GoOn(ctx context.Context, version, by string) error {
	terminals, err := k.Terminals(ctx)
	if err != nil {
		return err
	}
	return k.change(ctx, version, by, WentOn, func(tx Tx, r rollout.Rollout) (rollout.Rollout, error) {
		members, err := tx.Members(version)
		if err != nil {
			return r, err
		}
		after, excused, err := r.GoOn(members, terminals, k.now())
		for _, m := range excused {
			if err == nil {
				err = tx.PutMember(version, m)
			}
		}
		return after, err
	})
}

func (k *Keeper) now() time.Time { return k.Clock().UTC().Truncate(time.Microsecond) }

// change does to a rollout what somebody asks for, and notes it.
func (k *Keeper) change(ctx context.Context, version, by string, what Action, f func(Tx, rollout.Rollout) (rollout.Rollout, error)) error {
	err := k.Store.WriteFleet(ctx, func(tx Tx) error {
		all, err := tx.Rollouts()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(r rollout.Rollout) bool { return r.Version == version })
		if i < 0 {
			return ErrNotFound
		}
		after, err := f(tx, all[i])
		if err != nil {
			return err
		}
		if err := tx.PutRollout(after); err != nil {
			return err
		}
		return tx.AddFleetNote(Note{At: k.now(), By: by, Action: what, Detail: version})
	})
	return k.changed(version, what, err)
}

func (k *Keeper) changed(version string, what Action, err error) error {
	if err == nil {
		k.Log.Info("a rollout was changed by a person", "version", version, "what", string(what))
		k.Hub.Publish(live.Word{Kind: live.Terminal})
	}
	return err
}
