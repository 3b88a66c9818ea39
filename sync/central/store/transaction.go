package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"lintai/sync/central/docket"
)

// Tx is one transaction. It implements docket.Tx.
type Tx struct {
	store      *Store
	ctx        context.Context
	tx         *sql.Tx
	statements *statements // nil where none are kept
	fresh      []string    // statements that are not kept yet

	listened  bool     // listeners is known
	listeners int      // webhook subscriptions that are told
	touched   []int64  // cases that something happened to: see OnCases
	called    []string // calls that were filed or answered: see OnCalls
}

// SQL is the transaction itself, for what brings its own SQL, as a job queue does.
func (t *Tx) SQL() *sql.Tx { return t.tx }

// Write runs f in one transaction, for the docket. On PostgreSQL it sees one state
// (repeatable read), and each of the docket's checks ends in a unique key or in a
// row that it locks, so that a check that another transaction made untrue meanwhile
// fails there and is made again. Under serializable, pushes of any two terminals
// would disturb each other: their ids, which begin with the time, lie on one page
// of an index.
func (s *Store) Write(ctx context.Context, f func(docket.Tx) error) error {
	return s.change(ctx, sql.LevelRepeatableRead, func(t *Tx) error { return f(t) })
}

// write runs f in one transaction: everything or, when f returns an error, nothing.
// Transactions of write are as good as one after another, on PostgreSQL too
// (serializable): what f read still holds when it commits. f may run more than once,
// so it begins by setting what it returns through variables.
//
// ctx ends the waiting to begin. What has begun is not abandoned.
func (s *Store) write(ctx context.Context, f func(*Tx) error) error {
	return s.change(ctx, sql.LevelSerializable, f)
}

// read runs f in one transaction that sees a single state and changes nothing.
func (s *Store) read(ctx context.Context, f func(*Tx) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if s.pool != nil {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := s.reader.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer tx.Rollback()
	return f(&Tx{store: s, ctx: ctx, tx: tx})
}

func (s *Store) change(ctx context.Context, level sql.IsolationLevel, f func(*Tx) error) error {
	if s.pool != nil {
		return s.persist(ctx, level, f)
	}
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	// Without ctx no goroutine must watch for its end at each statement.
	t := &Tx{store: s, ctx: context.WithoutCancel(ctx), statements: s.statements}
	err = t.run(conn, nil, f)
	conn.Close() // gives it back
	if err != nil {
		return err
	}
	s.statements.keep(t.ctx, t.fresh)
	return nil
}

// Bounds of a transaction on PostgreSQL.
const (
	mostTries = 30
	// queueFrom is the try from which on a transaction waits for its turn.
	queueFrom = 2
	longest   = time.Minute // for one try: a server that says nothing is no server
)

// persist tries until no other transaction is in the way. From the second try on
// those that were disturbed go one after another (the table "turns" is locked, and
// what they see begins after that), so that fifty who want the same row are done
// after fifty turns and not after fifty times fifty.
func (s *Store) persist(ctx context.Context, level sql.IsolationLevel, f func(*Tx) error) error {
	for try := 1; ; try++ {
		err := s.try(ctx, level, try >= queueFrom, f)
		if err == nil || !disturbed(err, try) {
			return err
		}
		// Those that are in their first try wait for nobody, so a turn may be
		// disturbed too.
		pause := time.NewTimer(time.Duration(rand.Int64N(int64(min(try, 10)) * int64(4*time.Millisecond))))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return err
		}
	}
}

func (s *Store) try(ctx context.Context, level sql.IsolationLevel, queue bool, f func(*Tx) error) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer conn.Close() // gives it back
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	defer cancel()
	t := &Tx{store: s, ctx: bounded}
	return t.run(conn, &sql.TxOptions{Isolation: level}, func(t *Tx) error {
		if queue {
			if _, err := t.exec("wait for its turn", "LOCK TABLE turns IN EXCLUSIVE MODE"); err != nil {
				return err
			}
		}
		return f(t)
	})
}

// disturbed tells that a transaction failed only because of others: it could not be
// put in order with them, they waited for each other, or another took a unique key
// after this one had looked: that is told so twice at most, as it may also be a
// mistake that stays.
func disturbed(err error, try int) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "40001", "40P01":
		return try < mostTries
	case "23505":
		return try < 3
	}
	return false
}

func (t *Tx) run(conn *sql.Conn, options *sql.TxOptions, f func(*Tx) error) (err error) {
	if t.tx, err = conn.BeginTx(t.ctx, options); err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer t.tx.Rollback() // no effect after Commit
	if err := f(t); err != nil {
		return err
	}
	if err := t.attend(); err != nil {
		return err
	}
	if err := t.tx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return nil
}

// compiled returns the kept form of a statement in this transaction, or nil.
func (t *Tx) compiled(query string) *sql.Stmt {
	if t.statements == nil {
		return nil
	}
	if s := t.statements.get(query); s != nil {
		return t.tx.StmtContext(t.ctx, s)
	}
	t.fresh = append(t.fresh, query)
	return nil
}

// queryRow asks for one row.
func (t *Tx) queryRow(query string, args ...any) *sql.Row {
	args = t.store.dialect.values(args)
	if s := t.compiled(query); s != nil {
		return s.QueryRowContext(t.ctx, args...)
	}
	return t.tx.QueryRowContext(t.ctx, t.store.dialect.bind(query), args...)
}

// query asks for rows; see collect.
func (t *Tx) query(query string, args ...any) (*sql.Rows, error) {
	args = t.store.dialect.values(args)
	if s := t.compiled(query); s != nil {
		return s.QueryContext(t.ctx, args...)
	}
	return t.tx.QueryContext(t.ctx, t.store.dialect.bind(query), args...)
}

// execute runs a statement.
func (t *Tx) execute(what, query string, args ...any) (r sql.Result, err error) {
	args = t.store.dialect.values(args)
	if s := t.compiled(query); s != nil {
		r, err = s.ExecContext(t.ctx, args...)
	} else {
		r, err = t.tx.ExecContext(t.ctx, t.store.dialect.bind(query), args...)
	}
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", what, err)
	}
	return r, nil
}

// exec runs a statement and returns how many rows it touched.
func (t *Tx) exec(what, query string, args ...any) (int64, error) {
	r, err := t.execute(what, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", what, err)
	}
	return n, nil
}

// insert runs an INSERT into a table whose column number counts up, and returns the
// new row's number; 0 when nothing was inserted.
func (t *Tx) insert(what, query string, args ...any) (number int64, err error) {
	if t.store.pool != nil {
		err := t.queryRow(query+" RETURNING number", args...).Scan(&number)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, fmt.Errorf("store: %s: %w", what, err)
		}
		return number, nil
	}
	// A statement without rows is less work for SQLite than one that returns any.
	r, err := t.execute(what, query, args...)
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	return r.LastInsertId()
}

// execute runs one statement as a transaction of its own.
func (s *Store) execute(ctx context.Context, query string, args ...any) (sql.Result, error) {
	for try := 1; ; try++ {
		r, err := s.writer.ExecContext(ctx, s.dialect.bind(query), s.dialect.values(args)...)
		if err == nil || !disturbed(err, try) {
			return r, err
		}
	}
}

// queryRow asks for one row, outside of a transaction.
func (s *Store) queryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return s.reader.QueryRowContext(ctx, s.dialect.bind(query), s.dialect.values(args)...)
}

// query asks for rows, outside of a transaction; see collect.
func (s *Store) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.reader.QueryContext(ctx, s.dialect.bind(query), s.dialect.values(args)...)
}
