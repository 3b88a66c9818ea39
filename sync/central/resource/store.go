package resource

import (
	"context"
	"time"

	"lintai/sync/central/docket"
)

// Booking is a place that a case has at a resource. It holds the place while the case is
// open and it was not given back.
type Booking struct {
	Number   int64
	Resource string
	Case     int64
	At       time.Time
	By       string    // who took it
	BackAt   time.Time // when it was given back; zero while it was not
	BackBy   string
}

// Store is a database of resources.
type Store interface {
	Resources(ctx context.Context) ([]Resource, error) // by kind and name
	// Taken counts the places that open cases hold.
	Taken(ctx context.Context) (map[string]int, error)
	// BookingsOf lists those of a case, oldest first.
	BookingsOf(ctx context.Context, number int64) ([]Booking, error)
	// WriteResources runs f in one transaction: everything or, when f returns an error,
	// nothing. Transactions are as good as one after another. f may run more than once.
	WriteResources(ctx context.Context, f func(Tx) error) error
}

// Tx is one transaction. It is the docket's too, for the events of the cases.
type Tx interface {
	docket.Tx
	Resource(id string) (Resource, error) // ErrNotFound
	// PutResource keeps one, in place of that with the same id.
	PutResource(r Resource) error
	// TakenOf counts the places of one that open cases hold.
	TakenOf(id string) (int, error)
	CaseBookings(number int64) ([]Booking, error)
	AddBooking(b Booking) error
	GiveBack(number int64, at time.Time, by string) error // ErrNotFound when it is not held
}
