package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"lintai/sync/central/callout"
	"lintai/sync/central/docket"
)

// The book of whom calls for help ring for, and of what became of them: package callout.

// WriteCallouts runs f in one transaction. Steps and answers of a call meet in its row.
func (s *Store) WriteCallouts(ctx context.Context, f func(callout.Tx) error) error {
	return s.change(ctx, sql.LevelRepeatableRead, func(t *Tx) error { return f(t) })
}

const calloutColumns = "o.call_id, o.step, o.everyone, o.next_at, o.answered_at"

func scanCallout(r row) (callout.State, error) {
	var s callout.State
	var everyone, next, answered int64
	err := r.Scan(&s.Call, &s.Step, &everyone, &next, &answered)
	s.Everyone, s.Next, s.Answered = everyone != 0, moment(next), moment(answered)
	return s, err
}

type calloutRing struct {
	call string
	callout.Ring
}

func scanRing(r row) (calloutRing, error) {
	var one calloutRing
	var at int64
	err := r.Scan(&one.call, &one.Step, &one.Account, &at)
	one.At = moment(at)
	return one, err
}

const ringsQuery = "SELECT call_id, step, account, at FROM callout_rings WHERE call_id IN "

func (t *Tx) LockCallout(call string) (callout.State, error) {
	s, err := scanCallout(t.queryRow("SELECT "+calloutColumns+" FROM callouts o WHERE o.call_id = ?"+t.store.dialect.lock, call))
	if errors.Is(err, sql.ErrNoRows) {
		return s, callout.ErrNotFound
	}
	if err != nil {
		return s, fmt.Errorf("store: callout: %w", err)
	}
	rows, err := t.query(ringsQuery+"(?) ORDER BY step, account", call)
	rings, err := collect(rows, err, scanRing)
	for _, r := range rings {
		s.Rings = append(s.Rings, r.Ring)
	}
	return s, err
}

func (t *Tx) PutCallout(s callout.State) error {
	_, err := t.exec("callout", `INSERT INTO callouts (call_id, step, everyone, next_at, answered_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (call_id) DO UPDATE SET step = excluded.step, everyone = excluded.everyone, next_at = excluded.next_at, answered_at = excluded.answered_at`,
		s.Call, s.Step, truth(s.Everyone), micros(s.Next), micros(s.Answered))
	return err
}

func (t *Tx) AddRings(call string, rings []callout.Ring) error {
	for _, r := range rings {
		_, err := t.exec("ring", "INSERT INTO callout_rings (call_id, step, account, at) VALUES (?, ?, ?, ?)", call, r.Step, r.Account, micros(r.At))
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) AddRecord(r callout.Record) error {
	number, err := t.insert("record of a call", `
		INSERT INTO callout_records (call_id, came, about, case_number, account, at) VALUES (?, ?, ?, ?, ?, ?)`,
		r.Call, r.Came, r.About, r.Case, r.By, micros(r.At))
	if err != nil {
		return err
	}
	n, err := t.exec("record of a call", "UPDATE callouts SET record = ? WHERE call_id = ?", number, r.Call)
	if err == nil && n == 0 {
		return callout.ErrNotFound
	}
	return err
}

// Callouts gives the state of some calls.
func (s *Store) Callouts(ctx context.Context, calls []string) (map[string]callout.State, error) {
	states := map[string]callout.State{}
	if len(calls) == 0 {
		return states, nil
	}
	list, values := "(?"+strings.Repeat(", ?", len(calls)-1)+")", make([]any, len(calls))
	for i, id := range calls {
		values[i] = id
	}
	err := s.read(ctx, func(t *Tx) error {
		rows, err := t.query("SELECT "+calloutColumns+" FROM callouts o WHERE o.call_id IN "+list, values...)
		found, err := collect(rows, err, scanCallout)
		if err != nil {
			return err
		}
		for _, one := range found {
			states[one.Call] = one
		}
		rows, err = t.query(ringsQuery+list+" ORDER BY call_id, step, account", values...)
		rings, err := collect(rows, err, scanRing)
		for _, r := range rings {
			state := states[r.call]
			state.Rings = append(state.Rings, r.Ring)
			states[r.call] = state
		}
		return err
	})
	return states, err
}

const recordColumns = "r.number, r.call_id, r.came, r.about, r.case_number, r.account, r.at"

func scanRecord(r row) (callout.Record, error) {
	var one callout.Record
	var at int64
	err := r.Scan(&one.Number, &one.Call, &one.Came, &one.About, &one.Case, &one.By, &at)
	one.At = moment(at)
	return one, err
}

// entriesQuery is a call beside its state, if there is one, and its record, if there is
// one.
const entriesQuery = `SELECT coalesce(o.call_id, ''), coalesce(o.step, 0), coalesce(o.everyone, 0), coalesce(o.next_at, 0), coalesce(o.answered_at, 0),
		coalesce(r.number, 0), coalesce(r.came, ''), coalesce(r.about, ''), coalesce(r.case_number, 0), coalesce(r.account, ''), coalesce(r.at, 0), c.*
	FROM (SELECT ` + callColumns + ` FROM calls) c LEFT JOIN callouts o ON o.call_id = c.id LEFT JOIN callout_records r ON r.number = o.record `

func scanCallEntry(r row) (callout.Entry, error) {
	var e callout.Entry
	var one callout.Record
	var everyone, next, answered, at int64
	call, err := scanCall(behind{r, []any{&e.State.Call, &e.State.Step, &everyone, &next, &answered,
		&one.Number, &one.Came, &one.About, &one.Case, &one.By, &at}})
	e.Call = call
	e.State.Everyone, e.State.Next, e.State.Answered = everyone != 0, moment(next), moment(answered)
	if one.Number > 0 {
		one.Call, one.At = call.ID, moment(at)
		e.Record = &one
	}
	return e, err
}

// CallEntries lists calls, newest first.
func (s *Store) CallEntries(ctx context.Context, which callout.Which, limit, offset int) ([]callout.Entry, error) {
	where := ""
	switch which {
	case callout.Unanswered:
		where = "WHERE c.answered_at = 0 "
	case callout.Unrecorded:
		where = "WHERE o.answered_at > 0 AND o.record = 0 "
	}
	rows, err := s.query(ctx, entriesQuery+where+"ORDER BY c.received_at DESC, c.id DESC LIMIT ? OFFSET ?", limit, offset)
	return collect(rows, err, scanCallEntry)
}

// CallEntry gives one call, with everybody who was rung.
func (s *Store) CallEntry(ctx context.Context, call string) (callout.Entry, error) {
	e, err := scanCallEntry(s.queryRow(ctx, entriesQuery+"WHERE c.id = ?", call))
	if errors.Is(err, sql.ErrNoRows) {
		return e, callout.ErrNotFound
	}
	if err != nil {
		return e, fmt.Errorf("store: call: %w", err)
	}
	states, err := s.Callouts(ctx, []string{call})
	e.State.Rings = states[call].Rings
	return e, err
}

// CallRecords lists all records of a call.
func (s *Store) CallRecords(ctx context.Context, call string) ([]callout.Record, error) {
	rows, err := s.query(ctx, "SELECT "+recordColumns+" FROM callout_records r WHERE r.call_id = ? ORDER BY r.number", call)
	return collect(rows, err, scanRecord)
}

// CountUnrecorded counts answered calls without a record.
func (s *Store) CountUnrecorded(ctx context.Context, account string) (n int, err error) {
	if account == "" {
		err = s.queryRow(ctx, "SELECT count(*) FROM callouts WHERE answered_at > 0 AND record = 0").Scan(&n)
	} else {
		err = s.queryRow(ctx, `SELECT count(*) FROM callouts o JOIN calls c ON c.id = o.call_id
			WHERE o.answered_at > 0 AND o.record = 0 AND c.answered_account = ?`, account).Scan(&n)
	}
	if err != nil {
		return 0, fmt.Errorf("store: calls without a record: %w", err)
	}
	return n, nil
}

// UnrungCalls finds calls whose next step nobody made.
func (s *Store) UnrungCalls(ctx context.Context, before time.Time, limit int) ([]string, error) {
	rows, err := s.query(ctx, `SELECT c.id FROM calls c LEFT JOIN callouts o ON o.call_id = c.id
		WHERE c.answered_at = 0 AND (o.call_id IS NULL OR (o.next_at > 0 AND o.next_at < ?)) ORDER BY c.received_at, c.id LIMIT ?`,
		micros(before), limit)
	return collect(rows, err, func(r row) (id string, err error) { return id, r.Scan(&id) })
}

// CallTimes lists the calls of a time, oldest first.
func (s *Store) CallTimes(ctx context.Context, from, until time.Time) ([]callout.Times, error) {
	rows, err := s.query(ctx, `SELECT c.raised_at, c.received_at, c.answered_at, coalesce(o.step, 0), coalesce(o.record, 0)
		FROM calls c LEFT JOIN callouts o ON o.call_id = c.id
		WHERE c.received_at >= ? AND c.received_at < ? ORDER BY c.received_at, c.id`, micros(from), micros(until))
	return collect(rows, err, func(r row) (t callout.Times, err error) {
		var raised, received, answered, record int64
		err = r.Scan(&raised, &received, &answered, &t.Step, &record)
		t.Raised, t.Received, t.Answered, t.Recorded = moment(raised), moment(received), moment(answered), record > 0
		return t, err
	})
}

// The docket's Call is the one of callout.Tx too.
var _ callout.Tx = (*Tx)(nil)
var _ interface {
	callout.Store
	docket.Store
} = (*Store)(nil)
