package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"lintai/sync/central/grid"
)

// The book of grids and rosters: package grid. It is small, and read whole; but every page
// of staff asks for it, and that of a town takes longer to read than a page to make. So what
// was read is kept until the row of its version tells of another one, whichever process wrote it.

const gridVersion = "SELECT version FROM grid_book"

// Grids reads the book.
func (s *Store) Grids(ctx context.Context) (b *grid.Book, err error) {
	if kept := s.book.Load(); kept != nil {
		var version int64
		if err := s.queryRow(ctx, gridVersion).Scan(&version); err != nil {
			return nil, fmt.Errorf("store: grids: %w", err)
		}
		if version == kept.Version {
			return handed(kept), nil
		}
	}
	err = s.read(ctx, func(t *Tx) (err error) {
		b, err = t.grids()
		return err
	})
	if err != nil {
		return nil, err
	}
	s.book.Store(b)
	return handed(b), nil
}

// handed is the book for one who asks. Its lists are hers, what is in them is everybody's.
func handed(b *grid.Book) *grid.Book {
	return &grid.Book{Version: b.Version, Grids: slices.Clone(b.Grids), Rosters: slices.Clone(b.Rosters)}
}

func (t *Tx) grids() (*grid.Book, error) {
	b := &grid.Book{}
	if err := t.queryRow(gridVersion).Scan(&b.Version); err != nil {
		return nil, fmt.Errorf("store: grids: %w", err)
	}
	rows, err := t.query("SELECT body FROM grids ORDER BY id")
	if b.Grids, err = collect(rows, err, scanBody[grid.Grid]); err != nil {
		return nil, err
	}
	rows, err = t.query("SELECT body FROM rosters ORDER BY account")
	if b.Rosters, err = collect(rows, err, scanBody[grid.Roster]); err != nil {
		return nil, err
	}
	b.Sort()
	return b, nil
}

// scanBody reads a row that is one JSON.
func scanBody[T any](r row) (one T, err error) {
	var body string
	if err = r.Scan(&body); err == nil {
		err = json.Unmarshal([]byte(body), &one)
	}
	return one, err
}

// ChangeGrids changes the book, and writes what became another.
func (s *Store) ChangeGrids(ctx context.Context, f func(*grid.Book) error) (b *grid.Book, err error) {
	err = s.write(ctx, func(t *Tx) error {
		// The row of the version first: those who change the book do so one after another.
		if _, err := t.exec("grids", "UPDATE grid_book SET version = version + 1"); err != nil {
			return err
		}
		before, err := t.grids()
		if err != nil {
			return err
		}
		if b, err = t.grids(); err != nil {
			return err
		}
		b.Version-- // as it was seen
		if err := f(b); err != nil {
			return err
		}
		b.Version = before.Version
		b.Sort()
		if err := b.Check(); err != nil {
			return err
		}
		return t.putGrids(before, b)
	})
	return b, err
}

func (t *Tx) putGrids(before, after *grid.Book) error {
	was, is := map[string]any{}, map[string]any{}
	for _, g := range before.Grids {
		was[g.ID] = g
	}
	for _, g := range after.Grids {
		is[g.ID] = g
	}
	if err := t.putBodies("grids", "id", was, is); err != nil {
		return err
	}
	was, is = map[string]any{}, map[string]any{}
	for _, r := range before.Rosters {
		was[r.Account] = r
	}
	for _, r := range after.Rosters {
		is[r.Account] = r
	}
	return t.putBodies("rosters", "account", was, is)
}

// putBodies writes the rows of a table that differ.
func (t *Tx) putBodies(table, key string, was, is map[string]any) error {
	for id := range was {
		if _, stays := is[id]; stays {
			continue
		}
		if _, err := t.exec(table, "DELETE FROM "+table+" WHERE "+key+" = ?", id); err != nil {
			return err
		}
	}
	for id, one := range is {
		if reflect.DeepEqual(was[id], one) {
			continue
		}
		body, err := json.Marshal(one)
		if err != nil {
			return fmt.Errorf("store: %s: %w", table, err)
		}
		_, err = t.exec(table, "INSERT INTO "+table+" ("+key+", body) VALUES (?, ?) ON CONFLICT ("+key+") DO UPDATE SET body = excluded.body", id, string(body))
		if err != nil {
			return err
		}
	}
	return nil
}

// PlaceCase notes where a case is.
func (s *Store) PlaceCase(ctx context.Context, number int64, id, building string) error {
	return s.change(ctx, sql.LevelRepeatableRead, func(t *Tx) error {
		if id == "" {
			if _, err := t.exec("place of a case", "DELETE FROM case_grids WHERE case_number = ?", number); err != nil {
				return err
			}
			_, err := t.exec("grid of a case", "UPDATE cases SET grid = '' WHERE number = ?", number)
			return err
		}
		_, err := t.exec("place of a case", `INSERT INTO case_grids (case_number, grid, building) VALUES (?, ?, ?)
			ON CONFLICT (case_number) DO UPDATE SET grid = excluded.grid, building = excluded.building`, number, id, building)
		if err == nil {
			_, err = t.exec("grid of a case", "UPDATE cases SET grid = ? WHERE number = ?", id, number) // for lists
		}
		return err
	})
}

// PlacesOf tells where cases are.
func (s *Store) PlacesOf(ctx context.Context, cases []int64) (map[int64]grid.Placed, error) {
	all := map[int64]grid.Placed{}
	err := s.read(ctx, func(t *Tx) error {
		clear(all)
		for _, number := range cases {
			rows, err := t.query("SELECT grid, building FROM case_grids WHERE case_number = ?", number)
			found, err := collect(rows, err, func(r row) (p grid.Placed, err error) {
				err = r.Scan(&p.Grid, &p.Building)
				return p, err
			})
			if err != nil {
				return err
			}
			for _, p := range found {
				all[number] = p
			}
		}
		return nil
	})
	return all, err
}
