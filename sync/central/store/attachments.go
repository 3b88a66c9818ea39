package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
)

const attachmentColumns = "id, kiosk, request, type, size, hash, received_at"

func scanAttachment(r row, more ...any) (docket.Attachment, error) {
	var a docket.Attachment
	var hash []byte
	var received int64
	err := r.Scan(append([]any{&a.ID, &a.Kiosk, &a.Request, &a.Type, &a.Size, &hash, &received}, more...)...)
	copy(a.Hash[:], hash)
	a.ReceivedAt = moment(received)
	return a, err
}

// Attachments lists what came for a request.
func (s *Store) Attachments(ctx context.Context, of string) ([]docket.Attachment, error) {
	rows, err := s.query(ctx, "SELECT "+attachmentColumns+" FROM attachments WHERE request = ? ORDER BY id", of)
	return collect(rows, err, func(r row) (docket.Attachment, error) { return scanAttachment(r) })
}

// Attachment returns one with its bytes.
func (s *Store) Attachment(ctx context.Context, id string) (docket.Attachment, error) {
	var data []byte
	a, err := scanAttachment(s.queryRow(ctx, "SELECT "+attachmentColumns+", data FROM attachments WHERE id = ?", id), &data)
	if errors.Is(err, sql.ErrNoRows) {
		return a, docket.ErrNotFound
	}
	if err != nil {
		return a, fmt.Errorf("store: attachment: %w", err)
	}
	a.Data = data
	return a, nil
}

func (t *Tx) FileAttachment(a docket.Attachment) error {
	n, err := t.exec("file attachment", `
		INSERT INTO attachments (id, kiosk, request, type, size, hash, received_at, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		a.ID, a.Kiosk, a.Request, a.Type, a.Size, a.Hash[:], micros(a.ReceivedAt), a.Data)
	if err == nil && n == 0 {
		return docket.ErrIDTaken
	}
	return err
}

func (t *Tx) Named(of string) (docket.Named, bool, error) {
	var n docket.Named
	var body []byte
	err := t.queryRow(`SELECT number, body FROM cases WHERE id = ?1
		UNION ALL SELECT case_number, body FROM ratings WHERE id = ?1`, of).Scan(&n.Case, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return n, false, nil
	}
	if err != nil {
		return n, false, fmt.Errorf("store: named attachments: %w", err)
	}
	var r request.Request
	if err := json.Unmarshal(body, &r); err != nil {
		return n, false, fmt.Errorf("store: named attachments: %w", err)
	}
	n.References = r.Attachments
	return n, true, nil
}
