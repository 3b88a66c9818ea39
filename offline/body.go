package offline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrWiped is returned when there is no sealed body (any more): central has the
// item, or it is unknown.
var ErrWiped = errors.New("no sealed body here")

// ReadSealed returns up to n bytes of an item's sealed body from offset on, none
// beyond its end. The body does not change while it is there.
func (q *Queue) ReadSealed(ctx context.Context, id string, offset int64, n int) ([]byte, error) {
	return readSealed(ctx, q.db, id, offset, n)
}

// ReadSealed is Queue.ReadSealed.
func (i *Inspection) ReadSealed(ctx context.Context, id string, offset int64, n int) ([]byte, error) {
	return readSealed(ctx, i.db, id, offset, n)
}

func readSealed(ctx context.Context, db querier, id string, offset int64, n int) ([]byte, error) {
	if offset < 0 || n < 0 {
		return nil, fmt.Errorf("offline: read body: %d bytes at %d", n, offset)
	}
	var piece []byte
	err := db.QueryRowContext(ctx, `SELECT substr(sealed, ?, ?) FROM outbox WHERE id = ? AND sealed IS NOT NULL`, offset+1, n, id).Scan(&piece)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("offline: read body: %w", ErrWiped)
	}
	if err != nil {
		return nil, fmt.Errorf("offline: read body: %w", classify(err))
	}
	return piece, nil
}
