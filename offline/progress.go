package offline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lintai/kiosk/failpoint"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// Progress returns what the terminal itself last knew about a ticket that it
// issued: saved here, on its way at this moment, delivered, or the last status
// that central sent. A request
// that central rejected or has in conflict is held: central keeps it for staff to
// look at, and the resident must not be told to wait.
func (q *Queue) Progress(ctx context.Context, code ticket.Code) (visit.Progress, bool, error) {
	var (
		p           visit.Progress
		state       State
		savedAt     int64
		deliveredAt sql.NullInt64
		status      sql.NullString
		at          sql.NullInt64
		note        sql.NullString
	)
	err := q.db.QueryRowContext(ctx, `SELECT o.id, t.service, o.state, o.saved_at, o.delivered_at, s.status, s.at, s.note
		FROM tickets t JOIN outbox o ON o.id = t.request LEFT JOIN statuses s ON s.request = o.id
		WHERE t.digest = ?`, q.digest(code)).Scan(&p.ID, &p.Service, &state, &savedAt, &deliveredAt, &status, &at, &note)
	if errors.Is(err, sql.ErrNoRows) {
		return visit.Progress{}, false, nil
	}
	if err != nil {
		return visit.Progress{}, false, fmt.Errorf("offline: progress: %w", classify(err))
	}
	switch {
	case status.Valid:
		// Also when the item still waits: central filed it and its answer was lost.
		p.Status, p.At, p.Note = visit.Status(status.String), fromMilli(at.Int64), note.String
	case state == Delivered:
		p.Status, p.At = visit.StatusDelivered, fromMilli(deliveredAt.Int64)
	case state == Conflict || state == Rejected:
		p.Status, p.At = visit.StatusHeld, fromMilli(savedAt)
	default:
		p.Status, p.At = visit.StatusSaved, fromMilli(savedAt)
		if q.isSending(p.ID) {
			p.Status = visit.StatusSending
		}
	}
	return p, true, nil
}

// Status is a status that central sent for a request. Event counts up per case.
type Status struct {
	Request string // the request's id
	Event   int64
	Status  visit.Status
	At      time.Time
	Note    string // for the resident; nothing personal
}

// ApplyStatuses keeps statuses and the cursor up to which they were pulled, in
// one transaction. An older event never overwrites a newer one. The cursor is
// central's word and may go back: a central that was restored from a backup tells
// everything again.
func (q *Queue) ApplyStatuses(ctx context.Context, cursor int64, statuses []Status) error {
	err := q.write(ctx, func(ctx context.Context, tx *sql.Conn) error {
		for _, s := range statuses {
			_, err := tx.ExecContext(ctx, `INSERT INTO statuses (request, event, status, at, note) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (request) DO UPDATE SET event = excluded.event, status = excluded.status, at = excluded.at, note = excluded.note
				WHERE excluded.event > statuses.event`, s.Request, s.Event, string(s.Status), s.At.UnixMilli(), s.Note)
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE meta SET value = ? WHERE key = 'pull_cursor'`, cursor)
		return err
	})
	if err != nil {
		return fmt.Errorf("offline: apply statuses: %w", err)
	}
	failpoint.Reached(failpoint.Applied)
	return nil
}

// Cursor is how far central's changes have been applied; 0 in a new queue.
func (q *Queue) Cursor(ctx context.Context) (int64, error) {
	var cursor int64
	if err := q.db.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'pull_cursor'`).Scan(&cursor); err != nil {
		return 0, fmt.Errorf("offline: cursor: %w", classify(err))
	}
	return cursor, nil
}
