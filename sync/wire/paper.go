package wire

import (
	"encoding/hex"
	"errors"
	"time"

	"lintai/kiosk/ticket"
)

// A paper is what the community made for a resident and terminals can print: an
// approved certificate. A terminal first asks for it, at which central notes that it
// may come out there, and then says what became of it; whoever never says leaves
// central with "unknown", which is the truth.
//
//	POST /kiosk/v1/papers          PaperAsk → PaperAnswer: what to print
//	POST /kiosk/v1/papers/outcome  PaperOutcome → PaperAnswer, of which only Protocol is filled in
const (
	PathPapers       = "/kiosk/v1/papers"
	PathPaperOutcome = "/kiosk/v1/papers/outcome"
)

// MaxPapers is how often one paper is given to terminals. Whoever needs more goes to
// the desk.
const MaxPapers = 10

// PaperAsk asks for the paper of a ticket. The same ID asks for the same print: it is
// counted once.
type PaperAsk struct {
	ID     string      `json:"id"` // UUID of this print
	Ticket ticket.Code `json:"ticket"`
	// Card is the token of a card that lay on the reader: if it is the holder's, the
	// paper names her in full.
	Card string `json:"card,omitempty"`
}

// PaperAnswer is the paper, if Paper is set; else Reason says why there is none.
type PaperAnswer struct {
	Protocol string      `json:"protocol"`
	Paper    *Paper      `json:"paper,omitempty"`
	Reason   PaperReason `json:"reason,omitempty"`
}

// PaperReason is why a paper is not given.
type PaperReason string

const (
	PaperNone   PaperReason = "none"   // there is none, or it does not count any more
	PaperEnough PaperReason = "enough" // it was given MaxPapers times
	PaperDesk   PaperReason = "desk"   // central does not know whose name to put on it
)

// Paper is what stands on it, in Chinese: it is shown to offices.
type Paper struct {
	Kind   string `json:"kind"`             // "居住证明"
	Number int64  `json:"number"`           // of the case, as staff know it
	Holder string `json:"holder,omitempty"` // for whom: masked, but for who showed her card
	// Home is where the holder lives; only for who showed her card.
	Home         string     `json:"home,omitempty"`
	Made         time.Time  `json:"made"`
	Approvals    []Approval `json:"approvals"`    // oldest first; the last is the issuer's
	Verification string     `json:"verification"` // in two groups
	// Earlier is how often it came out before, or may have: this one is a copy.
	Earlier int `json:"earlier,omitempty"`
}

// Approval is one of those that approved.
type Approval struct {
	By string    `json:"by"` // "居委会"
	At time.Time `json:"at"`
}

// PaperOutcome says what became of a print: printed or not_printed, as slip.Outcome
// names them. What is unknown need not be said.
type PaperOutcome struct {
	ID      string      `json:"id"`
	Ticket  ticket.Code `json:"ticket"`
	Outcome string      `json:"outcome"`
}

// Outcomes of a PaperOutcome.
const (
	PaperPrinted    = "printed"
	PaperNotPrinted = "not_printed"
)

// Check refuses what is no question for a paper.
func (a PaperAsk) Check() error {
	if len(a.ID) != 36 {
		return errors.New("wire: the id of a print is a UUID")
	}
	if _, err := ticket.Parse(string(a.Ticket)); err != nil {
		return errors.New("wire: this is no ticket code")
	}
	if b, err := hex.DecodeString(a.Card); a.Card != "" && (err != nil || len(b) != 16) {
		return errors.New("wire: this is no card token")
	}
	return nil
}

// Check refuses what is no word on a print.
func (o PaperOutcome) Check() error {
	if o.Outcome != PaperPrinted && o.Outcome != PaperNotPrinted {
		return errors.New("wire: a paper was printed or not_printed")
	}
	return PaperAsk{ID: o.ID, Ticket: o.Ticket}.Check()
}
