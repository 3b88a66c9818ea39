// Package mediation is the work of mediators: a quarrel that somebody asked help with,
// who the parties are, when they meet, what was said, what they agreed, and whether it
// is kept.
//
// A matter belongs to a case of the service mediation, which is private, and moves it:
// taking it on starts the case, an appointment is told to whoever asked, an outcome
// completes it so that she can rate it. What was said and agreed never leaves this book:
// no event has a word of it, and pages show it to mediators alone.
//
// An agreement has promises, each with its day. The day before, and again the day
// after, a job tells the mediator, for as long as nobody noted how it went. An outcome
// stays as it was written: when the case is opened again, the matter goes on, what was
// promised is void, and the next outcome stands beside the first.
package mediation

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
	ErrNotFound = errors.New("mediation: no such entry")
	ErrExists   = errors.New("mediation: somebody has taken it on")
	ErrText     = errors.New("mediation: a text is missing or too long")
	ErrTime     = errors.New("mediation: a time out of bounds")
	ErrMany     = errors.New("mediation: too many of these")
	ErrAlone    = errors.New("mediation: an agreement needs parties on two sides")
	ErrMove     = errors.New("mediation: this was changed meanwhile, or cannot be done now")
)

// Service is that of the catalogue, and Kind its step whose option says what the quarrel
// is about.
const (
	Service = "mediation"
	Kind    = "kind"
)

// Bounds.
const (
	MaxName     = 20
	MaxAddress  = 60
	MaxPlace    = 40
	MaxPresent  = 100
	MaxMinutes  = 4000
	MaxText     = 4000 // of an agreement
	MaxPromise  = 120
	MaxPromises = 10
	MaxParties  = 20
	MaxSessions = 50
)

// Outcome is how a matter ended. The words are phrases of the section
// mediation_outcome.
type Outcome string

const (
	Running   Outcome = ""          // it has not
	Agreed    Outcome = "agreed"    // 达成协议
	Failed    Outcome = "failed"    // 未达成协议
	Withdrawn Outcome = "withdrawn" // whoever asked wants it no more
)

// Outcomes lists those that end a matter.
var Outcomes = []Outcome{Agreed, Failed, Withdrawn}

// Matter is a case that a mediator has taken on.
type Matter struct {
	Case     int64
	Kind     string // option of the step Kind, or ""
	Mediator string // account
	OpenedAt time.Time
	Outcome  Outcome
	EndedAt  time.Time // zero while it runs
}

// Side is which side of the quarrel a party is on.
type Side string

const (
	Applicant  Side = "applicant"  // 申请人
	Respondent Side = "respondent" // 对方
	Third      Side = "third"      // 其他有关的人
)

// Sides lists every Side.
var Sides = []Side{Applicant, Respondent, Third}

// Party is somebody in a matter.
type Party struct {
	Number  int64 // counts up
	Case    int64
	Side    Side
	Name    string
	Phone   string
	Address string
}

// Check tells what is wrong with a party.
func (p Party) Check() error {
	if !slices.Contains(Sides, p.Side) || p.Name == "" || !tidy(p.Name, MaxName) || !tidy(p.Address, MaxAddress) ||
		!tidy(p.Phone, 20) || strings.Trim(p.Phone, "0123456789 -+") != "" {
		return ErrText
	}
	return nil
}

// State is how a session stands.
type State string

const (
	Planned   State = "planned"    // 已约
	Held      State = "held"       // 已调解
	Missed    State = "missed"     // somebody did not come
	CalledOff State = "called_off" // 取消
)

// Session is an appointment, and what was said at it.
type Session struct {
	Number    int64 // counts up
	Case      int64
	At        time.Time
	Place     string
	State     State
	Present   string // who came
	Minutes   string
	By        string // account that wrote last
	WrittenAt time.Time
}

// farthest is how far ahead an appointment or a promise may lie.
const farthest = 5 * 366 * 24 * time.Hour

// Ending is an outcome as it was written.
type Ending struct {
	Number  int64 // counts up
	Case    int64
	Outcome Outcome
	Text    string // of the agreement, or why there is none
	At      time.Time
	By      string // account
}

// Keeping is how a promise stands.
type Keeping string

const (
	Open   Keeping = "open"
	Kept   Keeping = "kept"
	Broken Keeping = "broken"
	Void   Keeping = "void" // the matter went on after it
)

// Stage is how far somebody was told of a promise.
type Stage int

const (
	Nothing Stage = iota
	Ahead         // its day is tomorrow
	Over          // its day was yesterday, and nobody noted anything
)

// Promise is something of an agreement that has a day.
type Promise struct {
	Number    int64 // counts up
	Case      int64
	Text      string
	Due       time.Time // the day: its beginning in China
	Keeping   Keeping
	SettledAt time.Time
	SettledBy string
	Told      Stage
	Seen      Stage // of what was told
}

// Check tells what is wrong with a promise of a moment.
func (p Promise) Check(now time.Time) error {
	if p.Text == "" || !tidy(p.Text, MaxPromise) {
		return ErrText
	}
	if p.Due.Before(day(now)) || p.Due.After(now.Add(farthest)) {
		return ErrTime
	}
	return nil
}

// morning is the hour in China at which somebody is told.
const morning = 9

// Alarm is when the next stage is told; false when there is none.
func (p Promise) Alarm() (Stage, time.Time, bool) {
	if p.Keeping != Open {
		return p.Told, time.Time{}, false
	}
	due := p.Due.In(phrase.Zone)
	switch p.Told {
	case Nothing:
		return Ahead, due.AddDate(0, 0, -1).Add(morning * time.Hour).UTC(), true
	case Ahead:
		return Over, due.AddDate(0, 0, 1).Add(morning * time.Hour).UTC(), true
	}
	return p.Told, time.Time{}, false
}

// day is the beginning of a day in China.
func day(t time.Time) time.Time {
	y, m, d := t.In(phrase.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, phrase.Zone).UTC()
}

// Count is how many matters of a kind ended one way.
type Count struct {
	Kind    string
	Outcome Outcome
	Matters int
	Taken   time.Duration // of all of them together, from the first press to the outcome
}

// Figures sum matters up.
type Figures struct {
	Running int // now
	Ended   []Count
	Kept    int // promises that were settled in the time
	Broken  int
}

// Sum is what the counts of one kind, or of all with "", come to.
func (f Figures) Sum(kind string) Sum {
	var s Sum
	var taken time.Duration
	for _, c := range f.Ended {
		if kind != "" && c.Kind != kind {
			continue
		}
		switch c.Outcome {
		case Agreed:
			s.Agreed += c.Matters
		case Failed:
			s.Failed += c.Matters
		case Withdrawn:
			s.Withdrawn += c.Matters
		}
		taken += c.Taken
	}
	if all := s.Agreed + s.Failed + s.Withdrawn; all > 0 {
		s.Days = taken.Hours() / 24 / float64(all)
	}
	return s
}

// Sum are the figures of a kind.
type Sum struct {
	Agreed, Failed, Withdrawn int
	Days                      float64 // a matter took, on average
}

// Rate is how many of a hundred matters that were mediated to their end came to an
// agreement; false when there was none. Who withdrew is in neither number.
func (s Sum) Rate() (int, bool) {
	all := s.Agreed + s.Failed
	if all == 0 {
		return 0, false
	}
	return (200*s.Agreed + all) / (2 * all), true
}

// tidy tells whether text is one line without blanks around it, of so many characters.
func tidy(text string, longest int) bool {
	return paragraphs(text, longest) && !strings.ContainsRune(text, '\n')
}

// paragraphs is the same of several lines.
func paragraphs(text string, longest int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= longest && strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) })
}
