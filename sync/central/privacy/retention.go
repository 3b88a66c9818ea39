package privacy

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"lintai/kiosk/phrase"
)

// Sweep is the job that takes out what was kept for as long as the catalogue said.
type Sweep struct{}

// Kind names the job.
func (Sweep) Kind() string { return "retention" }

// SweepEvery is how often it is added.
const SweepEvery = 6 * time.Hour

// DefaultDays is how long words are kept where the catalogue says nothing: of a
// service that is gone from it, and of what belongs to no case.
const DefaultDays = 365

const (
	// aTime is how many cases lose their words in one transaction, so that staff do not
	// wait for it; spell is how long one job goes on.
	aTime = 20
	spell = 10 * time.Second
)

// Retention keeps the promise that was made before the first personal field.
type Retention struct {
	Store Store
	// Days are the catalogue's, by service; a service without is kept for DefaultDays.
	Days func() map[string]int
	// Again adds another Sweep, when there was more than one job should do.
	Again func(context.Context) error
	Clock func() time.Time
	Log   *slog.Logger
}

// Day is a day as counts are kept by.
func Day(t time.Time) string { return t.In(phrase.Zone).Format("2006-01-02") }

// Sweep does the job. Cases count from when they were closed, or last told to the
// resident; a case that is open, or held, is left.
func (r *Retention) Sweep(ctx context.Context) error {
	now := r.Clock().UTC()
	began := time.Now()
	before := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	days := maps.Clone(r.Days())
	maps.DeleteFunc(days, func(_ string, n int) bool { return n < 1 })
	known := slices.Sorted(maps.Keys(days))
	var rounds []func() (Count, bool, error)
	for _, service := range known {
		rounds = append(rounds, func() (Count, bool, error) {
			return r.Store.EraseOld(ctx, []string{service}, false, before(days[service]), now, aTime)
		})
	}
	rounds = append(rounds, func() (Count, bool, error) {
		return r.Store.EraseOld(ctx, known, true, before(DefaultDays), now, aTime)
	}, func() (Count, bool, error) { return r.Store.EraseLoose(ctx, before(DefaultDays), now, aTime) })
	all, left := Count{}, false
	for _, round := range rounds {
		for {
			erased, more, err := round()
			if err != nil {
				return errors.Join(err, r.report(ctx, now, all))
			}
			all.Add(erased)
			if !more {
				break
			}
			if time.Since(began) > spell {
				left = true
				break
			}
		}
	}
	err := r.report(ctx, now, all)
	if left {
		err = errors.Join(err, r.Again(ctx))
	}
	return err
}

// report counts what went and has the files forget it.
func (r *Retention) report(ctx context.Context, now time.Time, c Count) error {
	if c.Sum() == 0 {
		return nil
	}
	r.Log.Info("kept for as long as was said, and taken out", "cases", c[Cases], "attachments", c[Attachments], "ratings", c[Ratings],
		"items", c[Items], "calls", c[Calls], "seats", c[Seats], "people", c[People], "visits", c[Visits])
	return errors.Join(r.Store.CountErased(ctx, Day(now), c), r.Store.Scrub(ctx))
}
