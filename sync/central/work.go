package central

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"lintai/sync/central/deadline"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/jobs"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
)

// What is done later, and by whichever process is free: package jobs. A kind of job is
// listed here with what it does.

// casesAJob is how many cases one job looks at.
const casesAJob = 100

func (c *Central) openJobs(ctx context.Context) (err error) {
	h := jobs.NewHandlers()
	c.deadlines = &deadline.Keeper{Store: c.store, Clock: c.config.Clock, Chain: rand.Text, Told: c.tellLimits,
		Later: func(ctx context.Context, tx deadline.Tx, at time.Time, l deadline.Look) error {
			// Jobs are kept to the millisecond. One that comes before its alarm would come
			// again at once, over and over until the clock is there.
			at = at.Add(time.Millisecond)
			if soon := c.config.Clock().Add(time.Second); at.Before(soon) {
				at = soon
			}
			return c.queue.Add(ctx, tx.(*store.Tx).SQL(), at, l)
		}}
	jobs.Handle(h, func(ctx context.Context, j jobs.Job[deadline.Look]) error {
		return c.deadlines.Look(ctx, j.Args, func(tx deadline.Tx) error { return j.Finish(ctx, tx.(*store.Tx).SQL()) })
	})
	jobs.Handle(h, func(ctx context.Context, _ jobs.Job[deadline.Sweep]) error { return c.deadlines.Sweep(ctx) })
	jobs.Repeat(h, deadline.SweepEvery, deadline.Sweep{})
	c.openDispatch(h)
	c.openCallouts(h)
	c.openMediation(h)
	c.openInsight(h)
	c.openSensors(h)
	c.openPrivacy(h)
	if err = c.openFleet(h); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	if c.queue, err = jobs.Open(ctx, c.store, h, jobs.Options{Clock: c.config.Clock, Log: c.config.Log}); err != nil {
		return fmt.Errorf("central: %w", err)
	}
	c.store.OnCases(func(ctx context.Context, tx *sql.Tx, cases []int64) error {
		var looks []jobs.Args
		for some := range slices.Chunk(cases, casesAJob) {
			looks = append(looks, deadline.Look{Cases: some}, dispatch.Look{Cases: some})
		}
		return c.queue.Add(ctx, tx, time.Time{}, looks...)
	})
	return nil
}

// Work does jobs until ctx ends; Serve does too.
func (c *Central) Work(ctx context.Context) error { return c.queue.Run(ctx) }

func (c *Central) work(ctx context.Context) {
	if err := c.Work(ctx); err != nil {
		c.config.Log.Error("jobs are not done", "error", err)
	}
}

// countLimitsAnew has a job do so for all cases, after the document was changed.
func (c *Central) countLimitsAnew(ctx context.Context) error {
	return c.queue.AddNow(ctx, deadline.Sweep{})
}

// tellLimits has open pages show limits anew.
func (c *Central) tellLimits(_ []int64, notified bool) {
	c.hub.Publish(live.Word{Kind: live.Limits})
	if notified {
		c.config.Log.Info("staff were told of time limits")
	}
}
