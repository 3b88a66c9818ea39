package visit

import (
	"slices"
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
)

// current is the service of the visit; nil outside of one.
func (s State) current() *catalog.Service {
	svc, ok := s.rules.Catalog.Service(s.visit.service)
	if !ok {
		return nil
	}
	return svc
}

// currentStep is the step on the screen; nil when the screen is not a step's.
func (s State) currentStep() *catalog.Step {
	svc := s.current()
	if svc == nil || s.visit.step < 0 || s.visit.step >= len(svc.Steps) {
		return nil
	}
	switch s.visit.screen {
	case ScreenChoose, ScreenIdentify, ScreenNumber:
		return &svc.Steps[s.visit.step]
	}
	return nil
}

func (m *machine) start(code string) {
	if m.visit.screen != ScreenHome {
		return
	}
	if _, ok := m.rules.Catalog.Service(code); !ok {
		return
	}
	m.visit.service = code
	m.openStep(0)
}

var stepScreens = map[catalog.StepKind]Screen{
	catalog.Choose:   ScreenChoose,
	catalog.Identify: ScreenIdentify,
	catalog.Number:   ScreenNumber,
}

// openStep shows a step of the service; past the last one, the confirm page.
func (m *machine) openStep(i int) {
	steps := m.current().Steps
	if i >= len(steps) {
		m.visit.editing, m.visit.undo = false, undo{}
		m.open(ScreenConfirm)
		return
	}
	m.visit.step = i
	m.open(stepScreens[steps[i].Kind])
	if a, ok := m.visit.answer(steps[i].ID); ok && steps[i].Kind == catalog.Number {
		m.visit.entry = strings.TrimSuffix(a.Text, steps[i].Suffix)
	}
}

// skipped tells that a step is answered by the card.
func (m *machine) skipped(st catalog.Step) bool {
	return st.Address && m.visit.person.Address != ""
}

func (m *machine) stepForward() {
	steps := m.current().Steps
	i := m.visit.step + 1
	if m.visit.editing && !(i < len(steps) && steps[i].Address && steps[m.visit.step].Address) {
		// An edit ends with its step, or with the last part of the address, or
		// when the address is still missing, with that.
		if missing := m.missingStep(); missing >= 0 {
			m.openStep(missing)
			return
		}
		m.openStep(len(steps))
		return
	}
	for i < len(steps) && m.skipped(steps[i]) {
		i++
	}
	if i < len(steps) && steps[i].Kind == catalog.Identify {
		m.visit.card = false // ask for it again, also when it still lies there
	}
	m.openStep(i)
}

// missingStep is the first step without an answer, or -1.
func (m *machine) missingStep() int {
	for i, st := range m.current().Steps {
		if st.Kind == catalog.Identify || m.skipped(st) {
			continue
		}
		if _, ok := m.visit.answer(st.ID); !ok {
			return i
		}
	}
	return -1
}

func (m *machine) stepBack() {
	if v := &m.visit; v.editing && v.step == v.undo.step {
		// She did not want to change it after all.
		v.answers, v.person, v.expired = v.undo.answers, v.undo.person, v.undo.expired
	}
	if m.visit.editing && m.missingStep() < 0 {
		m.openStep(len(m.current().Steps))
		return
	}
	steps := m.current().Steps
	i := m.visit.step - 1
	for i >= 0 && m.skipped(steps[i]) {
		i--
	}
	if i < 0 {
		m.forgetService()
		m.open(ScreenHome)
		return
	}
	m.openStep(i)
}

// lastStep goes back from the confirm page.
func (m *machine) lastStep() {
	steps := m.current().Steps
	m.visit.editing, m.visit.undo = false, undo{}
	m.visit.step = len(steps)
	m.stepBack()
}

func (m *machine) forgetService() {
	v := &m.visit
	v.service, v.step, v.editing, v.undo, v.answers, v.person, v.expired = "", 0, false, undo{}, nil, request.Person{}, false
}

func (m *machine) serviceTouch(e Event) {
	st := m.currentStep()
	switch e := e.(type) {
	case Pick:
		if st == nil || st.Kind != catalog.Choose {
			return
		}
		if o, ok := st.Option(e.Option); ok {
			m.visit.setAnswer(m.current(), request.Answer{Step: st.ID, Option: o.ID, Text: o.Name})
			m.stepForward()
		}
	case SkipCard:
		if st != nil && st.Kind == catalog.Identify {
			m.visit.person, m.visit.expired = request.Person{}, false
			m.stepForward()
		}
	case Digit:
		if st != nil && st.Kind == catalog.Number {
			m.typeDigit(e.Digit, st.MaxDigit)
		}
	case Erase:
		m.eraseDigit()
	case Next:
		m.numberDone(st)
	case Edit:
		if m.visit.screen == ScreenConfirm {
			m.edit(e.Step)
		}
	case Confirm:
		if m.visit.screen == ScreenConfirm {
			m.confirm()
		}
	case Retry:
		if m.visit.screen == ScreenUnsaved {
			m.open(ScreenSaving)
			m.do(Save{Draft: m.visit.draft})
		}
	}
}

func (m *machine) typeDigit(d byte, most int) {
	m.visit.notice = notice{}
	if d >= '0' && d <= '9' && len(m.visit.entry) < most {
		m.visit.entry += string(rune(d))
	}
}

func (m *machine) eraseDigit() {
	m.visit.notice = notice{}
	if n := len(m.visit.entry); n > 0 {
		m.visit.entry = m.visit.entry[:n-1]
	}
}

func (m *machine) numberDone(st *catalog.Step) {
	if st == nil || st.Kind != catalog.Number {
		return
	}
	digits := strings.TrimLeft(m.visit.entry, "0")
	if digits == "" {
		m.visit.notice = notice{"number_empty", Warning}
		return
	}
	m.visit.setAnswer(m.current(), request.Answer{Step: st.ID, Text: digits + st.Suffix})
	m.stepForward()
}

// edit opens the step behind a row of the confirm page. Editing the address
// takes it from the keypad from then on, not from the card.
func (m *machine) edit(step string) {
	svc := m.current()
	i := slices.IndexFunc(svc.Steps, func(st catalog.Step) bool { return st.ID == step })
	if i < 0 {
		return
	}
	m.visit.editing = true
	m.visit.undo = undo{i, m.visit.answers, m.visit.person, m.visit.expired}
	switch st := svc.Steps[i]; {
	case st.Address:
		m.visit.person.Address = ""
		for _, other := range svc.Steps {
			if other.Address {
				m.visit.dropAnswer(other.ID)
			}
		}
	case st.Kind == catalog.Identify:
		m.visit.card = false // ask for it again, also when it still lies there
	}
	m.openStep(i)
}

// address is where it is needed: from the card, or building and room.
func (s State) address() string {
	if s.visit.person.Address != "" {
		return s.visit.person.Address
	}
	svc := s.current()
	if svc == nil {
		return ""
	}
	var b strings.Builder
	for _, st := range svc.Steps {
		if st.Address {
			a, _ := s.visit.answer(st.ID)
			b.WriteString(a.Text)
		}
	}
	return b.String()
}

func (m *machine) confirm() {
	if missing := m.missingStep(); missing >= 0 {
		m.openStep(missing)
		return
	}
	svc := m.current()
	d := request.Request{
		Service:        svc.Code,
		CatalogVersion: m.rules.Catalog.Version,
		Address:        m.address(),
	}
	for _, a := range m.visit.answers {
		st, ok := svc.Step(a.Step)
		if !ok || m.skipped(*st) {
			continue
		}
		d.Answers = append(d.Answers, a)
		if o, ok := st.Option(a.Option); ok && o.Urgency != "" {
			d.Urgency = o.Urgency
		}
	}
	if m.visit.person != (request.Person{}) {
		p := m.visit.person
		d.Person = &p
	}
	m.visit.draft = d
	m.open(ScreenSaving)
	m.do(Save{Draft: d})
}

// cardEvent handles what the reader reports.
func (m *machine) cardEvent(e Event) {
	switch e := e.(type) {
	case CardPresent:
		if m.visit.screen == ScreenStart && !m.call.shown {
			m.alive()
			m.open(ScreenHome)
		}
	case CardLifted:
		m.visit.card = false
	case CardFailed:
		if m.visit.screen == ScreenIdentify && !m.call.shown {
			m.alive()
			m.visit.warned = false
			m.visit.notice = notice{"card_failed", Warning}
		}
	case CardRead:
		if m.visit.screen == ScreenIdentify && !m.call.shown {
			m.cardRead(e)
		}
	}
}

func (m *machine) cardRead(e CardRead) {
	m.alive()
	m.visit.warned = false
	svc := m.current()
	// Only what the service's allow-list names goes on from here.
	p := request.Person{}
	if svc.Allows(catalog.Name) {
		p.Name = e.Person.Name
	}
	if svc.Allows(catalog.Address) {
		p.Address = e.Person.Address
	}
	if p == (request.Person{}) {
		m.visit.notice = notice{"card_failed", Warning}
		return
	}
	m.visit.person, m.visit.expired, m.visit.card = p, e.Expired, true
	if p.Address != "" {
		for _, st := range svc.Steps {
			if st.Address {
				m.visit.dropAnswer(st.ID)
			}
		}
	}
	m.stepForward()
}
