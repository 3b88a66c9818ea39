package offline

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"lintai/kiosk/request"
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
// their attachments central has not taken.
type Counts struct {
	Saved       int `json:"saved"`
	Delivered   int `json:"delivered"`
	Conflict    int `json:"conflict"`
	Rejected    int `json:"rejected"`
	Attachments int `json:"attachments"`
}

// Counts counts the items of the queue.
func (i *Inspection) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := i.db.QueryRowContext(ctx, `SELECT
		count(*) FILTER (WHERE kind <> 'attachment' AND state = 'saved'), count(*) FILTER (WHERE kind <> 'attachment' AND state = 'delivered'),
		count(*) FILTER (WHERE kind <> 'attachment' AND state = 'conflict'), count(*) FILTER (WHERE kind <> 'attachment' AND state = 'rejected'),
		count(*) FILTER (WHERE kind = 'attachment' AND state <> 'delivered') FROM outbox`).
		Scan(&c.Saved, &c.Delivered, &c.Conflict, &c.Rejected, &c.Attachments)
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
}

// Entries calls each with every item, in the order of their sequence, until it
// returns an error.
func (i *Inspection) Entries(ctx context.Context, each func(Entry) error) error {
	rows, err := i.db.QueryContext(ctx, `SELECT sequence, id, kind, state, reason, attempts, made_at, saved_at, delivered_at
		FROM outbox ORDER BY sequence`)
	if err != nil {
		return fmt.Errorf("offline: entries: %w", classify(err))
	}
	defer rows.Close()
	for rows.Next() {
		var e Entry
		var kind, state string
		var madeAt, savedAt int64
		var settledAt sql.NullInt64
		if err := rows.Scan(&e.Sequence, &e.ID, &kind, &state, &e.Reason, &e.Attempts, &madeAt, &savedAt, &settledAt); err != nil {
			return fmt.Errorf("offline: entries: %w", classify(err))
		}
		e.Kind, e.State = request.Kind(kind), State(state)
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
