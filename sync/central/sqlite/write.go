package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// Write runs f in one transaction that holds SQLite's write lock from its
// beginning.
func (s *Store) Write(ctx context.Context, f func(docket.Tx) error) error {
	return s.change(ctx, func(t *transaction) error { return f(t) })
}

// change is Write. ctx ends the waiting for the writing connection; a transaction
// that has begun is not abandoned, so that no goroutine must watch for that at
// each statement.
func (s *Store) change(ctx context.Context, f func(*transaction) error) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("sqlite: begin: %w", err)
	}
	t := &transaction{ctx: context.WithoutCancel(ctx), statements: &s.statements}
	err = t.run(conn, f)
	conn.Close() // gives it back
	if err != nil {
		return err
	}
	s.statements.keep(t.ctx, t.fresh)
	return nil
}

func (t *transaction) run(conn *sql.Conn, f func(*transaction) error) (err error) {
	if t.tx, err = conn.BeginTx(t.ctx, nil); err != nil {
		return fmt.Errorf("sqlite: begin: %w", err)
	}
	defer t.tx.Rollback() // no effect after Commit
	if err := f(t); err != nil {
		return err
	}
	if err := t.tx.Commit(); err != nil {
		return fmt.Errorf("sqlite: commit: %w", err)
	}
	return nil
}

type transaction struct {
	ctx        context.Context
	tx         *sql.Tx
	statements *statements
	fresh      []string // statements that are not kept yet
}

// execute runs a statement.
func (t *transaction) execute(what, query string, args ...any) (r sql.Result, err error) {
	if s := t.compiled(query); s != nil {
		r, err = s.ExecContext(t.ctx, args...)
	} else {
		r, err = t.tx.ExecContext(t.ctx, query, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("sqlite: %s: %w", what, err)
	}
	return r, nil
}

// exec runs a statement and returns how many rows it touched.
func (t *transaction) exec(what, query string, args ...any) (int64, error) {
	r, err := t.execute(what, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("sqlite: %s: %w", what, err)
	}
	return n, nil
}

func (t *transaction) FileCall(c docket.Call) error {
	n, err := t.exec("file call", `
		INSERT INTO calls (id, kiosk, screen, raised_at, received_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.ID, c.Kiosk, c.Screen, micros(c.RaisedAt), micros(c.ReceivedAt))
	if err == nil && n == 0 {
		return docket.ErrIDTaken
	}
	return err
}

func (t *transaction) Keep(q docket.Quarantined) error {
	sealed := q.Sealed
	if sealed == nil {
		sealed = []byte{} // an item without a body is kept too
	}
	_, err := t.exec("keep in quarantine",
		"INSERT INTO quarantine (kiosk, id, hash, sealed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		q.Item.Kiosk, q.Item.ID, q.Item.Hash[:], sealed)
	return err
}

func (t *transaction) Handle(number int64, at time.Time, by string) error {
	n, err := t.exec("handle quarantined item",
		"UPDATE quarantine SET handled_at = ?, handled_by = ? WHERE number = ? AND handled_at = 0", micros(at), by, number)
	if err == nil && n == 0 {
		return docket.ErrNotFound
	}
	return err
}

func (t *transaction) LockCase(number int64) (docket.Case, error) {
	return t.lockCase("number = ?", number)
}

func (t *transaction) LockCaseByTicket(code ticket.Code) (docket.Case, error) {
	return t.lockCase("ticket = ?", string(code))
}

func (t *transaction) lockCase(where string, arg any) (docket.Case, error) {
	c, err := scanCase(t.queryRow("SELECT "+caseColumns+" FROM cases WHERE "+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return c, docket.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("sqlite: case: %w", err)
	}
	return c, nil
}

func (t *transaction) Append(number int64, e docket.Event) error {
	n, err := t.exec("project event", `
		UPDATE cases SET status = ?1, events = ?2, updated_at = CASE ?3 WHEN 0 THEN ?4 ELSE updated_at END WHERE number = ?5 AND events = ?6`,
		string(e.Status), e.Number, e.Stars, micros(e.At), number, e.Number-1)
	if err != nil {
		return err
	}
	if n == 0 {
		return docket.ErrExists
	}
	return t.addEvent(number, e)
}

func (t *transaction) Call(id string) (docket.Call, error) {
	c, err := scanCall(t.queryRow("SELECT "+callColumns+" FROM calls WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, docket.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("sqlite: call: %w", err)
	}
	return c, nil
}

func (t *transaction) Answer(id string, a docket.CallAnswer) error {
	n, err := t.exec("answer call", `
		UPDATE calls SET answer = ?, words = ?, answered_by = ?, answered_at = ? WHERE id = ? AND answered_at = 0`,
		a.Answer, a.Words, a.By, micros(a.At), id)
	if err == nil && n == 0 {
		return docket.ErrAnswered
	}
	return err
}

// Change takes the cursor from the terminal's row, so that the changes of a
// terminal become visible in the order of their cursors.
func (t *transaction) Change(kiosk int, c wire.Change) error {
	err := t.queryRow("UPDATE terminals SET cursor = cursor + 1 WHERE number = ? RETURNING cursor", kiosk).Scan(&c.Cursor)
	if errors.Is(err, sql.ErrNoRows) {
		return docket.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("sqlite: cursor: %w", err)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("sqlite: change: %w", err)
	}
	_, err = t.exec("change", "INSERT INTO changes (kiosk, cursor, body) VALUES (?, ?, ?)", kiosk, c.Cursor, body)
	return err
}
