package offline

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"lintai/kiosk/failpoint"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/terminal"
	"lintai/kiosk/ticket"
)

// Priorities: the smaller goes first. A request's urgency is readable in the file
// by its priority, and nothing else of it.
const (
	priorityCall       = 0
	priorityUrgent     = 1
	prioritySoon       = 2
	priorityNormal     = 3
	priorityAttachment = 9
)

func priorityOf(urgency string) int {
	switch urgency {
	case "urgent":
		return priorityUrgent
	case "soon":
		return prioritySoon
	}
	return priorityNormal
}

// SaveRequest seals a confirmed request and each of its attachments, and makes
// them durable in one transaction; it returns only then. The attachments must be
// those that the request names. terminal.ErrIDTaken says that the request, with
// all that belongs to it, was saved before; terminal.ErrTicketTaken that the
// ticket code was issued here before. On any other error nothing was kept.
//
// On a full partition a request with attachments is refused with ErrFull, to be
// tried again without them; for one without, and for calls, the reserve is given up.
func (q *Queue) SaveRequest(ctx context.Context, r request.Request, attachments ...request.Attachment) error {
	defer q.agreeAgain()
	err := q.saveRequest(ctx, r, attachments)
	if len(attachments) == 0 && q.makeRoom(err) {
		err = q.saveRequest(ctx, r, nil)
	}
	if err != nil {
		return fmt.Errorf("offline: save request: %w", err)
	}
	return nil
}

func (q *Queue) saveRequest(ctx context.Context, r request.Request, attachments []request.Attachment) error {
	if _, err := ticket.Parse(string(r.Ticket)); err != nil {
		return err // without the code: codes are not for logs
	}
	if err := belong(r, attachments); err != nil {
		return err
	}
	first, err := q.seal(seal.Envelope{ID: r.ID, Kind: request.KindRequest, Kiosk: r.Kiosk}, r, priorityOf(r.Urgency), r.MadeAt)
	if err != nil {
		return err
	}
	beside := make([]sealed, len(attachments))
	for i, a := range attachments {
		e := seal.Envelope{ID: a.ID, Kind: request.KindAttachment, Kiosk: r.Kiosk}
		body := request.AttachmentBody{ID: a.ID, Kiosk: r.Kiosk, Request: r.ID, Type: a.Type, Data: a.Data}
		if beside[i], err = q.seal(e, body, priorityAttachment, r.MadeAt); err != nil {
			return err
		}
	}
	failpoint.Reached(failpoint.Sealed)
	return q.keep(ctx, first, func(ctx context.Context, tx *sql.Conn) error {
		_, err := q.prepared.insertTicket.exec(ctx, tx, q.digest(r.Ticket), r.ID, r.Service)
		if isTaken(err) {
			return terminal.ErrTicketTaken
		}
		for i := 0; err == nil && i < len(beside); i++ {
			if err = q.insert(ctx, tx, beside[i]); isTaken(err) {
				// Not ErrIDTaken: that would tell that the request is safe.
				err = fmt.Errorf("an attachment with the id %s was saved before, with another request", beside[i].ID)
			}
		}
		return err
	})
}

// belong makes sure that central can put request and attachments together again:
// each is named by the other, with its size and hash.
func belong(r request.Request, attachments []request.Attachment) error {
	if len(r.Attachments) != len(attachments) {
		return fmt.Errorf("the request names %d attachments and %d are there", len(r.Attachments), len(attachments))
	}
	for _, a := range attachments {
		if a.ID == "" || len(a.Data) == 0 || len(a.Data) > request.MaxAttachment {
			return fmt.Errorf("an attachment of %d bytes; it needs an id and has 1 to %d", len(a.Data), request.MaxAttachment)
		}
		made := request.NewAttachment(a.ID, a.Type, a.Data, a.Seconds).Reference
		made.Step = a.Step
		if !slices.Contains(r.Attachments, made) {
			return fmt.Errorf("the request does not name attachment %s by its type, size and hash", a.ID)
		}
	}
	return nil
}

// SaveCall seals a call for help and makes it durable; it returns only then.
func (q *Queue) SaveCall(ctx context.Context, c request.Call) error {
	defer q.agreeAgain()
	s, err := q.seal(seal.Envelope{ID: c.ID, Kind: request.KindCall, Kiosk: c.Kiosk}, c, priorityCall, c.MadeAt)
	if err == nil {
		if err = q.keep(ctx, s, nil); q.makeRoom(err) {
			err = q.keep(ctx, s, nil)
		}
	}
	if err != nil {
		return fmt.Errorf("offline: save call: %w", err)
	}
	return nil
}

// sealed is an item on its way into the file.
type sealed struct {
	seal.Envelope
	priority int
	madeAt   time.Time
	body     []byte
}

func (q *Queue) seal(e seal.Envelope, body any, priority int, madeAt time.Time) (sealed, error) {
	if e.ID == "" {
		return sealed{}, errors.New("an item without an id")
	}
	plain, err := request.Encode(body)
	if err != nil {
		return sealed{}, err
	}
	defer clear(plain) // the last readable copy that this package made
	agreement, err := q.agreement()
	if err != nil {
		return sealed{}, err
	}
	closed, err := agreement.Close(e, plain)
	return sealed{e, priority, madeAt, closed}, err
}

// keep inserts an item, and what belongs beside it in the same transaction.
func (q *Queue) keep(ctx context.Context, s sealed, beside func(context.Context, *sql.Conn) error) error {
	err := q.write(ctx, func(ctx context.Context, tx *sql.Conn) error {
		err := q.insert(ctx, tx, s)
		switch {
		case isTaken(err):
			return ErrIDTaken
		case err == nil && beside != nil:
			err = beside(ctx, tx)
		}
		if err == nil {
			err = q.note(ctx, tx, EventSaved, string(s.Kind)+" "+s.ID)
		}
		if err == nil {
			failpoint.Reached(failpoint.Inserted)
		}
		return err
	})
	if err != nil {
		return err
	}
	failpoint.Reached(failpoint.Saved)
	q.notify()
	return nil
}

func (q *Queue) insert(ctx context.Context, tx *sql.Conn, s sealed) error {
	hash := sha256.Sum256(s.body)
	_, err := q.prepared.insertItem.exec(ctx, tx,
		s.ID, string(s.Kind), int64(s.Kiosk), int64(s.priority), s.madeAt.UnixMilli(), q.now().UnixMilli(), s.body, hash[:],
		q.boot.id, q.boot.elapsed().Milliseconds())
	return err
}

// isTaken tells that an insert met a row with the same id or ticket.
func isTaken(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) && (se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
