package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// documentPiece is how many bytes of a body stand in one row.
const documentPiece = 256 << 10

// Documents lists all heads.
func (s *Store) Documents(ctx context.Context) ([]docket.Document, error) {
	rows, err := s.query(ctx,
		"SELECT kind, version, kiosk, origin, ended, issued_at, size, hash, signature FROM documents ORDER BY kind, version")
	return collect(rows, err, func(r row) (docket.Document, error) {
		var d docket.Document
		var issued int64
		err := r.Scan(&d.Kind, &d.Version, &d.Kiosk, &d.Origin, &d.Ended, &issued, &d.Size, &d.SHA256, &d.Signature)
		d.IssuedAt = time.Unix(issued, 0).UTC()
		return d, err
	})
}

// CountDocuments counts the heads.
func (s *Store) CountDocuments(ctx context.Context) (int, error) {
	n := 0
	if err := s.queryRow(ctx, "SELECT count(*) FROM documents").Scan(&n); err != nil {
		return 0, fmt.Errorf("store: documents: %w", err)
	}
	return n, nil
}

// AddDocument keeps a document with its body.
func (s *Store) AddDocument(ctx context.Context, d docket.Document, body []byte) error {
	return s.write(ctx, func(t *Tx) error {
		n, err := t.exec("add document", `INSERT INTO documents (kind, version, kiosk, origin, ended, issued_at, size, hash, signature)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			string(d.Kind), d.Version, d.Kiosk, d.Origin, d.Ended, d.IssuedAt.Unix(), d.Size, notNil(d.SHA256), notNil(d.Signature))
		if err != nil {
			return err
		}
		if n == 0 {
			return docket.ErrExists
		}
		for n := 0; n*documentPiece < len(body); n++ {
			piece := body[n*documentPiece : min((n+1)*documentPiece, len(body))]
			if _, err := t.exec("body of a document", "INSERT INTO document_bodies (hash, number, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", []byte(d.SHA256), n, piece); err != nil {
				return err
			}
		}
		return nil
	})
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// ReadDocument reads of a body what lies in one piece from offset on.
func (s *Store) ReadDocument(ctx context.Context, hash docket.Hash, offset int64) ([]byte, error) {
	var piece []byte
	err := s.queryRow(ctx, "SELECT data FROM document_bodies WHERE hash = ? AND number = ?", hash[:], offset/documentPiece).Scan(&piece)
	if errors.Is(err, sql.ErrNoRows) || err == nil && offset%documentPiece >= int64(len(piece)) {
		return nil, docket.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("store: body of a document: %w", err)
	}
	return piece[offset%documentPiece:], nil
}

// DropBody deletes a body.
func (s *Store) DropBody(ctx context.Context, hash docket.Hash) error {
	if _, err := s.execute(ctx, "DELETE FROM document_bodies WHERE hash = ?", hash[:]); err != nil {
		return fmt.Errorf("store: body of a document: %w", err)
	}
	return nil
}

// ToldVersion notes that a terminal has a version of a kind.
func (s *Store) ToldVersion(ctx context.Context, kind wire.DocumentKind, version int64, kiosk int) error {
	_, err := s.execute(ctx, `INSERT INTO document_versions (kind, version, kiosk) VALUES (?, ?, ?)
		ON CONFLICT (kind) DO UPDATE SET version = excluded.version, kiosk = excluded.kiosk WHERE excluded.version > document_versions.version`, string(kind), version, kiosk)
	if err != nil {
		return fmt.Errorf("store: version of a document: %w", err)
	}
	return nil
}

// ToldVersions gives the newest version of each kind that terminals say they have.
func (s *Store) ToldVersions(ctx context.Context) (map[wire.DocumentKind]docket.ToldVersion, error) {
	type told struct {
		kind wire.DocumentKind
		docket.ToldVersion
	}
	rows, err := s.query(ctx, "SELECT kind, version, kiosk FROM document_versions")
	all, err := collect(rows, err, func(r row) (told, error) {
		var one told
		err := r.Scan(&one.kind, &one.Version, &one.Kiosk)
		return one, err
	})
	if err != nil {
		return nil, err
	}
	versions := map[wire.DocumentKind]docket.ToldVersion{}
	for _, one := range all {
		versions[one.kind] = one.ToldVersion
	}
	return versions, nil
}
