package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite" // and the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrDamaged is returned by Open for a file that is not a sound database of
// central. It is never renamed away or replaced: what looks like rubbish to a
// program may be all that is left of a year of requests.
var ErrDamaged = errors.New("not a sound database of central")

// applicationID marks the file as central's (PRAGMA application_id): "LNTC".
const applicationID = 0x4C4E5443

const header = "SQLite format 3\x00"

// Exists tells whether there is a database, or what is left of one: a write-
// ahead log without its database counts.
func Exists(path string) (bool, error) {
	for _, p := range []string{path, path + "-wal"} {
		_, err := os.Lstat(p)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return false, nil
}

// Create makes a new database and opens it. It builds the file under another
// name and renames it, so that a half-made one is never taken for a database.
func Create(ctx context.Context, path string) (*Store, error) {
	if exists, err := Exists(path); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	} else if exists {
		return nil, fmt.Errorf("store: %s: %w", path, fs.ErrExist)
	}
	draft := path + ".new"
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(draft + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("store: %w", err)
		}
	}
	// Made here so that it is readable by its owner only; SQLite gives the same
	// mode to the write-ahead log.
	f, err := os.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s, err := connect(draft)
	if err != nil {
		return nil, err
	}
	_, err = s.writer.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	if err == nil {
		err = s.migrateSQLite(ctx)
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return nil, fmt.Errorf("store: create %s: %w", path, err)
	}
	if err := os.Rename(draft, path); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return Open(ctx, path)
}

// Open opens an existing database, checks that it is sound, and brings it to
// this program's schema.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := checkHeader(path); err != nil {
		return nil, err
	}
	s, err := connect(path)
	if err != nil {
		return nil, err
	}
	if err := s.check(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("store: %s: %w", path, err)
	}
	if err := s.migrateSQLite(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("store: %s: %w", path, err)
	}
	return s, nil
}

// checkHeader looks at the file before SQLite does, which would take an empty
// file for a new database.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer f.Close()
	b := make([]byte, len(header))
	n, err := f.Read(b)
	if n < len(header) {
		return fmt.Errorf("store: %s: %w: the file is cut short or empty", path, ErrDamaged)
	}
	if err != nil {
		return fmt.Errorf("store: %s: %w", path, err)
	}
	if string(b) != header {
		return fmt.Errorf("store: %s: %w: the file is no SQLite database", path, ErrDamaged)
	}
	return nil
}

func connect(path string) (*Store, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	open := func(mode string, pragmas ...string) (*sql.DB, error) {
		q := url.Values{"mode": {mode}, "_txlock": {"immediate"}}
		for _, p := range append([]string{"busy_timeout(10000)", "foreign_keys(1)", "journal_mode(WAL)", "synchronous(FULL)"}, pragmas...) {
			q.Add("_pragma", p)
		}
		u := url.URL{Scheme: "file", Path: absolute, RawQuery: q.Encode()}
		return sql.Open("sqlite", u.String())
	}
	// What is deleted is overwritten: words that are taken out are then nowhere in the file.
	w, err := open("rw", "temp_store(MEMORY)", "secure_delete(1)")
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	w.SetMaxOpenConns(1)
	r, err := open("rw", "query_only(1)")
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("store: %w", err)
	}
	r.SetMaxOpenConns(8)
	r.SetMaxIdleConns(8)
	return &Store{dialect: sqliteDialect(), writer: w, reader: r, statements: &statements{db: w, kept: map[string]*sql.Stmt{}}}, nil
}

func (s *Store) check(ctx context.Context) error {
	var id int64
	if err := s.writer.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return unreadable(err)
	}
	if id != applicationID {
		return fmt.Errorf("%w: it belongs to another program (application id %#x)", ErrDamaged, id)
	}
	var word string
	if err := s.writer.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&word); err != nil {
		return unreadable(err)
	}
	if word != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, word)
	}
	return nil
}

// unreadable tells a file that is damaged from one that cannot be read now: nobody should
// put a backup over a sound database because its disk is full.
func unreadable(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE {
		return fmt.Errorf("there is no room beside the database: is the disk full? %w", err)
	}
	return err
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
