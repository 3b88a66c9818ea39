package store

import (
	"context"
	"fmt"
	"time"
)

// settingReady is written by Ready: a database that can be read and not written is not
// ready.
const settingReady = "ready"

// Ready tells whether the database takes writes and has this program's schema: also a
// full disk or a server that became a standby is noticed.
func (s *Store) Ready(ctx context.Context) error {
	known, err := s.dialect.migrations()
	if err != nil {
		return fmt.Errorf("store: ready: %w", err)
	}
	return s.write(ctx, func(t *Tx) error {
		var applied int
		if err := t.queryRow("SELECT count(*) FROM migrations").Scan(&applied); err != nil {
			return fmt.Errorf("store: ready: %w", err)
		}
		// A newer central beside this one may have applied more.
		if applied < len(known) {
			return fmt.Errorf("store: ready: %d of %d migrations are applied", applied, len(known))
		}
		_, err := t.exec("ready", "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			settingReady, time.Now().UTC().Format(time.RFC3339))
		return err
	})
}

// Counts are figures for those who operate central.
type Counts struct {
	Terminals, OpenCalls, Quarantined, WebhooksWaiting int64
	Jobs                                               map[string]int64 // by River's word for their state
}

// Counts counts, by indexes that are small.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	c := Counts{Jobs: map[string]int64{}}
	err := s.read(ctx, func(t *Tx) error {
		if err := t.queryRow(`SELECT (SELECT count(*) FROM terminals), (SELECT count(*) FROM calls WHERE answered_at = 0),
			(SELECT count(*) FROM quarantine WHERE handled_at = 0), (SELECT count(*) FROM webhook_outbox)`).
			Scan(&c.Terminals, &c.OpenCalls, &c.Quarantined, &c.WebhooksWaiting); err != nil {
			return err
		}
		rows, err := t.query("SELECT state, count(*) FROM river_job GROUP BY state")
		_, err = collect(rows, err, func(r row) (none struct{}, err error) {
			var state string
			var n int64
			err = r.Scan(&state, &n)
			c.Jobs[state] = n
			return none, err
		})
		return err
	})
	if err != nil {
		return c, fmt.Errorf("store: counts: %w", err)
	}
	return c, nil
}
