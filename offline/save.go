package offline

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

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
func (q *Queue) SaveRequest(ctx context.Context, r request.Request) error {
	e := seal.Envelope{ID: r.ID, Kind: request.KindRequest, Kiosk: r.Kiosk}
	if _, err := ticket.Parse(string(r.Ticket)); err != nil {
		// The error does not name the code: codes are not for logs.
		return fmt.Errorf("offline: save request: %w", err)
	}
	err := q.save(ctx, e, r, priorityRequest, r.MadeAt, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO tickets (digest, request, service) VALUES (?, ?, ?)`, q.digest(r.Ticket), r.ID, r.Service)
		return err
	}, func(ctx context.Context, tx *sql.Tx) error {
		var one int
		err := tx.QueryRowContext(ctx, `SELECT 1 FROM tickets WHERE digest = ?`, q.digest(r.Ticket)).Scan(&one)
		if err == nil {
			return terminal.ErrTicketTaken
		}
		if errors.Is(err, sql.ErrNoRows) {
			return nil
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
	if err := q.save(ctx, e, c, priorityCall, c.MadeAt, nil, nil); err != nil {
		return fmt.Errorf("offline: save call: %w", err)
	}
	return nil
}

type step func(ctx context.Context, tx *sql.Tx) error

// save seals the body and inserts the item, with what must hold before it and
// what belongs beside it in the same transaction.
func (q *Queue) save(ctx context.Context, e seal.Envelope, body any, priority int, madeAt time.Time, beside, before step) error {
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
		var one int
		switch err := tx.QueryRowContext(ctx, `SELECT 1 FROM outbox WHERE id = ?`, e.ID).Scan(&one); {
		case err == nil:
			return ErrIDTaken
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if before != nil {
			if err := before(ctx, tx); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO outbox (id, kind, kiosk, priority, made_at, saved_at, sealed, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			e.ID, string(e.Kind), e.Kiosk, priority, madeAt.UnixMilli(), q.now().UnixMilli(), sealed, hash[:])
		if err != nil {
			return err
		}
		if beside != nil {
			return beside(ctx, tx)
		}
		return nil
	})
	if err != nil {
		return err
	}
	q.notify()
	return nil
}
