package channel

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"strconv"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/intake"
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
	Ticket     ticket.Code
	RatingCode string // the four digits with which the resident rates; "" of a rating
	Again      bool   // it was filed before
}

// File files a request of a channel. ErrOther, ErrIDTaken.
func (r *Receiver) File(ctx context.Context, c Channel, f Filing) (Filed, error) {
	for try := 1; ; try++ {
		filed, words, err := r.try(ctx, c, f)
		if errors.Is(err, docket.ErrTicketTaken) && try < codeTries {
			continue
		}
		if err != nil {
			return Filed{}, fmt.Errorf("channel: file: %w", err)
		}
		r.Hub.Publish(words...)
		r.Log.Info("request of a channel", "channel", c.Number, "service", f.Request.Service, "again", filed.Again)
		return filed, nil
	}
}

func (r *Receiver) try(ctx context.Context, c Channel, f Filing) (filed Filed, words []live.Word, err error) {
	body, err := r.complete(f)
	if err != nil {
		return Filed{}, nil, err
	}
	digest, known := f.digest()
	err = r.Store.WriteChannel(ctx, func(tx Tx) error {
		filed, words = Filed{Ticket: body.Ticket, RatingCode: body.RatingCode}, nil
		if known {
			before, found, err := tx.Submitted(c.Number, digest)
			if err != nil {
				return err
			}
			if found {
				if filed.Again, err = f.same(before, body.MadeAt); err != nil {
					return err
				}
			}
			if filed.Again {
				return recall(tx, before, &filed)
			}
		}
		number, told, err := r.enter(tx, c, body)
		if errors.Is(err, docket.ErrIDTaken) {
			return ErrIDTaken
		}
		if err != nil || !known {
			words = told
			return err
		}
		words = told
		return tx.Submit(Submission{Channel: c.Number, Digest: digest, Content: f.Content, Case: number, Ticket: body.Ticket, Event: 1, At: body.MadeAt})
	})
	return filed, words, err
}

// recall tells what was told before.
func recall(tx Tx, s Submission, filed *Filed) error {
	filed.Ticket, filed.RatingCode = s.Ticket, ""
	if s.Case == 0 {
		return nil
	}
	c, err := tx.LockCase(s.Case)
	if err != nil {
		return err
	}
	body, err := c.Request()
	filed.RatingCode = body.RatingCode
	return err
}

// enter files a complete request as a case, or as a rating of one. It returns the
// case's number, and what is to be told to whoever watches.
func (r *Receiver) enter(tx Tx, c Channel, body request.Request) (int64, []live.Word, error) {
	if body.Rating != nil {
		words, err := rate(tx, c, body)
		return 0, words, err
	}
	plain, err := request.Encode(body)
	if err != nil {
		return 0, nil, err
	}
	results, err := tx.FileCases(docket.Case{
		ID: body.ID, Channel: c.Number, Ticket: body.Ticket, Service: body.Service, CatalogVersion: body.CatalogVersion,
		Urgency: docket.ParseUrgency(body.Urgency), RequestedAt: body.MadeAt, ReceivedAt: body.MadeAt, Body: plain,
	})
	if err != nil {
		return 0, nil, err
	}
	if err := results[0].Err; err != nil {
		return 0, nil, err
	}
	number := results[0].Number
	return number, []live.Word{{Kind: live.Case, ID: strconv.FormatInt(number, 10)}}, nil
}

// rate files a rating. A channel that filed the case itself spoke with the resident
// and knows her: it need not say the digits of a slip that was never printed.
func rate(tx Tx, c Channel, body request.Request) ([]live.Word, error) {
	rated, err := tx.LockCaseByTicket(body.Rating.Ticket)
	switch {
	case errors.Is(err, docket.ErrNotFound):
	case err != nil:
		return nil, err
	case rated.Channel == c.Number && body.Rating.RatingCode == "":
		of, err := rated.Request()
		if err != nil {
			return nil, err
		}
		rating := *body.Rating
		rating.RatingCode = of.RatingCode
		body.Rating = &rating
	}
	plain, err := request.Encode(body)
	if err != nil {
		return nil, err
	}
	return intake.FileRating(tx, docket.Rating{ID: body.ID, Ticket: body.Ticket, Rated: body.Rating.Ticket, Stars: body.Rating.Stars,
		RequestedAt: body.MadeAt, ReceivedAt: body.MadeAt, Body: plain})
}

// complete gives a request its id, its ticket code and the digits to rate it with.
func (r *Receiver) complete(f Filing) (request.Request, error) {
	random := r.Random
	if random == nil {
		random = rand.Reader
	}
	body := f.Request
	body.ID, body.MadeAt = f.ID, r.Clock().UTC()
	if body.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return body, err
		}
		body.ID = id.String()
	}
	var err error
	if body.Ticket, err = ticket.OfCentral(random); err != nil || body.Rating != nil {
		return body, err
	}
	n, err := rand.Int(random, big.NewInt(10_000))
	if err != nil {
		return body, fmt.Errorf("random source: %w", err)
	}
	body.RatingCode = fmt.Sprintf("%04d", n)
	return body, nil
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
