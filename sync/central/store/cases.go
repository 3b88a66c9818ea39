package store

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

// Case returns a case and its events, oldest first.
func (s *Store) Case(ctx context.Context, number int64) (docket.Case, []docket.Event, error) {
	return s.oneCase(ctx, "number = ?", number)
}

// CaseByTicket finds a case by its ticket.
func (s *Store) CaseByTicket(ctx context.Context, code ticket.Code) (docket.Case, []docket.Event, error) {
	return s.oneCase(ctx, "ticket = ?", string(code))
}

func (s *Store) oneCase(ctx context.Context, where string, arg any) (c docket.Case, events []docket.Event, err error) {
	// One transaction, so that the events are those of this state of the case.
	err = s.read(ctx, func(t *Tx) (err error) {
		c, err = scanCase(t.queryRow("SELECT "+caseColumns+" FROM cases WHERE "+where, arg))
		if errors.Is(err, sql.ErrNoRows) {
			return docket.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("store: case: %w", err)
		}
		events, err = t.events(c.Number)
		return err
	})
	return c, events, err
}

// events reads the events of a case, oldest first.
func (t *Tx) events(number int64) ([]docket.Event, error) {
	rows, err := t.query("SELECT number, action, status, at, by, note, stars, detail FROM case_events WHERE case_number = ? ORDER BY number", number)
	return collect(rows, err, func(r row) (docket.Event, error) {
		var e docket.Event
		var at int64
		var detail string
		err := r.Scan(&e.Number, &e.Action, &e.Status, &at, &e.By, &e.Note, &e.Stars, &detail)
		e.At = moment(at)
		if err == nil && detail != "" {
			err = json.Unmarshal([]byte(detail), &e.Detail)
		}
		return e, err
	})
}

// CountOpen counts by status, without what is closed: its number only grows.
func (s *Store) CountOpen(ctx context.Context, most int) (map[docket.Status]int, error) {
	counts := map[docket.Status]int{}
	for _, status := range docket.Statuses {
		if status.Closed() {
			continue
		}
		var n int
		err := s.queryRow(ctx, "SELECT count(*) FROM (SELECT 1 FROM cases WHERE status = ? AND "+isOpen+" LIMIT ?) AS counted", string(status), most).Scan(&n)
		if err != nil {
			return nil, fmt.Errorf("store: count: %w", err)
		}
		counts[status] = n
	}
	return counts, nil
}

// OpenCalls lists the calls that nobody answered.
func (s *Store) OpenCalls(ctx context.Context) ([]docket.Call, error) {
	rows, err := s.query(ctx, "SELECT "+callColumns+" FROM calls WHERE answered_at = 0 ORDER BY received_at, id")
	return collect(rows, err, scanCall)
}

// RecentCalls lists answered calls.
func (s *Store) RecentCalls(ctx context.Context, limit int) ([]docket.Call, error) {
	rows, err := s.query(ctx, "SELECT "+callColumns+" FROM calls WHERE answered_at > 0 ORDER BY answered_at DESC LIMIT ?", limit)
	return collect(rows, err, scanCall)
}

const quarantineQuery = "SELECT " + itemColumns + `, q.number, q.sealed, q.handled_at, q.handled_by
	FROM quarantine q JOIN items i ON i.kiosk = q.kiosk AND i.id = q.id AND i.hash = q.hash `

// Quarantine lists what waits for somebody to look at it; not what came again
// and could be filed.
func (s *Store) Quarantine(ctx context.Context, limit int) ([]docket.Quarantined, error) {
	rows, err := s.query(ctx, quarantineQuery+"WHERE q.handled_at = 0 AND i.outcome <> 'created' ORDER BY q.number DESC LIMIT ?", limit)
	return collect(rows, err, scanQuarantined)
}

// QuarantineEntry returns one entry, handled or not.
func (s *Store) QuarantineEntry(ctx context.Context, number int64) (docket.Quarantined, error) {
	q, err := scanQuarantined(s.queryRow(ctx, quarantineQuery+"WHERE q.number = ?", number))
	if errors.Is(err, sql.ErrNoRows) {
		return q, docket.ErrNotFound
	}
	if err != nil {
		return q, fmt.Errorf("store: quarantine: %w", err)
	}
	return q, nil
}

// Changes reads the change log of one terminal.
func (s *Store) Changes(ctx context.Context, kiosk int, after int64, limit int) (changes []wire.Change, head int64, err error) {
	err = s.read(ctx, func(t *Tx) error {
		err := t.queryRow("SELECT cursor FROM terminals WHERE number = ?", kiosk).Scan(&head)
		if errors.Is(err, sql.ErrNoRows) {
			return docket.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("store: cursor: %w", err)
		}
		rows, err := t.query("SELECT body FROM changes WHERE kiosk = ? AND cursor > ? ORDER BY cursor LIMIT ?", kiosk, after, limit)
		changes, err = collect(rows, err, func(r row) (wire.Change, error) {
			var c wire.Change
			var body []byte
			if err := r.Scan(&body); err != nil {
				return c, err
			}
			return c, json.Unmarshal(body, &c)
		})
		return err
	})
	return changes, head, err
}

// row is a *sql.Row or *sql.Rows.
type row interface{ Scan(dest ...any) error }

// collect reads all rows of a query that may itself have failed.
func collect[T any](rows *sql.Rows, err error, scan func(row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return all, nil
}

const caseColumns = "number, id, kiosk, ticket, service, catalog_version, urgency, requested_at, received_at, body, status, events, updated_at, card_token, channel, assignee, due_at, merged_into, verification, category, concern, repeats"

func scanCase(r row) (docket.Case, error) {
	var c docket.Case
	var requested, received, updated, due int64
	err := r.Scan(&c.Number, &c.ID, &c.Kiosk, &c.Ticket, &c.Service, &c.CatalogVersion, &c.Urgency,
		&requested, &received, &c.Body, &c.Status, &c.Events, &updated, &c.Card, &c.Channel,
		&c.Assignee, &due, &c.Into, &c.Verification, &c.Category, &c.Concern, &c.Repeat)
	c.RequestedAt, c.ReceivedAt, c.UpdatedAt, c.Due = moment(requested), moment(received), moment(updated), moment(due)
	return c, err
}

const callColumns = "id, kiosk, screen, raised_at, received_at, answer, words, answered_by, answered_account, answered_at"

func scanCall(r row) (docket.Call, error) {
	var c docket.Call
	var a docket.CallAnswer
	var raised, received, answered int64
	err := r.Scan(&c.ID, &c.Kiosk, &c.Screen, &raised, &received, &a.Answer, &a.Words, &a.By, &a.Account, &answered)
	c.RaisedAt, c.ReceivedAt = moment(raised), moment(received)
	if answered > 0 {
		a.At = moment(answered)
		c.Answer = &a
	}
	return c, err
}

const itemColumns = "i.kiosk, i.id, i.hash, i.kind, i.sequence, i.made_at, i.received_at, i.clock_offset, i.outcome, i.reason"

// itemScan are the places that itemColumns are read into.
type itemScan struct {
	item                   docket.Item
	hash                   []byte
	made, received, offset int64
}

func (s *itemScan) places() []any {
	i := &s.item
	return []any{&i.Kiosk, &i.ID, &s.hash, &i.Kind, &i.Sequence, &s.made, &s.received, &s.offset, &i.Outcome, &i.Reason}
}

func (s *itemScan) result() docket.Item {
	i := s.item
	copy(i.Hash[:], s.hash)
	i.MadeAt, i.ReceivedAt = moment(s.made), moment(s.received)
	i.ClockOffset = time.Duration(s.offset) * time.Microsecond
	return i
}

func scanItem(r row) (docket.Item, error) {
	var s itemScan
	err := r.Scan(s.places()...)
	return s.result(), err
}

func scanQuarantined(r row) (docket.Quarantined, error) {
	var q docket.Quarantined
	var s itemScan
	var handled int64
	err := r.Scan(append(s.places(), &q.Number, &q.Sealed, &handled, &q.HandledBy)...)
	q.Item, q.HandledAt = s.result(), moment(handled)
	return q, err
}

// micros and moment turn times into the column's form and back; the zero time
// is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
