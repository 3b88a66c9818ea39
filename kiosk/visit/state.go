package visit

import (
	"maps"
	"slices"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/policy"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/ticket"
)

// Rules are the facts and waits that a terminal's visits go by. They are shared
// by all states and never changed by one.
type Rules struct {
	Catalog       *catalog.Catalog
	Community     *community.Document
	Policies      *policy.Corpus
	Place         string // of the terminal, for the strip and the slip
	Phone         string // of the staff, told when the network is down; may be empty
	PublicAddress string // base of the address in a slip's QR code

	Locales     []phrase.Locale // offered on the start screen beside Chinese
	Composer    Composer        // turns pinyin into words; nil: only digits and letters
	Handwriting bool            // characters drawn on the screen can be read
	CardLookUp  bool            // a card finds its holder's requests
	Room        Room            // of the panel; the zero value means LeastRoom

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

	words map[phrase.Locale]words // filled in by New
}

// words are the documents in one language.
type words struct {
	catalog   *catalog.Catalog
	community *community.Document
	policies  *policy.Corpus
}

// translate makes the documents ready in every language that is offered.
func (r *Rules) translate() {
	if r.Community == nil {
		r.Community = &community.Document{}
	}
	if r.Policies == nil {
		r.Policies = &policy.Corpus{}
	}
	r.words = map[phrase.Locale]words{}
	for _, l := range append([]phrase.Locale{phrase.Chinese}, r.Locales...) {
		r.words[l] = words{r.Catalog.Translated(string(l)), r.Community.Translated(string(l)), r.Policies.Translated(string(l))}
	}
}

// DefaultRules are the waits of reference: 90 s (120 s with ease), 30 s warning.
func DefaultRules() Rules {
	return Rules{
		Catalog:       catalog.Default(),
		Community:     community.Default(),
		Policies:      policy.Default(),
		Locales:       []phrase.Locale{phrase.English},
		IdleAfter:     90 * time.Second,
		IdleAfterEase: 120 * time.Second,
		IdleWarning:   30 * time.Second,
		SlipHold:      60 * time.Second,
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
	rules.translate()
	if rules.Room == (Room{}) {
		rules.Room = LeastRoom
	}
	return State{rules: &rules, house: house{online: false}, visit: fresh()}
}

// fresh is a visit that nobody began yet.
func fresh() visit { return visit{screen: ScreenStart, manner: Manner{Locale: phrase.Chinese}} }

// Composer turns spelling into words.
type Composer interface {
	// Compose returns candidates for a spelling in lower-case letters, with ' where
	// syllables are to be separated; best first.
	Compose(spelling string) []Candidate
}

// Candidate is a word for the first Length letters of a spelling.
type Candidate struct {
	Text   string
	Length int
}

// Screen is the screen that Look draws: an overlay, or the visit's own.
func (s State) Screen() Screen {
	switch {
	case s.call.shown:
		return ScreenCalling
	case s.visit.warned:
		return ScreenIdle
	case s.visit.adjusting:
		return ScreenManner
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
	arrived   int        // items delivered since the last quiet moment
	arrivedAt time.Time  // of the last of them
	settled   []settled  // the last few items, because 送达 can overtake 已保存
	sending   []string   // the requests that are on their way at this moment
	job       int64      // number of the last print job
	papers    []paperJob // in the printer; copied on change
	take      int64      // number of the last voice note, picture or drawing
	misses    int        // wrong codes since missesSince
	missSince time.Time
	greeted   time.Time // when somebody was last greeted at the start screen
	card      bool      // somebody's card was read and not seen lifted since
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
	page    int // of the screen's tiles, rows or paragraphs, from 0
	from    int // page of the home screen that the service began on
	manner  Manner
	touched time.Time // last sign of life of the resident
	spoken  time.Time // last time the prompt began, or a touch
	repeats int       // repetitions of the current prompt
	said    int       // explicit replays, so that the same prompt is said again

	warned    bool
	warnUntil time.Time
	adjusting bool // the screen of letters and voice is open

	service string
	asking  bool // a step of the service is on the screen
	step    int
	editing bool // the step was opened from the confirm page
	undo    undo // what going back from the edit restores
	entry   string
	day     string // Slot: the day chosen, until the part of the day is
	writing writing
	taking  taking
	stars   int
	behalf  string           // number of the member of staff who helps
	answers []request.Answer // copied on change, in the order of the steps
	// attached are the voice notes and photos of the answers, copied on change.
	attached []request.Attachment
	person   request.Person
	expired  bool // the card's validity ended
	card     bool // a card was read and not seen lifted since
	notice   notice

	draft   request.Request
	id      string
	ticket  ticket.Code
	savedAt time.Time
	// ratingCode is asked for when the request is rated.
	ratingCode string
	// noRoom: the terminal takes no notes and pictures now; dropped: it kept the
	// request without them.
	noRoom, dropped bool
	reach           reach
	print           printState
	printBy         time.Time // print at the latest
	job             int64
	result          slip.Result
	endAt           time.Time // back to the start by itself

	find     ticket.Code
	found    LookupResult
	progress Progress
	token    string // of the card whose requests are looked for
	holder   string // of the card whose requests these are
	mine     []Mine
	paper    paper // of the request on the progress screen

	shelf  shelf
	item   string // what is open of the shelf
	trail  []spot // the way back, copied on change
	query  string
	hits   []string
	rating request.Rating
}

// undo is what an edit may drop and going back from it must restore.
type undo struct {
	step     int // the one that the edit opened
	answers  []request.Answer
	attached []request.Attachment
	rating   request.Rating
	person   request.Person
	expired  bool
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
	if d == CardReader && s.broken(d) {
		s.house.card = false // nobody will see it lifted
	}
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

// dropAnswer also drops what was recorded for it.
func (v *visit) dropAnswer(step string) {
	v.answers = slices.DeleteFunc(slices.Clone(v.answers), func(a request.Answer) bool { return a.Step == step })
	v.attach(step)
}

// attach replaces the attachments of a step.
func (v *visit) attach(step string, all ...request.Attachment) {
	kept := slices.DeleteFunc(slices.Clone(v.attached), func(a request.Attachment) bool { return a.Step == step })
	v.attached = append(kept, all...)
}

// attachment is what was recorded for a step.
func (v visit) attachment(step string) (request.Attachment, bool) {
	for _, a := range v.attached {
		if a.Step == step {
			return a, true
		}
	}
	return request.Attachment{}, false
}

func (v visit) answer(step string) (request.Answer, bool) {
	for _, a := range v.answers {
		if a.Step == step {
			return a, true
		}
	}
	return request.Answer{}, false
}
