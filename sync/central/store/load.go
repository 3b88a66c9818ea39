package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/wire"
)

// Loaded is a case with all that was ever written about it. Number, Status, Events and
// the other projections are what its events come to: whoever loads has folded them.
type Loaded struct {
	docket.Case
	History        []docket.Event
	Classification *docket.Classification
	Corrected      bool // by staff; then Category and Concern are theirs
	Placed         grid.Placed
	Items          []docket.Item
	Ratings        []docket.Rating
	Changes        []wire.Change // with their cursors, which are the terminal's
}

// Load writes many cases at once, as they are: a year of them in minutes. It is for
// databases that nobody serves, and tells nobody. What it writes cannot be told from
// what was filed, moved and rated one after another; see package demodata.
func (s *Store) Load(ctx context.Context, all []Loaded) error {
	var rows loadRows
	for _, c := range all {
		if err := rows.add(c); err != nil {
			return fmt.Errorf("store: load case %d: %w", c.Number, err)
		}
	}
	return s.load(ctx, []loadTable{
		{"items", "kiosk, id, hash, kind, sequence, made_at, received_at, clock_offset, outcome, reason", rows.items},
		{"cases", caseColumns + ", corrected, place, grid", rows.cases},
		{"case_events", "case_number, number, status, at, by, note, stars, action, detail", rows.events},
		{"classifications", "case_number, body", rows.classifications},
		{"case_grids", "case_number, grid, building", rows.places},
		{"ratings", "number, id, kiosk, ticket, rated, stars, requested_at, received_at, body, case_number, reason", rows.ratings},
		{"changes", "kiosk, cursor, body, request", rows.changes},
	})
}

// EndLoad notes what counts on from what was loaded: how rules did, and the newest cursor of
// each terminal.
func (s *Store) EndLoad(ctx context.Context, rules map[string]docket.RuleCount, cursors map[int]int64) error {
	return s.write(ctx, func(t *Tx) error {
		if err := t.CountRules(rules); err != nil {
			return err
		}
		for _, kiosk := range slices.Sorted(maps.Keys(cursors)) {
			if _, err := t.exec("cursor", "UPDATE terminals SET cursor = ? WHERE number = ?", cursors[kiosk], kiosk); err != nil {
				return err
			}
		}
		if s.pool == nil {
			return nil // SQLite counts on from the greatest number that it was given
		}
		for _, table := range []string{"cases", "ratings"} {
			if _, err := t.exec("numbers", "SELECT setval(pg_get_serial_sequence('"+table+"', 'number'), (SELECT coalesce(max(number), 0) + 1 FROM "+table+"), false)"); err != nil {
				return err
			}
		}
		return nil
	})
}

// NextCase has the next case that is filed take a number, which must be greater than all
// that were given.
func (s *Store) NextCase(ctx context.Context, number int64) error {
	return s.write(ctx, func(t *Tx) error {
		if s.pool != nil {
			_, err := t.exec("next number", "SELECT setval(pg_get_serial_sequence('cases', 'number'), ?, false)", number)
			return err
		}
		n, err := t.exec("next number", "UPDATE sqlite_sequence SET seq = ? WHERE name = 'cases'", number-1)
		if err == nil && n == 0 {
			_, err = t.exec("next number", "INSERT INTO sqlite_sequence (name, seq) VALUES ('cases', ?)", number-1)
		}
		return err
	})
}

// loadRows are the rows of some cases, by table.
type loadRows struct {
	items, cases, events, classifications, places, ratings, changes [][]any
}

func (r *loadRows) add(c Loaded) error {
	place := int64(0)
	if c.Classification != nil {
		place = c.Classification.Place
		body, err := json.Marshal(c.Classification)
		if err != nil {
			return err
		}
		r.classifications = append(r.classifications, []any{c.Number, string(body)})
	}
	r.cases = append(r.cases, []any{c.Number, c.ID, int64(c.Kiosk), string(c.Ticket), c.Service, int64(c.CatalogVersion), int64(c.Urgency),
		micros(c.RequestedAt), micros(c.ReceivedAt), c.Body, string(c.Status), c.Events, micros(c.UpdatedAt), c.Card, int64(c.Channel),
		string(c.Assignee), micros(c.Due), c.Into, string(c.Verification), string(c.Category), string(c.Concern), int64(c.Repeat),
		truth(c.Corrected), place, c.Placed.Grid})
	for _, e := range c.History {
		detail, err := detailText(e)
		if err != nil {
			return err
		}
		r.events = append(r.events, []any{c.Number, e.Number, string(e.Status), micros(e.At), e.By, e.Note, int64(e.Stars), string(e.Action), detail})
	}
	if c.Placed.Grid != "" {
		r.places = append(r.places, []any{c.Number, c.Placed.Grid, c.Placed.Building})
	}
	for _, i := range c.Items {
		r.items = append(r.items, []any{int64(i.Kiosk), i.ID, i.Hash[:], string(i.Kind), i.Sequence, micros(i.MadeAt), micros(i.ReceivedAt),
			i.ClockOffset.Microseconds(), string(i.Outcome), string(i.Reason)})
	}
	for _, v := range c.Ratings {
		r.ratings = append(r.ratings, []any{v.Number, v.ID, int64(v.Kiosk), string(v.Ticket), string(v.Rated), int64(v.Stars),
			micros(v.RequestedAt), micros(v.ReceivedAt), v.Body, v.Case, string(v.Reason)})
	}
	for _, change := range c.Changes {
		body, err := json.Marshal(change)
		if err != nil {
			return err
		}
		of := ""
		if change.Status != nil {
			of = change.Status.RequestID
		}
		r.changes = append(r.changes, []any{int64(c.Kiosk), change.Cursor, body, of})
	}
	return nil
}

// loadTable is what goes into one table.
type loadTable struct {
	name, columns string
	rows          [][]any
}

func (s *Store) load(ctx context.Context, tables []loadTable) error {
	if s.pool == nil {
		return s.change(ctx, 0, func(t *Tx) error {
			for _, table := range tables {
				if err := t.insertRows(table); err != nil {
					return err
				}
			}
			return nil
		})
	}
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: load: %w", err)
	}
	defer conn.Close() // gives it back
	return conn.Raw(func(driver any) error {
		return pgx.BeginFunc(ctx, driver.(*stdlib.Conn).Conn(), func(tx pgx.Tx) error {
			for _, table := range tables {
				_, err := tx.CopyFrom(ctx, pgx.Identifier{table.name}, strings.Split(table.columns, ", "), pgx.CopyFromRows(table.rows))
				if err != nil {
					return fmt.Errorf("store: load %s: %w", table.name, err)
				}
			}
			return nil
		})
	})
}

// rowsAtOnce is how many rows one statement inserts: SQLite takes 32,766 parameters.
const rowsAtOnce = 100

func (t *Tx) insertRows(table loadTable) error {
	width := strings.Count(table.columns, ",") + 1
	one := "(?" + strings.Repeat(", ?", width-1) + ")"
	for some := range slices.Chunk(table.rows, rowsAtOnce) {
		// Few lengths, so that few statements are kept.
		for len(some) > 0 {
			n := 1
			if len(some) == rowsAtOnce {
				n = rowsAtOnce
			}
			args := make([]any, 0, n*width)
			for _, row := range some[:n] {
				args = append(args, row...)
			}
			if _, err := t.execute("load "+table.name, "INSERT INTO "+table.name+" ("+table.columns+") VALUES "+one+strings.Repeat(", "+one, n-1), args...); err != nil {
				return err
			}
			some = some[n:]
		}
	}
	return nil
}
