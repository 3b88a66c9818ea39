package privacy

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
)

// Cell is a count of cases.
type Cell struct {
	Month    string          `json:"month"` // 2006-01
	Category docket.Category `json:"category"`
	Grid     string          `json:"grid,omitempty"` // id; "": of no grid
	Count    int             `json:"-"`
}

// Least is the smallest count that is told. A smaller one could point at somebody.
const Least = 5

// Shown is the count as it is told: "<5" where it is small.
func (c Cell) Shown() string {
	if c.Count < Least {
		return "<" + strconv.Itoa(Least)
	}
	return strconv.Itoa(c.Count)
}

// MarshalJSON tells a small count as null: nothing that sums up cells can take it for
// a number.
func (c Cell) MarshalJSON() ([]byte, error) {
	type plain Cell
	v := struct {
		plain
		Count *int `json:"count"`
	}{plain: plain(c)}
	if c.Count >= Least {
		v.Count = &c.Count
	}
	return json.Marshal(v)
}

// Months is how far back figures go.
const Months = 24

// Figures counts cases for the public. Only whole months are told: of one that grows
// from day to day, the difference of two days would be a cell of one.
type Figures struct {
	Store Store
	Clock func() time.Time
	// Private are the services of which nothing is public.
	Private func() []string

	mu    sync.Mutex
	cells []Cell
	until time.Time // cells are good until then
}

// fresh is how long figures are told before they are counted anew.
const fresh = time.Hour

// Cells gives the figures, newest month first.
func (f *Figures) Cells(ctx context.Context) ([]Cell, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.Clock()
	if now.Before(f.until) {
		return f.cells, nil
	}
	local := now.In(phrase.Zone)
	end := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, phrase.Zone)
	without := f.Private()
	var all []Cell
	for range Months {
		begin := end.AddDate(0, -1, 0)
		cells, err := f.Store.CellsOf(ctx, begin.UTC(), end.UTC(), without)
		if err != nil {
			return nil, err
		}
		for i := range cells {
			cells[i].Month = begin.Format("2006-01")
		}
		slices.SortFunc(cells, func(a, b Cell) int {
			return cmp.Or(cmp.Compare(a.Grid, b.Grid), cmp.Compare(a.Category, b.Category))
		})
		all = append(all, cells...)
		end = begin
	}
	f.cells, f.until = all, now.Add(fresh)
	return all, nil
}
