// Package staffmenu is what staff and technicians find behind a number of central's on a
// terminal in service: how loud and bright it is, tests of its devices, the code of the
// last slip once more, a restart, what waits and the log onto a memory stick, an update
// from one, the network, and the slip of readiness.
//
// Like a visit it is a pure state machine: Update takes a state and an event and returns
// the next state and what is to be done, Look draws it as a view of package visit. It
// opens with a number that holds once (Door), over the start screen only, so that it
// never stands over anything of a resident's; it shows nothing of one, and leaves by
// itself.
package staffmenu

import (
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/setup"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
)

// LeavesAfter is how long the menu stays without a touch.
const LeavesAfter = 2 * time.Minute

// Stick is a memory stick.
type Stick struct {
	Name, Label string
	Update      string // the version of the newest update on it, "" for none
}

// Facts are what the menu knows of the terminal.
type Facts struct {
	Place     string
	Appliance bool // it can be set, restarted and updated, and reads sticks
	Volume    int  // percent
	Light     int  // percent, 0: the panel's light cannot be set
	Devices   []string
	Slip      bool // there is a code to print again

	Online, Central    bool // a way out; central is reached
	Address, WiFi      string
	Waiting            int // requests and calls that are not delivered
	Image, Slot        string
	Program, Documents string
}

// Event is something that happened: one of the types below.
type Event interface{ event() }

type (
	// Touch is a control that was touched.
	Touch struct{ Event visit.Event }
	// Enter begins: somebody asks to be let in. Scanned brings a number by the scanner.
	Enter   struct{ Facts Facts }
	Scanned struct {
		Number string
		Facts  Facts
	}
	// Judged answers TryNumber.
	Judged struct{ Verdict Verdict }
	// Told brings what the terminal knows of itself, looked up anew.
	Told struct{ Facts Facts }
	// Done answers whatever was to be done with the same Try. What is words or a file's
	// name that belong to it.
	Done struct {
		Try   int
		Fault fault.Code
		What  string
	}
	// Sticks answers LookForSticks.
	Sticks struct {
		Try   int
		Fault fault.Code
		All   []Stick
	}
	// Sensed is what somebody did at a device that is tried, Printed what became of a
	// test slip.
	Sensed  struct{ Device string }
	Printed struct {
		Outcome slip.Outcome
		Fault   fault.Code
	}
	// Tick is the clock, about every second.
	Tick struct{ Now time.Time }
)

func (Touch) event()   {}
func (Enter) event()   {}
func (Scanned) event() {}
func (Judged) event()  {}
func (Told) event()    {}
func (Done) event()    {}
func (Sticks) event()  {}
func (Sensed) event()  {}
func (Printed) event() {}
func (Tick) event()    {}

// Effect is something to be done: one of the types below.
type Effect interface{ effect() }

type (
	// TryNumber has the door judge a number. Answered by Judged.
	TryNumber struct{ Number string }
	// SetVolume, SetLight, Reprint, Restart, Export, Install and PrintReport are answered
	// by Done.
	SetVolume struct{ Try, Percent int }
	SetLight  struct{ Try, Percent int }
	Reprint   struct{ Try int }
	Restart   struct {
		Try  int
		What string // "program" or "machine"
	}
	Export struct {
		Try         int
		What, Stick string // "queue" or "logs"
	}
	Install struct {
		Try            int
		Stick, Version string
	}
	PrintReport struct{ Try int }
	// LookForSticks asks for the memory sticks. Answered by Sticks.
	LookForSticks struct{ Try int }
	// TryDevice has a device tried, Rest ends that.
	TryDevice struct{ Device string }
	Rest      struct{ Device string }
	// LookAnew asks for Told.
	LookAnew struct{}
	// Close: the menu is gone. Anew says that a setting counts from now on.
	Close struct{ Anew bool }
)

func (TryNumber) effect()     {}
func (SetVolume) effect()     {}
func (SetLight) effect()      {}
func (Reprint) effect()       {}
func (Restart) effect()       {}
func (Export) effect()        {}
func (Install) effect()       {}
func (PrintReport) effect()   {}
func (LookForSticks) effect() {}
func (TryDevice) effect()     {}
func (Rest) effect()          {}
func (LookAnew) effect()      {}
func (Close) effect()         {}

// Testable are the devices that somebody can try, by the names under which health tells
// of them: those of a first start.
var Testable = setup.Testable

// page is where the menu is.
type page string

const (
	closed   page = ""
	number   page = "number"
	menu     page = "menu"
	volume   page = "volume"
	light    page = "light"
	devices  page = "devices"
	device   page = "device"
	restart  page = "restart"
	sticks   page = "sticks"
	confirm  page = "confirm"
	working  page = "working"
	result   page = "result"
	network  page = "network"
	versions page = "versions"
)

// State is the menu between two events. It is a value.
type State struct {
	page    page
	facts   Facts
	now     time.Time
	touched time.Time
	anew    bool // a setting waits for the menu to close

	entry   string
	verdict Verdict // of the last number
	judging bool
	turned  int // pages of a list

	try    int
	aim    string // what is being done, or is to be confirmed: an entry of the menu
	what   string // "program", "machine", a version
	stick  Stick
	found  []Stick
	failed fault.Code
	told   string // what belongs to a result

	device string
	passed bool
	doubt  bool
}

// Open tells that the menu or its door stands on the screen, In that somebody was let
// in, and Trying which device is tried now.
func (s State) Open() bool { return s.page != closed }
func (s State) In() bool   { return s.page != closed && s.page != number }
func (s State) Trying() string {
	if s.page == device {
		return s.device
	}
	return ""
}

type machine struct {
	State
	effects []Effect
}

func (m *machine) do(e Effect) { m.effects = append(m.effects, e) }

// Update is one step of the machine.
func Update(s State, e Event) (State, []Effect) {
	m := &machine{State: s}
	switch e := e.(type) {
	case Tick:
		m.tick(e.Now)
	case Enter:
		if m.page == closed {
			m.begin(e.Facts)
		}
	case Scanned:
		if m.page == closed {
			m.begin(e.Facts)
		}
		if m.page == number && !m.judging {
			m.touched, m.entry, m.judging = m.now, "", true
			m.do(TryNumber{e.Number})
		}
	case Judged:
		m.judged(e.Verdict)
	case Told:
		if m.In() {
			m.facts = e.Facts
		}
	case Done:
		m.done(e)
	case Sticks:
		m.sticksFound(e)
	case Sensed:
		if m.page == device && e.Device == m.device {
			m.passed, m.touched = true, m.now
		}
	case Printed:
		m.slipOut(e)
	case Touch:
		if m.page != closed {
			m.touched = m.now
			m.touch(e.Event)
		}
	}
	return m.State, m.effects
}

func (m *machine) begin(f Facts) {
	m.State = State{page: number, facts: f, now: m.now, touched: m.now, try: m.try}
}

func (m *machine) tick(now time.Time) {
	m.now = now
	if m.touched.IsZero() || m.page == working {
		m.touched = now // the wait begins when somebody can act again
	}
	if m.page != closed && now.Sub(m.touched) >= LeavesAfter {
		m.leave()
	}
}

func (m *machine) judged(v Verdict) {
	if m.page != number || !m.judging {
		return
	}
	m.judging, m.entry, m.verdict = false, "", v
	if v == Right {
		m.open(menu)
		m.do(LookAnew{})
	}
}

// open goes to another page.
func (m *machine) open(to page) {
	if m.page == device {
		m.do(Rest{m.device})
	}
	m.page, m.turned = to, 0
}

func (m *machine) leave() {
	m.open(closed)
	m.do(Close{Anew: m.anew})
	m.State = State{now: m.now, try: m.try}
}

// work has something done that takes a moment.
func (m *machine) work(aim string, effect func(try int) Effect) {
	m.open(working)
	m.try++
	m.aim, m.failed, m.told = aim, fault.None, ""
	m.do(effect(m.try))
}

func (m *machine) done(e Done) {
	if m.page != working || e.Try != m.try {
		return
	}
	m.touched, m.failed, m.told = m.now, e.Fault, e.What
	if e.Fault == fault.None && (m.aim == "volume" || m.aim == "light") {
		m.anew = true
	}
	m.open(result)
	m.do(LookAnew{})
}

func (m *machine) sticksFound(e Sticks) {
	if m.page != working || e.Try != m.try {
		return
	}
	m.touched = m.now
	m.found = nil
	for _, s := range e.All {
		if m.aim != "update" || s.Update != "" {
			m.found = append(m.found, s)
		}
	}
	switch {
	case e.Fault != fault.None:
		m.failed = e.Fault
		m.open(result)
	case len(m.found) == 0:
		m.failed = fault.StickMissing
		if m.aim == "update" && len(e.All) > 0 {
			m.failed = fault.UpdateRefused
		}
		m.open(result)
	default:
		m.open(sticks)
	}
}

func (m *machine) slipOut(e Printed) {
	if m.page != device || m.device != "printer" {
		return
	}
	m.touched, m.failed = m.now, e.Fault
	switch e.Outcome {
	case slip.Printed:
		m.passed = true
	case slip.Unknown:
		m.doubt = true
	}
}

// levels of volume and light, in percent.
var levels = []int{100, 80, 60, 40, 20}

func text(id phrase.ID, pairs ...string) string { return phrase.Text(id, pairs...) }
