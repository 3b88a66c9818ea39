package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lintai/sync/central/docket"
)

const uploadQuery = "SELECT size, came, filed FROM uploads WHERE kiosk = ? AND hash = ?"

func scanUpload(r row) (docket.Upload, error) {
	var u docket.Upload
	err := r.Scan(&u.Size, &u.Came, &u.Filed)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return u, fmt.Errorf("store: upload: %w", err)
	}
	return u, nil
}

// Upload tells how far a body came.
func (s *Store) Upload(ctx context.Context, kiosk int, hash docket.Hash) (docket.Upload, error) {
	return scanUpload(s.queryRow(ctx, uploadQuery, kiosk, hash[:]))
}

// AddPiece takes a piece.
func (s *Store) AddPiece(ctx context.Context, p docket.Piece, bounds docket.UploadBounds) (docket.Upload, error) {
	var u docket.Upload
	err := s.write(ctx, func(t *Tx) (err error) {
		u, err = t.addPiece(p, bounds)
		return err
	})
	if err != nil {
		return docket.Upload{}, err
	}
	return u, nil
}

func (t *Tx) addPiece(p docket.Piece, bounds docket.UploadBounds) (docket.Upload, error) {
	u, err := scanUpload(t.queryRow(uploadQuery, p.Kiosk, p.Hash[:]))
	if err != nil {
		return u, err
	}
	if !u.Filed && u.Size != p.Size {
		u = docket.Upload{Size: p.Size}
		if _, err := t.exec("drop upload", "DELETE FROM uploads WHERE kiosk = ? AND hash = ?", p.Kiosk, p.Hash[:]); err != nil {
			return u, err
		}
	}
	if u.Filed || p.Start != u.Came || len(p.Data) == 0 || p.Start+int64(len(p.Data)) > u.Size {
		return u, nil
	}
	if u.Came == 0 {
		if err := t.makeRoom(p, bounds); err != nil {
			return u, err
		}
	}
	u.Came += int64(len(p.Data))
	if _, err := t.exec("upload", `INSERT INTO uploads (kiosk, hash, size, came, touched_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (kiosk, hash) DO UPDATE SET came = excluded.came, touched_at = excluded.touched_at`,
		p.Kiosk, p.Hash[:], u.Size, u.Came, micros(p.At)); err != nil {
		return u, err
	}
	_, err = t.exec("piece", "INSERT INTO upload_pieces (kiosk, hash, start, data) VALUES (?, ?, ?, ?)", p.Kiosk, p.Hash[:], p.Start, p.Data)
	return u, err
}

// makeRoom drops a terminal's oldest bodies until one more is within the bounds.
func (t *Tx) makeRoom(p docket.Piece, bounds docket.UploadBounds) error {
	_, err := t.exec("make room for an upload", `
		DELETE FROM uploads WHERE (kiosk, hash) IN (
			SELECT kiosk, hash FROM (
				SELECT kiosk, hash, row_number() OVER newest AS place, sum(size) OVER newest AS bytes
				FROM uploads WHERE kiosk = ?1 AND filed = 0 AND hash <> ?2
				WINDOW newest AS (ORDER BY touched_at DESC, hash ROWS UNBOUNDED PRECEDING)) AS open
			WHERE place > ?3 OR bytes > ?4)`,
		p.Kiosk, p.Hash[:], bounds.Count-1, bounds.Bytes-p.Size)
	return err
}

// UploadedBody puts a body together.
func (s *Store) UploadedBody(ctx context.Context, kiosk int, hash docket.Hash) ([]byte, error) {
	var body []byte
	err := s.read(ctx, func(t *Tx) error {
		u, err := scanUpload(t.queryRow(uploadQuery, kiosk, hash[:]))
		if err != nil {
			return err
		}
		if u.Filed || !u.Complete() {
			return docket.ErrNotFound
		}
		rows, err := t.query("SELECT data FROM upload_pieces WHERE kiosk = ? AND hash = ? ORDER BY start", kiosk, hash[:])
		if err != nil {
			return fmt.Errorf("store: pieces: %w", err)
		}
		defer rows.Close()
		body = make([]byte, 0, u.Size)
		for rows.Next() {
			var piece sql.RawBytes
			if err := rows.Scan(&piece); err != nil {
				return fmt.Errorf("store: pieces: %w", err)
			}
			body = append(body, piece...)
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("store: pieces: %w", err)
		}
		if int64(len(body)) != u.Size {
			return fmt.Errorf("store: an upload of %d bytes has pieces of %d", u.Size, len(body))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return body, nil
}

// DropUpload throws a body away.
func (s *Store) DropUpload(ctx context.Context, kiosk int, hash docket.Hash) error {
	if _, err := s.execute(ctx, "DELETE FROM uploads WHERE kiosk = ? AND hash = ? AND filed = 0", kiosk, hash[:]); err != nil {
		return fmt.Errorf("store: drop upload: %w", err)
	}
	return nil
}

// DropUploads throws abandoned bodies away.
func (s *Store) DropUploads(ctx context.Context, since time.Time) (int, error) {
	r, err := s.execute(ctx, "DELETE FROM uploads WHERE filed = 0 AND touched_at < ?", micros(since))
	if err != nil {
		return 0, fmt.Errorf("store: drop uploads: %w", err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}

func (t *Tx) FileUpload(kiosk int, hash docket.Hash) error {
	n, err := t.exec("file upload", "UPDATE uploads SET filed = 1 WHERE kiosk = ? AND hash = ?", kiosk, hash[:])
	if err == nil && n > 0 {
		_, err = t.exec("file upload", "DELETE FROM upload_pieces WHERE kiosk = ? AND hash = ?", kiosk, hash[:])
	}
	return err
}
