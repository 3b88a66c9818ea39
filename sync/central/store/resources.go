package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lintai/sync/central/resource"
)

// The book of who can help beside staff: package resource.

// WriteResources runs f in one transaction.
func (s *Store) WriteResources(ctx context.Context, f func(resource.Tx) error) error {
	return s.write(ctx, func(t *Tx) error { return f(t) })
}

// Resources lists all of them.
func (s *Store) Resources(ctx context.Context) ([]resource.Resource, error) {
	rows, err := s.query(ctx, "SELECT body FROM resources ORDER BY kind, name, id")
	return collect(rows, err, scanBody[resource.Resource])
}

func (t *Tx) Resource(id string) (resource.Resource, error) {
	one, err := scanBody[resource.Resource](t.queryRow("SELECT body FROM resources WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return one, resource.ErrNotFound
	}
	if err != nil {
		return one, fmt.Errorf("store: resource: %w", err)
	}
	return one, nil
}

func (t *Tx) PutResource(r resource.Resource) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("store: resource: %w", err)
	}
	_, err = t.exec("resource", `INSERT INTO resources (id, kind, name, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, body = excluded.body`, r.ID, string(r.Kind), r.Name, string(body))
	return err
}

// held is what makes a booking b hold its place, c being its case.
var held = "b.back_at = 0 AND c.status NOT IN " + closedStatuses

var (
	takenAll = "SELECT b.resource, COUNT(*) FROM bookings b JOIN cases c ON c.number = b.case_number WHERE " + held + " GROUP BY b.resource"
	takenOne = "SELECT COUNT(*) FROM bookings b JOIN cases c ON c.number = b.case_number WHERE b.resource = ? AND " + held
)

// Taken counts the places that open cases hold.
func (s *Store) Taken(ctx context.Context) (map[string]int, error) {
	type counted struct {
		id string
		n  int
	}
	rows, err := s.query(ctx, takenAll)
	all, err := collect(rows, err, func(r row) (c counted, err error) {
		err = r.Scan(&c.id, &c.n)
		return c, err
	})
	taken := map[string]int{}
	for _, c := range all {
		taken[c.id] = c.n
	}
	return taken, err
}

func (t *Tx) TakenOf(id string) (n int, err error) {
	if err = t.queryRow(takenOne, id).Scan(&n); err != nil {
		return 0, fmt.Errorf("store: resource: %w", err)
	}
	return n, nil
}

const bookingsOfCase = "SELECT number, resource, case_number, at, by, back_at, back_by FROM bookings WHERE case_number = ? ORDER BY number"

func scanBooking(r row) (b resource.Booking, err error) {
	var at, back int64
	err = r.Scan(&b.Number, &b.Resource, &b.Case, &at, &b.By, &back, &b.BackBy)
	b.At, b.BackAt = moment(at), moment(back)
	return b, err
}

// BookingsOf lists those of a case.
func (s *Store) BookingsOf(ctx context.Context, number int64) ([]resource.Booking, error) {
	rows, err := s.query(ctx, bookingsOfCase, number)
	return collect(rows, err, scanBooking)
}

func (t *Tx) CaseBookings(number int64) ([]resource.Booking, error) {
	rows, err := t.query(bookingsOfCase, number)
	return collect(rows, err, scanBooking)
}

func (t *Tx) AddBooking(b resource.Booking) error {
	_, err := t.insert("booking", "INSERT INTO bookings (resource, case_number, at, by) VALUES (?, ?, ?, ?)", b.Resource, b.Case, micros(b.At), b.By)
	return err
}

func (t *Tx) GiveBack(number int64, at time.Time, by string) error {
	n, err := t.exec("booking", "UPDATE bookings SET back_at = ?, back_by = ? WHERE number = ? AND back_at = 0", micros(at), by, number)
	if err == nil && n == 0 {
		return resource.ErrNotFound
	}
	return err
}
