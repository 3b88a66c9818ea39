package visit

import "time"

// greetingPause is the shortest time between two greetings: a terminal in a lobby that
// speaks to each who passes is soon switched off.
const greetingPause = time.Minute

// presence greets who steps in front of the start screen, for those who do not see that
// it can be touched.
func (m *machine) presence(e Presence) {
	if !e.Here || !m.Idle() || m.now.IsZero() {
		return
	}
	last := m.house.greeted
	// A clock that was set back must not silence the greeting until it has caught up.
	if !last.IsZero() && !m.now.Before(last) && m.now.Sub(last) < greetingPause {
		return
	}
	m.house.greeted = m.now
	greeting := m.spoken("start.greeting")
	if m.broken(Button) {
		greeting = m.spoken("start.greeting_no_button")
	}
	greeting.Locale = m.visit.manner.Locale
	m.do(greeting)
}
