package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/sync/central/insight/storetest"
)

func TestInsight(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		storetest.Run(t, func(t *testing.T) storetest.Store { return make(t) })
	})
}

// What SQLite's own program for the query reads of each table: the columns of who somebody
// is are not among it. The token is, to know what belongs together, and does not leave the
// query.
func TestHabitsReadNothingPersonal(t *testing.T) {
	s, _ := create(t)
	allowed := map[string][]string{
		"cases":                 {"card_token", "requested_at", "urgency", "channel", "status", "service"},
		"activity_seats":        {"token", "at", "state"},
		"volunteers":            {"token", "number"},
		"volunteer_assignments": {"volunteer", "minutes", "at"},
		"points_holders":        {"token", "number"},
		"points_lines":          {"holder", "amount", "entry"},
		"points_entries":        {"number", "at", "kind"},
	}
	read := columnsRead(t, s, habitsQuery, habitsArgs(time.Now(), nil))
	if len(read) < 8 {
		t.Fatalf("it reads %v: this test looks in the wrong place", read)
	}
	for _, column := range read {
		table, name, _ := strings.Cut(column, ".")
		if !slices.Contains(allowed[table], name) {
			t.Errorf("it reads %s", column)
		}
	}
	// The test would see it.
	if read := columnsRead(t, s, "SELECT name FROM volunteers WHERE token = ?", []any{"x"}); !slices.Contains(read, "volunteers.name") {
		t.Errorf("a column that was read was not seen: %v", read)
	}
	rows, err := s.reader.Query(habitsQuery, habitsArgs(time.Now(), nil)...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if columns, err := rows.Columns(); err != nil || len(columns) != 7 {
		t.Errorf("%v, %v", columns, err)
	}
}

// columnsRead lists the columns of tables and indexes that a statement reads, by its
// bytecode (https://sqlite.org/opcode.html): OpenRead p1 is a cursor on the root page p2,
// and Column reads p2 of cursor p1.
func columnsRead(t *testing.T, s *Store, query string, args []any) []string {
	t.Helper()
	type root struct {
		table   string
		columns []string
	}
	roots := map[int64]root{}
	each(t, s, "SELECT name, tbl_name, type, rootpage FROM sqlite_schema WHERE rootpage > 0", nil, func(v []string) {
		var page int64
		fmt.Sscan(v[3], &page)
		r := root{table: v[1]}
		pragma := "SELECT name FROM pragma_table_info(?)"
		if v[2] == "index" {
			pragma = "SELECT COALESCE(name, '') FROM pragma_index_xinfo(?)"
		}
		each(t, s, pragma, []any{v[0]}, func(c []string) { r.columns = append(r.columns, c[0]) })
		roots[page] = r
	})
	cursors := map[string]root{}
	var found []string
	each(t, s, "EXPLAIN "+query, args, func(v []string) {
		switch op, p1, p2 := v[1], v[2], v[3]; op {
		case "OpenRead":
			var page int64
			fmt.Sscan(p2, &page)
			cursors[p1] = roots[page]
		case "Column":
			var n int
			fmt.Sscan(p2, &n)
			if r, ok := cursors[p1]; ok && n < len(r.columns) && r.columns[n] != "" {
				found = append(found, r.table+"."+r.columns[n])
			}
		}
	})
	slices.Sort(found)
	return slices.Compact(found)
}

// each reads all rows as text.
func each(t *testing.T, s *Store, query string, args []any, f func([]string)) {
	t.Helper()
	rows, err := s.reader.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		values := make([]sql.NullString, len(columns))
		places := make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		one := make([]string, len(columns))
		for i := range values {
			one[i] = values[i].String
		}
		all = append(all, one)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		f(one)
	}
}
