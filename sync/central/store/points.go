package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"lintai/sync/central/docket"
	"lintai/sync/central/points"
)

// The ledger of points: package points.

// WritePoints runs f in one transaction.
func (s *Store) WritePoints(ctx context.Context, f func(points.Tx) error) error {
	return s.write(ctx, func(t *Tx) error { return f(pointsTx{t}) })
}

// pointsTx is a transaction on the ledger.
type pointsTx struct{ *Tx }

// asker is what asks: a transaction, or the database for a moment.
type asker interface {
	row(query string, args ...any) *sql.Row
	rows(query string, args ...any) (*sql.Rows, error)
}

func (t *Tx) row(query string, args ...any) *sql.Row { return t.queryRow(query, args...) }
func (t *Tx) rows(query string, args ...any) (*sql.Rows, error) {
	return t.query(query, args...)
}

// outside asks without a transaction.
type outside struct {
	store *Store
	ctx   context.Context
}

func (o outside) row(query string, args ...any) *sql.Row {
	return o.store.queryRow(o.ctx, query, args...)
}
func (o outside) rows(query string, args ...any) (*sql.Rows, error) {
	return o.store.query(o.ctx, query, args...)
}

// PointsRules are the newest.
func (s *Store) PointsRules(ctx context.Context) (points.Rules, error) {
	return pointsRules(outside{s, ctx})
}
func (t pointsTx) PointsRules() (points.Rules, error) { return pointsRules(t) }

func pointsRules(a asker) (points.Rules, error) {
	var r points.Rules
	var version, at int64
	var by string
	var body []byte
	err := a.row("SELECT version, at, by, body FROM points_rules ORDER BY version DESC LIMIT 1").Scan(&version, &at, &by, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return points.DefaultRules(), nil
	}
	if err == nil {
		err = json.Unmarshal(body, &r)
	}
	if err != nil {
		return r, fmt.Errorf("store: rules of points: %w", err)
	}
	r.Version, r.At, r.By = version, moment(at), by
	return r, nil
}

func (t pointsTx) PutRules(r points.Rules) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("store: rules of points: %w", err)
	}
	n, err := t.exec("rules of points", "INSERT INTO points_rules (version, at, by, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", r.Version, micros(r.At), r.By, body)
	if err == nil && n == 0 {
		err = points.ErrBooked
	}
	return err
}

const holderColumns = "h.number, h.token, h.name, h.opened_at"

func scanHolder(r row) (points.Holder, error) {
	var h points.Holder
	var opened int64
	err := r.Scan(&h.Number, &h.Token, &h.Name, &opened)
	h.OpenedAt = moment(opened)
	return h, err
}

func holder(a asker, where string, arg any) (points.Holder, error) {
	h, err := scanHolder(a.row("SELECT "+holderColumns+" FROM points_holders h WHERE "+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return h, points.ErrNotFound
	}
	if err != nil {
		return h, fmt.Errorf("store: holder: %w", err)
	}
	return h, nil
}

const (
	byNumber = "h.number = ?"
	byToken  = "h.token = ? AND h.token <> ''"
)

// Holder finds a holder.
func (s *Store) Holder(ctx context.Context, number int64) (points.Holder, error) {
	return holder(outside{s, ctx}, byNumber, number)
}

// HolderByToken finds the holder of a card.
func (s *Store) HolderByToken(ctx context.Context, token string) (points.Holder, error) {
	return holder(outside{s, ctx}, byToken, token)
}

func (t pointsTx) Holder(number int64) (points.Holder, error) { return holder(t, byNumber, number) }
func (t pointsTx) HolderByToken(token string) (points.Holder, error) {
	return holder(t, byToken, token)
}

func (t pointsTx) OpenHolder(h points.Holder) (int64, error) {
	number, err := t.insert("open holder", "INSERT INTO points_holders (token, name, opened_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", h.Token, h.Name, micros(h.OpenedAt))
	if err == nil && number == 0 {
		err = points.ErrBooked
	}
	return number, err
}

func (t pointsTx) NameHolder(number int64, name string) error {
	n, err := t.exec("name holder", "UPDATE points_holders SET name = ? WHERE number = ?", name, number)
	if err == nil && n == 0 {
		err = points.ErrNotFound
	}
	return err
}

// Balance is what an account has.
func (s *Store) Balance(ctx context.Context, a points.Account) (int64, error) {
	return balance(outside{s, ctx}, a)
}
func (t pointsTx) Balance(a points.Account) (int64, error) { return balance(t, a) }

func balance(a asker, account points.Account) (sum int64, err error) {
	if number, ok := account.Person(); ok {
		err = a.row("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM points_lines WHERE holder = ? AND holder > 0", number).Scan(&sum)
	} else {
		err = a.row("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM points_lines WHERE account = ?", string(account)).Scan(&sum)
	}
	if err != nil {
		return 0, fmt.Errorf("store: balance: %w", err)
	}
	return sum, nil
}

// Holders lists holders with what they have.
func (s *Store) Holders(ctx context.Context, q points.HolderQuery) ([]points.Standing, error) {
	pattern := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(q.Name) + "%"
	rows, err := s.query(ctx, "SELECT "+holderColumns+`, CAST(COALESCE((SELECT SUM(l.amount) FROM points_lines l WHERE l.holder = h.number AND l.holder > 0), 0) AS BIGINT)
		FROM points_holders h WHERE h.number > ? AND h.name LIKE ? ESCAPE '!' ORDER BY h.number LIMIT ?`, q.After, pattern, bounded(q.Limit))
	return collect(rows, err, func(r row) (v points.Standing, err error) {
		var opened int64
		err = r.Scan(&v.Number, &v.Token, &v.Name, &opened, &v.Balance)
		v.OpenedAt = moment(opened)
		return v, err
	})
}

func bounded(limit int) int64 {
	if limit <= 0 {
		return math.MaxInt64
	}
	return int64(limit)
}

const entryColumns = "e.number, e.key, e.kind, e.at, e.by, e.rule, e.reason, e.case_number, e.reverses"

func scanEntry(r row) (points.Entry, error) {
	var e points.Entry
	var at int64
	err := r.Scan(&e.Number, &e.Key, &e.Kind, &at, &e.By, &e.Rule, &e.Reason, &e.Case, &e.Reverses)
	e.At = moment(at)
	return e, err
}

// entries asks for entries, and then for the lines of each.
func entries(a asker, where string, args ...any) ([]points.Entry, error) {
	rows, err := a.rows("SELECT "+entryColumns+" FROM points_entries e "+where, args...)
	all, err := collect(rows, err, scanEntry)
	if err != nil {
		return nil, err
	}
	for i := range all {
		rows, err := a.rows("SELECT account, amount FROM points_lines WHERE entry = ? ORDER BY account DESC", all[i].Number)
		if all[i].Lines, err = collect(rows, err, func(r row) (l points.Line, err error) { return l, r.Scan(&l.Account, &l.Amount) }); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func entry(a asker, where string, args ...any) (points.Entry, error) {
	all, err := entries(a, where, args...)
	switch {
	case err != nil:
		return points.Entry{}, err
	case len(all) == 0:
		return points.Entry{}, points.ErrNotFound
	}
	return all[0], nil
}

const entryByNumber = "WHERE e.number = ?"

// PointsEntry finds an entry.
func (s *Store) PointsEntry(ctx context.Context, number int64) (points.Entry, error) {
	return entry(outside{s, ctx}, entryByNumber, number)
}
func (t pointsTx) Entry(number int64) (points.Entry, error) { return entry(t, entryByNumber, number) }
func (t pointsTx) EntryByKey(key string) (points.Entry, error) {
	return entry(t, "WHERE e.key = ?", key)
}

func (t pointsTx) SpentFor(number int64) (spent, back points.Entry, err error) {
	spent, err = entry(t, "WHERE e.case_number = ? AND e.case_number > 0 AND e.kind = 'spent' ORDER BY e.number DESC LIMIT 1", number)
	if err != nil {
		return spent, back, err
	}
	back, err = entry(t, "WHERE e.reverses = ? AND e.reverses > 0", spent.Number)
	if errors.Is(err, points.ErrNotFound) {
		err = nil
	}
	return spent, back, err
}

// PointsEntries lists entries.
func (s *Store) PointsEntries(ctx context.Context, q points.EntryQuery) (all []points.Entry, err error) {
	before := q.Before
	if before <= 0 {
		before = math.MaxInt64
	}
	err = s.read(ctx, func(t *Tx) (err error) {
		if q.Holder == 0 {
			all, err = entries(t, "WHERE e.number < ? ORDER BY e.number DESC LIMIT ?", before, bounded(q.Limit))
		} else {
			all, err = entries(t, "JOIN points_lines l ON l.entry = e.number WHERE l.holder = ?1 AND l.holder > 0 AND e.number < ?2 ORDER BY l.entry DESC LIMIT ?3", q.Holder, before, bounded(q.Limit))
		}
		return err
	})
	return all, err
}

// Reversals tells which entries were reversed, and by which.
func (s *Store) Reversals(ctx context.Context, of []int64) (map[int64]int64, error) {
	by := map[int64]int64{}
	err := s.read(ctx, func(t *Tx) error {
		for _, number := range of {
			var reversal int64
			err := t.queryRow("SELECT number FROM points_entries WHERE reverses = ? AND reverses > 0", number).Scan(&reversal)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return fmt.Errorf("store: reversal: %w", err)
			}
			by[number] = reversal
		}
		return nil
	})
	return by, err
}

func (t pointsTx) PutEntry(e points.Entry) (int64, error) {
	number, err := t.insert("book points", `
		INSERT INTO points_entries (key, kind, at, by, rule, reason, case_number, reverses) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, e.Key, string(e.Kind), micros(e.At), e.By, e.Rule, e.Reason, e.Case, e.Reverses)
	if err != nil {
		return 0, err
	}
	if number == 0 {
		if e.Reverses > 0 {
			return 0, points.ErrReversed
		}
		return 0, points.ErrBooked
	}
	for _, l := range e.Lines {
		person, _ := l.Account.Person()
		if _, err := t.exec("book points", "INSERT INTO points_lines (entry, account, holder, amount) VALUES (?, ?, ?, ?)", number, string(l.Account), person, l.Amount); err != nil {
			return 0, err
		}
	}
	return number, nil
}

// OldestDelivered finds and locks a case; the index cases_delivered has them in order.
func (t pointsTx) OldestDelivered(service string, after int64) (docket.Case, bool, error) {
	return t.oldest("service = ? AND status = 'delivered' AND number > ? ORDER BY number LIMIT 1", service, after)
}

func (t *Tx) oldest(where string, args ...any) (docket.Case, bool, error) {
	c, err := scanCase(t.queryRow("SELECT "+caseColumns+" FROM cases WHERE "+where+t.store.dialect.lock, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("store: case: %w", err)
	}
	return c, true, nil
}

// Trial proves the books.
func (s *Store) Trial(ctx context.Context) (points.Trial, error) {
	var v points.Trial
	numbers := func(r row) (n int64, err error) { return n, r.Scan(&n) }
	err := s.read(ctx, func(t *Tx) error {
		v = points.Trial{}
		if err := t.queryRow("SELECT COUNT(*) FROM points_entries").Scan(&v.Entries); err != nil {
			return fmt.Errorf("store: trial: %w", err)
		}
		rows, err := t.query(`SELECT CASE WHEN holder > 0 THEN ? ELSE account END AS whose, CAST(SUM(amount) AS BIGINT) FROM points_lines GROUP BY whose ORDER BY whose`, string(points.Persons))
		if v.Totals, err = collect(rows, err, func(r row) (one points.Total, err error) { return one, r.Scan(&one.Account, &one.Amount) }); err != nil {
			return err
		}
		for _, one := range v.Totals {
			v.Sum += one.Amount
		}
		rows, err = t.query(`SELECT e.number FROM points_entries e LEFT JOIN points_lines l ON l.entry = e.number
			GROUP BY e.number HAVING COUNT(l.account) < 2 OR SUM(l.amount) <> 0 ORDER BY e.number LIMIT 100`)
		if v.Unequal, err = collect(rows, err, numbers); err != nil {
			return err
		}
		rows, err = t.query("SELECT holder FROM points_lines WHERE holder > 0 GROUP BY holder HAVING SUM(amount) < 0 ORDER BY holder LIMIT 100")
		v.Negative, err = collect(rows, err, numbers)
		return err
	})
	return v, err
}

// Unsettled lists cases whose newest spending stands otherwise than they do.
func (s *Store) Unsettled(ctx context.Context) ([]int64, error) {
	rows, err := s.query(ctx, `
		SELECT e.case_number FROM points_entries e JOIN cases c ON c.number = e.case_number
		WHERE e.kind = 'spent' AND e.case_number > 0
			AND NOT EXISTS (SELECT 1 FROM points_entries n WHERE n.case_number = e.case_number AND n.kind = 'spent' AND n.number > e.number)
			AND (c.status IN ('cancelled', 'refused', 'merged') AND NOT EXISTS (SELECT 1 FROM points_entries r WHERE r.reverses = e.number)
				OR c.status = 'accepted' AND EXISTS (SELECT 1 FROM points_entries r WHERE r.reverses = e.number AND (r.by = ''
					OR EXISTS (SELECT 1 FROM case_events o WHERE o.case_number = c.number AND o.action = 'reopened' AND o.at >= r.at))))
		ORDER BY e.case_number`)
	return collect(rows, err, func(r row) (n int64, err error) { return n, r.Scan(&n) })
}

// AnyDelivered tells whether there is a case of a service that nobody took on yet.
func (s *Store) AnyDelivered(ctx context.Context, service string, after int64) (waiting bool, err error) {
	err = s.queryRow(ctx, "SELECT EXISTS (SELECT 1 FROM cases WHERE service = ? AND status = 'delivered' AND number > ?)", service, after).Scan(&waiting)
	if err != nil {
		return false, fmt.Errorf("store: case: %w", err)
	}
	return waiting, nil
}

// Concerned are those of some cases for which points were spent.
func (s *Store) Concerned(ctx context.Context, cases []int64) ([]int64, error) {
	return s.among(ctx, cases, "SELECT DISTINCT case_number FROM points_entries WHERE case_number > 0 AND case_number IN")
}

// among asks for the numbers of some cases for which something holds; the query ends
// where their list begins.
func (s *Store) among(ctx context.Context, cases []int64, query string) (all []int64, err error) {
	for some := range slices.Chunk(cases, mostListed) {
		args := make([]any, len(some))
		for i, number := range some {
			args[i] = number
		}
		rows, err := s.query(ctx, query+" (?"+strings.Repeat(", ?", len(some)-1)+") ORDER BY case_number", args...)
		found, err := collect(rows, err, func(r row) (n int64, err error) { return n, r.Scan(&n) })
		if err != nil {
			return nil, fmt.Errorf("store: cases: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}
