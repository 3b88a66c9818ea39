// Package webhook tells other systems that a case was filed or went on: the
// hotline's, the district's, a mini-program's. They are told ids and a status and
// nothing else; whoever wants more asks the API with its key.
//
// A subscription is an address of a channel with a secret that both know. What
// happens to a case is put into an outbox, for every subscription that wants to know,
// in the very transaction of the event: what is rolled back was never told, and what
// is committed is told at least once. A Sender takes out what is due, for a time only,
// so that another process goes on where one died, and posts it, signed as Standard
// Webhooks has it (https://www.standardwebhooks.com, version 1.0.0).
//
// What was not taken is tried again for three days, with longer and longer pauses. A
// receiver that took nothing for so long, or says that it is gone, is switched off
// and staff are told; what waits for it is kept until somebody switches it on again
// or takes it away.
package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
)

// ErrNotFound is returned for a subscription that is not there.
var ErrNotFound = errors.New("webhook: no such subscription")

// Kind is what happened. The words are part of the protocol.
type Kind string

const (
	Created       Kind = "case.created"
	StatusChanged Kind = "case.status_changed"
	Test          Kind = "test" // staff ask whether they are heard; it has no data
)

// Event is one thing that happened to a case.
type Event struct {
	Kind    Kind
	Ticket  ticket.Code
	Service string
	Status  docket.Status
	Number  int64 // of the event within its case: a later one counts, whatever comes last
	At      time.Time
	Channel int // that filed the case; 0: a terminal
}

// body is what is sent.
type body struct {
	Type      Kind      `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	Request string        `json:"service_request_id"`
	Service string        `json:"service_code"`
	Status  string        `json:"status"`      // open or closed, as GeoReport has it
	Fine    docket.Status `json:"case_status"` // the words of package docket
	Event   int64         `json:"event"`
}

// Body writes the event as it is sent.
func (e Event) Body() ([]byte, error) {
	b := body{Type: e.Kind, Timestamp: e.At.UTC(), Data: data{
		Request: string(e.Ticket), Service: e.Service, Status: "open", Fine: e.Status, Event: e.Number}}
	if e.Status.Closed() {
		b.Data.Status = "closed"
	}
	text, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	return text, nil
}

// Subscription is an address that is told.
type Subscription struct {
	Number  int64
	Channel int // it is told of this channel's cases and of those of public services
	Address string
	Secret  Secret
	MadeAt  time.Time

	Failures     int       // in a row
	FailingSince time.Time // zero when the last one was taken
	PausedUntil  time.Time // nothing is sent before
	DisabledAt   time.Time // zero: it is told
	Reason       Reason    // why it is disabled
	Waiting      int       // how much waits for it; in a list only
}

// Wants tells whether the subscription is told of an event. Cases of services that
// are not public are nobody's but the channel's that filed them.
func (s Subscription) Wants(e Event, public bool) bool {
	return public || e.Channel != 0 && e.Channel == s.Channel
}

// Reason says why a subscription is disabled.
type Reason string

const (
	Failing Reason = "failing" // nothing was taken for Patience
	Gone    Reason = "gone"    // it answered 410
	ByStaff Reason = "by_staff"
)

// Reasons lists every Reason.
var Reasons = []Reason{Failing, Gone, ByStaff}

// Delivery is an event on its way to one subscription.
type Delivery struct {
	Number       int64
	ID           string // webhook-id: the same at every attempt
	Event        Event
	Attempts     int // before this one
	Subscription Subscription
}

// Store is what a database must be able to do.
type Store interface {
	// AddSubscription gives it its number.
	AddSubscription(ctx context.Context, s Subscription) (int64, error)
	Subscriptions(ctx context.Context) ([]Subscription, error) // by number
	// Enable switches one on again; Disable off. ErrNotFound.
	Enable(ctx context.Context, number int64) error
	Disable(ctx context.Context, number int64, at time.Time, why Reason) error
	// DropSubscription takes one away with all that waits for it. ErrNotFound.
	DropSubscription(ctx context.Context, number int64) error

	// What happens to cases is put into the outbox by the store itself, wherever it
	// appends an event.

	// ClaimDeliveries takes what is due at now, the oldest first, at most perEach of a
	// subscription, and keeps it from others until then.
	ClaimDeliveries(ctx context.Context, now, until time.Time, limit, perEach int) ([]Delivery, error)
	// SettleDelivery writes down what came of one.
	SettleDelivery(ctx context.Context, d Delivery, o Outcome) error
}

// ID is that of a delivery (webhook-id): the same at every attempt, and no other's.
func ID(subscription int64, code ticket.Code, event int64) string {
	return fmt.Sprintf("msg_%s_%d_%d", string(code), event, subscription)
}
