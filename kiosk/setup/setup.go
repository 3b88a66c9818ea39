// Package setup is what a terminal shows that does not know who it is: to a
// resident that it is not in service yet and whom to ask, and to a technician the
// screens by which it comes into service.
//
// Like a visit it is a pure state machine: Update takes a state and an event and
// returns the next state and what is to be done, Look draws it as a view of
// package visit. It walks through steps, each in a file of its own and each wanted
// or not in a state; what more a first start asks for is one more step in the row.
// After the last of them the terminal enrols, and either comes into service or
// says what is wrong and stands at the last step again.
//
// The one-time code is in the state as long as somebody types it and until it was
// used, in no view after that, and in no log: see Code.
package setup

import (
	"log/slog"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

// Facts are what the terminal knows of itself without central.
type Facts struct {
	Number       int    // the terminal's
	Place, Phone string // for the resident; Phone may be empty
	Address      string // of central, from the technician's file; empty: it is typed
	Fault        fault.Code

	Letters string // that a code is made of
	Length  int    // of a code
	Group   int    // so many stand together
}

// Offered are the faults that a typed code can cure.
func Offered(code fault.Code) bool {
	switch code {
	case fault.NotEnrolled, fault.CodeRefused, fault.CodeUsed, fault.CodeExpired, fault.NumberMismatch, fault.Revoked, fault.IdentityDamaged:
		return true
	}
	return false
}

// Code is what was typed. It does not print.
type Code string

// String implements fmt.Stringer.
func (Code) String() string { return "(code)" }

// GoString implements fmt.GoStringer.
func (Code) GoString() string { return "(code)" }

// LogValue implements slog.LogValuer.
func (Code) LogValue() slog.Value { return slog.StringValue("(code)") }

// Event is something that happened: one of the types below.
type Event interface{ event() }

type (
	// Touch is a control that was touched.
	Touch struct{ Event visit.Event }
	// Told brings what the terminal knows of itself, looked up anew.
	Told struct{ Facts Facts }
	// Enrolled and Failed answer the Enrol with the same Try.
	Enrolled struct{ Try int }
	Failed   struct {
		Try   int
		Fault fault.Code
	}
	// Tick tells the time.
	Tick struct{ Now time.Time }
)

func (Touch) event()    {}
func (Told) event()     {}
func (Enrolled) event() {}
func (Failed) event()   {}
func (Tick) event()     {}

// Effect is something to be done.
type Effect interface{ effect() }

type (
	// Enrol asks central for an identity. Answered by Enrolled or Failed.
	Enrol struct {
		Try     int
		Address string
		Code    Code
	}
	// Abandon ends the Enrol with this Try, whose answer no longer counts.
	Abandon struct{ Try int }
)

func (Enrol) effect()   {}
func (Abandon) effect() {}

// forgetAfter is how long what was typed stays without a touch: somebody may have
// been called away, and a code is a secret.
const forgetAfter = 3 * time.Minute

// State is a terminal between two events. It is a value.
type State struct {
	facts   Facts
	locale  phrase.Locale
	now     time.Time
	touched time.Time

	phase   phase
	step    int // of steps, while typing
	address string
	code    Code
	try     int
	notice  phrase.ID
	failed  fault.Code // of the last try
}

type phase int

const (
	waiting phase = iota // the page for residents, with a way in for technicians
	typing
	trying
	done
)

// New is a terminal that nobody has touched yet.
func New(f Facts) State { return State{facts: f, locale: phrase.Chinese} }

// Trying tells that an Enrol is under way, and Done that it worked.
func (s State) Trying() bool { return s.phase == trying }
func (s State) Done() bool   { return s.phase == done }

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
}

// steps are all there are, in their order.
func steps() []step { return []step{addressStep(), codeStep()} }

type machine struct {
	State
	effects []Effect
}

// Update is one step of the machine.
func Update(s State, e Event) (State, []Effect) {
	m := &machine{State: s}
	switch e := e.(type) {
	case Tick:
		m.tick(e.Now)
	case Told:
		m.told(e.Facts)
	case Enrolled:
		if m.phase == trying && e.Try == m.try {
			m.forget()
			m.phase = done
		}
	case Failed:
		if m.phase == trying && e.Try == m.try {
			m.refused(e.Fault)
		}
	case Touch:
		m.touched = m.now
		m.touch(e.Event)
	}
	return m.State, m.effects
}

func (m *machine) tick(now time.Time) {
	if m.now = now; m.touched.IsZero() || m.phase == trying {
		m.touched = now
	}
	if m.phase == typing && now.Sub(m.touched) >= forgetAfter {
		m.leave()
	}
}

// told takes what the file says now. What it asks for no more is not asked on.
func (m *machine) told(f Facts) {
	m.facts = f
	if m.phase == typing && !steps()[m.step].wanted(m.State) {
		m.leave()
	}
}

// forget drops all that was typed.
func (m *machine) forget() { m.address, m.code, m.notice, m.failed, m.step = "", "", "", "", 0 }

// leave goes back to the page for residents.
func (m *machine) leave() {
	m.forget()
	m.phase, m.locale = waiting, phrase.Chinese
}

// refused stands at the last step again and says why. A code that central knows
// and does not take is of no more use; one with a wrong letter can be mended.
func (m *machine) refused(code fault.Code) {
	m.phase, m.failed, m.notice = typing, code, ""
	if code == fault.CodeUsed || code == fault.CodeExpired {
		m.code = ""
	}
}

func (m *machine) touch(e visit.Event) {
	if speak, ok := e.(visit.Speak); ok && m.phase == waiting && (speak.Locale == phrase.Chinese || speak.Locale == phrase.English) {
		m.locale = speak.Locale
		return
	}
	switch m.phase {
	case waiting:
		if _, wake := e.(visit.Wake); wake {
			m.phase, m.step = typing, -1
			m.onward(1)
		}
	case trying:
		if _, back := e.(visit.Back); back {
			m.effects = append(m.effects, Abandon{m.try})
			m.phase = typing
		}
	case typing:
		switch e.(type) {
		case visit.Back:
			m.notice, m.failed = "", ""
			m.onward(-1)
		case visit.Next:
			m.next()
		default:
			m.notice = ""
			steps()[m.step].touch(m, e)
		}
	}
}

func (m *machine) next() {
	if now := steps()[m.step]; !now.complete(m.State) {
		m.notice, m.failed = now.lacking, ""
		return
	}
	m.notice, m.failed = "", ""
	m.onward(1)
}

// onward goes to the next step that is wanted, or to the one before: before the
// first are the residents, after the last is central.
func (m *machine) onward(by int) {
	all := steps()
	for m.step += by; m.step >= 0 && m.step < len(all); m.step += by {
		if all[m.step].wanted(m.State) {
			return
		}
	}
	if m.step < 0 {
		m.leave()
		return
	}
	m.step = len(all) - 1
	for i, st := range all { // the file may ask for more than it did when that was passed
		if st.wanted(m.State) && !st.complete(m.State) {
			m.step, m.notice = i, st.lacking
			return
		}
	}
	m.phase = trying
	m.try++
	m.effects = append(m.effects, Enrol{m.try, m.target(), m.code})
}

// target is central's address, as it is in the file or was typed.
func (s State) target() string {
	if s.facts.Address != "" {
		return s.facts.Address
	}
	return scheme + s.address
}
