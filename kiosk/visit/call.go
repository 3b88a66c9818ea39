package visit

// callEvent handles everything about a call for help. The button pre-empts
// every screen; what the resident had filled in stays underneath.
func (m *machine) callEvent(e Event) {
	c := &m.call
	switch e := e.(type) {
	case ButtonPressed, Help:
		m.raise()
	case Dismiss:
		if c.shown {
			m.hideCall()
		}
	case CallSaved:
		if c.phase == callRaising {
			c.phase, c.id = callQueued, e.ID
			m.callSettled()
		}
	case CallFailed:
		if c.phase == callRaising {
			c.phase = callFailed
		}
	case CallDelivered:
		m.noteSettled(e.ID, reachedCentral)
		m.callSettled()
	case CallAnswered:
		if (c.phase == callQueued || c.phase == callDelivered) && e.ID == c.id {
			c.phase, c.answer, c.words = callAnswered, e.Answer, e.Words
			c.shown = true
			c.until = m.now.Add(m.rules.AnswerHold)
		}
	}
}

// callSettled looks for central's word on the call, which can overtake 已记下.
func (m *machine) callSettled() {
	c := &m.call
	if c.phase != callQueued {
		return
	}
	switch m.reached(c.id) {
	case reachedCentral:
		c.phase = callDelivered
	case heldForStaff:
		c.phase = callFailed // no alert goes out for what central did not take
	}
}

// heldNow notes that central took a request or call but did not file it.
func (m *machine) heldNow(id string) {
	m.settledNow(id, heldForStaff)
	m.callSettled()
}

func (m *machine) raise() {
	c := &m.call
	m.stopNote() // what she said so far is kept
	m.alive()
	m.visit.warned = false
	switch c.phase {
	case callRaising, callQueued, callDelivered:
		// The call is on its way: say so again, but do not call twice.
	default:
		*c = call{phase: callRaising, since: m.now, press: c.press}
		m.do(RaiseCall{m.visit.screen})
	}
	c.shown = true
	c.late, c.until = false, m.now.Add(m.rules.CallHold)
	c.press++
	m.do(Chime{})
}

func (m *machine) hideCall() {
	m.call.shown = false
	m.alive()
	if m.call.phase == callAnswered || m.call.phase == callFailed {
		m.call = call{press: m.call.press}
	}
}

func (m *machine) callTick() {
	c := &m.call
	switch {
	case c.phase == callNone:
	case c.shown && !m.now.Before(c.until):
		if c.phase == callRaising {
			// Not even noted after all that time: nobody may wait for it.
			c.phase, c.until = callFailed, m.now.Add(m.rules.LateHold)
			return
		}
		if c.phase == callQueued || c.phase == callDelivered {
			if !c.late {
				// Nobody answered. Say so, and what else she can do.
				c.late, c.until = true, m.now.Add(m.rules.LateHold)
				return
			}
		}
		m.hideCall()
	case !c.shown && m.now.Sub(c.since) >= 2*m.rules.CallHold:
		// Nobody came and nobody looks any more: let the light go out.
		*c = call{press: c.press}
	}
}
