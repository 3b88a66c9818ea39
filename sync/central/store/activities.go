package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"lintai/sync/central/activity"
	"lintai/sync/central/docket"
)

// Activities and the parties that asked for places: package activity.

// WriteActivities runs f in one transaction.
func (s *Store) WriteActivities(ctx context.Context, f func(activity.Tx) error) error {
	return s.write(ctx, func(t *Tx) error { return f(activityTx{pointsTx{t}}) })
}

// activityTx is a transaction on activities, volunteers and the ledger of points.
type activityTx struct{ pointsTx }

const activityColumns = "id, name, place, detail, starts_at, ends_at, places, closed, called_off_at, finished_at, made_at, made_by"

func scanActivity(r row) (activity.Activity, error) {
	var a activity.Activity
	var starts, ends, closed, off, finished, made int64
	err := r.Scan(&a.ID, &a.Name, &a.Place, &a.Detail, &starts, &ends, &a.Places, &closed, &off, &finished, &made, &a.MadeBy)
	a.Start, a.End, a.Closed = moment(starts), moment(ends), closed != 0
	a.CalledOff, a.FinishedAt, a.MadeAt = moment(off), moment(finished), moment(made)
	return a, err
}

// none makes of a row that is not there what the domain calls it.
func none(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return activity.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

// Activity finds an activity.
func (s *Store) Activity(ctx context.Context, id string) (activity.Activity, error) {
	a, err := scanActivity(s.queryRow(ctx, "SELECT "+activityColumns+" FROM activities WHERE id = ?", id))
	return a, none("activity", err)
}

// Activity locks it, too: who asks for places of one waits for whoever does.
func (t activityTx) Activity(id string) (activity.Activity, error) {
	a, err := scanActivity(t.queryRow("SELECT "+activityColumns+" FROM activities WHERE id = ?"+t.store.dialect.lock, id))
	return a, none("activity", err)
}

// Activities lists all activities.
func (s *Store) Activities(ctx context.Context) ([]activity.Activity, error) {
	rows, err := s.query(ctx, "SELECT "+activityColumns+" FROM activities ORDER BY starts_at DESC, id")
	return collect(rows, err, scanActivity)
}

func (t activityTx) AddActivity(a activity.Activity) error {
	n, err := t.exec("add activity", "INSERT INTO activities ("+activityColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		a.ID, a.Name, a.Place, a.Detail, micros(a.Start), micros(a.End), a.Places, truth(a.Closed), micros(a.CalledOff), micros(a.FinishedAt), micros(a.MadeAt), a.MadeBy)
	if err == nil && n == 0 {
		err = activity.ErrExists
	}
	return err
}

func (t activityTx) PutActivity(a activity.Activity) error {
	n, err := t.exec("put activity", `UPDATE activities SET name = ?, place = ?, detail = ?, starts_at = ?, ends_at = ?, places = ?, closed = ?,
		called_off_at = ?, finished_at = ? WHERE id = ?`,
		a.Name, a.Place, a.Detail, micros(a.Start), micros(a.End), a.Places, truth(a.Closed), micros(a.CalledOff), micros(a.FinishedAt), a.ID)
	if err == nil && n == 0 {
		err = activity.ErrNotFound
	}
	return err
}

const seatColumns = "s.number, s.activity, s.case_number, s.token, s.name, s.phone, s.people, s.state, s.at, s.by"

func scanSeat(r row) (activity.Seat, error) {
	var s activity.Seat
	var at int64
	err := r.Scan(&s.Number, &s.Activity, &s.Case, &s.Token, &s.Name, &s.Phone, &s.People, &s.State, &at, &s.By)
	s.At = moment(at)
	return s, err
}

func seats(a asker, id string) ([]activity.Seat, error) {
	rows, err := a.rows("SELECT "+seatColumns+" FROM activity_seats s WHERE s.activity = ? ORDER BY s.number", id)
	return collect(rows, err, scanSeat)
}

func seat(a asker, where string, arg any) (activity.Seat, error) {
	s, err := scanSeat(a.row("SELECT "+seatColumns+" FROM activity_seats s WHERE "+where, arg))
	return s, none("seat", err)
}

const (
	seatByNumber = "s.number = ?"
	seatByCase   = "s.case_number = ? AND s.case_number > 0 ORDER BY s.number DESC LIMIT 1"
)

// Seats lists the parties of an activity.
func (s *Store) Seats(ctx context.Context, id string) ([]activity.Seat, error) {
	return seats(outside{s, ctx}, id)
}

// Seat finds a party.
func (s *Store) Seat(ctx context.Context, number int64) (activity.Seat, error) {
	return seat(outside{s, ctx}, seatByNumber, number)
}

// SeatOf finds the party of a request.
func (s *Store) SeatOf(ctx context.Context, number int64) (activity.Seat, error) {
	return seat(outside{s, ctx}, seatByCase, number)
}

// Seated are those of some cases that have or had a place.
func (s *Store) Seated(ctx context.Context, cases []int64) ([]int64, error) {
	return s.among(ctx, cases, "SELECT DISTINCT case_number FROM activity_seats WHERE case_number > 0 AND case_number IN")
}

func (t activityTx) Seats(id string) ([]activity.Seat, error) { return seats(t, id) }
func (t activityTx) Seat(number int64) (activity.Seat, error) { return seat(t, seatByNumber, number) }
func (t activityTx) SeatOf(number int64) (activity.Seat, error) {
	return seat(t, seatByCase, number)
}

func (t activityTx) AddSeat(s activity.Seat) (int64, error) {
	return t.insert("add seat", "INSERT INTO activity_seats (activity, case_number, token, name, phone, people, state, at, by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		s.Activity, s.Case, s.Token, s.Name, s.Phone, s.People, string(s.State), micros(s.At), s.By)
}

func (t activityTx) PutSeat(s activity.Seat) error {
	n, err := t.exec("put seat", "UPDATE activity_seats SET state = ?, at = ?, by = ? WHERE number = ?", string(s.State), micros(s.At), s.By, s.Number)
	if err == nil && n == 0 {
		err = activity.ErrNotFound
	}
	return err
}

func (t activityTx) OldestUnseated(after int64) (docket.Case, bool, error) {
	return t.oldest(`service = ? AND status = 'delivered' AND number > ?
		AND NOT EXISTS (SELECT 1 FROM activity_seats s WHERE s.case_number = cases.number AND s.case_number > 0) ORDER BY number LIMIT 1`, activity.Service, after)
}

// Unseated lists cases whose newest party stands otherwise than they do.
func (s *Store) Unseated(ctx context.Context) ([]int64, error) {
	rows, err := s.query(ctx, `
		SELECT s.case_number FROM activity_seats s JOIN cases c ON c.number = s.case_number
		WHERE s.case_number > 0 AND NOT EXISTS (SELECT 1 FROM activity_seats n WHERE n.case_number = s.case_number AND n.number > s.number)
			AND (c.status IN ('cancelled', 'refused', 'merged') AND s.state IN ('waiting', 'granted') OR c.status = 'accepted' AND s.state = 'withdrawn')
		ORDER BY s.case_number`)
	return collect(rows, err, func(r row) (n int64, err error) { return n, r.Scan(&n) })
}
