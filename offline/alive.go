package offline

import (
	"context"
	"fmt"
)

// Alive writes one row over and returns when that would survive a power cut: whoever
// feeds a watchdog learns by it that the queue still takes what a resident confirms.
// The row is always the same, so neither file nor log grows; the reserve is not given
// up for it.
func (q *Queue) Alive(ctx context.Context) error {
	conn, err := q.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("offline: alive: %w", classify(err))
	}
	defer conn.Close()
	_, err = conn.ExecContext(context.WithoutCancel(ctx), `INSERT INTO meta (key, value) VALUES ('alive_at', ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, q.now().UnixMilli())
	if err != nil {
		return fmt.Errorf("offline: alive: %w", classify(err))
	}
	return nil
}
