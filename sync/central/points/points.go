// Package points is the ledger of residents' points: ten for a voluntary service,
// five for a suggestion that is taken up, a hundred for a bag of rice. It is kept in
// double entry: an entry moves points between accounts, its lines come to zero, and
// entries are only ever appended. A mistake is corrected by an entry that reverses
// the other. What somebody has is the fold of her lines, never a number of its own.
//
// A holder is known by the token of her ID card; the ledger calls her by a number, so
// that her name and token can be forgotten while the books still come to zero.
//
// Nobody has less than nothing, and no point is spent twice, wherever it is tried:
// only central spends, in a transaction that is as good as alone. A terminal can but
// ask, by a request that says 待确认 until central's word comes: see Steward.
package points

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound = errors.New("points: no such entry or holder")
	ErrShort    = errors.New("points: the holder does not have so many")
	ErrBooked   = errors.New("points: this was booked before")
	ErrReversed = errors.New("points: this entry was reversed before, or reverses another")
	ErrRule     = errors.New("points: there is no such rule")
	ErrEntry    = errors.New("points: the entry is not in order")
	ErrRules    = errors.New("points: the rules are not in order")
	ErrToken    = errors.New("points: this is no card token")
)

// Account is one that has points.
type Account string

// Accounts of the house. What a holder has comes from Issued; so what Issued lacks is
// what all have and what went for goods.
const (
	Issued  Account = "issued"  // for services and suggestions
	Opening Account = "opening" // what holders had in an earlier list
)

const (
	goodsPrefix  = "goods:"
	personPrefix = "person:"
)

// Goods is the account of what was spent for one kind of goods.
func Goods(id string) Account { return Account(goodsPrefix + id) }

// Person is the account of a holder.
func Person(number int64) Account {
	return Account(personPrefix + strconv.FormatInt(number, 10))
}

// Person is the number of the holder whose account it is.
func (a Account) Person() (int64, bool) {
	digits, ok := strings.CutPrefix(string(a), personPrefix)
	number, err := strconv.ParseInt(digits, 10, 64)
	return number, ok && err == nil && number > 0 && Person(number) == a
}

func (a Account) valid() bool {
	if a == Issued || a == Opening {
		return true
	}
	if id, ok := strings.CutPrefix(string(a), goodsPrefix); ok {
		return identifier.MatchString(id)
	}
	_, ok := a.Person()
	return ok
}

// Holder is somebody who has points, or had.
type Holder struct {
	Number   int64 // counts up; names her to staff
	Token    string
	Name     string // masked wherever it is listed
	OpenedAt time.Time
}

// Kind is what an entry does.
type Kind string

const (
	Earned   Kind = "earned"
	Spent    Kind = "spent"
	Reversed Kind = "reversed" // it undoes another, whole
	Imported Kind = "imported" // from an earlier list
)

// Kinds lists every kind.
var Kinds = []Kind{Earned, Spent, Reversed, Imported}

// Line is one account's part of an entry.
type Line struct {
	Account Account
	Amount  int64 // what the account has more; negative: less
}

// Entry is one booking.
type Entry struct {
	Number int64 // counts up by one or more
	// Key names what is booked, so that it is booked once however often it is sent.
	Key      string
	Kind     Kind
	At       time.Time
	By       string // account of the member of staff; "" is central itself
	Rule     string // id in the rules of that time
	Reason   string // in staff's words
	Case     int64  // the request behind it, or 0
	Reverses int64  // the entry that it undoes, or 0
	Lines    []Line
}

// MaxAmount bounds one entry: a slip of the finger must not make a millionaire.
const MaxAmount = 10_000

// Bounds of texts, in characters.
const (
	MaxReason = 200
	maxKey    = 200
)

// Check tells what is wrong with an entry by itself.
func (e Entry) Check() error {
	wrong := func(what string) error { return fmt.Errorf("%w: %s", ErrEntry, what) }
	if !slices.Contains(Kinds, e.Kind) {
		return wrong("its kind")
	}
	if e.Key == "" || len(e.Key) > maxKey || len([]rune(e.Reason)) > MaxReason {
		return wrong("its key or reason")
	}
	if (e.Kind == Reversed) != (e.Reverses > 0) {
		return wrong("what it reverses")
	}
	if len(e.Lines) < 2 {
		return wrong("fewer than two lines")
	}
	sum := int64(0)
	for i, l := range e.Lines {
		if !l.Account.valid() || l.Amount == 0 || l.Amount > MaxAmount || l.Amount < -MaxAmount {
			return wrong("a line")
		}
		if slices.ContainsFunc(e.Lines[:i], func(o Line) bool { return o.Account == l.Account }) {
			return wrong("an account twice")
		}
		sum += l.Amount
	}
	if sum != 0 {
		return wrong("its lines do not come to zero")
	}
	return nil
}

// Of is what an account has more by the entry.
func (e Entry) Of(a Account) int64 {
	for _, l := range e.Lines {
		if l.Account == a {
			return l.Amount
		}
	}
	return 0
}

// Holder is the number of the first holder whom the entry concerns, or 0.
func (e Entry) Holder() int64 {
	for _, l := range e.Lines {
		if number, ok := l.Account.Person(); ok {
			return number
		}
	}
	return 0
}

// Reversal is the entry that undoes e.
func (e Entry) Reversal(at time.Time, by, reason string) (Entry, error) {
	if e.Kind == Reversed || e.Number == 0 {
		return Entry{}, ErrReversed
	}
	r := Entry{Key: "reverse:" + strconv.FormatInt(e.Number, 10), Kind: Reversed, At: at, By: by, Rule: e.Rule, Reason: reason, Case: e.Case, Reverses: e.Number}
	for _, l := range e.Lines {
		r.Lines = append(r.Lines, Line{l.Account, -l.Amount})
	}
	return r, nil
}

// Balance is the fold of entries for an account.
func Balance(a Account, entries []Entry) int64 {
	sum := int64(0)
	for _, e := range entries {
		sum += e.Of(a)
	}
	return sum
}
