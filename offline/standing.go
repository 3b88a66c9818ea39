package offline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Standing is how the queue is at one moment, for central and for a technician.
type Standing struct {
	Waiting     int       // requests and calls that central has not settled
	Attachments int       // voice notes and photos that it has not settled
	Held        int       // in conflict or rejected: staff must look
	Oldest      time.Time // when what waits longest was saved, by the terminal's clock; zero when nothing waits
	// OldestAge is how long ago that was by the clock that nobody sets; known only
	// when AgeKnown.
	OldestAge time.Duration
	AgeKnown  bool
	LowSpace  bool  // photos and voice notes are refused
	Newest    int64 // sequence of the newest item that was ever saved
}

// Standing reads how the queue is.
func (q *Queue) Standing(ctx context.Context) (Standing, error) {
	s := Standing{LowSpace: !q.Room(ctx)}
	err := q.db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE kind <> 'attachment'), count(*) FILTER (WHERE kind = 'attachment')
		FROM outbox WHERE state = 'saved'`).Scan(&s.Waiting, &s.Attachments)
	if err == nil {
		err = q.db.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE state IN ('conflict', 'rejected')`).Scan(&s.Held)
	}
	if err == nil {
		err = q.db.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'`).Scan(&s.Newest)
	}
	if err != nil {
		return Standing{}, fmt.Errorf("offline: standing: %w", classify(err))
	}
	var w Waiting
	var at int64
	var boot []byte
	var bootAt sql.NullInt64
	err = q.db.QueryRowContext(ctx, `SELECT saved_at, boot, boot_at FROM outbox WHERE state = 'saved' ORDER BY sequence LIMIT 1`).Scan(&at, &boot, &bootAt)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return s, nil
	case err != nil:
		return Standing{}, fmt.Errorf("offline: standing: %w", classify(err))
	}
	q.age(&w, boot, bootAt)
	s.Oldest = fromMilli(at)
	s.OldestAge, s.AgeKnown = w.Age()
	return s, nil
}
