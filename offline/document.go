package offline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"lintai/kiosk/failpoint"
)

// ErrOlder is returned for a document that is no newer than what is known of its
// kind: an older one that was signed once is no reason to go back to it.
var ErrOlder = errors.New("the document is no newer than the one that is known")

// ErrNoDocument is returned when there is no usable document of a kind.
var ErrNoDocument = errors.New("no such document")

// keptDocuments is how many usable documents of a kind are kept: the newest, and
// the one to go back to.
const keptDocuments = 2

// KeepDocument makes a document of central durable, with the head that central
// signed. The caller has verified the signature. It refuses with ErrOlder what is
// no newer than the newest that was ever kept of its kind, also when that one was
// rejected since.
func (q *Queue) KeepDocument(ctx context.Context, kind string, version int64, head, body []byte) error {
	err := q.write(ctx, func(ctx context.Context, tx *sql.Conn) error {
		var newest sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(version) FROM documents WHERE kind = ?`, kind).Scan(&newest); err != nil {
			return err
		}
		if newest.Valid && version <= newest.Int64 {
			return fmt.Errorf("%w: %s %d, known is %d", ErrOlder, kind, version, newest.Int64)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO documents (kind, version, kept_at, head, body) VALUES (?, ?, ?, ?, ?)`,
			kind, version, q.now().UnixMilli(), notNil(head), notNil(body))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM documents WHERE kind = ?1 AND version NOT IN
			(SELECT version FROM documents WHERE kind = ?1 AND body IS NOT NULL ORDER BY version DESC LIMIT ?2)`, kind, keptDocuments)
		if err != nil {
			return err
		}
		return q.note(ctx, tx, EventDocument, fmt.Sprintf("kept %s %d", kind, version))
	})
	if err != nil {
		return fmt.Errorf("offline: keep document: %w", err)
	}
	failpoint.Reached(failpoint.DocumentKept)
	return nil
}

// Document returns the newest usable document of a kind, or ErrNoDocument.
func (q *Queue) Document(ctx context.Context, kind string) (version int64, head, body []byte, err error) {
	err = q.db.QueryRowContext(ctx, `SELECT version, head, body FROM documents WHERE kind = ? AND body IS NOT NULL
		ORDER BY version DESC LIMIT 1`, kind).Scan(&version, &head, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil, fmt.Errorf("offline: document: %w: %s", ErrNoDocument, kind)
	}
	if err != nil {
		return 0, nil, nil, fmt.Errorf("offline: document: %w", classify(err))
	}
	return version, head, body, nil
}

// DocumentKnown returns the newest version of a kind that was ever kept, usable
// or not; 0 when there was none.
func (q *Queue) DocumentKnown(ctx context.Context, kind string) (int64, error) {
	var version sql.NullInt64
	if err := q.db.QueryRowContext(ctx, `SELECT max(version) FROM documents WHERE kind = ?`, kind).Scan(&version); err != nil {
		return 0, fmt.Errorf("offline: document: %w", classify(err))
	}
	return version.Int64, nil
}

// RejectDocument notes that a document cannot be used: the one before it is given
// again. Its version stays known, so that it is not fetched again and again.
func (q *Queue) RejectDocument(ctx context.Context, kind string, version int64) error {
	err := q.write(ctx, func(ctx context.Context, tx *sql.Conn) error {
		done, err := tx.ExecContext(ctx, `UPDATE documents SET body = NULL WHERE kind = ? AND version = ? AND body IS NOT NULL`, kind, version)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return q.note(ctx, tx, EventDocument, fmt.Sprintf("rejected %s %d", kind, version))
	})
	if err != nil {
		return fmt.Errorf("offline: reject document: %w", err)
	}
	return nil
}

// notNil makes an empty blob of nothing: no body at all means rejected.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
