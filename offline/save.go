package offline

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/terminal"
	"lintai/kiosk/ticket"
)

// Priorities: the smaller goes first.
const (
	priorityCall    = 0
	priorityRequest = 1
)

// SaveRequest seals a confirmed request and makes it durable; it returns only
// then. terminal.ErrTicketTaken says that the ticket code was issued here before.
// On any other error nothing was kept.
func (q *Queue) SaveRequest(ctx context.Context, r request.Request, attachments ...request.Attachment) error {
	if len(attachments) > 0 {
		return errors.New("offline: save request: attachments cannot be saved yet")
	}
	e := seal.Envelope{ID: r.ID, Kind: request.KindRequest, Kiosk: r.Kiosk}
	if _, err := ticket.Parse(string(r.Ticket)); err != nil {
		// The error does not name the code: codes are not for logs.
		return fmt.Errorf("offline: save request: %w", err)
	}
	err := q.save(ctx, e, r, priorityRequest, r.MadeAt, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO tickets (digest, request, service) VALUES (?, ?, ?)`, q.digest(r.Ticket), r.ID, r.Service)
		if isTaken(err) {
			return terminal.ErrTicketTaken
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("offline: save request: %w", err)
	}
	return nil
}

// SaveCall seals a call for help and makes it durable; it returns only then.
func (q *Queue) SaveCall(ctx context.Context, c request.Call) error {
	e := seal.Envelope{ID: c.ID, Kind: request.KindCall, Kiosk: c.Kiosk}
	if err := q.save(ctx, e, c, priorityCall, c.MadeAt, nil); err != nil {
		return fmt.Errorf("offline: save call: %w", err)
	}
	return nil
}

// save seals the body and inserts the item, and what belongs beside it in the
// same transaction.
func (q *Queue) save(ctx context.Context, e seal.Envelope, body any, priority int, madeAt time.Time, beside func(context.Context, *sql.Tx) error) error {
	if e.ID == "" {
		return errors.New("an item without an id")
	}
	plain, err := request.Encode(body)
	if err != nil {
		return err
	}
	sealed, err := seal.Close(q.sealTo, e, plain)
	clear(plain) // the last readable copy that this package made
	if err != nil {
		return err
	}
	hash := sha256.Sum256(sealed)
	err = q.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO outbox (id, kind, kiosk, priority, made_at, saved_at, sealed, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			e.ID, string(e.Kind), e.Kiosk, priority, madeAt.UnixMilli(), q.now().UnixMilli(), sealed, hash[:])
		switch {
		case isTaken(err):
			return ErrIDTaken
		case err != nil || beside == nil:
			return err
		}
		return beside(ctx, tx)
	})
	if err != nil {
		return err
	}
	q.notify()
	return nil
}

// isTaken tells that an insert met a row with the same id or ticket.
func isTaken(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) && (se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
