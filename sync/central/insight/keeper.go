package insight

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"lintai/sync/central/deadline"
)

// Count is the job that brings the figures up to date.
type Count struct {
	// Whole looks at every case, not only at those that something happened to lately: what was
	// written with an older time, from a stick or by an import, is found so.
	Whole bool `json:"whole,omitempty"`
	// After is the case after which it goes on: a job looks at so many and leaves the rest to
	// the next.
	After int64 `json:"after,omitempty"`
	// Since is that of the first one of such a row of jobs.
	Since time.Time `json:"since,omitzero"`
}

func (Count) Kind() string { return "insight.count" }

const (
	// CountEvery is how often.
	CountEvery = 15 * time.Minute
	// wholeEvery is how often all cases are looked at, and forecasts and groups are made.
	wholeEvery = 24 * time.Hour
	// overlap is how far back a job looks behind the one before: what was classified or found
	// on the map a while after it was filed has no event of that.
	overlap = time.Hour
	// atOnce is how many cases are folded in one transaction, aJob in one job.
	atOnce, aJob = 500, 20_000
	// spare is how long before its time is over a job leaves the rest to the next: one that is
	// ended begins anew with the same cases.
	spare = 15 * time.Second
	// History is how many months forecasts are made of, and pages show at most.
	History = 36
	// mostPlaces is how many places are kept of a quarter.
	mostPlaces = 100
)

// Keeper keeps the figures.
type Keeper struct {
	Store Store
	Clock func() time.Time
	Rules func(context.Context) (*deadline.Rules, error)
	// Aside are services that count in no figure: see FactOf.
	Aside []string
	// Later adds a job.
	Later func(context.Context, Count) error

	cube atomic.Pointer[Cube] // the newest that was read
}

// Count brings facts and cells up to date.
func (k *Keeper) Count(ctx context.Context, c Count) error {
	now := k.Clock().UTC()
	if c.After == 0 {
		last, err := k.Store.Page(ctx, pageCount, nil)
		if err != nil {
			return err
		}
		whole, err := k.Store.Page(ctx, pageWhole, nil)
		if err != nil {
			return err
		}
		if c.Whole = c.Whole || last.IsZero() || now.Sub(whole) >= wholeEvery; !c.Whole {
			c.Since = last.Add(-overlap)
		}
	}
	last, more, err := k.fold(ctx, c)
	if err != nil {
		return err
	}
	if more {
		return k.Later(ctx, Count{Whole: c.Whole, Since: c.Since, After: last})
	}
	// Once, when all facts are there: a month of a town is read for seconds.
	if more, err = k.recount(ctx, now); err != nil {
		return err
	}
	if more {
		return k.Later(ctx, Count{Whole: c.Whole, Since: c.Since, After: last})
	}
	if err := k.Store.PutPage(ctx, pageCount, now, nil); err != nil {
		return err
	}
	// The page that asks next need not wait for it.
	cube, err := k.read(ctx, now)
	if err != nil || !c.Whole {
		return err
	}
	if err := k.reckon(ctx, now, cube); err != nil {
		return err
	}
	return k.Store.PutPage(ctx, pageWhole, now, nil)
}

// fold makes the facts of stale cases, of so many at most.
func (k *Keeper) fold(ctx context.Context, c Count) (last int64, more bool, err error) {
	rules, err := k.Rules(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("insight: %w", err)
	}
	aside := map[string]bool{}
	for _, service := range k.Aside {
		aside[service] = true
	}
	last = c.After
	for n := range aJob / atOnce {
		if n > 0 && late(ctx) {
			break
		}
		stale, err := k.Store.StaleCases(ctx, c.Since, last, atOnce)
		if err != nil || len(stale) == 0 {
			return last, false, err
		}
		last = stale[len(stale)-1]
		sources, err := k.Store.Sources(ctx, stale)
		if err != nil {
			return last, false, err
		}
		facts := make([]Fact, len(sources))
		for i, s := range sources {
			facts[i] = FactOf(s, rules, aside)
		}
		if err := k.Store.PutFacts(ctx, facts); err != nil {
			return last, false, err
		}
	}
	return last, true, nil
}

// late tells that a job's time is nearly over.
func late(ctx context.Context) bool {
	until, bounded := ctx.Deadline()
	return bounded && time.Until(until) < spare
}

// recount makes the cells of the months that changed, a quarter after another; more is that
// some are left to the next job.
func (k *Keeper) recount(ctx context.Context, now time.Time) (more bool, err error) {
	if err := k.Store.PassLimits(ctx, now); err != nil {
		return false, err
	}
	months, err := k.Store.StaleMonths(ctx)
	if err != nil {
		return false, err
	}
	quarters := map[Quarter][]Month{}
	for _, m := range slices.Sorted(maps.Keys(months)) {
		quarters[m.Quarter()] = append(quarters[m.Quarter()], m)
	}
	for n, q := range slices.Sorted(maps.Keys(quarters)) {
		if n > 0 && late(ctx) {
			return true, nil
		}
		// The places first: once its months count as counted, nobody makes them again. The next
		// quarter is compared with it.
		for _, other := range []Quarter{q, q.Add(1)} {
			if _, comes := quarters[other]; comes && other != q {
				continue
			}
			if err := k.putPlaces(ctx, other, now); err != nil {
				return false, err
			}
		}
		for _, m := range quarters[q] {
			c := NewCube(now)
			if err := k.Store.Facts(ctx, m, c.Add); err != nil {
				return false, err
			}
			if err := k.Store.PutCells(ctx, m, months[m], c.Cells); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// putPlaces keeps where the same broke again and again in a quarter that has begun.
func (k *Keeper) putPlaces(ctx context.Context, q Quarter, now time.Time) error {
	if q.First().Start().After(now) {
		return nil
	}
	places, err := k.places(ctx, q)
	if err != nil {
		return err
	}
	return k.Store.PutPage(ctx, pagePlaces+q.String(), now, places)
}

// places finds where the same broke again and again in a quarter, or in the one before.
func (k *Keeper) places(ctx context.Context, q Quarter) ([]Place, error) {
	all, err := k.Store.PlaceCounts(ctx, q.First(), q.Last())
	if err != nil {
		return nil, err
	}
	before, err := k.Store.PlaceCounts(ctx, q.Add(-1).First(), q.Add(-1).Last())
	if err != nil {
		return nil, err
	}
	for place, p := range before {
		now, known := all[place]
		if !known {
			now, now.Times = p, 0
		}
		now.Before = p.Times
		all[place] = now
	}
	var often []Place
	for _, p := range all {
		if p.Times >= again || p.Before >= again {
			often = append(often, p)
		}
	}
	slices.SortFunc(often, func(a, b Place) int {
		return cmp.Or(b.Times-a.Times, b.Before-a.Before, cmp.Compare(a.Building, b.Building), cmp.Compare(a.Topic, b.Topic))
	})
	return often[:min(len(often), mostPlaces)], nil
}

// again is how often something breaks at a place in a quarter until it is said.
const again = 3

// reckon makes forecasts and groups of residents.
func (k *Keeper) reckon(ctx context.Context, now time.Time, cube *Cube) error {
	if err := k.Store.PutPage(ctx, pageForecasts, now, Forecasts(cube)); err != nil {
		return err
	}
	habits, err := k.Store.Habits(ctx, now.AddDate(-1, 0, 0), k.Aside)
	if err != nil {
		return err
	}
	return k.Store.PutPage(ctx, pageClusters, now, Group(habits))
}

// read reads the cells of the last years.
func (k *Keeper) read(ctx context.Context, now time.Time) (*Cube, error) {
	at, err := k.Store.Page(ctx, pageCount, nil)
	if err != nil {
		return nil, err
	}
	if kept := k.cube.Load(); kept != nil && kept.AsOf.Equal(at) && !at.IsZero() {
		return kept, nil
	}
	if at.IsZero() {
		return NewCube(at), nil // what was not counted to its end is nothing to show
	}
	month := MonthOf(now)
	cells, err := k.Store.Cells(ctx, month.Add(1-History), month)
	if err != nil {
		return nil, err
	}
	cube := &Cube{AsOf: at, Cells: cells}
	k.cube.Store(cube)
	return cube, nil
}

// Cube gives the cells of the last years. It must not be changed.
func (k *Keeper) Cube(ctx context.Context) (*Cube, error) { return k.read(ctx, k.Clock()) }

// Forecasts gives what was reckoned last, and when; the zero time: nothing yet.
func (k *Keeper) Forecasts(ctx context.Context) (all []Forecast, at time.Time, err error) {
	at, err = k.Store.Page(ctx, pageForecasts, &all)
	return all, at, err
}

// Clusters gives what was reckoned last, and when.
func (k *Keeper) Clusters(ctx context.Context) (c Clusters, at time.Time, err error) {
	at, err = k.Store.Page(ctx, pageClusters, &c)
	return c, at, err
}

// Places gives where the same broke again and again in a quarter.
func (k *Keeper) Places(ctx context.Context, q Quarter) (all []Place, err error) {
	_, err = k.Store.Page(ctx, pagePlaces+q.String(), &all)
	return all, err
}
