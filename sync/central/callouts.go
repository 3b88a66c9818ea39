package central

import (
	"context"
	"time"

	"lintai/sync/central/callout"
	"lintai/sync/central/docket"
	"lintai/sync/central/jobs"
	"lintai/sync/central/live"
	"lintai/sync/central/sensor"
	"lintai/sync/central/store"
)

// openCallouts lists the jobs of package callout, and has calls ring from the
// transaction on that files them.
func (c *Central) openCallouts(h *jobs.Handlers) {
	c.callouts = &callout.Keeper{Store: c.store, Clock: c.config.Clock, Near: c.near, Log: c.config.Log,
		Later: func(ctx context.Context, tx callout.Tx, at time.Time, s callout.Step) error {
			// Jobs are kept to the millisecond: see openJobs.
			return c.queue.Add(ctx, tx.(*store.Tx).SQL(), at.Add(time.Millisecond), s)
		},
		Told: func(call docket.Call) {
			c.hub.Publish(live.Word{Kind: live.Call, ID: call.ID, Kiosk: call.Kiosk})
		}}
	jobs.Handle(h, func(ctx context.Context, j jobs.Job[callout.Step]) error {
		return c.callouts.Make(ctx, j.Args, func(tx callout.Tx) error { return j.Finish(ctx, tx.(*store.Tx).SQL()) })
	})
	jobs.Handle(h, func(ctx context.Context, _ jobs.Job[callout.Sweep]) error { return c.callouts.Sweep(ctx) })
	jobs.Repeat(h, callout.SweepEvery, callout.Sweep{})
	c.store.OnCalls(func(ctx context.Context, tx *store.Tx, calls []string) error {
		return c.callouts.Happened(ctx, tx, calls)
	})
}

// near lists who is on duty near the terminal, or the device, of a call.
func (c *Central) near(ctx context.Context, call docket.Call, at time.Time) ([]string, error) {
	book, err := c.store.Grids(ctx)
	if err != nil || len(book.Grids) == 0 {
		return nil, err
	}
	if id := sensor.Of(call); id != "" {
		return c.nearDevice(ctx, book, id, at)
	}
	terminals, err := c.store.Terminals(ctx)
	if err != nil {
		return nil, err
	}
	from := docket.Terminal{Number: call.Kiosk}
	for _, t := range terminals {
		if t.Number == call.Kiosk {
			from = t
		}
	}
	return callout.Nearest(book, from, at), nil
}
