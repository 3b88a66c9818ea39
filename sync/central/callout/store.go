package callout

import (
	"context"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// Entry is one call in a list.
type Entry struct {
	docket.Call
	State  State
	Record *Record // the newest; nil while there is none
}

// Which selects calls of a list.
type Which string

const (
	All        Which = ""
	Unanswered Which = "unanswered"
	Unrecorded Which = "unrecorded" // answered, and without a record
)

// Store is what a database must be able to do.
type Store interface {
	// WriteCallouts runs f in one transaction: everything or, when f returns an error,
	// nothing. f may run more than once.
	WriteCallouts(ctx context.Context, f func(Tx) error) error

	// Callouts gives the state of some calls, by call; one of which nothing is kept is
	// not in it.
	Callouts(ctx context.Context, calls []string) (map[string]State, error)
	// CallEntries lists calls, newest first.
	CallEntries(ctx context.Context, which Which, limit, offset int) ([]Entry, error)
	CallEntry(ctx context.Context, call string) (Entry, error) // ErrNotFound
	// CallRecords lists all records of a call, oldest first.
	CallRecords(ctx context.Context, call string) ([]Record, error)
	// CountUnrecorded counts answered calls without a record; those that an account
	// answered, or all when it is "".
	CountUnrecorded(ctx context.Context, account string) (int, error)
	// UnrungCalls finds calls that nobody answered and that are not kept, or whose next
	// step was due before a time.
	UnrungCalls(ctx context.Context, before time.Time, limit int) ([]string, error)
	// CallTimes lists the calls that came in from a time on, until another.
	CallTimes(ctx context.Context, from, until time.Time) ([]Times, error)
}

// Tx is one transaction. Methods that refuse leave it usable.
type Tx interface {
	Call(id string) (docket.Call, error)        // docket.ErrNotFound
	LockCase(number int64) (docket.Case, error) // docket.ErrNotFound
	Accounts() ([]staff.Account, error)
	// LockCallout reads a state and keeps others from writing it until the end.
	LockCallout(call string) (State, error) // ErrNotFound
	// PutCallout keeps a state, but for its rings.
	PutCallout(s State) error
	AddRings(call string, rings []Ring) error
	AddRecord(r Record) error // gives it the next number
}
