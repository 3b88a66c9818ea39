// Package docket is the book of central: the requests it filed as cases, the
// calls for help, what could not be filed, and the terminals they came from.
//
// A case is its events. Events are only ever appended, each with an action, who,
// when and a note for the resident; State is the fold of the events, and an action
// that the table does not list is refused. What the resident says of a finished
// case is an event too, and may open it again; a case that is merged into another
// follows that one's status. A request that cannot be
// filed is never dropped: it waits in quarantine, as it came, until somebody
// has looked at it.
//
// The package is pure. Store is what a database must be able to do for it; the
// suite in docket/storetest says what that means, for every driver.
package docket

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound    = errors.New("docket: no such entry")
	ErrExists      = errors.New("docket: the entry exists")
	ErrIDTaken     = errors.New("docket: another item was filed under this id")
	ErrTicketTaken = errors.New("docket: another request has this ticket")
	ErrMove        = errors.New("docket: the case cannot move there")
	ErrHistory     = errors.New("docket: the events of the case do not follow one another")
	ErrAnswered    = errors.New("docket: the call was answered before")
)

// Terminal is one terminal that may speak to central.
type Terminal struct {
	Number      int
	Name        string // as staff know it, e.g. "一号楼大厅"
	AddedAt     time.Time
	LastContact time.Time     // zero when it never called; kept to about a minute
	ClockOffset time.Duration // central's clock minus the terminal's, at its last push
	// Grid is where the terminal's own file says that it stands, as its Health told last.
	Grid string
}

// Case is one filed request. From Status on all are projections of its events and of
// its classification, kept in the same transaction so that lists need not fold.
type Case struct {
	Number         int64 // counts up by one per case of this central; names the case to staff
	ID             string
	Kiosk          int // 0: it came through a channel
	Channel        int // number of the channel that filed it; 0: a terminal did
	Ticket         ticket.Code
	Service        string
	CatalogVersion int
	Urgency        Urgency
	RequestedAt    time.Time // when the resident confirmed, by central's clock as well as can be known
	ReceivedAt     time.Time // when central had it
	Status         Status
	Events         int64     // number of the newest event
	UpdatedAt      time.Time // of the newest event that is told: see Event.Told
	Card           string    // the card token, or ""; finds, and is never shown
	Body           []byte    // the opened request as JSON; see Request

	Assignee     Assignee // see State, as the next three
	Due          time.Time
	Into         int64
	Verification Verification
	Category     Category // "" until it is classified
	Concern      Concern
	Repeat       int // see Classification
}

// Request decodes the body.
func (c Case) Request() (request.Request, error) {
	var r request.Request
	if err := json.Unmarshal(c.Body, &r); err != nil {
		return r, fmt.Errorf("docket: body of case %d: %w", c.Number, err)
	}
	return r, nil
}

// Urgency orders a list of cases; smaller is more urgent.
type Urgency int

const (
	Urgent Urgency = iota
	Soon
	Normal
)

// ParseUrgency reads the word that a request carries. A word that this version
// does not know counts as Soon: better looked at early than late.
func ParseUrgency(word string) Urgency {
	switch word {
	case "urgent":
		return Urgent
	case "", "normal":
		return Normal
	}
	return Soon
}

func (u Urgency) String() string {
	switch u {
	case Urgent:
		return "urgent"
	case Normal:
		return "normal"
	}
	return "soon"
}

// Call is one press for help. Answer is nil until somebody answered.
type Call struct {
	ID         string
	Kiosk      int
	Screen     string
	RaisedAt   time.Time // by central's clock as well as can be known
	ReceivedAt time.Time
	Answer     *CallAnswer
}

// CallAnswer is what staff said to a call.
type CallAnswer struct {
	Answer  string // id of the prepared answer
	Words   string
	By      string // her name
	Account string // and her account
	At      time.Time
}
