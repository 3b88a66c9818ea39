package offline

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// statement is compiled once for the one connection of a queue. It is executed
// past database/sql, which takes locks, copies and looks for the connection that
// a statement is compiled for, each time: about a quarter of a save.
type statement struct {
	driver.StmtExecContext
	conn any // it is good for this one only
}

// errConnection is returned instead of a crash: SQLite would follow a pointer into
// the connection that is gone.
var errConnection = fmt.Errorf("%w: the connection of the queue was replaced", ErrStorage)

// exec runs the statement on the connection that it was compiled for. Arguments
// are int64, string and []byte.
func (s statement) exec(ctx context.Context, conn *sql.Conn, args ...driver.Value) (result driver.Result, err error) {
	named := make([]driver.NamedValue, len(args))
	for i, value := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	unusable := conn.Raw(func(c any) error {
		if c != s.conn {
			err = errConnection
			return nil
		}
		result, err = s.ExecContext(ctx, named)
		return nil // an error of the statement is none of the connection
	})
	if err == nil {
		err = unusable
	}
	return result, err
}

// statements are those that a save needs, compiled once because a resident waits
// for them, and those that draining repeats for every item or batch.
type statements struct {
	begin, commit, rollback               statement
	insertItem, insertTicket, insertAudit statement
	settleItem                            statement
	countPending                          *sql.Stmt
}

// The write lock is taken at once, so that a transaction cannot fail half-way for it.
func (s *statements) texts() map[string]*statement {
	return map[string]*statement{
		`BEGIN IMMEDIATE`: &s.begin, `COMMIT`: &s.commit, `ROLLBACK`: &s.rollback,
		`INSERT INTO outbox (id, kind, kiosk, priority, made_at, saved_at, sealed, hash, boot, boot_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`: &s.insertItem,
		`INSERT INTO tickets (digest, request, service) VALUES (?, ?, ?)`:              &s.insertTicket,
		`INSERT INTO audit (sequence, at, event, detail, hash) VALUES (?, ?, ?, ?, ?)`: &s.insertAudit,
		`UPDATE outbox SET state = ?1, reason = ?2, delivered_at = ?3,
			sealed = CASE ?1 WHEN 'delivered' THEN NULL ELSE sealed END
			WHERE id = ?4 AND state = 'saved'`: &s.settleItem,
	}
}

func prepare(ctx context.Context, db *sql.DB) (s statements, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return s, classify(err)
	}
	err = conn.Raw(func(c any) error {
		for text, to := range s.texts() {
			compiled, err := c.(driver.ConnPrepareContext).PrepareContext(ctx, text)
			if err != nil {
				return err
			}
			to.StmtExecContext, to.conn = compiled.(driver.StmtExecContext), c
		}
		return nil
	})
	conn.Close()
	if err == nil {
		// By the priority and not by the kind, which is not in the index: otherwise
		// every waiting item is read for its count.
		s.countPending, err = db.PrepareContext(ctx, fmt.Sprintf(`SELECT count(*) FROM outbox WHERE state = 'saved' AND priority < %d`, priorityAttachment))
	}
	if err != nil {
		return s, errors.Join(classify(err), s.close(ctx, db))
	}
	return s, nil
}

// close closes the statements and the queue's connection with them, when whoever
// has it is done: SQLite does not let go of a file that has statements open.
func (s statements) close(ctx context.Context, db *sql.DB) (err error) {
	if s.countPending != nil {
		err = s.countPending.Close()
	}
	conn, closed := db.Conn(ctx)
	if closed != nil {
		return errors.Join(err, db.Close())
	}
	again := conn.Raw(func(c any) error {
		for _, one := range s.texts() {
			if one.StmtExecContext != nil && one.conn == c {
				err = errors.Join(err, one.StmtExecContext.(driver.Stmt).Close())
			}
		}
		return nil
	})
	// In this order: nobody gets the connection any more.
	return errors.Join(err, again, db.Close(), conn.Close())
}
