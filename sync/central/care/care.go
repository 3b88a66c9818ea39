// Package care keeps whom the community looks after (关爱名单) and what its workers hear
// at people's doors (民情日记).
//
// An entry of the list says who, why, in which grid, and how often a visit is due; a
// visit at which she was met counts from its day on, and the next one is due so many
// days later. A telephone call is written down and counts as no visit, and a door that
// nobody opened still less: whoever was not met stays due, and first in the list.
//
// A visit has what was heard in the worker's words, and the needs that she found. One
// press makes a case of a need, the way channels' requests become cases, and pressing
// twice makes no second one: the need has had the case's id since it was written down.
//
// A worker is to visit ten households a week. What counts is households, not visits:
// the same door three times is one.
package care

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lintai/kiosk/phrase"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound = errors.New("care: no such entry")
	ErrText     = errors.New("care: a text is missing or too long")
	ErrDay      = errors.New("care: a day out of bounds")
	ErrEnded    = errors.New("care: the entry has ended")
	ErrChanged  = errors.New("care: somebody else changed the entry meanwhile")
	ErrService  = errors.New("care: there is no such service")
)

// Target is how many households a worker is to visit in a week.
const Target = 10

// Bounds. The first three are what forms say too.
const (
	MaxName    = 20
	MaxAddress = 60
	MaxNote    = 200
	MaxHeard   = 1000
	MaxNeed    = 200
	MaxNeeds   = 10 // of a visit
	MaxEvery   = 366
	// latest is how many days later a visit may still be written down.
	latest = 31
)

// Reason is why somebody is on the list. The words are phrases of the section
// care_reason.
type Reason string

const (
	Alone    Reason = "alone"    // 独居老人
	Aged     Reason = "aged"     // 高龄老人
	Disabled Reason = "disabled" // 残疾人
	Ill      Reason = "ill"      // 重病、慢病
	Poor     Reason = "poor"     // 生活困难
	Child    Reason = "child"    // 困境儿童
	Bereft   Reason = "bereft"   // 失独、丧偶
	Other    Reason = "other"
)

// Reasons lists every Reason.
var Reasons = []Reason{Alone, Aged, Disabled, Ill, Poor, Child, Bereft, Other}

// Entry is somebody on the list.
type Entry struct {
	Number   int64 // counts up
	Name     string
	Phone    string
	Address  string
	Grid     string // id, or "": nobody knows it yet
	Reason   Reason
	Note     string    // what to look after, for staff
	Every    int       // days from one visit to the next
	Due      time.Time // the day on which she is to be visited next: its beginning in China
	SeenAt   time.Time // when she was met last; zero: never
	AddedAt  time.Time
	AddedBy  string // account
	EndedAt  time.Time
	EndedWhy string
	Revision int64 // counts up by one per change
}

// Check tells what is wrong with an entry.
func (e Entry) Check() error {
	if e.Name == "" || e.Address == "" || !tidy(e.Name, MaxName) || !tidy(e.Address, MaxAddress) || !tidy(e.Note, MaxNote) ||
		!telephone(e.Phone) || !slices.Contains(Reasons, e.Reason) {
		return ErrText
	}
	if e.Every < 1 || e.Every > MaxEvery {
		return ErrDay
	}
	return nil
}

// Ended tells whether she is on the list no more.
func (e Entry) Ended() bool { return !e.EndedAt.IsZero() }

// Late is how many days a visit is overdue: 0 when it is due today, negative as long as
// there is time.
func (e Entry) Late(now time.Time) int {
	return int(Day(now).Sub(e.Due).Round(24*time.Hour) / (24 * time.Hour))
}

// Day is the beginning of a day in China.
func Day(t time.Time) time.Time {
	y, m, d := t.In(phrase.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, phrase.Zone).UTC()
}

// Week is the beginning of the week, its Monday in China, that a time lies in.
func Week(t time.Time) time.Time {
	day := Day(t).In(phrase.Zone)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7).UTC()
}

// Manner is how a visit went.
type Manner string

const (
	Met    Manner = "met"    // 见到了
	Phoned Manner = "phoned" // 通了电话
	Missed Manner = "missed" // 没见到人
)

// Manners lists every Manner.
var Manners = []Manner{Met, Phoned, Missed}

// Visit is one line of the diary.
type Visit struct {
	Number    int64  // counts up
	Once      string // what the form was given, so that sending it twice writes one line
	Entry     int64  // who of the list it was, or 0
	Name      string // whom she spoke with, or ""
	Address   string
	Household string // see grid.Household
	Grid      string // id, or ""
	At        time.Time
	By        string // account
	Manner    Manner
	Heard     string
	WrittenAt time.Time
}

// Check tells what is wrong with a visit.
func (v Visit) Check(now time.Time) error {
	if v.Once == "" || !tidy(v.Once, 40) || v.Address == "" || v.Household == "" || !tidy(v.Name, MaxName) || !tidy(v.Address, MaxAddress) ||
		!slices.Contains(Manners, v.Manner) || !paragraphs(v.Heard, MaxHeard) || v.Heard == "" && v.Manner == Met {
		return ErrText
	}
	if v.At.After(now) || v.At.Before(Day(now).AddDate(0, 0, -latest)) {
		return ErrDay
	}
	return nil
}

// Need is what a visit found that somebody has to do something about.
type Need struct {
	Number  int64 // counts up
	Visit   int64
	ID      string // of the request that it becomes, a UUID
	Service string // code of the catalogue
	Text    string
	Case    int64  // 0: it is no case yet
	Ticket  string // of the case, as digits
	FiledAt time.Time
	FiledBy string
}

// Figure is what a worker did in a span of time.
type Figure struct {
	Account    string
	Households int // that she met somebody of
	Visits     int // lines of the diary
}

// Enough tells whether a week's figure is what is wanted.
func (f Figure) Enough() bool { return f.Households >= Target }

// tidy tells whether text is one line without blanks around it, of so many characters.
func tidy(text string, longest int) bool {
	return paragraphs(text, longest) && !strings.ContainsRune(text, '\n')
}

// paragraphs is the same of several lines.
func paragraphs(text string, longest int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= longest && strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) })
}

func telephone(text string) bool {
	return tidy(text, 20) && strings.Trim(text, "0123456789 -+") == ""
}
