package docket

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/wire"
)

// Rating is what a resident says about how her request was dealt with. It comes
// as a request with a ticket of its own, and is no case: it is an event of the
// case that it rates, or it waits for staff with the reason why it is not.
type Rating struct {
	Number      int64 // counts up; names it to staff
	ID          string
	Kiosk       int
	Ticket      ticket.Code // its own
	Rated       ticket.Code // of the case it is about
	Stars       int         // 1 to 5
	RequestedAt time.Time
	ReceivedAt  time.Time
	Body        []byte       // the opened request as JSON; see Request
	Case        int64        // the rated case, once the rating code was right; 0 until then
	Reason      RatingReason // why it is no event of the case; "" when it is
	HandledAt   time.Time    // zero until staff said that it was dealt with
	HandledBy   string
}

// RatingReason says why a rating counts for no case.
type RatingReason string

const (
	RatingUnknown   RatingReason = "unknown_ticket" // no such case, or not yet: it is tried again when the case comes
	RatingWrongCode RatingReason = "wrong_code"
	RatingTooMany   RatingReason = "too_many" // wrong codes for this ticket before it
	RatingNotDone   RatingReason = "not_done" // the case is still worked on
)

// RatingReasons lists every reason.
var RatingReasons = []RatingReason{RatingUnknown, RatingWrongCode, RatingTooMany, RatingNotDone}

// MaxWrongCodes is how many wrong rating codes a ticket may be tried with. A code
// has four digits; whoever reads a ticket code somewhere must not try them all.
const MaxWrongCodes = 5

// Request decodes the body.
func (r Rating) Request() (request.Request, error) {
	var body request.Request
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return body, fmt.Errorf("docket: body of rating %d: %w", r.Number, err)
	}
	return body, nil
}

// SameCode compares a rating code with the request's, in a time that tells
// nothing of it. A request without a code is rated by nobody.
func SameCode(given, of string) bool {
	return of != "" && subtle.ConstantTimeCompare([]byte(given), []byte(of)) == 1
}

// Reopens tells whether so many stars open a case again.
func Reopens(stars int) bool { return stars >= 1 && stars <= request.Unhappy }

// Standing is the status that the holder of a case's ticket is told: that of the
// case which it was merged into, while it is.
func Standing(c Case, events []Event) Status {
	if c.Status == Merged {
		for i := len(events) - 1; i >= 0; i-- {
			if e := events[i]; e.Action == Merge || e.Action == FollowOther {
				return e.OtherStatus
			}
		}
	}
	return c.Status
}

// Wire is what the terminal of a case is told of an event that led to a standing: see
// State.Told.
func (c Case) Wire(e Event, told Status) wire.Status {
	known, word := told.Words()
	return wire.Status{RequestID: c.ID, Event: e.Number, Status: known, Word: word, At: e.At, Note: e.Note}
}

// LastNote is what staff, or central itself, wrote last for the resident: the
// note of the newest event that is told.
func LastNote(events []Event) string {
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Told() {
			return events[i].Note
		}
	}
	return ""
}

// Follow finds what a ticket tells its holder. The ticket of a rating is followed
// like that of a case: delivered, and done when it counts.
func Follow(ctx context.Context, s Store, code ticket.Code) (Case, []Event, error) {
	c, events, err := s.CaseByTicket(ctx, code)
	if !errors.Is(err, ErrNotFound) {
		return c, events, err
	}
	r, err := s.RatingByTicket(ctx, code)
	if err != nil {
		return Case{}, nil, err
	}
	body, err := r.Request()
	if err != nil {
		return Case{}, nil, err
	}
	c = Case{ID: r.ID, Kiosk: r.Kiosk, Ticket: r.Ticket, Service: body.Service, Status: Delivered,
		RequestedAt: r.RequestedAt, ReceivedAt: r.ReceivedAt, UpdatedAt: r.ReceivedAt}
	events = []Event{{Number: 1, Action: File, Status: Delivered, At: r.ReceivedAt}}
	switch {
	case r.Reason == "":
		events = append(events, Event{Number: 2, Action: Complete, Status: Done, At: r.ReceivedAt})
	case !r.HandledAt.IsZero():
		events = append(events, Event{Number: 2, Action: Complete, Status: Done, At: r.HandledAt})
	}
	last := events[len(events)-1]
	c.Events, c.Status, c.UpdatedAt = last.Number, last.Status, last.At
	return c, events, nil
}
