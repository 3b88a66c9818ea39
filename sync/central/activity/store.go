package activity

import (
	"context"

	"lintai/sync/central/docket"
	"lintai/sync/central/points"
)

// Store is a database of activities and volunteers. What a write returned without
// error survives a power cut.
type Store interface {
	// WriteActivities runs f in one transaction: everything or, when f returns an
	// error, nothing. Transactions are as good as one after another. f must use only
	// its Tx, and may run more than once.
	WriteActivities(ctx context.Context, f func(Tx) error) error

	Activity(ctx context.Context, id string) (Activity, error)  // ErrNotFound
	Activities(ctx context.Context) ([]Activity, error)         // by start, the latest first
	Seats(ctx context.Context, activity string) ([]Seat, error) // by number
	Seat(ctx context.Context, number int64) (Seat, error)       // ErrNotFound
	SeatOf(ctx context.Context, number int64) (Seat, error)     // newest of a case; ErrNotFound
	Seated(ctx context.Context, cases []int64) ([]int64, error) // those of some cases that have or had a place
	// AnyDelivered tells whether there is a case of a service after a number that nobody
	// took on yet.
	AnyDelivered(ctx context.Context, service string, after int64) (bool, error)
	// Unseated lists cases that stand otherwise than their places do.
	Unseated(ctx context.Context) ([]int64, error)
	Volunteer(ctx context.Context, number int64) (Volunteer, error)               // ErrNotFound
	Volunteers(ctx context.Context) ([]Volunteer, error)                          // by number
	Task(ctx context.Context, number int64) (Task, error)                         // ErrNotFound
	Tasks(ctx context.Context, limit int) ([]Task, error)                         // by start, the latest first
	Assignments(ctx context.Context, task, volunteer int64) ([]Assignment, error) // of either, 0: of all; by task and volunteer
}

// Tx is one transaction. Methods that refuse leave it usable.
type Tx interface {
	points.Tx
	Activity(id string) (Activity, error) // ErrNotFound
	AddActivity(a Activity) error         // ErrExists
	PutActivity(a Activity) error         // all but ID, MadeAt and MadeBy; ErrNotFound
	Seats(activity string) ([]Seat, error)
	Seat(number int64) (Seat, error)   // ErrNotFound
	SeatOf(number int64) (Seat, error) // newest of a case; ErrNotFound
	AddSeat(s Seat) (int64, error)
	PutSeat(s Seat) error // State, At and By; ErrNotFound
	// OldestUnseated locks the oldest case of the service after a number that nobody
	// took on and that never had a seat. False when there is none.
	OldestUnseated(after int64) (docket.Case, bool, error)

	Volunteer(number int64) (Volunteer, error)        // ErrNotFound
	VolunteerByToken(token string) (Volunteer, error) // ErrNotFound
	AddVolunteer(v Volunteer) (int64, error)          // ErrExists for a token
	PutVolunteer(v Volunteer) error                   // all but RegisteredAt; ErrNotFound, ErrExists for a token
	Task(number int64) (Task, error)                  // ErrNotFound
	AddTask(t Task) (int64, error)
	Assignment(task, volunteer int64) (Assignment, error) // ErrNotFound
	AssignmentsOf(volunteer int64) ([]Assignment, error)
	PutAssignment(a Assignment) error // adds or replaces
}
