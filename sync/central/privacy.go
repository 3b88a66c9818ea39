package central

import (
	"context"

	"lintai/sync/central/console"
	desk "lintai/sync/central/console/privacy"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/jobs"
	"lintai/sync/central/opendata"
	"lintai/sync/central/privacy"
)

// openPrivacy says what is done for the job of package privacy.
func (c *Central) openPrivacy(h *jobs.Handlers) {
	keep := &privacy.Retention{Store: c.store, Days: c.retentionDays, Clock: c.config.Clock, Log: c.config.Log,
		Again: func(ctx context.Context) error { return c.queue.AddNow(ctx, privacy.Sweep{}) }}
	jobs.Handle(h, func(ctx context.Context, _ jobs.Job[privacy.Sweep]) error { return keep.Sweep(ctx) })
	jobs.Repeat(h, privacy.SweepEvery, privacy.Sweep{})
}

// retentionDays are those of the catalogue of the day, by service.
func (c *Central) retentionDays() map[string]int {
	days := map[string]int{}
	for _, s := range c.library.catalog.Load().Services {
		days[s.Code] = s.RetentionDays
	}
	return days
}

// reads is the log of who read what.
func (c *Central) reads() *privacy.Log { return &privacy.Log{Store: c.store, Clock: c.config.Clock} }

// openData are the figures that everybody may see.
func (c *Central) openData() *opendata.Data {
	return &opendata.Data{Log: c.config.Log, Grids: c.gridNames,
		Figures: &privacy.Figures{Store: c.store, Clock: c.config.Clock, Private: func() (private []string) {
			for _, s := range c.library.catalog.Load().Services {
				if !s.Public() {
					private = append(private, s.Code)
				}
			}
			return private
		}}}
}

func (c *Central) gridNames(ctx context.Context) (map[string]string, error) {
	book, err := c.store.Grids(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, g := range book.Grids {
		names[g.ID] = g.Name
	}
	return names, nil
}

// privacyDesk is the area of what residents ask for about what is known of them.
func (c *Central) privacyDesk(reader readable.Reader) console.Area {
	return &desk.Area{Reader: reader, Token: c.cardToken, Accounts: c.store.Accounts, Public: c.openData(), Clock: c.config.Clock,
		Keeper: &privacy.Keeper{Store: c.store, Docket: c.store, Reads: c.reads(), Clock: c.config.Clock, Log: c.config.Log}}
}
