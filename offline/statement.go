package offline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// statements are those that a save needs, compiled once because a resident waits
// for them, and those that draining repeats for every item or batch.
type statements struct {
	insertItem, insertTicket, insertAudit *sql.Stmt
	settleItem, countPending              *sql.Stmt
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
		{&s.settleItem, `UPDATE outbox SET state = ?1, reason = ?2, delivered_at = ?3,
			sealed = CASE ?1 WHEN 'delivered' THEN NULL ELSE sealed END
			WHERE id = ?4 AND state = 'saved'`},
		// By the priority and not by the kind, which is not in the index: otherwise
		// every waiting item is read for its count.
		{&s.countPending, fmt.Sprintf(`SELECT count(*) FROM outbox WHERE state = 'saved' AND priority < %d`, priorityAttachment)},
	} {
		if *one.to, err = db.PrepareContext(ctx, one.text); err != nil {
			return s, errors.Join(classify(err), s.close())
		}
	}
	return s, nil
}

func (s statements) close() error {
	var err error
	for _, one := range []*sql.Stmt{s.insertItem, s.insertTicket, s.insertAudit, s.settleItem, s.countPending} {
		if one != nil {
			err = errors.Join(err, one.Close())
		}
	}
	return err
}
