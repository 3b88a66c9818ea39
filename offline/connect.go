package offline

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

type access string

const (
	// readWrite and readOnly are SQLite's own names. Neither creates a file.
	readWrite access = "rw"
	readOnly  access = "ro"
	// create makes the file when it is missing; only Create asks for it.
	create access = "rwc"
)

// busyMilliseconds is how long a connection waits for another's lock: for a
// technician's kioskctl beside a running terminal, as the terminal itself has
// one connection only.
const busyMilliseconds = 5000

// connect opens one connection to the file. Nothing is read or written yet.
func connect(path string, mode access) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	pragmas := url.Values{
		"mode":    {string(mode)},
		"_txlock": {"immediate"}, // take the write lock at once, so that a transaction cannot fail half-way for it
		"_dqs":    {"0"},
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", busyMilliseconds),
			// Freed bytes are overwritten with zeros, in the file and in what
			// goes through the write-ahead log.
			"secure_delete(1)",
			"temp_store(2)", // memory: no temporary file ever holds a row
		},
	}
	name := url.URL{Scheme: "file", OmitHost: true, Path: abs, RawQuery: pragmas.Encode()}
	registered, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(keeping{registered.Driver(), name.String()})
	if err := registered.Close(); err != nil { // it was only asked for its driver
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1) // with no age limit: the pragmas of durable hold for the connection
	return db, nil
}

// keeping opens connections that stay. The driver has a connection thrown away on
// which a query was interrupted, because its reader gave up; but what is compiled for
// the connection, and its pragmas, would go with it. SQLite itself forgets an
// interruption as soon as nothing runs any more.
type keeping struct {
	driver driver.Driver
	name   string
}

func (k keeping) Driver() driver.Driver { return k.driver }

func (k keeping) Connect(context.Context) (driver.Conn, error) {
	opened, err := k.driver.Open(k.name)
	if err != nil {
		return nil, err
	}
	c, ok := opened.(conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("offline: a %T is no connection to SQLite", opened), opened.Close())
	}
	return kept{c}, nil
}

// conn is what the driver's connection can do, but for having itself thrown away.
type conn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
}

type kept struct{ conn }

// durable switches the connection to write-ahead logging with a sync at every
// commit, and makes sure that SQLite agreed.
func durable(ctx context.Context, db *sql.DB) error {
	var journal string
	if err := db.QueryRowContext(ctx, `PRAGMA journal_mode = WAL`).Scan(&journal); err != nil {
		return classify(err)
	}
	if _, err := db.ExecContext(ctx, `PRAGMA synchronous = FULL`); err != nil {
		return classify(err)
	}
	var synchronous int
	if err := db.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&synchronous); err != nil {
		return classify(err)
	}
	const full = 2
	if journal != "wal" || synchronous != full {
		return fmt.Errorf("%w: SQLite stays at journal_mode %s, synchronous %d", ErrStorage, journal, synchronous)
	}
	return nil
}

// present makes sure that a file is there before anything touches it.
func present(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		if os.IsNotExist(err) {
			return fmt.Errorf("%w: %s", ErrMissing, path)
		}
		return classify(err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is no file", ErrDamaged, path)
	}
	return nil
}

// verify makes sure that the file is a queue, is sound, and is no newer than
// this program. It writes nothing.
func verify(ctx context.Context, db *sql.DB) error {
	var id, version int
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id); err != nil {
		return classify(err)
	}
	if id != applicationID {
		return fmt.Errorf("%w: the file is no request queue (application id %#x)", ErrDamaged, id)
	}
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return classify(err)
	}
	switch {
	case version < 1:
		return fmt.Errorf("%w: it has no tables", ErrDamaged)
	case version > len(migrations):
		return fmt.Errorf("%w: schema %d, this program knows up to %d", ErrNewer, version, len(migrations))
	}
	complaints, err := quickCheck(ctx, db)
	if err != nil {
		return err
	}
	if len(complaints) > 0 {
		return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(complaints, "; "))
	}
	return nil
}

// quickCheck returns what SQLite finds wrong with the file, at most ten
// complaints; they name pages and tables, never contents.
func quickCheck(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, `PRAGMA quick_check(10)`)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var complaints []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, classify(err)
		}
		if line != "ok" {
			complaints = append(complaints, line)
		}
	}
	return complaints, classify(rows.Err())
}
