package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"lintai/sync/central/docket"
)

const terminalColumns = `number, name, added_at, last_contact, clock_offset,
	coalesce((SELECT grid FROM health WHERE health.kiosk = terminals.number), '')`

func terminalPlaces(t *docket.Terminal, added, contact, offset *int64) []any {
	return []any{&t.Number, &t.Name, added, contact, offset, &t.Grid}
}

func finishTerminal(t *docket.Terminal, added, contact, offset int64) {
	t.AddedAt, t.LastContact = moment(added), moment(contact)
	t.ClockOffset = time.Duration(offset) * time.Microsecond
}

// Terminals lists all terminals.
func (s *Store) Terminals(ctx context.Context) ([]docket.Terminal, error) {
	rows, err := s.query(ctx, "SELECT "+terminalColumns+" FROM terminals ORDER BY number")
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
	r, err := s.execute(ctx,
		`UPDATE terminals SET last_contact = CASE WHEN last_contact > ?1 THEN last_contact ELSE ?1 END,
			clock_offset = coalesce(?2, clock_offset) WHERE number = ?3`,
		micros(at), us, number)
	return oneRow("contact", r, err, docket.ErrNotFound)
}

// oneRow turns a statement that touched no row into none.
func oneRow(what string, r sql.Result, err, none error) error {
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	if n == 0 {
		return none
	}
	return nil
}
