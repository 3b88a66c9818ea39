package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// ErrNotEmpty is returned for a database that something would be written over.
var ErrNotEmpty = errors.New("store: the database is not empty")

// ErrUnknownEnd is returned when the connection was lost as a copy was committed: it is
// there as a whole or not at all, and doing it again tells.
var ErrUnknownEnd = errors.New("store: it is not known whether the copy was committed")

// settingCopied is a digest of all that was copied into this database.
const settingCopied = "copied_from"

// Copied is what was copied of a table. Digest is over all rows, whatever their order.
type Copied struct {
	Table  string
	Rows   int64
	Digest string
}

// notCopied are tables of PostgreSQL that nothing is copied into: what makes several
// processes one, and what triggers fill.
var notCopied = []string{"migrations", "turns", "tickets", "processes", "presences"}

// begun are tables that begin with rows, which a migration puts there: those of the copy
// take their place.
var begun = []string{"grid_book"}

func isCopied(table string) bool {
	return !slices.Contains(notCopied, table) && !strings.HasPrefix(table, "river_") && !strings.HasPrefix(table, "sqlite_")
}

// CopyTo copies all rows of a SQLite database, which nobody writes meanwhile, into an
// empty one of PostgreSQL, in one transaction: as a whole or not at all. Before it
// commits it reads back what PostgreSQL has, and compares counts and digests of every
// table. also is called in the transaction, for what brings tables of its own. A copy
// that is there already is no error, if it is one of this very database as it is now.
func (s *Store) CopyTo(ctx context.Context, to *Store, also func(context.Context, pgx.Tx) error) ([]Copied, error) {
	if s.pool != nil || to.pool == nil {
		return nil, errors.New("store: copies go from SQLite to PostgreSQL")
	}
	conn, err := to.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	defer conn.Release()
	// Nobody opens the database meanwhile, see migratePostgres.
	if _, err := conn.Exec(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", migrationLock)); err != nil {
		return nil, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	defer conn.Exec(context.WithoutCancel(ctx), fmt.Sprintf("SELECT pg_advisory_unlock(%d)", migrationLock))
	from, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("store: copy: %w", err)
	}
	defer from.Rollback()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) // no effect after Commit
	all, err := copyAll(ctx, from, tx, also)
	if err != nil || all.there {
		return all.tables, err
	}
	if err := tx.Commit(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknownEnd, err)
	}
	// What it plans by; without it the first hour would be slow.
	if _, err := conn.Exec(ctx, "ANALYZE"); err != nil {
		return all.tables, fmt.Errorf("store: PostgreSQL: analyze: %w", err)
	}
	return all.tables, nil
}

type allCopied struct {
	tables []Copied
	there  bool // a copy was there, and it is this one
}

func copyAll(ctx context.Context, from *sql.Tx, tx pgx.Tx, also func(context.Context, pgx.Tx) error) (all allCopied, err error) {
	if _, err := tx.Exec(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		return all, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	tables, err := copiedTables(ctx, from, tx)
	if err != nil {
		return all, err
	}
	var was string
	err = tx.QueryRow(ctx, "SELECT value FROM settings WHERE name = $1", settingCopied).Scan(&was)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return all, fmt.Errorf("store: PostgreSQL: %w", err)
	default:
		for _, t := range tables {
			one, err := t.digestSQLite(ctx, from)
			if err != nil {
				return all, err
			}
			all.tables = append(all.tables, one)
		}
		if all.there = digestOf(all.tables) == was; !all.there {
			err = fmt.Errorf("%w: another docket was copied into it, or this one has changed since", ErrNotEmpty)
		}
		return all, err
	}
	if err := checkEmpty(ctx, tx); err != nil {
		return all, err
	}
	for _, t := range tables {
		one, err := t.copy(ctx, from, tx)
		if err != nil {
			return all, fmt.Errorf("store: copy %s: %w", t.name, err)
		}
		all.tables = append(all.tables, one)
	}
	if err := also(ctx, tx); err != nil {
		return all, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO settings (name, value) VALUES ($1, $2)", settingCopied, digestOf(all.tables))
	if err != nil {
		return all, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	return all, nil
}

func digestOf(all []Copied) string {
	h := sha256.New()
	for _, one := range all {
		fmt.Fprintln(h, one.Table, one.Rows, one.Digest)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkEmpty looks into every table but those that each database begins with.
func checkEmpty(ctx context.Context, tx pgx.Tx) error {
	names, err := tableNames(ctx, tx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == "migrations" || slices.Contains(begun, name) || strings.HasPrefix(name, "river_") && name != "river_job" {
			continue
		}
		var filled bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM "+pgx.Identifier{name}.Sanitize()+")").Scan(&filled); err != nil {
			return fmt.Errorf("store: PostgreSQL: %w", err)
		}
		if filled {
			return fmt.Errorf("%w: there are rows in the table %s", ErrNotEmpty, name)
		}
	}
	return nil
}

func tableNames(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY relname")
	if err != nil {
		return nil, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("store: PostgreSQL: %w", err)
	}
	return names, nil
}

// sum is a digest of rows in any order: their digests, added up.
type sum struct {
	rows  int64
	parts [4]uint64
}

// add takes in a row; a value has its kind and its length before it.
func (s *sum) add(values []any) {
	h := sha256.New()
	var head [9]byte
	write := func(kind byte, length int, text []byte) {
		head[0] = kind
		binary.BigEndian.PutUint64(head[1:], uint64(length))
		h.Write(head[:])
		h.Write(text)
	}
	for _, value := range values {
		switch v := value.(type) {
		case nil:
			write('n', 0, nil)
		case int64:
			write('i', 8, binary.BigEndian.AppendUint64(nil, uint64(v)))
		case float64:
			write('f', 8, binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
		case string:
			write('t', len(v), []byte(v))
		case []byte:
			write('b', len(v), v)
		}
	}
	digest := h.Sum(nil)
	for i := range s.parts {
		s.parts[i] += binary.BigEndian.Uint64(digest[8*i:])
	}
	s.rows++
}

func (s *sum) of(table string) Copied {
	var digest []byte
	for _, part := range s.parts {
		digest = binary.BigEndian.AppendUint64(digest, part)
	}
	return Copied{Table: table, Rows: s.rows, Digest: hex.EncodeToString(digest)}
}
