package central

import (
	"context"
	"io"
	"path/filepath"
	"time"

	"lintai/sync/central/fleet"
	"lintai/sync/central/jobs"
	"lintai/sync/central/rollout"
)

// Terminals as computers: package fleet.

const fleetSweepEvery = 5 * time.Minute

type fleetSweep struct{}

func (fleetSweep) Kind() string { return "fleet.sweep" }

// openFleet makes the keeper, and lists its job.
func (c *Central) openFleet(h *jobs.Handlers) error {
	secret, err := c.keys().StaffSecret()
	if err != nil {
		return err
	}
	c.fleet = &fleet.Keeper{Store: c.store, Hub: c.hub, Secret: secret, Clock: c.config.Clock, Log: c.config.Log,
		Shelf: &fleet.Shelf{Folder: filepath.Join(c.config.Folder, "updates"), Store: c.store, Shared: c.shared()}}
	jobs.Handle(h, func(ctx context.Context, _ jobs.Job[fleetSweep]) error { return c.fleet.Sweep(ctx) })
	jobs.Repeat(h, fleetSweepEvery, fleetSweep{})
	return nil
}

// SweepFleet moves rollouts on, as a job does every few minutes.
func (c *Central) SweepFleet(ctx context.Context) error { return c.fleet.Sweep(ctx) }

// WatchUpdates has terminals hear of what is done with updates, until ctx ends; Serve does too.
func (c *Central) WatchUpdates(ctx context.Context) { c.fleet.Watch(ctx) }

// AddUpdate takes the file of a bundle for terminals.
func (c *Central) AddUpdate(ctx context.Context, f interface {
	io.Reader
	io.ReaderAt
}, size int64) (fleet.Bundle, error) {
	return c.fleet.AddBundle(ctx, f, size, fleet.Operator)
}

// RemoveUpdate forgets a bundle that is not on its way.
func (c *Central) RemoveUpdate(ctx context.Context, version string) error {
	return c.fleet.RemoveBundle(ctx, version, fleet.Operator)
}

// Updates lists the bundles and their rollouts, newest version first.
func (c *Central) Updates(ctx context.Context) ([]fleet.Update, error) { return c.fleet.Updates(ctx) }

// StartUpdate begins the rollout of a version; first is the terminal that takes it first,
// 0 for one that is well.
func (c *Central) StartUpdate(ctx context.Context, version string, first int, waits [2]time.Duration) error {
	return c.fleet.Start(ctx, version, first, waits, fleet.Operator)
}

// StopUpdate stops a rollout, until ContinueUpdate.
func (c *Central) StopUpdate(ctx context.Context, version string) error {
	return c.fleet.Stop(ctx, version, fleet.Operator)
}

// ContinueUpdate has a rollout go on that stopped.
func (c *Central) ContinueUpdate(ctx context.Context, version string) error {
	return c.fleet.GoOn(ctx, version, fleet.Operator)
}

// WithdrawUpdate ends a rollout for ever.
func (c *Central) WithdrawUpdate(ctx context.Context, version string) error {
	return c.fleet.Withdraw(ctx, version, fleet.Operator)
}

// DefaultWaits are how long the first terminal and the tenth are watched.
var DefaultWaits = [2]time.Duration{rollout.DefaultFirst, rollout.DefaultTenth}
