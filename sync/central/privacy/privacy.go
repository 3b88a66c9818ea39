// Package privacy is what residents are owed for what central knows of them (PIPL,
// GB/T 35273): that it is written down who read it, that each sees no more than her
// work needs, that it can be seen, copied, corrected and deleted by whom it is about,
// and that it goes when its time is over.
//
// Four parties. Staff read, and each reading of a person is an Entry that nobody can
// change; the auditor reads those. A resident comes to the desk with her card, which
// finds all that is hers, or with a slip and her name, which find that one case; what
// she asks for is a Matter with thirty days. The keeper of retention takes the words
// out of what was closed for longer than the catalogue promised. Whoever must keep a
// case for a court puts a Hold on it.
//
// A case that was erased stays a case: number, ticket, times, service, category and
// what happened when, so that the figures of a year stay true, and no word that
// somebody said or wrote. What is public is counted from such facts alone, and where a
// count is small enough to point at somebody it is not told.
//
// The package is pure: Store is what a database must be able to do for it.
package privacy

import (
	"errors"
	"time"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound = errors.New("privacy: nothing is found by that")
	ErrClosed   = errors.New("privacy: the matter is closed")
	ErrHeld     = errors.New("privacy: the case is held")
	ErrReason   = errors.New("privacy: no reason, or one that is too long")
	ErrKind     = errors.New("privacy: no such kind, outcome or part")
	ErrErased   = errors.New("privacy: the words of the case are gone")
)

// Kind is what a resident asks for.
type Kind string

const (
	Copy    Kind = "copy"    // to see, or to take with her, what is known
	Correct Kind = "correct" // to have it put right
	Delete  Kind = "delete"  // to have it deleted
)

// Kinds lists every kind.
var Kinds = []Kind{Copy, Correct, Delete}

// Days is how long staff have for a matter.
const Days = 30

// Outcome is how a matter ended.
type Outcome string

const (
	Open      Outcome = ""
	Done      Outcome = "done"
	Withdrawn Outcome = "withdrawn" // by the resident
	Unproven  Outcome = "unproven"  // she could not show that it is her
)

// Outcomes lists how staff may close a matter.
var Outcomes = []Outcome{Done, Withdrawn, Unproven}

// Subject is whose words are meant: all that a card finds, or, without a card, one
// case. A slip with a name on it opens its own case and nothing beside it.
type Subject struct {
	Card string // token of the card; see request.CardToken
	Case int64
}

// Matter is one thing that a resident asked for.
type Matter struct {
	Number   int64
	Kind     Kind
	Subject  Subject // its card is forgotten when the matter is closed
	OpenedAt time.Time
	OpenedBy string // account
	DueAt    time.Time
	ClosedAt time.Time
	ClosedBy string
	Outcome  Outcome
	Erased   int // cases whose words a deletion took out
	Kept     int // cases of which it could not: they are open, or held
}

// Late tells whether its time is over.
func (m Matter) Late(now time.Time) bool { return m.ClosedAt.IsZero() && !now.Before(m.DueAt) }

// Hold keeps the words of a case where they are, until somebody takes it off.
type Hold struct {
	Case   int64
	Reason string // for staff; goes with the hold
	At     time.Time
	By     string // account
}

// MaxReason is how many characters a reason may have.
const MaxReason = 200
