package offline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lintai/kiosk/failpoint"
)

// RetainFor is how long what central has is known here after its last status.
const RetainFor = 90 * 24 * time.Hour

// Rules say what the retention job deletes.
type Rules struct {
	// Now is the time by central's clock: the terminal's own may stand anywhere,
	// and what it deleted too early would be gone. The zero time deletes nothing.
	Now time.Time
	// For is how long an item is kept after its last status; 0 means RetainFor.
	For time.Duration
}

// Retained is what the retention job deleted.
type Retained struct {
	Items       int `json:"items"`       // requests and calls
	Attachments int `json:"attachments"` // the numbers and hashes of voice notes and photos
	Tickets     int `json:"tickets"`     // slips that find nothing here any more; the digests of their codes stay
	Statuses    int `json:"statuses"`
}

// Retain deletes what central has had for long: items and their statuses. Of a
// ticket the digest alone stays, for ever: its code must not be issued again.
// Nothing is ever deleted that central has not taken, nor what it holds for staff.
// The counts go into the audit log.
func (q *Queue) Retain(ctx context.Context, rules Rules) (Retained, error) {
	var done Retained
	if rules.Now.IsZero() {
		return done, errors.New("offline: retain: without central's time nothing is deleted")
	}
	if rules.For <= 0 {
		rules.For = RetainFor
	}
	before := rules.Now.Add(-rules.For).UnixMilli()
	err := q.write(ctx, func(ctx context.Context, tx *sql.Conn) error {
		// The newest row stays, so that the numbers go on from it in any case.
		_, err := tx.ExecContext(ctx, `CREATE TEMP TABLE IF NOT EXISTS past (sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL)`)
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM past`)
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO past SELECT sequence, id, kind FROM outbox o LEFT JOIN statuses s ON s.request = o.id
				WHERE state = 'delivered' AND sealed IS NULL AND delivered_at < ?1 AND coalesce(s.at, 0) < ?1
				AND sequence < (SELECT max(sequence) FROM outbox)`, before)
		}
		if err == nil {
			err = tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE kind <> 'attachment'), count(*) FILTER (WHERE kind = 'attachment') FROM past`).
				Scan(&done.Items, &done.Attachments)
		}
		if err != nil {
			return err
		}
		if err := noteRetained(ctx, tx); err != nil {
			return err
		}
		for _, step := range []struct {
			count *int
			text  string
		}{
			{&done.Tickets, `UPDATE tickets SET request = NULL, service = NULL WHERE request IN (SELECT id FROM past)`},
			// Also those of requests that are unknown here: of a queue that was lost.
			{&done.Statuses, `DELETE FROM statuses WHERE request IN (SELECT id FROM past)
				OR at < ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE id = statuses.request)`},
			{new(int), `DELETE FROM outbox WHERE sequence IN (SELECT sequence FROM past)`},
			{new(int), `DELETE FROM past`},
		} {
			result, err := tx.ExecContext(ctx, step.text, before)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			*step.count = int(n)
		}
		if done == (Retained{}) {
			return nil
		}
		detail := fmt.Sprintf("items=%d attachments=%d tickets=%d statuses=%d", done.Items, done.Attachments, done.Tickets, done.Statuses)
		if err := q.note(ctx, tx, EventRetained, detail); err != nil {
			return err
		}
		failpoint.Reached(failpoint.Retained)
		return nil
	})
	if err != nil {
		return Retained{}, fmt.Errorf("offline: retain: %w", err)
	}
	_ = q.tidy(context.WithoutCancel(ctx))
	_ = q.reserve.fill()
	return done, nil
}

// noteRetained adds the numbers in past to the ranges of those that retention took.
func noteRetained(ctx context.Context, tx *sql.Conn) error {
	rows, err := tx.QueryContext(ctx, `SELECT first, last FROM retained UNION ALL SELECT sequence, sequence FROM past ORDER BY 1`)
	if err != nil {
		return err
	}
	defer rows.Close()
	type span struct{ first, last int64 }
	var all []span
	for rows.Next() {
		var s span
		if err := rows.Scan(&s.first, &s.last); err != nil {
			return err
		}
		if n := len(all); n > 0 && s.first <= all[n-1].last+1 {
			all[n-1].last = max(all[n-1].last, s.last)
			continue
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM retained`); err != nil {
		return err
	}
	for _, s := range all {
		if _, err := tx.ExecContext(ctx, `INSERT INTO retained (first, last) VALUES (?, ?)`, s.first, s.last); err != nil {
			return err
		}
	}
	return nil
}
