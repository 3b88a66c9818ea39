package offline

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
)

// A read that is given up half-way interrupts SQLite. The connection must stay: the
// statements of saves are compiled for it, and its pragmas are set on it. When it was
// replaced the next save crashed the terminal, and so did closing the queue.
func TestAReadGivenUpLeavesTheConnection(t *testing.T) {
	b := setup(t)
	if _, err := b.db.ExecContext(t.Context(), `CREATE TEMP TABLE mark (i)`); err != nil { // of this connection
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // the query has no other end
	defer cancel()
	var n int
	if err := b.db.QueryRowContext(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n`).Scan(&n); err == nil {
		t.Fatal("an endless query ended")
	}
	if err := b.SaveCall(t.Context(), request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, MadeAt: noon}); err != nil {
		t.Error(err)
	}
	if err := b.db.QueryRowContext(t.Context(), `SELECT count(*) FROM mark`).Scan(&n); err != nil {
		t.Errorf("another connection took its place: %v", err)
	}
	if pending, err := b.Pending(t.Context()); pending != 1 || err != nil {
		t.Errorf("%d wait: %v", pending, err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// Should the connection be replaced after all, a save says so; following a statement
// into the connection that is gone would end the terminal.
func TestASaveOnAnotherConnectionIsRefused(t *testing.T) {
	b := setup(t)
	conn, err := b.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	conn.Close()
	c := request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, MadeAt: noon}
	if err := b.SaveCall(t.Context(), c); !errors.Is(err, ErrStorage) {
		t.Errorf("saved on another connection: %v", err)
	}
}
