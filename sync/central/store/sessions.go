package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lintai/sync/central/docket"
)

// PutSession remembers a session under the SHA-256 of its cookie.
func (s *Store) PutSession(ctx context.Context, token docket.Hash, session docket.Session) error {
	_, err := s.execute(ctx, `
		INSERT INTO sessions (token, name, expires) VALUES (?, ?, ?)
		ON CONFLICT (token) DO UPDATE SET name = excluded.name, expires = excluded.expires`,
		token[:], session.Name, micros(session.Expires))
	if err != nil {
		return fmt.Errorf("store: session: %w", err)
	}
	return nil
}

// Session finds a session.
func (s *Store) Session(ctx context.Context, token docket.Hash) (docket.Session, error) {
	var session docket.Session
	var expires int64
	err := s.queryRow(ctx, "SELECT name, expires FROM sessions WHERE token = ?", token[:]).Scan(&session.Name, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return session, docket.ErrNotFound
	}
	if err != nil {
		return session, fmt.Errorf("store: session: %w", err)
	}
	session.Expires = moment(expires)
	return session, nil
}

// DeleteSession forgets a session; one that is not there is no error.
func (s *Store) DeleteSession(ctx context.Context, token docket.Hash) error {
	_, err := s.execute(ctx, "DELETE FROM sessions WHERE token = ?", token[:])
	if err != nil {
		return fmt.Errorf("store: session: %w", err)
	}
	return nil
}

// DeleteExpired forgets the sessions that ended before now.
func (s *Store) DeleteExpired(ctx context.Context, now time.Time) error {
	_, err := s.execute(ctx, "DELETE FROM sessions WHERE expires <= ?", micros(now))
	if err != nil {
		return fmt.Errorf("store: sessions: %w", err)
	}
	return nil
}

// Setting reads a setting.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	var value string
	err := s.queryRow(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("store: setting: %w", err)
	}
	return value, nil
}

// PutSetting writes a setting.
func (s *Store) PutSetting(ctx context.Context, name, value string) error {
	_, err := s.execute(ctx, `
		INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	if err != nil {
		return fmt.Errorf("store: setting: %w", err)
	}
	return nil
}

// ChangeSetting sets a setting to a value if it is another one, "" for one that was
// never set, and returns what it is then: of several who want to change it from the
// same value one does, and all are told which.
func (s *Store) ChangeSetting(ctx context.Context, name, from, to string) (value string, err error) {
	err = s.write(ctx, func(t *Tx) error {
		value = ""
		err := t.queryRow("SELECT value FROM settings WHERE name = ?", name).Scan(&value)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("store: setting: %w", err)
		}
		if value != from {
			return nil
		}
		value = to
		_, err = t.exec("setting", "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, to)
		return err
	})
	return value, err
}
