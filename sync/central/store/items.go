package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

func (t *Tx) FileCall(c docket.Call) error {
	n, err := t.exec("file call", `
		INSERT INTO calls (id, kiosk, screen, raised_at, received_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.ID, c.Kiosk, c.Screen, micros(c.RaisedAt), micros(c.ReceivedAt))
	if err != nil {
		return err
	}
	if n == 0 {
		return docket.ErrIDTaken
	}
	t.called = append(t.called, c.ID)
	return nil
}

func (t *Tx) Keep(q docket.Quarantined) error {
	sealed := q.Sealed
	if sealed == nil {
		sealed = []byte{} // an item without a body is kept too
	}
	_, err := t.exec("keep in quarantine",
		"INSERT INTO quarantine (kiosk, id, hash, sealed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		q.Item.Kiosk, q.Item.ID, q.Item.Hash[:], sealed)
	return err
}

func (t *Tx) Handle(number int64, at time.Time, by string) error {
	n, err := t.exec("handle quarantined item",
		"UPDATE quarantine SET handled_at = ?, handled_by = ? WHERE number = ? AND handled_at = 0", micros(at), by, number)
	if err == nil && n == 0 {
		return docket.ErrNotFound
	}
	return err
}

func (t *Tx) LockCase(number int64) (docket.Case, error) {
	return t.lockCase("number = ?", number)
}

func (t *Tx) LockCaseByTicket(code ticket.Code) (docket.Case, error) {
	return t.lockCase("ticket = ?", string(code))
}

func (t *Tx) lockCase(where string, arg any) (docket.Case, error) {
	c, err := scanCase(t.queryRow("SELECT "+caseColumns+" FROM cases WHERE "+where+t.store.dialect.lock, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return c, docket.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("store: case: %w", err)
	}
	return c, nil
}

func (t *Tx) Append(number int64, e docket.Event) error {
	n, err := t.exec("project event", `
		UPDATE cases SET status = ?1, events = ?2, updated_at = CASE WHEN ?3 > 0 THEN ?4 ELSE updated_at END WHERE number = ?5 AND events = ?6`,
		string(e.Status), e.Number, e.Told(), micros(e.At), number, e.Number-1)
	if err != nil {
		return err
	}
	if n == 0 {
		return docket.ErrExists
	}
	t.touched = append(t.touched, number)
	return t.addEvent(number, e)
}

func (t *Tx) Call(id string) (docket.Call, error) {
	c, err := scanCall(t.queryRow("SELECT "+callColumns+" FROM calls WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, docket.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("store: call: %w", err)
	}
	return c, nil
}

func (t *Tx) Answer(id string, a docket.CallAnswer) error {
	n, err := t.exec("answer call", `
		UPDATE calls SET answer = ?, words = ?, answered_by = ?, answered_account = ?, answered_at = ? WHERE id = ? AND answered_at = 0`,
		a.Answer, a.Words, a.By, a.Account, micros(a.At), id)
	if err != nil {
		return err
	}
	if n == 0 {
		return docket.ErrAnswered
	}
	t.called = append(t.called, id)
	return nil
}

// Change takes the cursor from the terminal's row, so that the changes of a
// terminal become visible in the order of their cursors.
func (t *Tx) Change(kiosk int, c wire.Change) error {
	if kiosk == 0 {
		return nil
	}
	if c.Status != nil && t.store.eventOffset > 0 {
		status := *c.Status
		status.Event += t.store.eventOffset
		c.Status = &status
	}
	err := t.queryRow("UPDATE terminals SET cursor = cursor + 1 WHERE number = ? RETURNING cursor", kiosk).Scan(&c.Cursor)
	if errors.Is(err, sql.ErrNoRows) {
		return docket.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("store: cursor: %w", err)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("store: change: %w", err)
	}
	request := ""
	if c.Status != nil {
		request = c.Status.RequestID
	}
	_, err = t.exec("change", "INSERT INTO changes (kiosk, cursor, body, request) VALUES (?, ?, ?, ?)", kiosk, c.Cursor, body, request)
	return err
}
