package mediation

import (
	"context"
	"time"

	"lintai/sync/central/docket"
)

// List is one of the lists of matters.
type List string

const (
	Waiting List = "waiting" // open cases that nobody has taken on
	Current List = "current" // those that run
	Past    List = "past"    // those that ended
)

// Query selects cases and their matters, the newest first.
type Query struct {
	List   List
	Before int64 // case number of the last one of the page before; 0: from the newest on
	Limit  int
}

// Row is a case with its matter; the zero Matter while it waits.
type Row struct {
	docket.Case
	Matter Matter
}

// Store is a database of matters. What a write returned without error survives a power
// cut.
type Store interface {
	// WriteMediation runs f in one transaction: everything or, when f returns an
	// error, nothing. Transactions are as good as one after another. f must use only its
	// Tx, and may run more than once.
	WriteMediation(ctx context.Context, f func(Tx) error) error

	Mediation(ctx context.Context, number int64) (Matter, error) // ErrNotFound
	Mediations(ctx context.Context, q Query) ([]Row, error)
	Parties(ctx context.Context, number int64) ([]Party, error)    // by number
	Sessions(ctx context.Context, number int64) ([]Session, error) // by time
	Endings(ctx context.Context, number int64) ([]Ending, error)   // by number
	Promises(ctx context.Context, number int64) ([]Promise, error) // by day
	// ToldPromises lists what a mediator was told and has not seen, by day.
	ToldPromises(ctx context.Context, mediator string, limit int) ([]Promise, error)
	// NextPromises lists those that are open, by day.
	NextPromises(ctx context.Context, limit int) ([]Promise, error)
	// MediationFigures are those of what ended, or was settled, from from on and before until.
	MediationFigures(ctx context.Context, from, until time.Time) (Figures, error)
}

// Tx is one transaction. Methods that refuse leave it usable.
type Tx interface {
	docket.Tx
	Matter(number int64) (Matter, error) // ErrNotFound
	AddMatter(m Matter) error            // ErrExists
	PutMatter(m Matter) error            // Mediator, Outcome and EndedAt; ErrNotFound
	Parties(number int64) ([]Party, error)
	AddParty(p Party) error
	DropParty(number, party int64) error // of that case; ErrNotFound
	Session(number int64) (Session, error)
	CountSessions(number int64) (int, error)
	AddSession(s Session) error
	PutSession(s Session) error // all but Case, At and Place; ErrNotFound
	AddEnding(e Ending) error
	Promise(number int64) (Promise, error) // ErrNotFound
	AddPromise(p Promise) (int64, error)
	PutPromise(p Promise) error      // Keeping, Settled, Told and Seen; ErrNotFound
	VoidPromises(number int64) error // those of a case that are open
}
