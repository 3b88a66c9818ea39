// Package wire is what a terminal and central say to each other: JSON over
// HTTP, under /kiosk/v1/. Both ends import these types and nothing of each other.
//
//	POST /kiosk/v1/push            Push → PushAnswer: items of the queue, one answer each
//	GET  /kiosk/v1/pull?cursor=N   → Pull: what changed for this terminal since N
//	GET  /kiosk/v1/stream          → text/event-stream: "changed" says pull now, "answer" carries an
//	                                 Answer itself, comments are heartbeats
//	GET  /kiosk/v1/tickets/CODE    → Ticket: progress of any terminal's ticket
//	POST /kiosk/v1/card            Card → Tickets: progress of a card holder's tickets
//	POST /kiosk/v1/health          Health → HealthAnswer: how the terminal's devices are
//	GET  /kiosk/v1/health          → HealthAnswer: the line is good and the terminal accepted
//	POST /kiosk/v1/papers          PaperAsk → PaperAnswer: an approved certificate, to be printed
//	POST /kiosk/v1/enrol           Enrol → EnrolAnswer: the first certificate, for a one-time code
//	POST /kiosk/v1/renew           Renew → RenewAnswer: the next certificate
//
// It goes over TLS 1.3. A terminal names itself with its certificate, by which
// central knows its number, and knows central by the root that it was told when it
// enrolled. Only an answer that carries Protocol counts: the 200 of a captive
// portal acknowledges nothing.
package wire

import (
	"encoding/hex"
	"fmt"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
)

// Protocol stands in every answer of central.
const Protocol = "lintai-kiosk-1"

// Limits that both ends keep.
const (
	MaxItems     = 100     // items in one push
	MaxBodyBytes = 4 << 20 // bytes of one push
	MaxPull      = 500     // changes in one pull
	MaxTickets   = 20      // tickets of one card
	// Heartbeat is how often the stream sends a comment when nothing happens. A
	// terminal that hears nothing for three of them opens the stream anew.
	Heartbeat = 5 * time.Second
)

const (
	// envelopeBytes is more than JSON takes for an item beside its sealed body,
	// frameBytes for a push beside its items.
	envelopeBytes = 400
	frameBytes    = 1000
	// MaxSealedBytes of the items of one push together keep it below
	// MaxBodyBytes: base64 makes four bytes of three.
	MaxSealedBytes = (MaxBodyBytes - MaxItems*envelopeBytes - frameBytes) / 4 * 3
	// largestItem is the sealed body of the largest attachment: its bytes are in
	// base64 there too, with a little JSON and the seal around them.
	largestItem = (request.MaxAttachment+2)/3*4 + 1000
)

// Whoever lets attachments grow beyond what a push holds is told by the compiler.
const _ uint = MaxSealedBytes - largestItem

// slowestLine is what a line must carry to be of use, in bytes a second.
const slowestLine = 32 << 10

// PushTime is how long the bytes of a push may be on their way, beyond the time
// that any exchange has: the largest takes two minutes on a poor line, and would
// otherwise never arrive.
func PushTime(bytes int) time.Duration {
	return time.Duration(min(max(bytes, 0), MaxBodyBytes)/slowestLine) * time.Second
}

// Paths under central's address.
const (
	PathPush    = "/kiosk/v1/push"
	PathPull    = "/kiosk/v1/pull"
	PathStream  = "/kiosk/v1/stream"
	PathTickets = "/kiosk/v1/tickets/"
	PathCard    = "/kiosk/v1/card"
)

// Events of the stream.
const (
	StreamChanged = "changed" // pull now
	StreamAnswer  = "answer"  // data is an Answer; a pull brings it too
)

// Push brings items in the order of the queue.
type Push struct {
	Kiosk      int       `json:"kiosk"`
	DeviceTime time.Time `json:"device_time"`
	Items      []Item    `json:"items"`
}

// Item is request.Item on the wire. Hash is the hex SHA-256 of Sealed.
type Item struct {
	ID       string       `json:"id"`
	Kind     request.Kind `json:"kind"`
	Sequence int64        `json:"sequence"`
	MadeAt   time.Time    `json:"made_at"`
	// Age is how long ago it was made, in milliseconds, by a clock that nobody
	// sets: known only while the terminal was not started again since.
	Age    *int64 `json:"age,omitempty"`
	Hash   string `json:"hash"`
	Sealed []byte `json:"sealed,omitempty"`
	// Uploaded says that the body went up in pieces: see PathUploads.
	Uploaded bool `json:"uploaded,omitempty"`
}

// FromItem makes the wire form of a queued item.
func FromItem(i request.Item) Item {
	h := i.Hash()
	return Item{ID: i.ID, Kind: i.Kind, Sequence: i.Sequence, MadeAt: i.MadeAt, Hash: hex.EncodeToString(h[:]), Sealed: i.Sealed}
}

// Check verifies what can be seen without the key: the id's form, the kind,
// the sequence and the hash; of a body that was uploaded, the hash's form.
func (i Item) Check() error {
	if len(i.ID) != 36 {
		return fmt.Errorf("wire: id of %d characters is no UUID", len(i.ID))
	}
	switch i.Kind {
	case request.KindRequest, request.KindCall, request.KindAttachment:
	default:
		return fmt.Errorf("wire: kind %q", i.Kind)
	}
	if i.Sequence < 1 {
		return fmt.Errorf("wire: sequence %d", i.Sequence)
	}
	if i.Uploaded {
		if !sum(i.Hash) || len(i.Sealed) > 0 {
			return fmt.Errorf("wire: an uploaded body is named by its hash, and does not come twice")
		}
		return nil
	}
	h := request.Item{Sealed: i.Sealed}.Hash()
	if hex.EncodeToString(h[:]) != i.Hash {
		return fmt.Errorf("wire: the hash does not match the body")
	}
	return nil
}

// Outcome is central's word on one item.
type Outcome string

const (
	Created   Outcome = "created"   // filed now, and committed before this was said
	Duplicate Outcome = "duplicate" // the same item was filed before
	Conflict  Outcome = "conflict"  // this id or ticket was filed with another body; quarantined
	Rejected  Outcome = "rejected"  // cannot be filed; kept for staff, see Reason
	// Missing settles nothing: central does not have the body that was uploaded.
	Missing Outcome = "missing"
)

// Settled tells that the item needs no further push.
func (o Outcome) Settled() bool {
	switch o {
	case Created, Duplicate, Conflict, Rejected:
		return true
	}
	return false
}

// ItemAnswer answers one item of a push.
type ItemAnswer struct {
	ID      string  `json:"id"`
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason,omitempty"`
}

// PushAnswer answers a push, item by item, in order.
type PushAnswer struct {
	Protocol   string       `json:"protocol"`
	ServerTime time.Time    `json:"server_time"`
	Answers    []ItemAnswer `json:"answers"`
}

// Pull is what changed for a terminal since a cursor, oldest first. More says
// that another pull from Cursor finds the rest.
type Pull struct {
	Protocol   string    `json:"protocol"`
	ServerTime time.Time `json:"server_time"`
	Cursor     int64     `json:"cursor"`
	More       bool      `json:"more"`
	Changes    []Change  `json:"changes"`
}

// Change is one of: a new status of a request, an answer to a call.
type Change struct {
	Cursor int64   `json:"cursor"`
	Status *Status `json:"status,omitempty"`
	Answer *Answer `json:"answer,omitempty"`
}

// Status is a request's status after an event of its case. Event counts up per
// case, so that an older event never overwrites a newer one.
type Status struct {
	RequestID string    `json:"request_id"`
	Event     int64     `json:"event"`
	Status    string    `json:"status"`         // delivered, accepted, working, done: what every terminal knows
	Word      string    `json:"word,omitempty"` // the status itself where that says more: dispatched, rated, cancelled, refused
	At        time.Time `json:"at"`
	Note      string    `json:"note,omitempty"` // for the resident; nothing personal
}

// Answer is what staff said to a call.
type Answer struct {
	CallID string    `json:"call_id"`
	Answer string    `json:"answer,omitempty"` // id of a prepared answer, e.g. "coming"
	Words  string    `json:"words"`
	At     time.Time `json:"at"`
}

// Ticket is the progress of one ticket; Known is false when there is no such
// code. It holds nothing personal.
type Ticket struct {
	Protocol string    `json:"protocol"`
	Known    bool      `json:"known"`
	Service  string    `json:"service,omitempty"`
	Status   string    `json:"status,omitempty"`
	Word     string    `json:"word,omitempty"` // as in Status
	At       time.Time `json:"at,omitzero"`
	Note     string    `json:"note,omitempty"`
	// Paper says that what was made for the holder can be fetched, and printed at
	// terminals; Papers how often it came out there, or may have. PaperDesk says that it
	// can be fetched, but only at the desk.
	Paper     bool `json:"paper,omitempty"`
	PaperDesk bool `json:"paper_desk,omitempty"`
	Papers    int  `json:"papers,omitempty"`
}

// Card asks for the tickets of a card's holder. It is posted, so that the token
// stands in no address and no log of addresses.
type Card struct {
	Token string `json:"token"` // see request.CardToken
}

// Tickets are those that were made with a card, newest first, at most MaxTickets;
// none when there are none. They hold nothing personal.
type Tickets struct {
	Protocol string       `json:"protocol"`
	Tickets  []CardTicket `json:"tickets"`
}

// CardTicket is one of them.
type CardTicket struct {
	Ticket  ticket.Code `json:"ticket"`
	Service string      `json:"service"`
	Status  string      `json:"status"`
	Word    string      `json:"word,omitempty"` // as in Status
	At      time.Time   `json:"at"`
	Note    string      `json:"note,omitempty"`
	// As in Ticket.
	Paper     bool `json:"paper,omitempty"`
	PaperDesk bool `json:"paper_desk,omitempty"`
	Papers    int  `json:"papers,omitempty"`
}

// Error is the body of an answer that is not 200.
type Error struct {
	Protocol    string `json:"protocol"`
	Code        string `json:"code"` // unauthorised, forbidden, too_large, too_many, bad_request, unavailable
	Description string `json:"description"`
}
