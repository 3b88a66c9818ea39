package central

import (
	"context"
	"database/sql"
	"time"

	"lintai/sync/central/console"
	mediationarea "lintai/sync/central/console/mediation"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/jobs"
	"lintai/sync/central/mediation"
)

// mediator keeps what mediators do.
func (c *Central) mediator() *mediation.Keeper {
	return &mediation.Keeper{Store: c.store, Hub: c.hub, Clock: c.config.Clock, Log: c.config.Log,
		Later: func(ctx context.Context, tx mediation.Tx, at time.Time, r mediation.Remind) error {
			// Jobs are kept to the millisecond: see openJobs.
			return c.queue.Add(ctx, tx.(interface{ SQL() *sql.Tx }).SQL(), at.Add(time.Millisecond), r)
		}}
}

// openMediation says what is done for the jobs of package mediation.
func (c *Central) openMediation(h *jobs.Handlers) {
	jobs.Handle(h, func(ctx context.Context, j jobs.Job[mediation.Remind]) error {
		return c.mediator().Remind(ctx, j.Args, func(tx mediation.Tx) error { return j.Finish(ctx, tx.(interface{ SQL() *sql.Tx }).SQL()) })
	})
}

// quarrels is the area of mediators.
func (c *Central) quarrels() console.Area {
	reader := readable.Reader{Store: c.store, Catalog: c.library.catalog.Load}
	return &mediationarea.Area{Keeper: c.mediator(), Reader: reader, Catalog: c.library.catalog.Load, Accounts: c.store.Accounts, Clock: c.config.Clock}
}
