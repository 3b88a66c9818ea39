package insight

import (
	"context"
	"time"
)

// Store is a database of figures beside the docket.
type Store interface {
	// StaleCases finds cases whose facts are not there, or were made of fewer events, another
	// classification or another grid: by number, after one. Where since is not zero only
	// those are looked at to which something happened since.
	StaleCases(ctx context.Context, since time.Time, after int64, limit int) ([]int64, error)
	// Sources reads what facts are made of.
	Sources(ctx context.Context, cases []int64) ([]Source, error)
	// PutFacts keeps facts, in place of earlier ones, and notes of their months that they
	// are to be counted anew.
	PutFacts(ctx context.Context, facts []Fact) error
	// PassLimits makes facts overdue whose limit was open and is over by now, and notes
	// their months.
	PassLimits(ctx context.Context, now time.Time) error
	// StaleMonths lists the months that are to be counted anew, with a word for how they
	// stand now.
	StaleMonths(ctx context.Context) (map[Month]int64, error)
	// Facts calls f with each fact of a month.
	Facts(ctx context.Context, month Month, f func(Fact)) error
	// PlaceCounts counts how often the same broke at the same place in some months, by
	// Fact.Place, where building and topic are known.
	PlaceCounts(ctx context.Context, from, until Month) (map[int64]Place, error)
	// PutCells keeps the cells of a month, in place of all that it had. It does nothing when the
	// month stands otherwise by now.
	PutCells(ctx context.Context, month Month, stood int64, cells map[Key]*Cell) error
	// Cells reads those of some months.
	Cells(ctx context.Context, from, until Month) (map[Key]*Cell, error)
	// PutPage keeps something that was reckoned at a time, as JSON.
	PutPage(ctx context.Context, name string, at time.Time, content any) error
	// Page reads it; zero when there is none.
	Page(ctx context.Context, name string, content any) (at time.Time, err error)
	// Habits counts what each resident did since a time, in no order that says anything. Services
	// that are left out are no requests.
	Habits(ctx context.Context, since time.Time, leftOut []string) ([]Habit, error)
}

// Place is where something broke, as staff say it, and how often.
type Place struct {
	Grid     string `json:"grid"`
	Building string `json:"building"`
	Topic    string `json:"topic"`
	Times    int    `json:"times"`
	Before   int    `json:"before,omitempty"` // in the quarter before
}

// Names of what is kept by PutPage.
const (
	pageCount     = "count"     // when cells were counted
	pageWhole     = "whole"     // when all cases were looked at
	pageForecasts = "forecasts" // []Forecast
	pageClusters  = "clusters"  // Clusters
	pagePlaces    = "places "   // and a quarter: []Place
)
