package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Several central processes are there on PostgreSQL only: what is here is for it
// alone, and in its own words.

// relayChannel is what processes notify each other on (LISTEN).
const relayChannel = "lintai_live"

// Notify says something to all that listen; at most 7999 bytes.
func (s *Store) Notify(ctx context.Context, text string) error {
	if _, err := s.writer.ExecContext(ctx, "SELECT pg_notify($1, $2)", relayChannel, text); err != nil {
		return fmt.Errorf("store: notify: %w", err)
	}
	return nil
}

// Listen hears what is said, on a connection of its own, until it breaks or ctx ends.
// begun is called when from now on nothing is missed; both are called by this
// goroutine.
func (s *Store) Listen(ctx context.Context, begun func(), heard func(text string)) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("store: listen: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+relayChannel); err != nil {
		return fmt.Errorf("store: listen: %w", err)
	}
	begun()
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("store: listen: %w", err)
		}
		heard(n.Payload)
	}
}

// Beat says that a process lives, and forgets those that have not said so for some
// time, with what they held. It tells whether this one was known, and how many others
// were forgotten.
func (s *Store) Beat(ctx context.Context, process string, within time.Duration) (known bool, forgotten int, err error) {
	err = s.writer.QueryRowContext(ctx, `INSERT INTO processes (name, beat_at) VALUES ($1, clock_timestamp())
		ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at RETURNING xmax <> 0`, process).Scan(&known)
	if err != nil {
		return false, 0, fmt.Errorf("store: beat: %w", err)
	}
	r, err := s.writer.ExecContext(ctx,
		"DELETE FROM processes WHERE beat_at < clock_timestamp() - $1 * interval '1 microsecond'", within.Microseconds())
	if err != nil {
		return known, 0, fmt.Errorf("store: beat: %w", err)
	}
	n, err := r.RowsAffected()
	return known, int(n), err
}

// Hold writes down whose streams a process holds: those that came, without those
// that left.
func (s *Store) Hold(ctx context.Context, process string, came, left []int) error {
	if len(left) > 0 {
		if _, err := s.writer.ExecContext(ctx, "DELETE FROM presences WHERE process = $1 AND kiosk = ANY($2)", process, left); err != nil {
			return fmt.Errorf("store: presences: %w", err)
		}
	}
	if len(came) > 0 {
		// A process that was forgotten meanwhile writes nothing: it hears so at its next
		// beat.
		if _, err := s.writer.ExecContext(ctx, `INSERT INTO presences (process, kiosk)
			SELECT name, unnest($2::bigint[]) FROM processes WHERE name = $1 ON CONFLICT DO NOTHING`, process, came); err != nil {
			return fmt.Errorf("store: presences: %w", err)
		}
	}
	return nil
}

// Held lists the terminals whose streams other processes hold.
func (s *Store) Held(ctx context.Context, except string) ([]int, error) {
	rows, err := s.query(ctx, "SELECT DISTINCT kiosk FROM presences WHERE process <> ?", except)
	return collect(rows, err, func(r row) (kiosk int, err error) { return kiosk, r.Scan(&kiosk) })
}

// Forget takes a process back that ends.
func (s *Store) Forget(ctx context.Context, process string) error {
	if _, err := s.writer.ExecContext(ctx, "DELETE FROM processes WHERE name = $1", process); err != nil {
		return fmt.Errorf("store: processes: %w", err)
	}
	return nil
}
