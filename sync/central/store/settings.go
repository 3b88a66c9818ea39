package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

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
