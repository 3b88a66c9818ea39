package channel

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

// Again is how long the same content from the same person counts as sent again, where
// the client gives no key of its own. Clients that try again do so within minutes,
// a few within hours; the same fault next week is another request.
const Again = 24 * time.Hour

// Kept is how long central knows what was sent under a client's own key.
const Kept = 30 * 24 * time.Hour

// codeTries is how often a ticket code is drawn. With a million of the ten million
// given out, six in a row are taken once in a million requests.
const codeTries = 6

// Receiver files what channels send.
type Receiver struct {
	Store  Store
	Hub    *live.Hub
	Clock  func() time.Time
	Log    *slog.Logger
	Random io.Reader // nil: crypto/rand
}

// Filing is a request as a channel sends it.
type Filing struct {
	// Request lacks ID, Ticket and MadeAt.
	Request request.Request
	// ID is a UUID that the client made for the request, or "". It then is the
	// request's id, and its token.
	ID string
	// Key is the client's own name for this request, or "". The same key is the same
	// request, for as long as Kept; with other content it is ErrOther.
	Key string
	// Person tells that the content names somebody: a device, an account, a telephone.
	// Then the same content is the same request, for as long as Again. Without either,
	// two that say the same are two: nobody may lose her request to another's.
	Person  bool
	Content docket.Hash // of all that was said
}

func (f Filing) digest() (docket.Hash, bool) {
	switch {
	case f.Key != "":
		return hashOf("key", f.Key), true
	case f.ID != "":
		return hashOf("id", f.ID), true
	case f.Person:
		return hashOf("content", string(f.Content[:])), true
	}
	return docket.Hash{}, false
}

// same tells whether a submission with the same digest is this one again.
func (f Filing) same(s Submission, now time.Time) (bool, error) {
	if f.Key == "" && f.ID == "" {
		return now.Sub(s.At) < Again, nil
	}
	if s.Content != f.Content {
		return false, ErrOther
	}
	return true, nil
}

// Filed is what came of a filing.
type Filed struct {
	Case  docket.Case
	Again bool // it was filed before
}

// File files a request of a channel. ErrOther, ErrIDTaken.
func (r *Receiver) File(ctx context.Context, c Channel, f Filing) (Filed, error) {
	for try := 1; ; try++ {
		filed, err := r.try(ctx, c, f)
		if errors.Is(err, docket.ErrTicketTaken) && try < codeTries {
			continue
		}
		if err != nil {
			return Filed{}, fmt.Errorf("channel: file: %w", err)
		}
		if !filed.Again {
			r.Hub.Publish(live.Word{Kind: live.Case, ID: strconv.FormatInt(filed.Case.Number, 10)})
		}
		r.Log.Info("request of a channel", "channel", c.Number, "case", filed.Case.Number, "again", filed.Again)
		return filed, nil
	}
}

func (r *Receiver) try(ctx context.Context, c Channel, f Filing) (Filed, error) {
	made, err := r.make(c, f)
	if err != nil {
		return Filed{}, err
	}
	digest, known := f.digest()
	var filed Filed
	err = r.Store.WriteChannel(ctx, func(tx Tx) error {
		filed = Filed{Case: made}
		if known {
			before, found, err := tx.Submitted(c.Number, digest)
			if err != nil {
				return err
			}
			if found {
				again, err := f.same(before, made.ReceivedAt)
				if err != nil {
					return err
				}
				if again {
					filed.Again = true
					filed.Case, err = tx.LockCase(before.Case)
					return err
				}
			}
		}
		results, err := tx.FileCases(made)
		if err != nil {
			return err
		}
		switch err := results[0].Err; {
		case errors.Is(err, docket.ErrIDTaken):
			return ErrIDTaken
		case err != nil:
			return err
		}
		filed.Case.Number = results[0].Number
		if !known {
			return nil
		}
		return tx.Submit(Submission{Channel: c.Number, Digest: digest, Content: f.Content, Case: filed.Case.Number, Event: 1, At: made.ReceivedAt})
	})
	return filed, err
}

// make completes the request and makes the case of it.
func (r *Receiver) make(c Channel, f Filing) (docket.Case, error) {
	random := r.Random
	if random == nil {
		random = rand.Reader
	}
	now := r.Clock().UTC()
	body := f.Request
	body.ID, body.MadeAt = f.ID, now
	if body.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return docket.Case{}, err
		}
		body.ID = id.String()
	}
	var err error
	if body.Ticket, err = ticket.OfCentral(random); err != nil {
		return docket.Case{}, err
	}
	plain, err := request.Encode(body)
	if err != nil {
		return docket.Case{}, err
	}
	return docket.Case{
		ID: body.ID, Channel: c.Number, Ticket: body.Ticket, Service: body.Service, CatalogVersion: body.CatalogVersion,
		Urgency: docket.ParseUrgency(body.Urgency), RequestedAt: now, ReceivedAt: now, Status: docket.Delivered, Events: 1, UpdatedAt: now, Body: plain,
	}, nil
}

// Sweep forgets what was sent too long ago to come again.
func (r *Receiver) Sweep(ctx context.Context) error {
	n, err := r.Store.DropSubmissions(ctx, r.Clock().Add(-Kept))
	if err != nil {
		return fmt.Errorf("channel: %w", err)
	}
	if n > 0 {
		r.Log.Info("submissions of channels forgotten", "count", n)
	}
	return nil
}
