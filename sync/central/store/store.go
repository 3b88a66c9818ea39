// Package store keeps all that central knows, over SQLite, the default that needs
// nothing installed, or over PostgreSQL, which several central processes share. It
// is the one package with SQL: a file for each book, the same text for both engines
// wherever that can be, and a type, Store, that implements the Store interfaces of
// docket and of the other domains.
//
// A book is written with two primitives: write runs a function in a transaction
// that changes, read in one that sees a single state. A statement has ? or ?7 for
// its parameters (PostgreSQL's $n are made of them), ON CONFLICT and RETURNING; an
// EXISTS or a comparison may be selected, TRUE and FALSE must not be written. Columns
// hold times as microseconds since 1970 with 0 for none (micros, moment), booleans as
// 0 or 1, ids as text. A table is made by one migration of the same number and name for
// each engine: INTEGER and BLOB of SQLite are BIGINT and BYTEA of PostgreSQL, text that
// is sorted has COLLATE "C" there, and a number that counts up is INTEGER PRIMARY KEY
// AUTOINCREMENT there and BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY here.
//
// What a write returned without error survives a power cut: WAL and
// synchronous=FULL, or synchronous_commit. A method that refuses leaves the
// transaction usable: PostgreSQL gives up a transaction with its first failed
// statement, so a refusal is a statement that touches no row, never one that fails.
package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"lintai/sync/central/grid"
	"lintai/sync/central/keyring"
)

// Store is an open database. It implements docket.Store.
type Store struct {
	dialect *dialect
	writer  *sql.DB // SQLite: one connection, as it has one writer
	reader  *sql.DB // PostgreSQL: the same as writer

	statements *statements   // of the writer of SQLite
	pool       *pgxpool.Pool // of PostgreSQL
	url        string
	box        *keyring.Box // nil: secrets are kept as they are given

	eventOffset int64 // see CountOn

	book atomic.Pointer[grid.Book] // as Grids read it last; nil: not yet

	onCases func(ctx context.Context, tx *sql.Tx, cases []int64) error // nil: nobody
	onCalls func(ctx context.Context, tx *Tx, calls []string) error    // nil: nobody
}

// OnCases has f called in each transaction in which something happened to cases, with
// their numbers, before it commits: what f adds is there when they are. Filing is not
// among it: nothing is done about a case before it was classified, and pushes are
// answered sooner so. It is set before the store is used.
func (s *Store) OnCases(f func(ctx context.Context, tx *sql.Tx, cases []int64) error) { s.onCases = f }

// OnCalls is the same for calls that were filed or answered, by their ids.
func (s *Store) OnCalls(f func(ctx context.Context, tx *Tx, calls []string) error) { s.onCalls = f }

// attend calls the functions of OnCases and OnCalls when there is something to tell them.
func (t *Tx) attend() error {
	if t.store.onCalls != nil && len(t.called) > 0 {
		if err := t.store.onCalls(t.ctx, t, slices.Compact(t.called)); err != nil {
			return err
		}
	}
	if t.store.onCases == nil || len(t.touched) == 0 {
		return nil
	}
	slices.Sort(t.touched)
	return t.store.onCases(t.ctx, t.tx, slices.Compact(t.touched))
}

// Database is what transactions run on. Its *sql.Tx is what Tx.SQL returns.
func (s *Store) Database() *sql.DB { return s.writer }

// Pool is the pool under Database, on PostgreSQL; nil on SQLite.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Close closes the database; SQLite then folds the write-ahead log into it.
func (s *Store) Close() error {
	if s.pool != nil {
		err := s.writer.Close()
		s.pool.Close()
		return err
	}
	return errors.Join(s.reader.Close(), s.writer.Close())
}
