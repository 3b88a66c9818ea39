package visit

import (
	"lintai/kiosk/catalog"
	"lintai/kiosk/ticket"
)

// scanned handles a code before the scanner. A slip is understood wherever no
// request is being filled in.
func (m *machine) scanned(text string) {
	if m.call.shown || m.visit.taking.running || m.visit.taking.ending {
		return
	}
	switch m.visit.screen {
	case ScreenSaving, ScreenUnsaved, ScreenSaved, ScreenFinding:
		return
	}
	m.alive()
	m.visit.warned, m.visit.adjusting = false, false
	if st := m.currentStep(); st != nil && st.Kind == catalog.Ticket {
		m.ticketScanned(text)
		return
	}
	if m.visit.asking || m.visit.screen == ScreenConfirm {
		m.visit.notice = notice{"scan_busy", Warning}
		return
	}
	code, err := ticket.ParseScan(text)
	if err != nil {
		m.open(ScreenLookUp)
		m.visit.notice = notice{"scan_foreign", Warning}
		return
	}
	m.look(code)
}

func (m *machine) look(code ticket.Code) {
	m.forgetService()
	m.find(code)
}

// find asks for a ticket and keeps the way back.
func (m *machine) find(code ticket.Code) {
	m.open(ScreenFinding)
	m.visit.find, m.visit.progress = code, Progress{}
	m.do(Find{code})
}

func (m *machine) lookUpTouch(e Event) {
	v := &m.visit
	switch e := e.(type) {
	case Digit:
		if v.screen == ScreenLookUp {
			m.typeDigit(e.Digit, ticket.Length)
		}
	case Erase:
		if v.screen == ScreenLookUp {
			m.eraseDigit()
		}
	case Next:
		if v.screen == ScreenLookUp {
			if code, ok := m.typedCode(); ok {
				m.look(code)
			}
		}
	case PrintPaper:
		m.askPaper()
	case Retry:
		if v.screen == ScreenProgress && v.find != "" {
			m.find(v.find)
		}
	}
}

// missed counts wrong codes. Somebody who tries codes one after the other is
// slowed down; the slip before the scanner always works.
func (m *machine) missed() {
	h := &m.house
	if h.missSince.IsZero() || m.now.Sub(h.missSince) >= m.rules.MissWindow {
		h.misses, h.missSince = 0, m.now
	}
	h.misses++
}

func (m *machine) paused() bool {
	return m.house.misses >= m.rules.MissLimit && m.now.Sub(m.house.missSince) < m.rules.MissWindow
}

func (m *machine) lookedUp(e LookedUp) {
	v := &m.visit
	if v.screen != ScreenFinding || e.Ticket != v.find {
		return // the resident went back, or it is somebody else's answer
	}
	m.alive()
	if v.asking {
		m.ratingFound(e)
		return
	}
	if e.Result == NotFound {
		m.missed()
		v.find = ""
		m.open(ScreenLookUp)
		v.trail, v.mine, v.holder = nil, nil, ""
		v.notice = notice{"code_unknown", Warning}
		return
	}
	v.found, v.progress = e.Result, e.Progress
	m.progressSettled()
	m.open(ScreenProgress)
}
