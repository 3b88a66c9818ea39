package visit

import (
	"maps"
	"slices"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
)

// Rules are the facts and waits that a terminal's visits go by. They are shared
// by all states and never changed by one.
type Rules struct {
	Catalog       *catalog.Catalog
	Place         string // of the terminal, for the strip and the slip
	Phone         string // of the staff, told when the network is down; may be empty
	PublicAddress string // base of the address in a slip's QR code

	IdleAfter     time.Duration // without a touch, before the warning
	IdleAfterEase time.Duration // the same with large text and slow voice
	IdleWarning   time.Duration // length of the warning
	SlipHold      time.Duration // how long 已保存 stays when the slip is out
	DeliverWait   time.Duration // how long a slip waits for central's word
	CallHold      time.Duration // how long a call waits on the screen for an answer
	LateHold      time.Duration // how long the screen then says that nobody answered
	AnswerHold    time.Duration // how long the answer to a call stays
	RepeatAfter   time.Duration // silence before the prompt is repeated
	MissWindow    time.Duration // see MissLimit
	MissLimit     int           // wrong codes in a window before typing pauses
}

// DefaultRules are the waits of reference: 90 s (120 s with ease), 30 s warning.
func DefaultRules() Rules {
	return Rules{
		Catalog:       catalog.Default(),
		IdleAfter:     90 * time.Second,
		IdleAfterEase: 120 * time.Second,
		IdleWarning:   30 * time.Second,
		SlipHold:      20 * time.Second,
		DeliverWait:   2 * time.Second,
		CallHold:      3 * time.Minute,
		LateHold:      2 * time.Minute,
		AnswerHold:    60 * time.Second,
		RepeatAfter:   15 * time.Second,
		MissWindow:    10 * time.Minute,
		MissLimit:     8,
	}
}

// State is a terminal between two events. It is a value: Update returns a new
// one and leaves the old one as it was.
type State struct {
	rules *Rules
	now   time.Time
	house house
	visit visit
	call  call
}

// New is the state of a terminal that was just switched on: the start screen.
func New(rules Rules) State {
	return State{rules: &rules, house: house{online: false}, visit: visit{screen: ScreenStart}}
}

// Screen is the screen that Look draws: an overlay, or the visit's own.
func (s State) Screen() Screen {
	switch {
	case s.call.shown:
		return ScreenCalling
	case s.visit.warned:
		return ScreenIdle
	}
	return s.visit.screen
}

// Idle tells whether nobody is at the terminal: the start screen, and no call.
func (s State) Idle() bool { return s.visit.screen == ScreenStart && !s.call.shown }

// house is what outlives a visit. Nothing in it comes from a resident.
type house struct {
	faults    map[Device]fault.Code // copied on change
	online    bool
	pending   int
	arrived   int       // items delivered since the last quiet moment
	arrivedAt time.Time // of the last of them
	settled   []settled // the last few items, because 送达 can overtake 已保存
	job       int64     // number of the last print job
	misses    int       // wrong codes since missesSince
	missSince time.Time
	greeted   time.Time // when somebody was last greeted at the start screen
}

const settledKept = 16

// settled is central's word on an item.
type settled struct {
	id    string
	reach reach
}

// reach is how far a saved item has come.
type reach int

const (
	notReached reach = iota
	reachedCentral
	heldForStaff
)

// visit is everything that belongs to one resident; the wipe sets it to zero.
type visit struct {
	screen  Screen
	ease    bool
	touched time.Time // last sign of life of the resident
	spoken  time.Time // last time the prompt began, or a touch
	repeats int       // repetitions of the current prompt
	said    int       // explicit replays, so that the same prompt is said again

	warned    bool
	warnUntil time.Time

	service string
	step    int
	editing bool // the step was opened from the confirm page
	undo    undo // what going back from the edit restores
	entry   string
	answers []request.Answer // copied on change, in the order of the steps
	person  request.Person
	expired bool // the card's validity ended
	card    bool // a card was read and not seen lifted since
	notice  notice

	draft   request.Request
	id      string
	ticket  ticket.Code
	savedAt time.Time
	reach   reach
	print   printState
	printBy time.Time // print at the latest
	job     int64
	result  slip.Result
	endAt   time.Time // back to the start by itself

	find     ticket.Code
	found    LookupResult
	progress Progress
}

// undo is what an edit may drop and going back from it must restore.
type undo struct {
	step    int // the one that the edit opened
	answers []request.Answer
	person  request.Person
	expired bool
}

type printState int

const (
	printNone printState = iota
	printWaits
	printRuns
	printEnded
)

// notice is a message on the current screen; it goes with the screen.
type notice struct {
	id   string // of the phrase, in section [notice]
	tone Tone
}

// call is one call for help. It outlives the visit it was raised in, and holds
// nothing of the resident.
type call struct {
	phase  callPhase
	shown  bool
	id     string
	since  time.Time
	answer string
	words  string
	until  time.Time // the screen goes back by itself
	late   bool      // nobody answered within CallHold
	press  int       // presses, so that each is spoken and heard
}

type callPhase int

const (
	callNone callPhase = iota
	callRaising
	callQueued
	callDelivered
	callAnswered
	callFailed
)

func (s *State) setFault(d Device, code fault.Code) {
	s.house.faults = maps.Clone(s.house.faults)
	if s.house.faults == nil {
		s.house.faults = map[Device]fault.Code{}
	}
	s.house.faults[d] = code
}

func (s *State) broken(d Device) bool {
	entry, ok := fault.Find(s.house.faults[d])
	return ok && entry.Severity > fault.Notice
}

func (v *visit) setAnswer(svc *catalog.Service, a request.Answer) {
	answers := slices.DeleteFunc(slices.Clone(v.answers), func(old request.Answer) bool { return old.Step == a.Step })
	answers = append(answers, a)
	order := func(step string) int {
		return slices.IndexFunc(svc.Steps, func(st catalog.Step) bool { return st.ID == step })
	}
	slices.SortStableFunc(answers, func(a, b request.Answer) int { return order(a.Step) - order(b.Step) })
	v.answers = answers
}

func (v *visit) dropAnswer(step string) {
	v.answers = slices.DeleteFunc(slices.Clone(v.answers), func(a request.Answer) bool { return a.Step == step })
}

func (v visit) answer(step string) (request.Answer, bool) {
	for _, a := range v.answers {
		if a.Step == step {
			return a, true
		}
	}
	return request.Answer{}, false
}
