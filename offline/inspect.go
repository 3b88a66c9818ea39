package offline

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/visit"
)

// Inspection reads a queue without changing it, also one that a running
// terminal has open. It is what a technician sees: nothing in it is personal.
type Inspection struct{ db *sql.DB }

// Inspect opens the queue at path for reading only. The errors are those of
// Open; ErrDamaged comes with what is wrong.
func Inspect(ctx context.Context, path string) (*Inspection, error) {
	if err := present(path); err != nil {
		return nil, fmt.Errorf("offline: inspect: %w", err)
	}
	db, err := connect(path, readOnly)
	if err != nil {
		return nil, fmt.Errorf("offline: inspect: %w", classify(err))
	}
	if err := verify(ctx, db); err != nil {
		db.Close()
		return nil, fmt.Errorf("offline: inspect %s: %w", path, err)
	}
	return &Inspection{db}, nil
}

// Close ends the inspection.
func (i *Inspection) Close() error { return i.db.Close() }

// Counts is how many requests and calls stand in each state, and how many of
// their attachments central has not taken. Each counts once: what was accepted is
// not counted as delivered too.
type Counts struct {
	Saved       int `json:"saved"`
	Delivered   int `json:"delivered"`
	Accepted    int `json:"accepted"`
	Conflict    int `json:"conflict"`
	Rejected    int `json:"rejected"`
	Attachments int `json:"attachments"`
}

// takenOn tells of a row of outbox with its status whether somebody at central
// has taken the request on.
const takenOn = `(status IS NOT NULL AND status NOT IN ('saved', 'delivered', 'held'))`

// Counts counts the items of the queue.
func (i *Inspection) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := i.db.QueryRowContext(ctx, `SELECT
		count(*) FILTER (WHERE kind <> 'attachment' AND state = 'saved'),
		count(*) FILTER (WHERE kind <> 'attachment' AND state = 'delivered' AND NOT `+takenOn+`),
		count(*) FILTER (WHERE kind <> 'attachment' AND state = 'delivered' AND `+takenOn+`),
		count(*) FILTER (WHERE kind <> 'attachment' AND state = 'conflict'),
		count(*) FILTER (WHERE kind <> 'attachment' AND state = 'rejected'),
		count(*) FILTER (WHERE kind = 'attachment' AND state <> 'delivered')
		FROM outbox LEFT JOIN statuses ON request = id`).
		Scan(&c.Saved, &c.Delivered, &c.Accepted, &c.Conflict, &c.Rejected, &c.Attachments)
	if err != nil {
		return Counts{}, fmt.Errorf("offline: counts: %w", classify(err))
	}
	return c, nil
}

// Entry is one item as a technician sees it.
type Entry struct {
	Sequence  int64        `json:"sequence"`
	ID        string       `json:"id"`
	Kind      request.Kind `json:"kind"`
	State     State        `json:"state"`
	Reason    string       `json:"reason,omitempty"`
	Attempts  int          `json:"attempts"`
	MadeAt    time.Time    `json:"made_at"`
	SavedAt   time.Time    `json:"saved_at"`
	SettledAt time.Time    `json:"settled_at,omitzero"`
	Status    visit.Status `json:"status,omitempty"` // central's last word on a request
	Size      int64        `json:"size"`             // of the sealed body, 0 when it is wiped
	SHA256    string       `json:"sha256"`           // of the sealed body, in hex
}

// Entries calls each with every item, in the order of their sequence, until it
// returns an error. Which items a running terminal is sending just now, only that
// knows: see Queue.Entries.
func (i *Inspection) Entries(ctx context.Context, each func(Entry) error) error {
	return entries(ctx, i.db, each)
}

// Entries is Inspection.Entries of an open queue, with the state Sending.
func (q *Queue) Entries(ctx context.Context, each func(Entry) error) error {
	var all []Entry // the one connection is free again before each is called
	err := entries(ctx, q.db, func(e Entry) error {
		if e.State == Saved && q.isSending(e.ID) {
			e.State = Sending
		}
		all = append(all, e)
		return nil
	})
	for n := 0; err == nil && n < len(all); n++ {
		err = each(all[n])
	}
	return err
}

func entries(ctx context.Context, db querier, each func(Entry) error) error {
	rows, err := db.QueryContext(ctx, `SELECT sequence, id, kind, CASE WHEN state = 'delivered' AND `+takenOn+` THEN 'accepted' ELSE state END,
		reason, attempts, made_at, saved_at, delivered_at, coalesce(status, ''), coalesce(length(sealed), 0), hash
		FROM outbox LEFT JOIN statuses ON request = id ORDER BY sequence`)
	if err != nil {
		return fmt.Errorf("offline: entries: %w", classify(err))
	}
	defer rows.Close()
	for rows.Next() {
		var e Entry
		var kind, state, status string
		var madeAt, savedAt int64
		var settledAt sql.NullInt64
		var hash []byte
		err := rows.Scan(&e.Sequence, &e.ID, &kind, &state, &e.Reason, &e.Attempts, &madeAt, &savedAt, &settledAt, &status, &e.Size, &hash)
		if err != nil {
			return fmt.Errorf("offline: entries: %w", classify(err))
		}
		e.Kind, e.State, e.Status, e.SHA256 = request.Kind(kind), State(state), visit.Status(status), hex.EncodeToString(hash)
		e.MadeAt, e.SavedAt = fromMilli(madeAt), fromMilli(savedAt)
		if settledAt.Valid {
			e.SettledAt = fromMilli(settledAt.Int64)
		}
		if err := each(e); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("offline: entries: %w", classify(err))
	}
	return nil
}
