package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// copiedTable is a table that both engines have.
type copiedTable struct {
	name    string
	columns []string
	types   []string // of PostgreSQL
	counts  string   // the column that counts up, or ""
}

// copiedTables lists those of PostgreSQL, each after those that it refers to. A table or
// a column that only one of the two has is an error: nothing is left behind unseen.
func copiedTables(ctx context.Context, from *sql.Tx, tx pgx.Tx) ([]copiedTable, error) {
	names, err := tableNames(ctx, tx)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !isCopied(name) })
	rows, err := from.QueryContext(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	theirs, err := collect(rows, err, func(r row) (name string, err error) { return name, r.Scan(&name) })
	if err != nil {
		return nil, err
	}
	theirs = slices.DeleteFunc(theirs, func(name string) bool { return !isCopied(name) })
	if !slices.Equal(names, theirs) {
		return nil, fmt.Errorf("store: the tables of the two engines differ: %v, %v", theirs, names)
	}
	if names, err = ordered(ctx, tx, names); err != nil {
		return nil, err
	}
	var all []copiedTable
	for _, name := range names {
		t, err := describe(ctx, tx, name)
		if err != nil {
			return nil, err
		}
		rows, err := from.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", name)
		columns, err := collect(rows, err, func(r row) (column string, err error) { return column, r.Scan(&column) })
		if err != nil {
			return nil, err
		}
		ours := slices.Clone(t.columns)
		slices.Sort(ours)
		if slices.Sort(columns); !slices.Equal(columns, ours) {
			return nil, fmt.Errorf("store: the columns of %s differ: %v, %v", name, columns, ours)
		}
		all = append(all, t)
	}
	return all, nil
}

func describe(ctx context.Context, tx pgx.Tx, name string) (copiedTable, error) {
	t := copiedTable{name: name}
	rows, err := tx.Query(ctx, `SELECT attname::text, format_type(atttypid, NULL), attidentity <> '' FROM pg_attribute
		WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`, pgx.Identifier{name}.Sanitize())
	if err != nil {
		return t, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var column, kind string
		var counts bool
		if err := rows.Scan(&column, &kind, &counts); err != nil {
			return t, fmt.Errorf("store: PostgreSQL: %w", err)
		}
		t.columns, t.types = append(t.columns, column), append(t.types, kind)
		if counts {
			t.counts = column
		}
	}
	if err := rows.Err(); err != nil {
		return t, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	return t, nil
}

// ordered puts each table after those that it refers to.
func ordered(ctx context.Context, tx pgx.Tx, names []string) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT a.relname::text, b.relname::text FROM pg_constraint c JOIN pg_class a ON a.oid = c.conrelid
		JOIN pg_class b ON b.oid = c.confrelid WHERE c.contype = 'f' AND a.oid <> b.oid AND a.relnamespace = current_schema()::regnamespace`)
	if err != nil {
		return nil, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	needs := map[string][]string{}
	var table, other string
	if _, err := pgx.ForEachRow(rows, []any{&table, &other}, func() error {
		needs[table] = append(needs[table], other)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	var all []string
	for len(all) < len(names) {
		before := len(all)
		for _, name := range names {
			waits := slices.ContainsFunc(needs[name], func(n string) bool { return slices.Contains(names, n) && !slices.Contains(all, n) })
			if !waits && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
		if len(all) == before {
			return nil, fmt.Errorf("store: tables refer to each other in a ring: %v", names)
		}
	}
	return all, nil
}

func (t copiedTable) selected() string {
	quoted := make([]string, len(t.columns))
	for i, c := range t.columns {
		quoted[i] = pgx.Identifier{c}.Sanitize() // SQLite quotes names alike
	}
	return "SELECT " + strings.Join(quoted, ", ") + " FROM " + pgx.Identifier{t.name}.Sanitize()
}

// source hands SQLite's rows over, and sums them up.
type source struct {
	table copiedTable
	rows  *sql.Rows
	sum   sum
	row   []any
	err   error
}

func (s *source) Next() bool {
	if s.err != nil || !s.rows.Next() {
		return false
	}
	places := make([]any, len(s.row))
	for i := range s.row {
		s.row[i] = nil
		places[i] = &s.row[i]
	}
	if s.err = s.rows.Scan(places...); s.err != nil {
		return false
	}
	for i, kind := range s.table.types {
		if s.row[i], s.err = valueFor(kind, s.row[i]); s.err != nil {
			s.err = fmt.Errorf("column %s: %w", s.table.columns[i], s.err)
			return false
		}
	}
	s.sum.add(s.row)
	return true
}

func (s *source) Values() ([]any, error) { return s.row, nil }

func (s *source) Err() error {
	if s.err == nil {
		s.err = s.rows.Err()
	}
	return s.err
}

// valueFor turns a value of SQLite into one that a column takes. PostgreSQL's text holds
// no NUL, and nothing that is not UTF-8.
func valueFor(kind string, value any) (any, error) {
	if value == nil {
		return nil, nil
	}
	switch v := value.(type) {
	case int64:
		switch kind {
		case "bigint", "integer":
			return v, nil
		case "double precision":
			return float64(v), nil
		}
	case float64:
		if kind == "double precision" {
			return v, nil
		}
	case string:
		if kind == "text" {
			return strings.ToValidUTF8(strings.ReplaceAll(v, "\x00", "\uFFFD"), "\uFFFD"), nil
		}
	case []byte:
		if kind == "bytea" {
			return append([]byte{}, v...), nil // one without bytes is no NULL
		}
	}
	return nil, fmt.Errorf("a value of %T does not fit %s", value, kind)
}

func (t copiedTable) read(ctx context.Context, from *sql.Tx) (*source, error) {
	rows, err := from.QueryContext(ctx, t.selected())
	return &source{table: t, rows: rows, row: make([]any, len(t.columns))}, err
}

// digestSQLite sums up what there is to copy.
func (t copiedTable) digestSQLite(ctx context.Context, from *sql.Tx) (Copied, error) {
	s, err := t.read(ctx, from)
	if err != nil {
		return Copied{}, err
	}
	defer s.rows.Close()
	for s.Next() {
	}
	return s.sum.of(t.name), s.Err()
}

// digestPostgres sums up what was copied.
func (t copiedTable) digestPostgres(ctx context.Context, tx pgx.Tx) (Copied, error) {
	rows, err := tx.Query(ctx, t.selected())
	if err != nil {
		return Copied{}, err
	}
	defer rows.Close()
	var s sum
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return Copied{}, err
		}
		for i, v := range values {
			if small, ok := v.(int32); ok {
				values[i] = int64(small)
			}
		}
		s.add(values)
	}
	return s.of(t.name), rows.Err()
}

// copy copies the rows, compares, and lets the numbers go on where they were.
func (t copiedTable) copy(ctx context.Context, from *sql.Tx, tx pgx.Tx) (Copied, error) {
	s, err := t.read(ctx, from)
	if err != nil {
		return Copied{}, err
	}
	defer s.rows.Close()
	if slices.Contains(begun, t.name) {
		if _, err := tx.Exec(ctx, "DELETE FROM "+pgx.Identifier{t.name}.Sanitize()); err != nil {
			return Copied{}, err
		}
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, s); err != nil {
		return Copied{}, err
	}
	one := s.sum.of(t.name)
	there, err := t.digestPostgres(ctx, tx)
	if err != nil {
		return one, err
	}
	if there != one {
		return one, fmt.Errorf("%d rows of digest %s became %d of %s", one.Rows, one.Digest, there.Rows, there.Digest)
	}
	if t.counts == "" {
		return one, nil
	}
	// Also of rows that are gone: their numbers were given out.
	var last int64
	column := pgx.Identifier{t.counts}.Sanitize()
	table := pgx.Identifier{t.name}.Sanitize()
	if err := from.QueryRowContext(ctx, "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0), coalesce((SELECT max("+column+") FROM "+table+"), 0))", t.name).Scan(&last); err != nil {
		return one, err
	}
	if last > 0 {
		_, err = tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence($1, $2), $3)", table, t.counts, last)
	}
	return one, err
}
