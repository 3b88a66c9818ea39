// Package channel is whoever files requests for residents without a terminal: the
// hotline, a mini-program, a website, the window. Each has a name that staff read and
// a key that only it knows; central keeps the key's hash.
//
// A request of a channel becomes a case like one of a terminal, and looks the same to
// everybody from then on. Its ticket code begins with 0000, which is no terminal's
// number, and is drawn again in the rare event that another request has it.
//
// A client that heard no answer sends again. What it then says decides whether that is
// the same request: see Filing. The same request gets the same ticket back; it is
// never filed twice, and two people who say the same words are two requests.
package channel

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound  = errors.New("channel: no such channel")
	ErrNameTaken = errors.New("channel: there is a channel of this name; revoke it to give it another key")
	ErrName      = errors.New("channel: a name has 1 to 40 characters")
	ErrOther     = errors.New("channel: something else was sent under this key before")
	ErrIDTaken   = errors.New("channel: another request has this id")
)

// Channel is one that may file requests.
type Channel struct {
	Number    int    // counts up; never used again
	Name      string // as staff know it, e.g. "热线12345"
	AddedAt   time.Time
	RevokedAt time.Time // zero: its key counts
	UsedAt    time.Time // about when its key was last shown; zero: never
}

// UseEvery is how often it is noted at most that a key is in use: a channel that asks all
// day does not write all day.
const UseEvery = 10 * time.Minute

// CheckName tells whether text can be a channel's name.
func CheckName(text string) error {
	if n := len([]rune(text)); n < 1 || n > 40 || strings.TrimSpace(text) != text || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ErrName
	}
	return nil
}

// Key is what a channel shows. It is made once, shown once, and has as much chance in
// it as its hash, so that the hash needs no salt and tells nothing of it.
type Key string

const keyPrefix = "lintai_"

// NewKey makes a key.
func NewKey(random io.Reader) (Key, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("channel: random source: %w", err)
	}
	return Key(keyPrefix + base64.RawURLEncoding.EncodeToString(b)), nil
}

// Hash is what central keeps.
func (k Key) Hash() docket.Hash { return sha256.Sum256([]byte(k)) }

// String hides the key from logs.
func (k Key) String() string { return keyPrefix + "…" }

// Submission is what came of something that a channel sent, so that it is known when
// it comes again.
type Submission struct {
	Channel int
	Digest  docket.Hash // what makes it the same
	Content docket.Hash // of all that was said
	Case    int64       // 0 for a rating, which is no case
	Ticket  ticket.Code // that the client was told
	Event   int64       // of the case; 1 for a request, else that of a note
	At      time.Time
}

// Update is one event of a case, for whoever follows all cases.
type Update struct {
	Case  docket.Case
	Event docket.Event
}

// UpdateQuery selects events by their time, oldest first.
type UpdateQuery struct {
	Services []string // of the cases
	Own      int      // and all cases of this channel; 0: of none
	From     time.Time
	Until    time.Time
	Limit    int
	Offset   int
}

// Store is what a database must be able to do.
type Store interface {
	// AddChannel adds a channel, or gives one that was revoked its new key. It returns
	// the channel's number. ErrNameTaken.
	AddChannel(ctx context.Context, c Channel, key docket.Hash) (int, error)
	RevokeChannel(ctx context.Context, name string, at time.Time) error // ErrNotFound
	Channels(ctx context.Context) ([]Channel, error)                    // by number
	// ChannelByKey finds the channel of a key that counts. ErrNotFound.
	ChannelByKey(ctx context.Context, key docket.Hash) (Channel, error)
	// UseChannel notes when a channel's key was shown.
	UseChannel(ctx context.Context, number int, at time.Time) error

	// WriteChannel runs f in one transaction, as docket.Store.Write does.
	WriteChannel(ctx context.Context, f func(Tx) error) error
	// DropSubmissions forgets what was sent before a time, and tells how many.
	DropSubmissions(ctx context.Context, before time.Time) (int, error)

	// CaseByID finds a case by its request's id. docket.ErrNotFound.
	CaseByID(ctx context.Context, id string) (docket.Case, error)
	// EventsOf gives the events of cases, oldest first.
	EventsOf(ctx context.Context, cases []int64) (map[int64][]docket.Event, error)
	Updates(ctx context.Context, q UpdateQuery) ([]Update, error)
}

// Tx is one write transaction.
type Tx interface {
	docket.Tx
	// Submitted finds what came of a submission.
	Submitted(channel int, digest docket.Hash) (Submission, bool, error)
	// Submit writes a submission down; one of the same digest is replaced.
	Submit(s Submission) error
}
