package points

import (
	"context"

	"lintai/sync/central/docket"
)

// Store is a database of the ledger. What a write returned without error survives a
// power cut.
type Store interface {
	// WritePoints runs f in one transaction: everything or, when f returns an error,
	// nothing. Transactions are as good as one after another. f must use only its Tx,
	// and may run more than once.
	WritePoints(ctx context.Context, f func(Tx) error) error

	// PointsRules are the newest; DefaultRules when there are none.
	PointsRules(ctx context.Context) (Rules, error)
	Holder(ctx context.Context, number int64) (Holder, error)           // ErrNotFound
	HolderByToken(ctx context.Context, token string) (Holder, error)    // ErrNotFound
	Balance(ctx context.Context, a Account) (int64, error)              // 0 for one that was never booked on
	Holders(ctx context.Context, q HolderQuery) ([]Standing, error)     // by number
	PointsEntry(ctx context.Context, number int64) (Entry, error)       // ErrNotFound
	PointsEntries(ctx context.Context, q EntryQuery) ([]Entry, error)   // newest first
	Reversals(ctx context.Context, of []int64) (map[int64]int64, error) // by the entry that was reversed
	Trial(ctx context.Context) (Trial, error)
	// Unsettled lists cases with points spent that stand otherwise than the points do.
	Unsettled(ctx context.Context) ([]int64, error)
	// AnyDelivered tells whether OldestDelivered would find something.
	AnyDelivered(ctx context.Context, service string, after int64) (bool, error)
	// Concerned are those of some cases for which points were ever spent.
	Concerned(ctx context.Context, cases []int64) ([]int64, error)
}

// Tx is one transaction on the ledger. Methods that refuse leave it usable.
type Tx interface {
	docket.Tx
	PointsRules() (Rules, error)
	// PutRules adds a version: ErrBooked when there is one of its number.
	PutRules(r Rules) error
	Holder(number int64) (Holder, error)        // ErrNotFound
	HolderByToken(token string) (Holder, error) // ErrNotFound
	// OpenHolder adds a holder and returns her number. ErrBooked when the token has one.
	OpenHolder(h Holder) (int64, error)
	NameHolder(number int64, name string) error // ErrNotFound
	Balance(a Account) (int64, error)
	Entry(number int64) (Entry, error) // ErrNotFound
	// EntryByKey finds what was booked under a key. ErrNotFound.
	EntryByKey(key string) (Entry, error)
	// SpentFor finds the newest entry that spends for a case, and the one that reverses
	// it; without a number when there is none. ErrNotFound.
	SpentFor(number int64) (spent, back Entry, err error)
	// PutEntry appends an entry and returns its number. ErrBooked when there is one
	// with its key, ErrReversed when there is one that reverses the same.
	PutEntry(e Entry) (int64, error)
	// OldestDelivered locks the oldest case of a service after a number that nobody took
	// on yet. False when there is none.
	OldestDelivered(service string, after int64) (docket.Case, bool, error)
}

// HolderQuery selects holders.
type HolderQuery struct {
	Name  string // part of it; "" all
	After int64  // number of the last one on the page before
	Limit int
}

// Standing is a holder and what she has.
type Standing struct {
	Holder
	Balance int64
}

// EntryQuery selects entries.
type EntryQuery struct {
	Holder int64 // 0: of all
	Before int64 // 0: from the newest on
	Limit  int   // 0: no limit
}

// Trial is the proof of the books.
type Trial struct {
	Entries  int64
	Totals   []Total // of the accounts of the house, and of all holders together
	Sum      int64   // of all: zero
	Unequal  []int64 // entries whose own lines do not come to zero: none
	Negative []int64 // holders with less than nothing: none
}

// Total is what an account has; the account of all holders together is "persons".
type Total struct {
	Account Account
	Amount  int64
}

// Persons stands for all holders together in a Trial.
const Persons Account = "persons"

// Sound tells that nothing is wrong with the books.
func (t Trial) Sound() bool { return t.Sum == 0 && len(t.Unequal) == 0 && len(t.Negative) == 0 }
