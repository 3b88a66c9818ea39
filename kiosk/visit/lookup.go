package visit

import (
	"errors"

	"lintai/kiosk/ticket"
)

// scanned handles a code before the scanner. A slip is understood wherever no
// request is being filled in.
func (m *machine) scanned(text string) {
	if m.call.shown {
		return
	}
	switch m.visit.screen {
	case ScreenStart, ScreenHome, ScreenLookUp, ScreenProgress:
	case ScreenChoose, ScreenIdentify, ScreenNumber, ScreenConfirm:
		m.alive()
		m.visit.warned = false
		m.visit.notice = notice{"scan_busy", Warning}
		return
	default:
		return
	}
	m.alive()
	m.visit.warned = false
	code, err := ticket.ParseScan(text)
	if err != nil {
		m.open(ScreenLookUp)
		m.visit.notice = notice{"scan_foreign", Warning}
		return
	}
	m.look(code)
}

func (m *machine) look(code ticket.Code) {
	m.visit.find = code
	m.visit.progress = Progress{}
	m.open(ScreenFinding)
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
			m.typed()
		}
	case Retry:
		if v.screen == ScreenProgress && v.find != "" {
			m.look(v.find)
		}
	}
}

func (m *machine) typed() {
	if m.paused() {
		m.visit.notice = m.pausedNotice()
		return
	}
	code, err := ticket.Parse(m.visit.entry)
	switch {
	case errors.Is(err, ticket.ErrLength):
		m.visit.notice = notice{"code_length", Warning}
	case err != nil:
		m.visit.notice = notice{"code_wrong", Warning}
		m.missed()
	default:
		m.look(code)
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
	if e.Result == NotFound {
		m.missed()
		v.find = ""
		m.open(ScreenLookUp)
		v.notice = notice{"code_unknown", Warning}
		return
	}
	v.found, v.progress = e.Result, e.Progress
	m.open(ScreenProgress)
}
