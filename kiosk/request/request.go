// Package request is what a confirmed visit becomes: the request that is
// sealed, queued and filed as a case, and the call for help. Both travel as the
// JSON written here; the id made at the terminal is the idempotency key on the
// whole way.
package request

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"lintai/kiosk/ticket"
)

// Kind tells the items of the queue apart. It is not secret: it travels beside
// the sealed body, so that calls can overtake requests.
type Kind string

const (
	KindRequest    Kind = "request"
	KindCall       Kind = "call"
	KindAttachment Kind = "attachment" // see Attachment
)

// Answer is what the resident chose or typed at one step of a service.
type Answer struct {
	Step   string `json:"step"`             // the step's id in the catalogue
	Option string `json:"option,omitempty"` // the chosen option's id, if the step has options
	Text   string `json:"text"`             // the answer in words that staff read
}

// Person is what the service's allow-list let through from the ID card.
type Person struct {
	Name     string `json:"name,omitempty"`
	Address  string `json:"address,omitempty"`
	IDNumber string `json:"id_number,omitempty"` // only with consent
	Phone    string `json:"phone,omitempty"`
	// Token stands for the card without telling its number: see CardToken.
	Token string `json:"token,omitempty"`
}

// Request is one confirmed request for a service.
type Request struct {
	ID             string      `json:"id"`    // UUIDv7, made at the terminal
	Kiosk          int         `json:"kiosk"` // the terminal's number
	Ticket         ticket.Code `json:"ticket"`
	Service        string      `json:"service"` // service code in the catalogue
	CatalogVersion int         `json:"catalog_version"`
	Answers        []Answer    `json:"answers"`
	Urgency        string      `json:"urgency,omitempty"` // urgency of the chosen option: urgent, soon, normal
	Address        string      `json:"address,omitempty"` // where it is needed: from the card, or building and room
	Person         *Person     `json:"person,omitempty"`
	Language       string      `json:"language,omitempty"` // the resident's, when it is not Chinese; answers are in Chinese all the same
	Behalf         string      `json:"behalf,omitempty"`   // number of the member of staff who filled it in for the resident
	Attachments    []Reference `json:"attachments,omitempty"`
	// RatingCode is four digits on the slip: whoever rates this request later
	// must know them, because the ticket code alone is public.
	RatingCode string `json:"rating_code,omitempty"`
	// Rating makes the request the rating of an earlier one.
	Rating *Rating `json:"rating,omitempty"`
	// Channel is there when the request reached central through no terminal.
	Channel *Channel  `json:"channel,omitempty"`
	MadeAt  time.Time `json:"made_at"` // by the terminal's clock, which may be wrong
}

// Channel is what a request has that came from the hotline, a mini-program or a
// website. None of it is ever public.
type Channel struct {
	Name        string   `json:"name"`                  // of the channel, as staff know it
	Description string   `json:"description,omitempty"` // in the resident's or the operator's words
	Latitude    *float64 `json:"latitude,omitempty"`    // WGS 84, of where it is needed
	Longitude   *float64 `json:"longitude,omitempty"`
	AddressID   string   `json:"address_id,omitempty"` // in the channel's own list of addresses
	Media       []string `json:"media,omitempty"`      // links to pictures; see package open311 for why they stay links
}

// Rating is what a resident says about how her request was dealt with. Central
// takes it only when the rating code is that of the request.
type Rating struct {
	Ticket     ticket.Code `json:"ticket"`
	RatingCode string      `json:"rating_code"`
	Stars      int         `json:"stars"` // 1 to 5; 1 and 2 open the case again
}

// Unhappy is the largest number of stars that opens a case again.
const Unhappy = 2

// Call is one press for help.
type Call struct {
	ID     string    `json:"id"`
	Kiosk  int       `json:"kiosk"`
	Screen string    `json:"screen"` // where in a visit the person was, e.g. "confirm"
	MadeAt time.Time `json:"made_at"`
}

// Item is what the queue holds and the wire carries: an envelope that anybody
// may read and a body that only central can.
type Item struct {
	ID       string    // the request's or call's id
	Kind     Kind      // which of them the body is
	Kiosk    int       // the terminal's number
	Sequence int64     // counts up by one per item of a terminal; never reused
	MadeAt   time.Time // by the terminal's clock
	Sealed   []byte    // see package seal
}

// Hash is SHA-256 over the sealed body. Central compares it when an id comes
// twice: the same hash is a duplicate, another one a conflict.
func (i Item) Hash() [32]byte { return sha256.Sum256(i.Sealed) }

// Encode writes the body of a request, call or attachment as JSON.
func Encode(body any) ([]byte, error) {
	switch body.(type) {
	case Request, Call, AttachmentBody:
	default:
		return nil, fmt.Errorf("request: %T is no body of an item", body)
	}
	return json.Marshal(body)
}
