// Package proposal takes what residents wish for on its way: collected, discussed, put
// to the vote, counted, carried out, done. A proposal is its events, as a case is.
//
// In a vote each card counts once, and what was cast cannot be changed; a terminal can
// but ask, by a request that says 待确认. Central casts it in one transaction: into the
// roll goes a keyed hash of the card's token, into the urn a ballot, which is an option
// and a random receipt, and out of the request goes what was chosen. Urn and roll have
// no column in common, no time and no order of arrival, and no figures but the turnout
// are shown before the count.
//
// What is in the urn is bound together by a chain of hashes over all ballots in the order
// of their receipts, which begins with the question, and central signs its head and the
// number of ballots with a key that is not in the database. The result is announced with
// the list of ballots: whoever has the list counts it anew (Recount), a ballot that was
// added, changed or taken away breaks the chain, and a voter finds the receipt in it
// that her slip tells her (Box).
//
// This hides a vote from staff, who see requests and lists, from the neighbours, and from
// whoever has the list. It does not hide it from somebody who has both the database, as
// it was at different times, and the keys: she could watch the urn, open the receipts (a
// slip's digits are four), or cast ballots for cards that do not exist. It prevents
// nobody from showing her own slip.
package proposal

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound = errors.New("proposal: no such entry")
	ErrExists   = errors.New("proposal: it is there already")
	ErrText     = errors.New("proposal: a text is missing or too long")
	ErrOptions  = errors.New("proposal: a vote needs two to six options that differ")
	ErrTime     = errors.New("proposal: the vote must end after it begins, and later than now")
	ErrQuorum   = errors.New("proposal: the number of ballots needed is out of bounds")
	ErrRoll     = errors.New("proposal: the roll is empty or too long")
	ErrMove     = errors.New("proposal: this cannot be done now")
	ErrEarly    = errors.New("proposal: the vote is not over yet")
	ErrBroken   = errors.New("proposal: the urn is not what was signed")
	ErrMany     = errors.New("proposal: as many votes as a terminal can show are under way")
)

// Bounds, in characters and numbers.
const (
	LongestTitle  = 24 // as a terminal draws it
	LongestDetail = 500
	LongestNote   = 1000
	LongestOption = 12
	mostOptions   = 6
	MostVoters    = 50_000
	// MostPolls may be under way at a time: one page of tiles.
	MostPolls = 6
)

// Proposal is one that the community deals with. From State on all are projections of
// its events.
type Proposal struct {
	Number int64
	Title  string
	Detail string
	MadeAt time.Time
	MadeBy string // account

	State     State
	Round     int   // of the newest vote; 0: none yet
	Events    int64 // number of the newest
	UpdatedAt time.Time
}

// Check tells what is wrong with a new proposal.
func (p Proposal) Check() error {
	if !tidy(p.Title, LongestTitle) || p.Title == "" || !prose(p.Detail, LongestDetail) {
		return ErrText
	}
	return nil
}

// State is how far a proposal is.
type State string

const (
	Collected State = "collected" // 征集
	Discussed State = "discussed" // 讨论
	Voting    State = "voting"    // 投票
	Counted   State = "counted"   // 已计票
	Carrying  State = "carrying"  // 执行
	Done      State = "done"      // 办结
	Shelved   State = "shelved"   // 搁置
)

// States lists every state, in the order of the way.
var States = []State{Collected, Discussed, Voting, Counted, Carrying, Done, Shelved}

// Known tells whether there is such a state.
func (s State) Known() bool { return actions[s] != nil }

// Action is what happens to a proposal.
type Action string

const (
	Collect Action = "collect"
	Discuss Action = "discuss" // begin to, again after a vote or a rest
	Note    Action = "note"    // what was said, what was done
	Put     Action = "put"     // to the vote
	Void    Action = "void"    // a vote under way does not count
	Count   Action = "count"
	Carry   Action = "carry"
	Finish  Action = "finish" // with a report
	Shelve  Action = "shelve"
)

// Actions lists every action.
var Actions = []Action{Collect, Discuss, Note, Put, Void, Count, Carry, Finish, Shelve}

// actions is the whole machine. The empty state is that of a proposal which is not there.
var actions = map[State]map[Action]State{
	"":        {Collect: Collected},
	Collected: {Note: Collected, Discuss: Discussed, Shelve: Shelved},
	Discussed: {Note: Discussed, Put: Voting, Shelve: Shelved},
	Voting:    {Note: Voting, Void: Discussed, Count: Counted},
	Counted:   {Note: Counted, Discuss: Discussed, Carry: Carrying, Shelve: Shelved},
	Carrying:  {Note: Carrying, Finish: Done, Shelve: Shelved},
	Done:      {},
	Shelved:   {Discuss: Discussed},
}

// After is the state that an action leads to; false when it cannot be done.
func (s State) After(a Action) (State, bool) {
	to, ok := actions[s][a]
	return to, ok
}

// Event is one thing that happened to a proposal.
type Event struct {
	Number int64 // from 1 on
	Action Action
	State  State // after it
	At     time.Time
	By     string // account; "" central by itself
	Note   string
}

// needsNote tells which actions mean nothing without words.
func (a Action) needsNote() bool { return a == Note || a == Void || a == Finish || a == Shelve }

// Fold is the state that events come to, oldest first. It refuses what does not follow.
func Fold(events []Event) (State, error) {
	s := State("")
	for i, e := range events {
		to, ok := s.After(e.Action)
		if !ok || e.State != to || e.Number != int64(i+1) {
			return s, fmt.Errorf("%w: event %d, %q when it is %q", ErrMove, e.Number, e.Action, s)
		}
		s = to
	}
	return s, nil
}

// tidy tells whether text is one line without blanks around it, of so many characters,
// that no spreadsheet takes for a formula.
func tidy(text string, longest int) bool {
	return prose(text, longest) && !strings.ContainsFunc(text, unicode.IsControl) && !strings.ContainsAny(first(text), "=+-@＝＋－＠")
}

// prose may have several lines.
func prose(text string, longest int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= longest && strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' })
}

func first(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}
