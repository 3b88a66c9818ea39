package offline

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"lintai/kiosk/failpoint"
	"lintai/kiosk/request"
)

// State is where an item of the queue stands.
type State string

const (
	Saved     State = "saved"     // waits for central
	Sending   State = "sending"   // on its way now; in memory only, the file says saved
	Delivered State = "delivered" // central has it; the sealed body is wiped here
	Conflict  State = "conflict"  // central has another body under this id; kept here
	Accepted  State = "accepted"  // delivered, and somebody has taken it on: told by a status
	Rejected  State = "rejected"  // central cannot file it; kept here for staff
)

// Waiting is an item that central has not settled yet.
type Waiting struct {
	request.Item
	SavedAt time.Time
	// Attempts counts how often central failed on this item while it settled
	// others. See SetAside.
	Attempts int
	Size     int64    // of the sealed body, also when it is left out
	SHA256   [32]byte // of the sealed body, as it was saved

	sinceSave func() time.Duration // nil: not known
}

// Age is how long ago the item was saved, by a clock that nobody sets. It is
// known only when the machine was not started again since.
func (w Waiting) Age() (age time.Duration, known bool) {
	if w.sinceSave == nil {
		return 0, false
	}
	return w.sinceSave(), true
}

// age makes an item's age known, if it was saved since the machine started.
func (q *Queue) age(w *Waiting, boot []byte, bootAt sql.NullInt64) {
	if bootAt.Valid && bytes.Equal(boot, q.boot.id) {
		at, elapsed := time.Duration(bootAt.Int64)*time.Millisecond, q.boot.elapsed
		w.sinceSave = func() time.Duration { return max(0, elapsed()-at) }
	}
}

// Next returns the items to send next, in order: those that never failed before
// those that did, calls before requests before attachments, requests by urgency,
// then by sequence. It returns at most limit items and, beyond the first, no more
// than maxBytes of sealed bodies.
func (q *Queue) Next(ctx context.Context, limit, maxBytes int) ([]Waiting, error) {
	return q.NextUpTo(ctx, limit, maxBytes, math.MaxInt)
}

// NextUpTo is Next without the bodies of more than largest bytes: their Sealed is
// nil and they do not count towards maxBytes. ReadSealed reads them in pieces.
func (q *Queue) NextUpTo(ctx context.Context, limit, maxBytes, largest int) ([]Waiting, error) {
	rows, err := q.db.QueryContext(ctx, `SELECT sequence, id, kind, kiosk, made_at, saved_at, attempts, length(sealed), hash, boot, boot_at,
		CASE WHEN length(sealed) <= ?2 THEN sealed END
		FROM outbox WHERE state = 'saved' ORDER BY attempts, priority, sequence LIMIT ?1`, limit, largest)
	if err != nil {
		return nil, fmt.Errorf("offline: next items: %w", classify(err))
	}
	defer rows.Close()
	var items []Waiting
	for loaded := 0; rows.Next(); {
		var w Waiting
		var kind string
		var madeAt, savedAt int64
		var bootAt sql.NullInt64
		var hash, boot []byte
		err := rows.Scan(&w.Sequence, &w.ID, &kind, &w.Kiosk, &madeAt, &savedAt, &w.Attempts, &w.Size, &hash, &boot, &bootAt, &w.Sealed)
		if err != nil {
			return nil, fmt.Errorf("offline: next items: %w", classify(err))
		}
		if loaded += len(w.Sealed); loaded > maxBytes && len(items) > 0 {
			break
		}
		w.Kind, w.MadeAt, w.SavedAt = request.Kind(kind), fromMilli(madeAt), fromMilli(savedAt)
		copy(w.SHA256[:], hash)
		q.age(&w, boot, bootAt)
		items = append(items, w)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("offline: next items: %w", classify(err))
	}
	return items, nil
}

// Sending marks which items are on their way to central now, in place of those
// that were marked before; none when the push is over. The mark lives in memory
// only: nothing is stuck in it after a restart.
func (q *Queue) Sending(ids []string) {
	marks := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		marks[id] = struct{}{}
	}
	q.mu.Lock()
	q.sending = marks
	q.mu.Unlock()
}

func (q *Queue) isSending(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, ok := q.sending[id]
	return ok
}

// Answer is central's final word on one item: Delivered, Conflict or Rejected.
type Answer struct {
	ID     string
	State  State
	Reason string
}

// Settle writes central's answers down, all in one transaction. The sealed body
// of a delivered item is wiped; a conflict or a rejected item keeps it. An id
// that is unknown or already settled is passed over.
func (q *Queue) Settle(ctx context.Context, answers []Answer) error {
	var waiting bool
	err := q.write(ctx, func(ctx context.Context, tx *sql.Conn) error {
		for _, a := range answers {
			switch a.State {
			case Delivered, Conflict, Rejected:
			default:
				return fmt.Errorf("%q is no final state", a.State)
			}
			done, err := q.prepared.settleItem.exec(ctx, tx, string(a.State), a.Reason, q.now().UnixMilli(), a.ID)
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil || n == 0 {
				if err != nil {
					return err
				}
				continue
			}
			if err := q.note(ctx, tx, EventSettled, string(a.State)+" "+a.ID); err != nil {
				return err
			}
		}
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'saved')`).Scan(&waiting)
	})
	if err != nil {
		return fmt.Errorf("offline: settle: %w", err)
	}
	failpoint.Reached(failpoint.Settled)
	if !waiting {
		// Nothing hurries now. What is wrong with the storage shows at the next write.
		_ = q.tidy(context.WithoutCancel(ctx))
	}
	_ = q.reserve.fill()
	return nil
}

// SetAside puts items behind all others that failed less often: central failed
// on them while it settled others, so they must not hold those up. They are
// never given up.
func (q *Queue) SetAside(ctx context.Context, ids []string) error {
	err := q.write(ctx, func(ctx context.Context, tx *sql.Conn) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `UPDATE outbox SET attempts = attempts + 1 WHERE id = ? AND state = 'saved'`, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("offline: set aside: %w", err)
	}
	return nil
}

// Pending is the number of requests and calls that wait for central. Attachments
// are not counted: a resident and her voice note are one matter, not two.
func (q *Queue) Pending(ctx context.Context) (int, error) {
	var n int
	if err := q.prepared.countPending.QueryRowContext(ctx).Scan(&n); err != nil {
		return 0, fmt.Errorf("offline: pending: %w", classify(err))
	}
	return n, nil
}

// Oldest is when the item that waits longest was saved, by the terminal's
// clock; ok is false when nothing waits.
func (q *Queue) Oldest(ctx context.Context) (savedAt time.Time, ok bool, err error) {
	var at int64
	err = q.db.QueryRowContext(ctx, `SELECT saved_at FROM outbox WHERE state = 'saved' ORDER BY sequence LIMIT 1`).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("offline: oldest: %w", classify(err))
	}
	return fromMilli(at), true, nil
}

func fromMilli(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
