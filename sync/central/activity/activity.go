// Package activity keeps what the community does together: activities with places and
// a waiting list, and the volunteers who help.
//
// A terminal can but ask for places, by a request that says 待确认. Central answers in
// the order in which requests came: as long as there are places they are granted, and
// then one waits. A party never gets a part of its places; where the next one in the
// list is too large for what is free, a smaller one behind it may pass, so that no
// place stays empty while somebody waits who fits. What was granted is never taken away for
// others, also when staff make the activity smaller. Whoever withdraws makes room, and
// those who move up are told so, in the same transaction: see Keeper.
//
// A volunteer registers at the terminal, is assigned to a task, and once staff confirm
// that it was done the points are booked: package points.
package activity

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound = errors.New("activity: no such entry")
	ErrExists   = errors.New("activity: there is one of this id, or she is on the list")
	ErrText     = errors.New("activity: a text is missing or too long")
	ErrTime     = errors.New("activity: the end must be after the start")
	ErrPlaces   = errors.New("activity: the number is out of bounds")
	ErrOver     = errors.New("activity: it is over, called off or closed")
	ErrMove     = errors.New("activity: this was changed meanwhile, or cannot be done now")
)

// Services of the catalogue.
const (
	Service          = "activity"
	VolunteerService = "volunteer"
)

// Bounds.
const (
	MostPlaces  = 5000
	MostPeople  = 20 // of one party
	longestName = 24 // as the terminal draws it: see package community
	longestLine = 60
)

// Activity is one that residents can join.
type Activity struct {
	ID     string // as in the community document, from which terminals list it
	Name   string
	Place  string
	Detail string
	Start  time.Time
	End    time.Time
	Places int

	Closed     bool      // nobody else is taken
	CalledOff  time.Time // zero: it takes place
	FinishedAt time.Time // zero: attendance is still open
	MadeAt     time.Time
	MadeBy     string
}

var identifier = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,31}$`)

// Check tells what is wrong with an activity.
func (a Activity) Check() error {
	if !identifier.MatchString(a.ID) {
		return fmt.Errorf("%w: the id", ErrText)
	}
	for _, text := range []struct {
		words   string
		needed  bool
		longest int
	}{{a.Name, true, longestName}, {a.Place, true, longestName}, {a.Detail, false, longestLine}} {
		if !tidy(text.words, text.longest) || text.needed && text.words == "" {
			return ErrText
		}
	}
	if a.Start.IsZero() || !a.End.After(a.Start) {
		return ErrTime
	}
	if a.Places < 1 || a.Places > MostPlaces {
		return ErrPlaces
	}
	return nil
}

// Takes tells whether somebody else can be taken.
func (a Activity) Takes(now time.Time) bool {
	return !a.Closed && a.CalledOff.IsZero() && a.FinishedAt.IsZero() && now.Before(a.End)
}

// tidy tells whether text is one line without blanks around it, of so many characters.
func tidy(text string, longest int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= longest && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, unicode.IsControl)
}

// State is how a party stands.
type State string

const (
	Waiting   State = "waiting"   // 候补
	Granted   State = "granted"   // 有名额
	Attended  State = "attended"  // 到场
	Absent    State = "absent"    // 未到
	Withdrawn State = "withdrawn" // 取消
)

// States lists every state, in the order of a list.
var States = []State{Granted, Attended, Absent, Waiting, Withdrawn}

// Holds tells whether places are taken.
func (s State) Holds() bool { return s == Granted || s == Attended || s == Absent }

// Live tells whether the party is on the list.
func (s State) Live() bool { return s != Withdrawn }

// Seat is a party that asked for places.
type Seat struct {
	Number   int64 // counts up: the order of arrival
	Activity string
	Case     int64  // the request, or 0: staff wrote her down
	Token    string // of her card, or ""
	Name     string // of whom staff wrote down; else the request has it
	Phone    string
	People   int
	State    State
	At       time.Time // since when
	By       string    // of the last change; "" is central itself
}

// Taken counts the places that are held.
func Taken(seats []Seat) int {
	n := 0
	for _, s := range seats {
		if s.State.Holds() {
			n += s.People
		}
	}
	return n
}

// MoveUp lists who is to be granted places now, in order; seats are in the order of
// arrival. It asks nothing but the places: whether others are taken at all is asked when
// they come.
func MoveUp(places int, seats []Seat) []int64 {
	free := places - Taken(seats)
	var up []int64
	for _, s := range seats {
		if s.State == Waiting && s.People <= free {
			free -= s.People
			up = append(up, s.Number)
		}
	}
	return up
}

// Position is where a party stands on the waiting list, from 1 on; 0: it does not wait.
func Position(seats []Seat, number int64) int {
	n := 0
	for _, s := range seats {
		if s.State != Waiting {
			continue
		}
		n++
		if s.Number == number {
			return n
		}
	}
	return 0
}

// positions are those of all who wait.
func positions(seats []Seat) map[int64]int {
	all := map[int64]int{}
	for _, s := range seats {
		if s.State == Waiting {
			all[s.Number] = len(all) + 1
		}
	}
	return all
}

// On finds the party of a card that is on the list.
func On(seats []Seat, token string) (Seat, bool) {
	at := slices.IndexFunc(seats, func(s Seat) bool { return token != "" && s.Token == token && s.State.Live() })
	if at < 0 {
		return Seat{}, false
	}
	return seats[at], true
}
