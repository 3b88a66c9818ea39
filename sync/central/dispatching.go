package central

import (
	"context"
	"strconv"

	"lintai/sync/central/desk"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
	"lintai/sync/central/jobs"
	"lintai/sync/central/live"
)

// openDispatch says what is done for the jobs of package dispatch.
func (c *Central) openDispatch(h *jobs.Handlers) {
	c.dispatch = &dispatch.Office{Store: c.store, Clock: c.config.Clock, Log: c.config.Log,
		Desk: &desk.Desk{Store: c.store, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log}}
	jobs.Handle(h, func(ctx context.Context, j jobs.Job[dispatch.Look]) error { return c.dispatch.Look(ctx, j.Args.Cases) })
	jobs.Handle(h, func(ctx context.Context, _ jobs.Job[dispatch.Sweep]) error { return c.dispatch.Sweep(ctx) })
	jobs.Repeat(h, dispatch.SweepEvery, dispatch.Sweep{})
}

// tellCases has open pages show cases anew.
func (c *Central) tellCases(cases []docket.Case) {
	var words []live.Word
	for _, one := range cases {
		words = append(words, live.Word{Kind: live.Case, ID: strconv.FormatInt(one.Number, 10), Kiosk: one.Kiosk})
	}
	c.hub.Publish(words...)
}
