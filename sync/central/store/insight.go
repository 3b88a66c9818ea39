package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/insight"
)

// Figures of cases: package insight. Nothing that says who somebody is leaves these
// functions.

// StaleCases finds cases whose facts are to be made anew.
func (s *Store) StaleCases(ctx context.Context, since time.Time, after int64, limit int) ([]int64, error) {
	// On purpose two texts: what happened lately is found by the index of times (the + keeps
	// SQLite from going through all events by their cases), all else by going through all cases.
	const stale = ` LEFT JOIN insight_cases i ON i.case_number = c.number
		LEFT JOIN case_grids g ON g.case_number = c.number
		WHERE c.number > ?1 AND (i.case_number IS NULL OR i.events <> c.events OR i.category <> c.category OR i.urgency <> c.urgency
			OR i.grid <> COALESCE(g.grid, '') OR i.building <> COALESCE(g.building, ''))
		ORDER BY c.number LIMIT ?2`
	query, args := "SELECT c.number FROM cases c"+stale, []any{after, limit}
	if !since.IsZero() {
		query = "SELECT c.number FROM (SELECT DISTINCT +case_number AS case_number FROM case_events WHERE at >= ?3 AND +case_number > ?1) e JOIN cases c ON c.number = e.case_number" + stale
		args = append(args, micros(since))
	}
	rows, err := s.query(ctx, query, args...)
	return collect(rows, err, func(r row) (n int64, err error) { return n, r.Scan(&n) })
}

// eachHundred calls f with lists of numbers as listed does with words; the first
// parameter is left to f.
func eachHundred(numbers []int64, f func(list string, args []any) error) error {
	for len(numbers) > 0 {
		length := mostListed
		for length/10 >= len(numbers) {
			length /= 10
		}
		args := make([]any, length)
		for i := range args {
			args[i] = numbers[min(i, len(numbers)-1)]
		}
		if err := f(lists[length], args); err != nil {
			return err
		}
		numbers = numbers[min(length, len(numbers)):]
	}
	return nil
}

// Sources reads what facts are made of, by number.
func (s *Store) Sources(ctx context.Context, cases []int64) (all []insight.Source, err error) {
	err = s.read(ctx, func(t *Tx) error {
		all = nil
		return eachHundred(cases, func(list string, args []any) error {
			found, err := t.sources(list, args)
			all = append(all, found...)
			return err
		})
	})
	return all, err
}

func (t *Tx) sources(list string, args []any) ([]insight.Source, error) {
	at := map[int64]int{}
	rows, err := t.query(`SELECT c.number, c.events, c.service, c.category, c.urgency, c.requested_at, c.place, COALESCE(g.grid, ''), COALESCE(g.building, ''), COALESCE(k.body, '')
		FROM cases c LEFT JOIN case_grids g ON g.case_number = c.number LEFT JOIN classifications k ON k.case_number = c.number
		WHERE c.number > ?1 AND c.number IN `+list+" ORDER BY c.number", append([]any{0}, args...)...)
	all, err := collect(rows, err, func(r row) (one insight.Source, err error) {
		var asked int64
		var body string
		err = r.Scan(&one.Case.Number, &one.Case.Events, &one.Case.Service, &one.Case.Category, &one.Case.Urgency, &asked, &one.Place, &one.Grid, &one.Building, &body)
		if err == nil && body != "" {
			var c struct{ Topic string }
			err = json.Unmarshal([]byte(body), &c)
			one.Topic = c.Topic
		}
		one.Case.RequestedAt = moment(asked)
		return one, err
	})
	if err != nil {
		return nil, err
	}
	for i, one := range all {
		at[one.Case.Number] = i
	}
	rows, err = t.query("SELECT case_number, number, action, status, at, stars FROM case_events WHERE case_number > ?1 AND case_number IN "+list+
		" ORDER BY case_number, number", append([]any{0}, args...)...)
	_, err = collect(rows, err, func(r row) (none struct{}, err error) {
		var number, happened int64
		var e docket.Event
		if err = r.Scan(&number, &e.Number, &e.Action, &e.Status, &happened, &e.Stars); err == nil {
			e.At = moment(happened)
			if i, ok := at[number]; ok {
				all[i].Events = append(all[i].Events, e)
			}
		}
		return none, err
	})
	if err != nil {
		return nil, err
	}
	return all, t.reasons(list, args, at, all)
}

// reasons finds why ratings were low. What was said stays here.
func (t *Tx) reasons(list string, args []any, at map[int64]int, all []insight.Source) error {
	said := map[int64][]string{}
	rows, err := t.query("SELECT case_number, body FROM ratings WHERE stars <= ?1 AND case_number > 0 AND reason = '' AND case_number IN "+list, append([]any{insight.LowStars}, args...)...)
	_, err = collect(rows, err, func(r row) (none struct{}, err error) {
		var number int64
		var body []byte
		if err = r.Scan(&number, &body); err != nil {
			return none, err
		}
		var rating request.Request
		if err = json.Unmarshal(body, &rating); err != nil {
			return none, fmt.Errorf("rating of case %d: %w", number, err)
		}
		var words []string
		for _, a := range rating.Answers {
			if a.Step == "words" {
				words = append(words, a.Text)
			}
		}
		if rating.Channel != nil {
			words = append(words, rating.Channel.Description)
		}
		said[number] = append(said[number], words...)
		return none, nil
	})
	for number, words := range said {
		if i, ok := at[number]; ok {
			all[i].Reasons = insight.ReasonsIn(words)
		}
	}
	return err
}

const factColumns = "case_number, events, month, day, category, urgency, grid, building, topic, place, response, fix, stars, overdue, due_at, completed, reopened, reasons"

// length is a time that something took, as a column has it: -1 is none.
func length(d time.Duration) int64 {
	if d < 0 {
		return -1
	}
	return d.Microseconds()
}

func scanFact(r row) (f insight.Fact, err error) {
	var response, fix, overdue, due, completed, reopened int64
	var reasons string
	err = r.Scan(&f.Case, &f.Events, &f.Month, &f.Day, &f.Category, &f.Urgency, &f.Grid, &f.Building, &f.Topic, &f.Place, &response, &fix, &f.Stars, &overdue, &due, &completed, &reopened, &reasons)
	f.Response, f.Fix = time.Duration(response)*time.Microsecond, time.Duration(fix)*time.Microsecond
	f.Overdue, f.Completed, f.Reopened, f.Due = overdue != 0, completed != 0, reopened != 0, moment(due)
	for _, reason := range strings.Fields(reasons) {
		f.Reasons = append(f.Reasons, insight.Reason(reason))
	}
	return f, err
}

// PutFacts keeps facts, and notes their months.
func (s *Store) PutFacts(ctx context.Context, facts []insight.Fact) error {
	return s.write(ctx, func(t *Tx) error {
		months := map[insight.Month]bool{}
		for _, f := range facts {
			var reasons []string
			for _, reason := range f.Reasons {
				reasons = append(reasons, string(reason))
			}
			_, err := t.exec("fact", "INSERT INTO insight_cases ("+factColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (case_number) DO UPDATE SET events = excluded.events, month = excluded.month, day = excluded.day, category = excluded.category,
					urgency = excluded.urgency, grid = excluded.grid, building = excluded.building, topic = excluded.topic, place = excluded.place,
					response = excluded.response, fix = excluded.fix, stars = excluded.stars, overdue = excluded.overdue, due_at = excluded.due_at,
					completed = excluded.completed, reopened = excluded.reopened, reasons = excluded.reasons`,
				f.Case, f.Events, int64(f.Month), f.Day, string(f.Category), int(f.Urgency), f.Grid, f.Building, f.Topic, f.Place, length(f.Response), length(f.Fix),
				f.Stars, truth(f.Overdue), micros(f.Due), truth(f.Completed), truth(f.Reopened), strings.Join(reasons, " "))
			if err != nil {
				return err
			}
			months[f.Month] = true
		}
		for m := range months {
			if err := t.changeMonth(m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *Tx) changeMonth(m insight.Month) error {
	if m == 0 {
		return nil
	}
	_, err := t.exec("month", `INSERT INTO insight_months (month, changes, counted) VALUES (?, 1, 0)
		ON CONFLICT (month) DO UPDATE SET changes = insight_months.changes + 1`, int64(m))
	return err
}

// PassLimits makes facts overdue.
func (s *Store) PassLimits(ctx context.Context, now time.Time) error {
	return s.write(ctx, func(t *Tx) error {
		rows, err := t.query("SELECT DISTINCT month FROM insight_cases WHERE due_at > 0 AND due_at <= ?", micros(now))
		months, err := collect(rows, err, func(r row) (m insight.Month, err error) { return m, r.Scan(&m) })
		if err != nil || len(months) == 0 {
			return err
		}
		for _, m := range months {
			if err := t.changeMonth(m); err != nil {
				return err
			}
		}
		_, err = t.exec("limits passed", "UPDATE insight_cases SET overdue = 1, due_at = 0 WHERE due_at > 0 AND due_at <= ?", micros(now))
		return err
	})
}

// StaleMonths lists months that are to be counted anew.
func (s *Store) StaleMonths(ctx context.Context) (map[insight.Month]int64, error) {
	type stale struct {
		month   insight.Month
		changes int64
	}
	rows, err := s.query(ctx, "SELECT month, changes FROM insight_months WHERE changes <> counted")
	all, err := collect(rows, err, func(r row) (m stale, err error) { return m, r.Scan(&m.month, &m.changes) })
	months := map[insight.Month]int64{}
	for _, m := range all {
		months[m.month] = m.changes
	}
	return months, err
}

// Facts calls f with each fact of a month.
func (s *Store) Facts(ctx context.Context, month insight.Month, f func(insight.Fact)) error {
	rows, err := s.query(ctx, "SELECT "+factColumns+" FROM insight_cases WHERE month = ?", int64(month))
	if err != nil {
		return fmt.Errorf("store: facts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		one, err := scanFact(rows)
		if err != nil {
			return fmt.Errorf("store: facts: %w", err)
		}
		f(one)
	}
	return rows.Err()
}

// PlaceCounts counts how often the same broke at the same place.
func (s *Store) PlaceCounts(ctx context.Context, from, until insight.Month) (map[int64]insight.Place, error) {
	type counted struct {
		number int64
		insight.Place
	}
	rows, err := s.query(ctx, `SELECT place, max(grid), max(building), max(topic), count(*) FROM insight_cases
		WHERE month >= ? AND month <= ? AND place <> 0 AND building <> '' AND topic <> '' GROUP BY place`, int64(from), int64(until))
	all, err := collect(rows, err, func(r row) (c counted, err error) {
		return c, r.Scan(&c.number, &c.Grid, &c.Building, &c.Topic, &c.Times)
	})
	places := map[int64]insight.Place{}
	for _, c := range all {
		places[c.number] = c.Place
	}
	return places, err
}

// PutCells keeps the cells of a month.
func (s *Store) PutCells(ctx context.Context, month insight.Month, stood int64, cells map[insight.Key]*insight.Cell) error {
	return s.write(ctx, func(t *Tx) error {
		n, err := t.exec("cells", "UPDATE insight_months SET counted = changes WHERE month = ? AND changes = ?", int64(month), stood)
		if err != nil || n == 0 {
			return err
		}
		if _, err := t.exec("cells", "DELETE FROM insight_cells WHERE month = ?", int64(month)); err != nil {
			return err
		}
		for k, cell := range cells {
			body, err := json.Marshal(cell)
			if err != nil {
				return fmt.Errorf("store: cell: %w", err)
			}
			if _, err := t.exec("cell", "INSERT INTO insight_cells (month, grid, category, body) VALUES (?, ?, ?, ?)",
				int64(k.Month), k.Grid, string(k.Category), string(body)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Cells reads those of some months.
func (s *Store) Cells(ctx context.Context, from, until insight.Month) (map[insight.Key]*insight.Cell, error) {
	type named struct {
		key  insight.Key
		cell *insight.Cell
	}
	rows, err := s.query(ctx, "SELECT month, grid, category, body FROM insight_cells WHERE month >= ? AND month <= ?", int64(from), int64(until))
	all, err := collect(rows, err, func(r row) (n named, err error) {
		var body string
		if err = r.Scan(&n.key.Month, &n.key.Grid, &n.key.Category, &body); err == nil {
			err = json.Unmarshal([]byte(body), &n.cell)
		}
		return n, err
	})
	cells := make(map[insight.Key]*insight.Cell, len(all))
	for _, n := range all {
		cells[n.key] = n.cell
	}
	return cells, err
}

// PutPage keeps what was reckoned.
func (s *Store) PutPage(ctx context.Context, name string, at time.Time, content any) error {
	body, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("store: %s: %w", name, err)
	}
	if _, err = s.execute(ctx, `INSERT INTO insight_pages (name, at, body) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET at = excluded.at, body = excluded.body`, name, micros(at), string(body)); err != nil {
		return fmt.Errorf("store: %s: %w", name, err)
	}
	return nil
}

// Page reads it.
func (s *Store) Page(ctx context.Context, name string, content any) (time.Time, error) {
	var at int64
	var body string
	err := s.queryRow(ctx, "SELECT at, body FROM insight_pages WHERE name = ?", name).Scan(&at, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err == nil && content != nil {
		err = json.Unmarshal([]byte(body), content)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("store: %s: %w", name, err)
	}
	return moment(at), nil
}
