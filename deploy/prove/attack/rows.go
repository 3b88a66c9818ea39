package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"

	_ "modernc.org/sqlite" // read as it lies on the disk
)

// row is one row of a table by the hash of its columns; good is whether it is the
// good terminal's, which works on.
type row struct {
	table string
	sum   [32]byte
}

// rows is a database's content: every row of every table, and whose it is.
type rows map[row]bool

// ephemeral are columns that say when somebody was last heard of. They may change
// with whatever a terminal with a certificate says, as it was heard of.
var ephemeral = map[string][]string{
	"terminals": {"last_contact", "clock_offset"},
	"uploads":   {"touched_at"},
}

// concluded is what central makes of what it filed, by itself and some moments later:
// which words fired, when a case is due, who is to be told. No attack is seen there
// that is not seen in what was filed.
var (
	concludedTables  = []string{"classifications", "rule_counts", "case_limits", "case_grids", "staff_notifications", "insight_cases", "insight_cells", "insight_months", "insight_pages"}
	concludedColumns = []string{"category", "concern", "repeats", "place", "urgency", "due_at"} // of cases
)

func concluded(table string) bool {
	return slices.Contains(concludedTables, table) || strings.HasPrefix(table, "river_")
}

// readRows reads all tables. heard leaves the ephemeral columns out for everybody;
// for the good terminal they always are.
func readRows(ctx context.Context, path string, good int, heard bool) (rows, error) {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "mode=ro&_pragma=busy_timeout(20000)"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(ctx, nil) // one moment
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	tables, err := texts(ctx, tx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	all := rows{}
	goodCases, err := texts(ctx, tx, fmt.Sprintf(`SELECT number FROM cases WHERE kiosk = %d`, good))
	if err != nil && slices.Contains(tables, "cases") {
		return nil, err
	}
	for _, table := range tables {
		if concluded(table) {
			continue
		}
		if err := readTable(ctx, tx, table, good, goodCases, heard, all); err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
	}
	return all, nil
}

func texts(ctx context.Context, tx *sql.Tx, query string) ([]string, error) {
	found, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var all []string
	for found.Next() {
		var s string
		if err := found.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, found.Err()
}

func readTable(ctx context.Context, tx *sql.Tx, table string, good int, goodCases []string, heard bool, into rows) error {
	found, err := tx.QueryContext(ctx, `SELECT * FROM "`+table+`"`)
	if err != nil {
		return err
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	pointers := make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	for found.Next() {
		if err := found.Scan(pointers...); err != nil {
			return err
		}
		mine := false
		for i, column := range columns {
			switch {
			case column == "kiosk", table == "terminals" && column == "number":
				mine = mine || fmt.Sprint(values[i]) == fmt.Sprint(good)
			case column == "case_number":
				mine = mine || slices.Contains(goodCases, fmt.Sprint(values[i]))
			}
		}
		hash := sha256.New()
		for i, column := range columns {
			if (heard || mine) && slices.Contains(ephemeral[table], column) || mine && table == "terminals" && column == "cursor" {
				continue
			}
			if table == "cases" && slices.Contains(concludedColumns, column) {
				continue
			}
			fmt.Fprintf(hash, "%d:%s=%T:%v\n", len(column), column, values[i], values[i])
		}
		into[row{table, [32]byte(hash.Sum(nil))}] = mine
	}
	return found.Err()
}

// differences says which tables differ: what is gone or changed in any table, and
// what came that is not the good terminal's. Tables in may are left out.
func (before rows) differences(after rows, may ...string) error {
	gone, came := map[string]int{}, map[string]int{}
	for r := range before {
		if _, ok := after[r]; !ok && !slices.Contains(may, r.table) && r.table != "health" {
			gone[r.table]++
		}
	}
	for r, mine := range after {
		if _, ok := before[r]; !ok && !mine && !slices.Contains(may, r.table) {
			came[r.table]++
		}
	}
	if len(gone)+len(came) == 0 {
		return nil
	}
	return fmt.Errorf("central's database changed: rows gone or changed %s, rows that came %s", counts(gone), counts(came))
}

func counts(m map[string]int) string {
	var all []string
	for table, n := range m {
		all = append(all, fmt.Sprint(table, " ", n))
	}
	sort.Strings(all)
	return "[" + strings.Join(all, ", ") + "]"
}
