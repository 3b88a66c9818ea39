package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A book's migrations stand under one number and name for both engines. The numbers
// are handed out before the files are written, so there may be gaps, and one may come
// after a higher one.
//
//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrationFiles embed.FS

// ErrNewer is returned for a database that a newer central has written.
var ErrNewer = errors.New("it was written by a newer central")

// ErrForeign is returned for a database of another program.
var ErrForeign = errors.New("it belongs to another program")

type migration struct {
	number int
	name   string // of the file, without .sql
	script string
}

// migrations lists those of an engine, by number.
func (d *dialect) migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/"+d.name+"/*.sql")
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, file := range names {
		m := migration{name: strings.TrimSuffix(path.Base(file), ".sql")}
		digits, _, _ := strings.Cut(m.name, "_")
		if m.number, err = strconv.Atoi(digits); err != nil || len(digits) != 4 || m.number == 0 {
			return nil, fmt.Errorf("migration %s has no number of four digits", file)
		}
		script, err := migrationFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		m.script = string(script)
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b migration) int { return a.number - b.number })
	for i := 1; i < len(all); i++ {
		if all[i].number == all[i-1].number {
			return nil, fmt.Errorf("migrations %s and %s have one number", all[i-1].name, all[i].name)
		}
	}
	return all, nil
}

const migrationsTable = `CREATE TABLE migrations (
  number     INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  applied_at TEXT NOT NULL -- RFC 3339, for whoever looks into the database
)`

// apply runs the migrations that the database has not seen, each in its own
// transaction, on a connection that keeps others from doing so.
func (s *Store) apply(ctx context.Context, conn *sql.Conn) error {
	known, err := s.dialect.migrations()
	if err != nil {
		return err
	}
	applied, err := appliedTo(ctx, conn)
	if err != nil {
		return err
	}
	for number, name := range applied {
		at := slices.IndexFunc(known, func(m migration) bool { return m.number == number })
		if at < 0 {
			return fmt.Errorf("the database has seen migration %s, which this program does not know: %w", name, ErrNewer)
		}
		if known[at].name != name {
			return fmt.Errorf("migration %d of the database is %s, of this program %s: %w", number, name, known[at].name, ErrForeign)
		}
	}
	for _, m := range known {
		if _, seen := applied[m.number]; seen {
			continue
		}
		if err := within(ctx, conn, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, m.script); err != nil {
				return err
			}
			return note(ctx, tx, m.number, m.name)
		}); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

func appliedTo(ctx context.Context, conn *sql.Conn) (map[int]string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT number, name FROM migrations")
	type one struct {
		number int
		name   string
	}
	all, err := collect(rows, err, func(r row) (o one, err error) { return o, r.Scan(&o.number, &o.name) })
	if err != nil {
		return nil, err
	}
	applied := map[int]string{}
	for _, o := range all {
		applied[o.number] = o.name
	}
	return applied, nil
}

// note writes down that a migration was applied.
func note(ctx context.Context, tx *sql.Tx, number int, name string) error {
	// Both are this program's own: no parameters, whose form differs.
	_, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO migrations (number, name, applied_at) VALUES (%d, '%s', '%s')",
		number, name, time.Now().UTC().Format(time.RFC3339)))
	return err
}

func within(ctx context.Context, conn *sql.Conn, f func(*sql.Tx) error) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after Commit
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// SQLite numbered its schema in user_version as long as migrations came in order.
// inTable says that they stand in the table since; a central from before takes such
// a file for a newer one's and leaves it alone.
const (
	lastVersion = 8
	inTable     = 1000
)

// migrateSQLite brings a file to this program's schema. One with a user_version of
// before is taken over: what it says becomes rows of the table.
func (s *Store) migrateSQLite(ctx context.Context) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case version == inTable:
	case version > lastVersion:
		return fmt.Errorf("the database has schema %d: %w", version, ErrNewer)
	default:
		known, err := s.dialect.migrations()
		if err != nil {
			return err
		}
		err = within(ctx, conn, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, migrationsTable+" STRICT"); err != nil {
				return err
			}
			for number := 1; number <= version; number++ {
				if number > len(known) || known[number-1].number != number {
					return fmt.Errorf("the database has schema %d: %w", version, ErrNewer)
				}
				if err := note(ctx, tx, number, known[number-1].name); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", inTable))
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.apply(ctx, conn)
}
