package care

import (
	"context"
	"time"
)

// EntryQuery selects entries, by the day on which they are due.
type EntryQuery struct {
	Grids []string  // nil: of all grids and of none; empty: of no grid at all
	Ended bool      // those that have ended, in place of those that have not
	Text  string    // part of a name or address
	Until time.Time // due before; zero: whenever
	// After is the last one of the page before.
	After Place
	Limit int
}

// Place is where an entry stands in a list.
type Place struct {
	Due    time.Time
	Number int64
}

// VisitQuery selects visits, the newest first.
type VisitQuery struct {
	Grids  []string // nil: of all; or else of these grids and those of By
	By     string   // account; with Grids nil: only hers
	Entry  int64    // 0: of all
	Before int64    // number of the last one of the page before; 0: from the newest on
	Limit  int
}

// Store is a database of the list and the diary. What a write returned without error
// survives a power cut.
type Store interface {
	// WriteCare runs f in one transaction: everything or, when f returns an error,
	// nothing. Transactions are as good as one after another. f must use only its Tx,
	// and may run more than once.
	WriteCare(ctx context.Context, f func(Tx) error) error

	CareEntry(ctx context.Context, number int64) (Entry, error) // ErrNotFound
	CareEntries(ctx context.Context, q EntryQuery) ([]Entry, error)
	// CountDue counts who is to be visited before a time.
	CountDue(ctx context.Context, grids []string, before time.Time) (int, error)
	Visit(ctx context.Context, number int64) (Visit, error) // ErrNotFound
	Visits(ctx context.Context, q VisitQuery) ([]Visit, error)
	// Needs lists those of visits, by number.
	Needs(ctx context.Context, visits []int64) ([]Need, error)
	Need(ctx context.Context, number int64) (Need, error) // ErrNotFound
	// VisitFigures are those of all who wrote something down for a time from from on and
	// before until, by account.
	VisitFigures(ctx context.Context, from, until time.Time) ([]Figure, error)
}

// Tx is one transaction. Methods that refuse leave it usable.
type Tx interface {
	Entry(number int64) (Entry, error) // locks it; ErrNotFound
	AddEntry(e Entry) (int64, error)
	PutEntry(e Entry) error // all but AddedAt and AddedBy; ErrNotFound
	// AddVisit adds a line, or returns the number of the one with its Once, and false.
	AddVisit(v Visit) (number int64, added bool, err error)
	Visit(number int64) (Visit, error) // ErrNotFound
	AddNeed(n Need) (int64, error)
	Needs(visit int64) ([]Need, error)
	// FileNeed notes which case came of a need. ErrNotFound.
	FileNeed(n Need) error
}
