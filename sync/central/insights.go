package central

import (
	"context"

	"lintai/sync/central/activity"
	"lintai/sync/central/console"
	figurespages "lintai/sync/central/console/insight"
	reportpages "lintai/sync/central/console/report"
	"lintai/sync/central/insight"
	"lintai/sync/central/jobs"
	"lintai/sync/central/points"
)

// openInsight says what is done for the jobs of package insight.
func (c *Central) openInsight(h *jobs.Handlers) {
	c.insight = &insight.Keeper{Store: c.store, Clock: c.config.Clock, Rules: c.deadlines.Rules,
		// Central answers these by itself, at once: they would make every figure look good.
		Aside: []string{points.Service, activity.Service, activity.VolunteerService},
		Later: func(ctx context.Context, more insight.Count) error { return c.queue.AddNow(ctx, more) }}
	jobs.Handle(h, func(ctx context.Context, j jobs.Job[insight.Count]) error { return c.insight.Count(ctx, j.Args) })
	jobs.Repeat(h, insight.CountEvery, insight.Count{})
}

// CountFigures counts all figures anew at once, of as many cases as one job does; the queue
// does the rest.
func (c *Central) CountFigures(ctx context.Context) error {
	return c.insight.Count(ctx, insight.Count{Whole: true})
}

// insights are the areas of figures and of the report that is made of them.
func (c *Central) insights() console.Area {
	return areas{
		&figurespages.Area{Keeper: c.insight, Grids: c.store.Grids,
			Count: func(ctx context.Context) error { return c.queue.AddNow(ctx, insight.Count{Whole: true}) }},
		&reportpages.Area{Keeper: c.insight, Grids: c.store.Grids, Settings: c.store, Clock: c.config.Clock},
	}
}
