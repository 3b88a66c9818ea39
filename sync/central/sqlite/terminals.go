package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lintai/sync/central/docket"
)

const terminalColumns = "number, name, added_at, last_contact, clock_offset"

func terminalPlaces(t *docket.Terminal, added, contact, offset *int64) []any {
	return []any{&t.Number, &t.Name, added, contact, offset}
}

func finishTerminal(t *docket.Terminal, added, contact, offset int64) {
	t.AddedAt, t.LastContact = moment(added), moment(contact)
	t.ClockOffset = time.Duration(offset) * time.Microsecond
}

// AddTerminal adds a terminal with the SHA-256 of its token.
func (s *Store) AddTerminal(ctx context.Context, t docket.Terminal, token docket.Hash) error {
	r, err := s.write.ExecContext(ctx,
		"INSERT INTO terminals (number, name, token, added_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		t.Number, t.Name, token[:], micros(t.AddedAt))
	return oneRow("add terminal", r, err, docket.ErrExists)
}

// RenewToken replaces a terminal's token; the old one stops at once.
func (s *Store) RenewToken(ctx context.Context, number int, token docket.Hash) error {
	r, err := s.write.ExecContext(ctx, "UPDATE terminals SET token = ? WHERE number = ?", token[:], number)
	return oneRow("renew token", r, err, docket.ErrNotFound)
}

// TerminalByToken finds a terminal.
func (s *Store) TerminalByToken(ctx context.Context, token docket.Hash) (docket.Terminal, docket.Hash, error) {
	var t docket.Terminal
	var stored docket.Hash
	var hash []byte
	var added, contact, offset int64
	err := s.read.QueryRowContext(ctx, "SELECT "+terminalColumns+", token FROM terminals WHERE token = ?", token[:]).
		Scan(append(terminalPlaces(&t, &added, &contact, &offset), &hash)...)
	if errors.Is(err, sql.ErrNoRows) {
		return t, stored, docket.ErrNotFound
	}
	if err != nil {
		return t, stored, fmt.Errorf("sqlite: terminal: %w", err)
	}
	copy(stored[:], hash)
	finishTerminal(&t, added, contact, offset)
	return t, stored, nil
}

// Terminals lists all terminals.
func (s *Store) Terminals(ctx context.Context) ([]docket.Terminal, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+terminalColumns+" FROM terminals ORDER BY number")
	return collect(rows, err, func(r row) (docket.Terminal, error) {
		var t docket.Terminal
		var added, contact, offset int64
		err := r.Scan(terminalPlaces(&t, &added, &contact, &offset)...)
		finishTerminal(&t, added, contact, offset)
		return t, err
	})
}

// Contact notes that a terminal was heard of.
func (s *Store) Contact(ctx context.Context, number int, at time.Time, offset *time.Duration) error {
	var us any
	if offset != nil {
		us = offset.Microseconds()
	}
	r, err := s.write.ExecContext(ctx,
		"UPDATE terminals SET last_contact = max(last_contact, ?), clock_offset = coalesce(?, clock_offset) WHERE number = ?",
		micros(at), us, number)
	return oneRow("contact", r, err, docket.ErrNotFound)
}

// oneRow turns a statement that touched no row into none.
func oneRow(what string, r sql.Result, err, none error) error {
	if err != nil {
		return fmt.Errorf("sqlite: %s: %w", what, err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return fmt.Errorf("sqlite: %s: %w", what, err)
	}
	if n == 0 {
		return none
	}
	return nil
}
