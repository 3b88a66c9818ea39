package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"lintai/sync/central/care"
)

// The list of those who are looked after, and the diary of visits: package care.

// WriteCare runs f in one transaction.
func (s *Store) WriteCare(ctx context.Context, f func(care.Tx) error) error {
	return s.write(ctx, func(t *Tx) error { return f(careTx{t}) })
}

// careTx is a transaction on list and diary.
type careTx struct{ *Tx }

// careNone makes of a row that is not there what the domain calls it.
func careNone(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return care.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

const careEntryColumns = "number, name, phone, address, grid, reason, note, every_days, due_at, seen_at, added_at, added_by, ended_at, ended_why, revision"

func scanCareEntry(r row) (care.Entry, error) {
	var e care.Entry
	var due, seen, added, ended int64
	err := r.Scan(&e.Number, &e.Name, &e.Phone, &e.Address, &e.Grid, &e.Reason, &e.Note, &e.Every, &due, &seen, &added, &e.AddedBy, &ended, &e.EndedWhy, &e.Revision)
	e.Due, e.SeenAt, e.AddedAt, e.EndedAt = moment(due), moment(seen), moment(added), moment(ended)
	return e, err
}

// CareEntry finds somebody on the list.
func (s *Store) CareEntry(ctx context.Context, number int64) (care.Entry, error) {
	e, err := scanCareEntry(s.queryRow(ctx, "SELECT "+careEntryColumns+" FROM care_entries WHERE number = ?", number))
	return e, careNone("entry", err)
}

func (t careTx) Entry(number int64) (care.Entry, error) {
	e, err := scanCareEntry(t.queryRow("SELECT "+careEntryColumns+" FROM care_entries WHERE number = ?"+t.store.dialect.lock, number))
	return e, careNone("entry", err)
}

// among is a condition that a column has one of some values. Its text is one of a few:
// the last value is repeated up to a power of two. nil is any value.
func among(column string, values []string) (condition string, args []any) {
	if values == nil {
		return "1 = 1", nil
	}
	if len(values) == 0 {
		return "1 = 0", nil
	}
	n := 1
	for n < len(values) {
		n *= 2
	}
	for i := range n {
		args = append(args, values[min(i, len(values)-1)])
	}
	return column + " IN (" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")", args
}

var likeable = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// CareEntries lists those who are on the list, by the day on which they are due.
func (s *Store) CareEntries(ctx context.Context, q care.EntryQuery) ([]care.Entry, error) {
	where, args := among("grid", q.Grids)
	ended := "ended_at = 0"
	if q.Ended {
		ended = "ended_at > 0"
	}
	if q.Text != "" {
		part := "%" + likeable.Replace(q.Text) + "%"
		where, args = where+` AND (name LIKE ? ESCAPE '\' OR address LIKE ? ESCAPE '\')`, append(args, part, part)
	}
	if !q.Until.IsZero() {
		where, args = where+" AND due_at < ?", append(args, micros(q.Until))
	}
	if q.After != (care.Place{}) {
		where, args = where+" AND (due_at, number) > (?, ?)", append(args, micros(q.After.Due), q.After.Number)
	}
	rows, err := s.query(ctx, "SELECT "+careEntryColumns+" FROM care_entries WHERE "+ended+" AND "+where+" ORDER BY due_at, number LIMIT ?", append(args, q.Limit)...)
	return collect(rows, err, scanCareEntry)
}

// CountDue counts who is to be visited before a time.
func (s *Store) CountDue(ctx context.Context, grids []string, before time.Time) (n int, err error) {
	where, args := among("grid", grids)
	err = s.queryRow(ctx, "SELECT COUNT(*) FROM care_entries WHERE ended_at = 0 AND due_at < ? AND "+where, append([]any{micros(before)}, args...)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("store: count due: %w", err)
	}
	return n, nil
}

func (t careTx) AddEntry(e care.Entry) (int64, error) {
	return t.insert("add entry", `INSERT INTO care_entries (name, phone, address, grid, reason, note, every_days, due_at, seen_at, added_at, added_by, ended_at, ended_why, revision)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Name, e.Phone, e.Address, e.Grid, string(e.Reason), e.Note, e.Every, micros(e.Due), micros(e.SeenAt), micros(e.AddedAt), e.AddedBy, micros(e.EndedAt), e.EndedWhy, e.Revision)
}

func (t careTx) PutEntry(e care.Entry) error {
	n, err := t.exec("put entry", `UPDATE care_entries SET name = ?, phone = ?, address = ?, grid = ?, reason = ?, note = ?, every_days = ?, due_at = ?, seen_at = ?,
		ended_at = ?, ended_why = ?, revision = ? WHERE number = ?`,
		e.Name, e.Phone, e.Address, e.Grid, string(e.Reason), e.Note, e.Every, micros(e.Due), micros(e.SeenAt), micros(e.EndedAt), e.EndedWhy, e.Revision, e.Number)
	if err == nil && n == 0 {
		err = care.ErrNotFound
	}
	return err
}

const careVisitColumns = "number, once, entry, name, address, household, grid, at, by, manner, heard, written_at"

func scanCareVisit(r row) (care.Visit, error) {
	var v care.Visit
	var at, written int64
	err := r.Scan(&v.Number, &v.Once, &v.Entry, &v.Name, &v.Address, &v.Household, &v.Grid, &at, &v.By, &v.Manner, &v.Heard, &written)
	v.At, v.WrittenAt = moment(at), moment(written)
	return v, err
}

func careVisit(a asker, number int64) (care.Visit, error) {
	v, err := scanCareVisit(a.row("SELECT "+careVisitColumns+" FROM care_visits WHERE number = ?", number))
	return v, careNone("visit", err)
}

// Visit finds a line of the diary.
func (s *Store) Visit(ctx context.Context, number int64) (care.Visit, error) {
	return careVisit(outside{s, ctx}, number)
}

func (t careTx) Visit(number int64) (care.Visit, error) { return careVisit(t, number) }

// Visits lists lines of the diary, the newest first.
func (s *Store) Visits(ctx context.Context, q care.VisitQuery) ([]care.Visit, error) {
	where, args := among("grid", q.Grids)
	switch {
	case q.By != "" && q.Grids != nil:
		where, args = "("+where+" OR by = ?)", append(args, q.By)
	case q.By != "":
		where, args = "by = ?", []any{q.By}
	}
	if q.Entry > 0 {
		where, args = where+" AND entry = ? AND entry > 0", append(args, q.Entry)
	}
	if q.Before > 0 {
		where, args = where+" AND number < ?", append(args, q.Before)
	}
	rows, err := s.query(ctx, "SELECT "+careVisitColumns+" FROM care_visits WHERE "+where+" ORDER BY number DESC LIMIT ?", append(args, q.Limit)...)
	return collect(rows, err, scanCareVisit)
}

func (t careTx) AddVisit(v care.Visit) (int64, bool, error) {
	number, err := t.insert("add visit", `INSERT INTO care_visits (once, entry, name, address, household, grid, at, by, manner, heard, written_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		v.Once, v.Entry, v.Name, v.Address, v.Household, v.Grid, micros(v.At), v.By, string(v.Manner), v.Heard, micros(v.WrittenAt))
	if err != nil || number != 0 {
		return number, err == nil, err
	}
	err = t.queryRow("SELECT number FROM care_visits WHERE once = ?", v.Once).Scan(&number)
	return number, false, careNone("visit", err)
}

// VisitFigures are what workers did in a span of time.
func (s *Store) VisitFigures(ctx context.Context, from, until time.Time) ([]care.Figure, error) {
	rows, err := s.query(ctx, `SELECT by, COUNT(DISTINCT CASE WHEN manner = 'met' THEN household END), COUNT(*)
		FROM care_visits WHERE at >= ? AND at < ? GROUP BY by ORDER BY by`, micros(from), micros(until))
	return collect(rows, err, func(r row) (f care.Figure, err error) { return f, r.Scan(&f.Account, &f.Households, &f.Visits) })
}

const careNeedColumns = "number, visit, id, service, words, case_number, ticket, filed_at, filed_by"

func scanCareNeed(r row) (care.Need, error) {
	var n care.Need
	var filed int64
	err := r.Scan(&n.Number, &n.Visit, &n.ID, &n.Service, &n.Text, &n.Case, &n.Ticket, &filed, &n.FiledBy)
	n.FiledAt = moment(filed)
	return n, err
}

// Need finds a need.
func (s *Store) Need(ctx context.Context, number int64) (care.Need, error) {
	n, err := scanCareNeed(s.queryRow(ctx, "SELECT "+careNeedColumns+" FROM care_needs WHERE number = ?", number))
	return n, careNone("need", err)
}

// careNeeds lists the needs of one visit.
func careNeeds(a asker, visit int64) ([]care.Need, error) {
	rows, err := a.rows("SELECT "+careNeedColumns+" FROM care_needs WHERE visit = ? ORDER BY number", visit)
	return collect(rows, err, scanCareNeed)
}

// Needs lists those of visits.
func (s *Store) Needs(ctx context.Context, visits []int64) (all []care.Need, err error) {
	err = s.read(ctx, func(t *Tx) error {
		all = nil
		for _, visit := range visits {
			some, err := careNeeds(t, visit)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return nil
	})
	return all, err
}

func (t careTx) Needs(visit int64) ([]care.Need, error) { return careNeeds(t, visit) }

func (t careTx) AddNeed(n care.Need) (int64, error) {
	return t.insert("add need", "INSERT INTO care_needs (visit, id, service, words) VALUES (?, ?, ?, ?)", n.Visit, n.ID, n.Service, n.Text)
}

func (t careTx) FileNeed(n care.Need) error {
	touched, err := t.exec("file need", "UPDATE care_needs SET case_number = ?, ticket = ?, filed_at = ?, filed_by = ? WHERE number = ?", n.Case, n.Ticket, micros(n.FiledAt), n.FiledBy, n.Number)
	if err == nil && touched == 0 {
		err = care.ErrNotFound
	}
	return err
}
