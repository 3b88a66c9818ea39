package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/privacy"
)

// Who read what, what residents asked for, holds and counts: package privacy.

var _ privacy.Store = (*Store)(nil)

// NoteReads adds entries to the log.
func (s *Store) NoteReads(ctx context.Context, all ...privacy.Entry) error {
	// No check is made, so no other transaction can be in the way.
	return s.change(ctx, sql.LevelReadCommitted, func(t *Tx) error {
		for _, e := range all {
			_, err := t.exec("access log", "INSERT INTO access_log (at, account, part, case_number, subject, why) VALUES (?, ?, ?, ?, ?, ?)",
				micros(e.At), e.Account, string(e.Part), e.Case, e.Subject, string(e.Why))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

const accessColumns = "number, at, account, part, case_number, subject, why"

func scanAccess(r row) (e privacy.Entry, err error) {
	var at int64
	err = r.Scan(&e.Number, &at, &e.Account, &e.Part, &e.Case, &e.Subject, &e.Why)
	e.At = moment(at)
	return e, err
}

// readSince is how many entries of the last minutes are looked at.
const readSince = 1000

// ReadSince lists what an account read since a time.
func (s *Store) ReadSince(ctx context.Context, account string, since time.Time) ([]privacy.Read, error) {
	rows, err := s.query(ctx, "SELECT "+accessColumns+" FROM access_log WHERE account = ? ORDER BY number DESC LIMIT ?", account, readSince)
	all, err := collect(rows, err, scanAccess)
	var reads []privacy.Read
	for _, e := range all {
		if e.At.After(since) {
			reads = append(reads, e.Read)
		}
	}
	return reads, err
}

// Entries lists the log.
func (s *Store) Entries(ctx context.Context, q privacy.EntryQuery) ([]privacy.Entry, error) {
	query, args := "SELECT "+accessColumns+" FROM access_log WHERE 1 = 1", []any{}
	if q.Account != "" {
		query, args = query+" AND account = ?", append(args, q.Account)
	}
	if q.Case > 0 {
		query, args = query+" AND case_number = ? AND case_number > 0", append(args, q.Case)
	}
	if q.Before > 0 {
		query, args = query+" AND number < ?", append(args, q.Before)
	}
	rows, err := s.query(ctx, query+" ORDER BY number DESC LIMIT ?", append(args, bounded(q.Limit))...)
	return collect(rows, err, scanAccess)
}

// ReadersOf lists who read what is known of somebody.
func (s *Store) ReadersOf(ctx context.Context, k privacy.Known, limit int) ([]privacy.Entry, error) {
	var all []privacy.Entry
	ask := func(where string, args ...any) error {
		rows, err := s.query(ctx, "SELECT "+accessColumns+" FROM access_log WHERE "+where+" ORDER BY number DESC LIMIT ?", append(args, limit)...)
		some, err := collect(rows, err, scanAccess)
		all = append(all, some...)
		return err
	}
	var errs []error
	for _, c := range k.Cases {
		errs = append(errs, ask("case_number = ? AND case_number > 0", c.Number))
	}
	of := func(part privacy.Part, subject string) {
		errs = append(errs, ask("part = ? AND subject = ? AND subject <> ''", string(part), subject))
	}
	for _, a := range k.Accounts {
		of(privacy.OfHolder, strconv.FormatInt(a.Number, 10))
	}
	for _, v := range k.Volunteers {
		of(privacy.OfVolunteer, strconv.FormatInt(v.Number, 10))
	}
	for _, v := range k.Seats {
		of(privacy.OfActivity, v.Activity)
	}
	for _, v := range k.Cared {
		of(privacy.OfCare, strconv.FormatInt(v.Number, 10))
	}
	for _, q := range k.Quarrels {
		if q.Party > 0 {
			errs = append(errs, ask("case_number = ? AND part = ?", q.Case, string(privacy.OfMediation)))
		}
	}
	for _, v := range k.Visits {
		of(privacy.OfVisit, strconv.FormatInt(v.Number, 10))
	}
	slices.SortFunc(all, func(a, b privacy.Entry) int { return cmp.Compare(b.Number, a.Number) })
	all = slices.CompactFunc(all, func(a, b privacy.Entry) bool { return a.Number == b.Number })
	return all[:min(len(all), limit)], errors.Join(errs...)
}

const matterColumns = "number, kind, card, case_number, opened_at, opened_by, due_at, closed_at, closed_by, outcome, erased, kept"

func scanMatter(r row) (m privacy.Matter, err error) {
	var opened, due, closed int64
	err = r.Scan(&m.Number, &m.Kind, &m.Subject.Card, &m.Subject.Case, &opened, &m.OpenedBy, &due, &closed, &m.ClosedBy, &m.Outcome, &m.Erased, &m.Kept)
	m.OpenedAt, m.DueAt, m.ClosedAt = moment(opened), moment(due), moment(closed)
	return m, err
}

// OpenMatter adds one.
func (s *Store) OpenMatter(ctx context.Context, m privacy.Matter) (number int64, err error) {
	err = s.write(ctx, func(t *Tx) (err error) {
		number, err = t.insert("open matter", "INSERT INTO privacy_matters (kind, card, case_number, opened_at, opened_by, due_at) VALUES (?, ?, ?, ?, ?, ?)",
			string(m.Kind), m.Subject.Card, m.Subject.Case, micros(m.OpenedAt), m.OpenedBy, micros(m.DueAt))
		return err
	})
	return number, err
}

func matter(a asker, number int64) (privacy.Matter, error) {
	m, err := scanMatter(a.row("SELECT "+matterColumns+" FROM privacy_matters WHERE number = ?", number))
	return m, noMatter("matter", err)
}

// noMatter makes of a row that is not there what the domain calls it.
func noMatter(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return privacy.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

// Matter finds one.
func (s *Store) Matter(ctx context.Context, number int64) (privacy.Matter, error) {
	return matter(outside{s, ctx}, number)
}

// Matters lists open or closed ones.
func (s *Store) Matters(ctx context.Context, open bool, before int64, limit int) ([]privacy.Matter, error) {
	// They are due in the order in which they were opened.
	query := "SELECT " + matterColumns + " FROM privacy_matters WHERE closed_at = 0 AND number > ? ORDER BY number LIMIT ?"
	if !open {
		query = "SELECT " + matterColumns + " FROM privacy_matters WHERE closed_at > 0 AND number < ? ORDER BY number DESC LIMIT ?"
		if before <= 0 {
			before = math.MaxInt64
		}
	}
	rows, err := s.query(ctx, query, before, bounded(limit))
	return collect(rows, err, scanMatter)
}

// CloseMatter ends one, and forgets whose it was.
func (s *Store) CloseMatter(ctx context.Context, number int64, o privacy.Outcome, at time.Time, by string) error {
	return s.write(ctx, func(t *Tx) error {
		if m, err := matter(t, number); err != nil {
			return err
		} else if !m.ClosedAt.IsZero() {
			return privacy.ErrClosed
		}
		_, err := t.exec("close matter", "UPDATE privacy_matters SET card = '', closed_at = ?, closed_by = ?, outcome = ? WHERE number = ?",
			micros(at), by, string(o), number)
		return err
	})
}

func scanHold(r row) (h privacy.Hold, err error) {
	var at int64
	err = r.Scan(&h.Case, &h.Reason, &at, &h.By)
	h.At = moment(at)
	return h, err
}

const holdQuery = "SELECT case_number, reason, at, by FROM privacy_holds WHERE "

// HoldCase keeps the words of a case.
func (s *Store) HoldCase(ctx context.Context, h privacy.Hold) error {
	return s.write(ctx, func(t *Tx) error {
		if _, err := t.LockCase(h.Case); err != nil {
			return err
		}
		if err := t.unerased(h.Case); err != nil {
			return err
		}
		_, err := t.exec("hold", "INSERT INTO privacy_holds (case_number, reason, at, by) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", h.Case, h.Reason, micros(h.At), h.By)
		return err
	})
}

// ReleaseCase ends a hold.
func (s *Store) ReleaseCase(ctx context.Context, number int64) error {
	return s.write(ctx, func(t *Tx) error {
		n, err := t.exec("release", "DELETE FROM privacy_holds WHERE case_number = ?", number)
		if err == nil && n == 0 {
			err = privacy.ErrNotFound
		}
		return err
	})
}

// HoldOf is the hold of a case, or nil.
func (s *Store) HoldOf(ctx context.Context, number int64) (*privacy.Hold, error) {
	h, err := scanHold(s.queryRow(ctx, holdQuery+"case_number = ?", number))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &h, noMatter("hold", err)
}

// Holds lists holds by case.
func (s *Store) Holds(ctx context.Context, after int64, limit int) ([]privacy.Hold, error) {
	rows, err := s.query(ctx, holdQuery+"case_number > ? ORDER BY case_number LIMIT ?", after, bounded(limit))
	return collect(rows, err, scanHold)
}

// CountErased adds to a day's counts.
func (s *Store) CountErased(ctx context.Context, day string, c privacy.Count) error {
	if c.Sum() == 0 {
		return nil
	}
	return s.write(ctx, func(t *Tx) error {
		for _, what := range privacy.Counted {
			if c[what] == 0 {
				continue
			}
			_, err := t.exec("count erased", `INSERT INTO privacy_counts (day, what, count) VALUES (?, ?, ?)
				ON CONFLICT (day, what) DO UPDATE SET count = privacy_counts.count + excluded.count`, day, what, c[what])
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// ErasedSince adds up counts.
func (s *Store) ErasedSince(ctx context.Context, day string) (privacy.Count, error) {
	type one struct {
		what string
		n    int
	}
	rows, err := s.query(ctx, "SELECT what, CAST(sum(count) AS BIGINT) FROM privacy_counts WHERE day >= ? GROUP BY what", day)
	all, err := collect(rows, err, func(r row) (o one, err error) { return o, r.Scan(&o.what, &o.n) })
	c := privacy.Count{}
	for _, o := range all {
		c[o.what] = o.n
	}
	return c, err
}

// CellsOf counts cases of a time.
func (s *Store) CellsOf(ctx context.Context, from, until time.Time, without []string) ([]privacy.Cell, error) {
	not, args := "", []any{micros(from), micros(until)}
	if len(without) > 0 {
		not = " AND c.service NOT IN (" + strings.TrimSuffix(strings.Repeat("?,", len(without)), ",") + ")"
		for _, service := range without {
			args = append(args, service)
		}
	}
	rows, err := s.query(ctx, `SELECT c.category, coalesce(g.grid, ''), count(*) FROM cases c LEFT JOIN case_grids g ON g.case_number = c.number
		WHERE c.requested_at >= ? AND c.requested_at < ?`+not+" GROUP BY c.category, coalesce(g.grid, '')", args...)
	return collect(rows, err, func(r row) (c privacy.Cell, err error) {
		var category string
		err = r.Scan(&category, &c.Grid, &c.Count)
		c.Category = docket.Category(category)
		return c, err
	})
}
