package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// BackUp writes a SQLite database as it is at one moment to a new file, also while
// central serves it: what is committed meanwhile is not in it, and nobody waits. The
// copy is whole and sound, or an error.
func BackUp(ctx context.Context, from, to string) error {
	if err := checkHeader(from); err != nil {
		return err
	}
	s, err := connect(from)
	if err != nil {
		return err
	}
	defer s.Close()
	var id int64
	if err := s.writer.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil || id != applicationID {
		return errors.Join(fmt.Errorf("store: %s: %w", from, ErrDamaged), err)
	}
	if _, err := s.writer.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return fmt.Errorf("store: back up: %w", err)
	}
	copied, err := connect(to)
	if err != nil {
		return err
	}
	if err := copied.check(ctx); err != nil {
		return errors.Join(fmt.Errorf("store: the backup: %w", err), copied.Close())
	}
	return copied.Close()
}

// Restored is what a docket remembers of the backup that it was put back from.
type Restored struct {
	Backup time.Time `json:"backup"` // when it was made
	At     time.Time `json:"at"`     // when it was put back
	Times  int64     `json:"times"`  // how often that happened to this docket
	// Seen is when staff had gone through what is missing; zero until then.
	Seen time.Time `json:"seen,omitzero"`
	By   string    `json:"by,omitempty"`
}

const settingRestored = "restored"

// Counters of a docket that was put back go on after all that may have been given out
// since the backup, by steps that no community gets through in the time between two
// backups.
const (
	casesStep  = 1_000         // numbers of cases, which staff write down
	cursorStep = 1_000_000_000 // of terminals' changes
	eventStep  = 1_000_000     // of the numbers of events that terminals are told
)

// MarkRestored makes a docket that was put back from a backup safe to serve: what it
// numbers is never what it numbered between the backup and its loss, so that no terminal
// takes new for known; whoever was signed in, invited or given a code then is so no more,
// as that may have ended since.
func (s *Store) MarkRestored(ctx context.Context, backup, now time.Time) (Restored, error) {
	var r Restored
	err := s.write(ctx, func(t *Tx) error {
		old, err := t.restored()
		if err != nil {
			return err
		}
		r = Restored{Backup: backup.UTC(), At: now.UTC(), Times: old.Times + 1}
		if err := t.putRestored(r); err != nil {
			return err
		}
		statements := []string{
			"DELETE FROM staff_sessions", "DELETE FROM invitations", "UPDATE codes SET void = 1 WHERE key IS NULL",
			"UPDATE terminals SET cursor = cursor + " + strconv.Itoa(cursorStep),
			"UPDATE sqlite_sequence SET seq = seq + " + strconv.Itoa(casesStep) + " WHERE name = 'cases'",
		}
		if s.pool != nil {
			statements[len(statements)-1] = "SELECT setval(pg_get_serial_sequence('cases', 'number'), (SELECT coalesce(max(number), 0) FROM cases) + " + strconv.Itoa(casesStep) + ")"
		}
		for _, statement := range statements {
			if _, err := t.exec("mark as restored", statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.eventOffset = r.Times * eventStep
	}
	return r, err
}

func (t *Tx) putRestored(r Restored) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("store: restored: %w", err)
	}
	_, err = t.exec("restored", "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", settingRestored, string(text))
	return err
}

func (t *Tx) restored() (r Restored, err error) {
	var text string
	switch err := t.queryRow("SELECT value FROM settings WHERE name = ?", settingRestored).Scan(&text); {
	case errors.Is(err, sql.ErrNoRows):
		return r, nil
	case err != nil:
		return r, fmt.Errorf("store: restored: %w", err)
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("store: restored: %w", err)
	}
	return r, nil
}

// Restored tells whether the docket was put back from a backup: then Times is not 0.
func (s *Store) Restored(ctx context.Context) (r Restored, err error) {
	err = s.read(ctx, func(t *Tx) error {
		r, err = t.restored()
		return err
	})
	return r, err
}

// SeeRestored notes that staff have gone through what is missing.
func (s *Store) SeeRestored(ctx context.Context, at time.Time, by string) error {
	return s.write(ctx, func(t *Tx) error {
		r, err := t.restored()
		if err != nil || r.Times == 0 || !r.Seen.IsZero() {
			return err
		}
		r.Seen, r.By = at.UTC(), by
		return t.putRestored(r)
	})
}

// CountOn reads how far the numbers of events that terminals are told are moved. It is
// called before cases are written.
func (s *Store) CountOn(ctx context.Context) error {
	r, err := s.Restored(ctx)
	s.eventOffset = r.Times * eventStep
	return err
}

// Gap is a run of items that a terminal numbered and this docket has not.
type Gap struct{ First, Last int64 }

// Gaps finds what is missing of a terminal's items between the first and newest, the
// greatest number that it says it gave; the greatest that came when that is more. What
// still waits at the terminal is missing too.
func (s *Store) Gaps(ctx context.Context, kiosk int, newest int64) ([]Gap, error) {
	rows, err := s.query(ctx, "SELECT DISTINCT sequence FROM items WHERE kiosk = ? ORDER BY sequence", kiosk)
	all, err := collect(rows, err, func(r row) (n int64, err error) { return n, r.Scan(&n) })
	if err != nil {
		return nil, err
	}
	var gaps []Gap
	next := int64(1)
	for _, n := range append(all, max(newest, 0)+1) {
		if n > next {
			gaps = append(gaps, Gap{next, n - 1})
		}
		next = max(next, n+1)
	}
	return gaps, nil
}

// Stray is a certificate that the root issued to a terminal and this docket does not
// know: it was issued after the backup.
type Stray struct {
	Serial            int64
	Kiosk             int
	Body              []byte
	IssuedAt, Expires time.Time
	SeenAt            time.Time
}

// NoteStray writes one down; one that is known already changes nothing.
func (s *Store) NoteStray(ctx context.Context, c Stray) error {
	_, err := s.execute(ctx, `INSERT INTO stray_certificates (serial, kiosk, body, issued_at, expires_at, seen_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.Serial, c.Kiosk, c.Body, micros(c.IssuedAt), micros(c.Expires), micros(c.SeenAt))
	if err != nil {
		return fmt.Errorf("store: stray certificate: %w", err)
	}
	return nil
}

// Strays lists those that nobody has taken in.
func (s *Store) Strays(ctx context.Context) ([]Stray, error) {
	rows, err := s.query(ctx, "SELECT serial, kiosk, body, issued_at, expires_at, seen_at FROM stray_certificates ORDER BY kiosk, issued_at, serial")
	return collect(rows, err, func(r row) (c Stray, err error) {
		var issued, expires, seen int64
		err = r.Scan(&c.Serial, &c.Kiosk, &c.Body, &issued, &expires, &seen)
		c.IssuedAt, c.Expires, c.SeenAt = moment(issued), moment(expires), moment(seen)
		return c, err
	})
}

// AdmitStray has a stray certificate count again, for a terminal of this name if there is
// none of its number. The terminal's next word with it ends the certificates before it.
func (s *Store) AdmitStray(ctx context.Context, serial int64, name string, at time.Time) (kiosk int, err error) {
	err = s.write(ctx, func(t *Tx) error {
		var body []byte
		var issued, expires int64
		err := t.queryRow("SELECT kiosk, body, issued_at, expires_at FROM stray_certificates WHERE serial = ?", serial).Scan(&kiosk, &body, &issued, &expires)
		if err := one("stray certificate", err); err != nil {
			return err
		}
		for _, statement := range []struct {
			text string
			args []any
		}{
			{"INSERT INTO terminals (number, name, added_at, cursor) VALUES (?, ?, ?, " + strconv.Itoa(cursorStep) + ") ON CONFLICT DO NOTHING", []any{kiosk, name, micros(at)}},
			{"INSERT INTO certificates (serial, kiosk, body, issued_at, expires_at, enrolment) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", []any{serial, kiosk, body, issued, expires, serial}},
			{"DELETE FROM stray_certificates WHERE serial = ?", []any{serial}},
		} {
			if _, err := t.exec("admit stray certificate", statement.text, statement.args...); err != nil {
				return err
			}
		}
		return nil
	})
	return kiosk, err
}
