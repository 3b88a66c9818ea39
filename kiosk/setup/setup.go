// Package setup is what a terminal shows that does not know who it is: to a
// resident that it is not in service yet and whom to ask, and to a technician the
// screens by which it comes into service.
//
// Like a visit it is a pure state machine: Update takes a state and an event and
// returns the next state and what is to be done, Look draws it as a view of
// package visit. It walks through steps, each in a file of its own and each wanted
// or not in a state: what the technician's file says is not asked. What is typed goes
// into that file at each step, so that a cut of power takes nothing back. Between the
// steps the terminal enrols; then its devices are tried one by one, and with the slip
// of readiness it comes into service. A terminal that is no appliance is asked for
// central's address and the code only.
//
// A technician who was called away comes back to the step where she was: see Progress.
// What is secret, the code and the network's password, is in the state as long as
// somebody types it and until it was used, in no view after that, and in no log.
package setup

import (
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

// Facts are what the terminal knows of itself without central.
type Facts struct {
	Number       int    // the terminal's; 0 where the file has none
	Place, Phone string // for the resident; both may be empty
	Address      string // of central, from the technician's file; empty: it is typed
	Fault        fault.Code
	Enrolled     bool // what is left is to try the devices

	Letters string // that a code is made of
	Length  int    // of a code
	Group   int    // so many stand together

	// Appliance tells that there is a service for network, panel and file. Without it
	// none of what follows counts.
	Appliance bool
	Coded     bool // the file has a code
	Languages bool // the file says which
	Turned    bool // the file says how the panel hangs, Rotation how
	Rotation  int
	Online    bool       // some address and a way out
	Own       string     // that address
	WiFi      string     // the network's name
	Network   fault.Code // what is wrong with the network, where that is known
	Grid      string     // where on central's map it stands, from the file
	// Devices are those that the file names and somebody can try; see Testable.
	Devices []string
	Places  []string // that the community's document knows, to choose a grid's from
	Ports   []string // where something is plugged in
}

// Offered are the faults that a typed code can cure.
func Offered(code fault.Code) bool {
	switch code {
	case fault.NotEnrolled, fault.CodeRefused, fault.CodeUsed, fault.CodeExpired, fault.NumberMismatch, fault.Revoked, fault.IdentityDamaged:
		return true
	}
	return false
}

// forgetAfter is how long what was typed stays without a touch: somebody may have
// been called away, and a code is a secret. serveAfter is how long a terminal that
// could serve waits for the rest of its tests.
const (
	forgetAfter = 3 * time.Minute
	serveAfter  = 10 * time.Minute
)

// State is a terminal between two events. It is a value.
type State struct {
	facts   Facts
	locale  phrase.Locale
	now     time.Time
	touched time.Time

	phase    phase
	step     int    // of steps, while typing
	answered uint64 // the steps that were gone through, a bit each
	begun    bool   // somebody is at it, or was
	resume   string // the step at which she left
	try      int
	busy     busy // with what, while trying
	notice   phrase.ID
	failed   fault.Code // of the last try
	detail   string     // of the last try, for the technician
	page     int        // of a list
	layer    visit.Input

	address string
	code    Code
	chosen  []phrase.Locale
	turning turning
	marks   []int
	net     joining
	number  string
	place   string
	grid    string
	later   bool // the network comes another day

	wares   [mostDevices]Result
	health  [mostDevices]fault.Code
	doubt   bool // it prints, and nobody but she can tell
	printed string
}

type phase int

const (
	waiting phase = iota // the page for residents, with a way in for technicians
	typing
	trying
	done
)

type busy int

const (
	enrolling busy = iota
	joiningNet
	keeping
	reporting
)

// New is a terminal that nobody has touched yet.
func New(f Facts) State { return State{facts: f, locale: phrase.Chinese, layer: visit.InputLatin} }

// Trying tells that an answer is waited for, and Done that the terminal may serve, or
// that there is nothing more to ask.
func (s State) Trying() bool { return s.phase == trying }
func (s State) Done() bool   { return s.phase == done }

// Serves tells that the terminal knows who it is: what is left is to try it.
func (s State) Serves() bool { return s.facts.Enrolled || s.later }

// Asking tells that somebody is being asked something now.
func (s State) Asking() bool { return s.phase == typing || s.phase == trying }

// step is one thing that a technician is asked for.
type step struct {
	id string
	// wanted tells whether it is asked for at all, complete whether one may go on,
	// and lacking what is said when not.
	wanted   func(State) bool
	complete func(State) bool
	lacking  phrase.ID
	look     func(State, *visit.View)
	touch    func(*machine, visit.Event)
	// enter is what happens when it comes up, settle what Next does; nil: to go on.
	enter  func(*machine)
	settle func(*machine)
	// leave is what happens when somebody goes on, back or away.
	leave func(*machine)
	// optional may be passed over; what stays is there for who goes back, although the
	// file now says it.
	optional, stays bool
}

var all []step

func init() { all = steps() } // the steps speak of each other

// steps are all there are, in their order.
func steps() []step {
	list := []step{
		turnStep(), touchStep(), languageStep(),
		networkStep(), nameStep(), passwordStep(), wayStep(), ownStep(), gatewayStep(), dnsStep(), joinStep(),
		numberStep(), placeStep(), addressStep(), codeStep(), enrolStep(),
	}
	for n := range Testable {
		list = append(list, testStep(n))
	}
	return append(list, gridStep(), reportStep())
}

// stepOf is the number of a step; -1 when there is none of that id.
func stepOf(id string) int {
	for n := range all {
		if all[n].id == id {
			return n
		}
	}
	return -1
}

func (s State) wants(n int) bool {
	return all[n].wanted(s) || all[n].stays && s.answered&(1<<n) != 0
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
	case Told:
		m.told(e.Facts)
	case Touch:
		m.touched = m.now
		m.touch(e.Event)
	default:
		m.answer(e)
	}
	return m.State, m.effects
}

func (m *machine) tick(now time.Time) {
	if m.now = now; m.touched.IsZero() || m.phase == trying {
		m.touched = now
	}
	m.turnBack()
	switch quiet := now.Sub(m.touched); {
	case m.phase == typing && quiet >= forgetAfter:
		m.away()
	case m.phase == waiting && m.begun && m.facts.Enrolled && quiet >= serveAfter:
		m.phase = done
	}
}

// told takes what the file says now. What it asks for no more is not asked on.
func (m *machine) told(f Facts) {
	m.facts = f
	if m.phase == typing && !m.wants(m.step) {
		m.out()
		m.onward(1)
	}
}

// forget drops what is secret, and what was said of it.
func (m *machine) forget() {
	m.code, m.net.password, m.notice, m.failed, m.detail = "", "", "", "", ""
}

// away goes back to the page for residents; she finds her step again.
func (m *machine) away() {
	m.resume = all[m.step].id
	m.leave()
}

// leave goes back to the page for residents.
func (m *machine) leave() {
	if m.phase == typing && m.step >= 0 {
		m.out()
	}
	m.forget()
	m.phase, m.locale, m.step, m.page = waiting, phrase.Chinese, 0, 0
}

// out is said to the step that stands there, when another one comes.
func (m *machine) out() {
	if leave := all[m.step].leave; leave != nil {
		leave(m)
	}
}

func (m *machine) touch(e visit.Event) {
	switch m.phase {
	case waiting:
		m.touchWaiting(e)
	case trying:
		if _, back := e.(visit.Back); back && m.busy != keeping && m.busy != reporting {
			m.do(Abandon{m.try})
			m.phase = typing
		}
	case typing:
		switch e := e.(type) {
		case visit.Back:
			m.clear()
			m.out()
			m.onward(-1)
		case visit.Next:
			m.next()
		case visit.Skip:
			if all[m.step].optional {
				m.skip()
			}
		case visit.Turn:
			m.page = max(0, m.page+e.By)
		case visit.Switch:
			m.layer = e.To
		default:
			m.notice = ""
			if touch := all[m.step].touch; touch != nil {
				touch(m, e)
			}
		}
	}
}

func (m *machine) touchWaiting(e visit.Event) {
	switch e := e.(type) {
	case visit.Speak:
		if e.Locale == phrase.Chinese || e.Locale == phrase.English {
			m.locale = e.Locale
		}
	case visit.Finish:
		if m.begun && m.facts.Enrolled {
			m.phase = done
		}
	case visit.Wake:
		m.phase, m.step, m.begun = typing, -1, true
		if n := stepOf(m.resume); n >= 0 {
			m.step = n - 1
		}
		m.resume = ""
		m.onward(1)
	}
}

func (m *machine) clear() { m.notice, m.failed, m.detail = "", "", "" }

func (m *machine) next() {
	now := all[m.step]
	if now.complete != nil && !now.complete(m.State) {
		m.clear()
		m.notice = now.lacking
		return
	}
	m.clear()
	if now.settle != nil {
		now.settle(m)
		return
	}
	m.pass()
}

// pass goes on from a step that has its answer.
func (m *machine) pass() {
	m.answered |= 1 << m.step
	m.skip()
}

// skip goes on without one.
func (m *machine) skip() {
	m.clear()
	m.out()
	m.onward(1)
}

// onward goes to the next step that is wanted, or to the one before: before the
// first are the residents, after the last the terminal serves.
func (m *machine) onward(by int) {
	m.phase, m.page = typing, 0
	for m.step += by; m.step >= 0 && m.step < len(all); m.step += by {
		if m.wants(m.step) {
			m.layer = visit.InputLatin
			if enter := all[m.step].enter; enter != nil {
				enter(m)
			}
			return
		}
	}
	if m.step < 0 {
		m.step = 0
		m.phase = waiting
		m.leave()
		return
	}
	m.forget()
	m.step, m.phase = 0, done
	if !m.facts.Enrolled && !m.later { // what stood there is gone from the file
		m.phase = waiting
	}
}

// begin begins what takes a while, with its number.
func (m *machine) begin(what busy) int {
	m.phase, m.busy = trying, what
	m.try++
	return m.try
}

// target is central's address, as it is in the file or was typed.
func (s State) target() string {
	if s.facts.Address != "" {
		return s.facts.Address
	}
	return scheme + s.address
}
