package central

import (
	"context"
	"strconv"

	"lintai/sync/central/desk"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/insight"
	"lintai/sync/central/jobs"
	"lintai/sync/central/live"
)

// openDispatch says what is done for the jobs of package dispatch.
func (c *Central) openDispatch(h *jobs.Handlers) {
	c.dispatch = &dispatch.Office{Store: c.store, Clock: c.config.Clock, Log: c.config.Log,
		Desk: &desk.Desk{Store: c.store, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log},
		// A case that was placed anew has no event of that, so figures look at all.
		Placed: func(ctx context.Context) error { return c.queue.AddNow(ctx, insight.Count{Whole: true}) }}
	jobs.Handle(h, func(ctx context.Context, j jobs.Job[dispatch.Look]) error { return c.dispatch.Look(ctx, j.Args.Cases) })
	jobs.Handle(h, func(ctx context.Context, _ jobs.Job[dispatch.Sweep]) error { return c.dispatch.Sweep(ctx) })
	jobs.Repeat(h, dispatch.SweepEvery, dispatch.Sweep{})
	jobs.Handle(h, func(ctx context.Context, j jobs.Job[dispatch.Renew]) error { return c.renewPlaces(ctx, j.Args) })
	jobs.Repeat(h, dispatch.SweepEvery, dispatch.Renew{})
}

// tellCases has open pages show cases anew.
func (c *Central) tellCases(cases []docket.Case) {
	var words []live.Word
	for _, one := range cases {
		words = append(words, live.Word{Kind: live.Case, ID: strconv.FormatInt(one.Number, 10), Kiosk: one.Kiosk})
	}
	c.hub.Publish(words...)
}

// drawing is the store of grids; when they are changed, a job places cases anew.
type drawing struct {
	grid.Store
	renew func(context.Context)
}

// ChangeGrids is the store's. The change stands when no job can be added: it is looked for
// now and then, too.
func (d drawing) ChangeGrids(ctx context.Context, f func(*grid.Book) error) (*grid.Book, error) {
	b, err := d.Store.ChangeGrids(ctx, f)
	if err == nil {
		d.renew(context.WithoutCancel(ctx))
	}
	return b, err
}

// drawing is the store in which staff's pages change grids.
func (c *Central) drawing() grid.Store {
	return drawing{c.store, func(ctx context.Context) {
		if err := c.queue.AddNow(ctx, dispatch.Renew{}); err != nil {
			c.config.Log.Warn("cases are placed anew a little later", "error", err)
		}
	}}
}

// renewPlaces does some of the work, and has the next job go on.
func (c *Central) renewPlaces(ctx context.Context, r dispatch.Renew) error {
	next, err := c.dispatch.Renew(ctx, r)
	if err != nil || next == nil {
		return err
	}
	return c.queue.AddNow(ctx, *next)
}
