package visit

import "time"

// Update is one step of the machine: the state after the event, and what must
// be done about it, in order.
func Update(s State, e Event) (State, []Effect) {
	before := s
	m := &machine{State: s}
	m.handle(e)
	after := m.State
	effects := m.effects

	// What follows from the state alone is compared, not scattered: the reader
	// reads only where a screen asks for a card, the ring shines as the call
	// stands, and every change of what is shown is spoken.
	if mode := after.cardMode(); mode != before.cardMode() {
		effects = append(effects, ReadCards{mode})
	}
	if p := after.light(); p != before.light() {
		effects = append(effects, Light{p})
	}
	if now := after.spokenKey(); now != before.spokenKey() {
		after.visit.spoken = after.now
		if now.base() != before.spokenKey().base() {
			after.visit.repeats = 0
		}
		if prompt := after.prompt(); prompt.Text != "" {
			effects = append(effects, prompt)
		} else {
			effects = append(effects, Hush{})
		}
	}
	return after, effects
}

// machine is a state in the middle of an update.
type machine struct {
	State
	effects []Effect
}

func (m *machine) do(e Effect) { m.effects = append(m.effects, e) }

func (m *machine) handle(e Event) {
	switch e := e.(type) {
	case Tick:
		m.tick(e.Now)
	case DeviceChanged:
		m.setFault(e.Device, e.Fault)
	case LinkChanged:
		m.linkChanged(e)
	case Delivered:
		m.settledNow(e.ID, reachedCentral)
	case Held:
		m.heldNow(e.ID)
	case Sending:
		m.house.sending = e.IDs
	case Saved:
		m.saved(e)
	case SaveFailed:
		m.saveFailed(e)
	case Printed:
		m.printed(e)
	case LookedUp:
		m.lookedUp(e)
	case CardPresent, CardRead, CardFailed, CardLifted:
		m.cardEvent(e)
	case Scanned:
		m.scanned(e.Text)
	case Presence:
		m.presence(e)
	case Recorded:
		m.taken(e.Take, e.Note)
	case Taken:
		m.taken(e.Take, e.Picture)
	case TakeFailed:
		m.takeFailed(e)
	case Recognised:
		m.recognised(e)
	case Searched:
		m.searched(e)
	case FoundByCard:
		m.foundByCard(e)
	case PaperGiven:
		m.paperGiven(e)
	case PaperRefused:
		m.paperRefused(e)
	case ButtonPressed, Help, Dismiss, CallSaved, CallFailed, CallDelivered, CallAnswered:
		m.callEvent(e)
	default:
		m.touch(e)
	}
}

// touch handles what a resident does on the screen. A control of a screen that
// is no longer shown does nothing.
func (m *machine) touch(e Event) {
	if m.call.shown {
		// The call screen has its own controls, Dismiss and Help.
		if _, again := e.(Replay); again {
			m.call.press++
		}
		return
	}
	m.alive()
	if m.visit.warned {
		m.visit.warned = false
		switch e.(type) {
		case Finish:
			m.end()
		case Stay:
			m.visit.said++ // say again where we are
		}
		return
	}
	switch e := e.(type) {
	case Replay:
		m.visit.said++
		return
	case Ease:
		m.ease()
		return
	case Adjust:
		if m.visit.adjusting {
			m.adjust(e.What)
		}
		return
	}
	if m.visit.adjusting {
		if _, back := e.(Back); back {
			m.ease()
		}
		return
	}
	switch e := e.(type) {
	case Back:
		m.back()
		return
	case Turn:
		if m.visit.screen != ScreenText && m.visit.screen != ScreenHand {
			m.turn(e.By)
			return
		}
	case Speak:
		m.speak(e.Locale)
		return
	case Finish:
		if m.visit.screen == ScreenSaved || m.visit.screen == ScreenProgress || m.visit.screen == ScreenUnsaved {
			m.end()
		}
		return
	case Wake:
		if m.visit.screen == ScreenStart {
			m.open(ScreenHome)
		}
		return
	case Start:
		m.start(e.Service)
		return
	}
	switch {
	case m.visit.asking, m.visit.screen == ScreenConfirm, m.visit.screen == ScreenUnsaved:
		m.serviceTouch(e)
	case m.visit.screen == ScreenLookUp, m.visit.screen == ScreenProgress:
		m.lookUpTouch(e)
	default:
		m.browseTouch(e)
	}
}

// alive notes a sign of life of the resident.
func (m *machine) alive() {
	m.visit.touched = m.now
	m.visit.spoken = m.now
	m.visit.repeats = 0
}

// open goes to another screen of the visit.
func (m *machine) open(to Screen) {
	m.abandon()
	v := &m.visit
	v.screen, v.page, v.asking = to, 0, false
	v.entry, v.notice, v.writing, v.paper = "", notice{}, writing{}, paper{}
}

// end is the wipe: from here on nothing knows the resident.
func (m *machine) end() {
	if m.visit.print == printWaits {
		// She was told that her slip is being printed, and does not wait for
		// central's word as we did.
		m.printNow()
	}
	m.abandon()
	if m.visit.manner.Volume != 0 {
		m.do(Volume{})
	}
	m.visit = fresh()
	m.do(Wipe{})
}

func (m *machine) back() {
	v := &m.visit
	switch {
	case v.screen == ScreenStart, v.screen == ScreenSaving:
	case v.screen == ScreenHome && v.page > 0:
		v.page = 0
	case v.screen == ScreenHome, v.screen == ScreenSaved:
		m.end()
	case v.screen == ScreenConfirm:
		m.lastStep()
	case v.screen == ScreenUnsaved:
		m.open(ScreenConfirm)
	case v.asking:
		m.stepBack()
	case v.screen == ScreenFinding && len(v.trail) == 0:
		v.find = ""
		m.open(ScreenLookUp)
	case v.screen == ScreenProgress && len(v.trail) == 0:
		m.end()
	default:
		v.find, v.token = "", ""
		m.leave()
	}
	// ScreenSaving has no way back: the answer comes within moments.
}

func (m *machine) tick(now time.Time) {
	first := m.now.IsZero()
	m.now = now
	if first {
		m.alive()
	}
	m.callTick()
	m.printTick()
	m.idleTick()
	if m.house.arrived > 0 && now.Sub(m.house.arrivedAt) >= arrivedShown {
		m.house.arrived = 0
	}
}

// arrivedShown is how long the strip says 刚刚送达.
const arrivedShown = 30 * time.Second

// busy tells that the terminal, not the resident, has the next move.
func (s State) busy() bool {
	v := s.visit
	return v.screen == ScreenSaving || v.screen == ScreenFinding || v.paper.busy() || v.taking.running || v.taking.ending ||
		v.screen == ScreenSaved && (v.print == printWaits || v.print == printRuns)
}

func (m *machine) idleTick() {
	v := &m.visit
	if v.screen == ScreenStart {
		return
	}
	if m.call.shown || m.busy() {
		v.touched = m.now // the wait begins when the resident can act again
		v.warned = false
		return
	}
	if !v.endAt.IsZero() && !m.now.Before(v.endAt) && m.now.Sub(v.touched) >= m.rules.SlipHold {
		m.end()
		return
	}
	wait := m.rules.IdleAfter
	if v.manner.eased() {
		wait = m.rules.IdleAfterEase
	}
	switch {
	case v.warned && !m.now.Before(v.warnUntil):
		m.end()
	case !v.warned && m.now.Sub(v.touched) >= wait:
		v.warned = true
		v.warnUntil = m.now.Add(m.rules.IdleWarning)
	case !v.warned && v.screen != ScreenArticle && v.repeats < maxRepeats && m.now.Sub(v.spoken) >= m.rules.RepeatAfter+spokenLength(m.prompt()):
		v.repeats++
	}
}

// maxRepeats is how often a prompt is repeated into silence.
const maxRepeats = 2

// spokenLength estimates how long a prompt takes: about four syllables a second.
func spokenLength(p Say) time.Duration {
	return time.Duration(len([]rune(p.Text))) * 250 * time.Millisecond
}

func (s State) cardMode() CardMode {
	switch {
	case s.visit.screen == ScreenStart:
		return CardsNotice
	case s.call.shown || s.visit.warned || s.visit.adjusting:
		return CardsOff
	case s.wantsCard() && !s.visit.card:
		return CardsRead
	case s.visit.card:
		return CardsNotice // to see it lifted
	}
	return CardsOff
}

func (s State) light() LightPattern {
	switch s.call.phase {
	case callRaising, callQueued, callDelivered, callFailed:
		return LightCalling
	case callAnswered:
		return LightAnswered
	}
	return LightOff
}

// spoken identifies what the voice has to say; when it changes, it speaks.
type spoken struct {
	prompt  Say
	screen  Screen
	step    int
	said    int
	repeats int
	press   int
	page    int
	day     string
}

func (k spoken) base() spoken { k.repeats = 0; return k }

func (s State) spokenKey() spoken {
	s.house.sending = nil // each try would have it said once more
	return spoken{s.prompt(), s.Screen(), s.visit.step, s.visit.said, s.visit.repeats, s.call.press, s.pageNow(), s.visit.day}
}
