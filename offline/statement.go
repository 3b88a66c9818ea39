package offline

import (
	"context"
	"database/sql"
	"errors"
)

// statements are those that a save needs, compiled once: a resident waits for them.
type statements struct {
	insertItem, insertTicket, insertAudit *sql.Stmt
}

func prepare(ctx context.Context, db *sql.DB) (s statements, err error) {
	for _, one := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&s.insertItem, `INSERT INTO outbox (id, kind, kiosk, priority, made_at, saved_at, sealed, hash, boot, boot_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&s.insertTicket, `INSERT INTO tickets (digest, request, service) VALUES (?, ?, ?)`},
		{&s.insertAudit, `INSERT INTO audit (sequence, at, event, detail, hash) VALUES (?, ?, ?, ?, ?)`},
	} {
		if *one.to, err = db.PrepareContext(ctx, one.text); err != nil {
			return s, errors.Join(classify(err), s.close())
		}
	}
	return s, nil
}

func (s statements) close() error {
	var err error
	for _, one := range []*sql.Stmt{s.insertItem, s.insertTicket, s.insertAudit} {
		if one != nil {
			err = errors.Join(err, one.Close())
		}
	}
	return err
}
