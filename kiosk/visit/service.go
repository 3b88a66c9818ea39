package visit

import (
	"slices"
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

// catalog is the catalogue in the resident's language.
func (s State) catalog() *catalog.Catalog {
	return s.rules.words[s.visit.manner.Locale].catalog
}

// current is the service of the visit, in the resident's language; nil outside
// of one.
func (s State) current() *catalog.Service {
	svc, ok := s.catalog().Service(s.visit.service)
	if !ok {
		return nil
	}
	return svc
}

// written is the service of the visit in the language of the catalogue, which is
// that of staff.
func (s State) written() *catalog.Service {
	svc, ok := s.rules.Catalog.Service(s.visit.service)
	if !ok {
		return nil
	}
	return svc
}

// currentStep is the step on the screen; nil when the screen is not a step's.
func (s State) currentStep() *catalog.Step {
	svc := s.current()
	if svc == nil || !s.visit.asking || s.visit.step < 0 || s.visit.step >= len(svc.Steps) {
		return nil
	}
	return &svc.Steps[s.visit.step]
}

// writtenStep is the same step in the language of staff.
func (s State) writtenStep() *catalog.Step { return &s.written().Steps[s.visit.step] }

func (m *machine) start(code string) {
	if m.visit.screen != ScreenHome {
		return
	}
	svc, ok := m.rules.Catalog.Service(code)
	if !ok {
		return
	}
	m.visit.from = m.visit.page
	switch svc.Kind {
	case catalog.KindLookUp:
		m.open(ScreenLookUp)
	case catalog.KindPolicy:
		m.visit.service = code
		m.enter(spot{ScreenChoose, shelfPolicy, "", 0})
	case catalog.KindInformation:
		m.visit.service = code
		m.enter(spot{ScreenChoose, shelfInformation, "", 0})
	default:
		m.visit.service = code
		m.openStep(0)
	}
}

var stepScreens = map[catalog.StepKind]Screen{
	catalog.Choose:       ScreenChoose,
	catalog.Place:        ScreenChoose,
	catalog.Slot:         ScreenChoose,
	catalog.Consent:      ScreenChoose,
	catalog.List:         ScreenList,
	catalog.Number:       ScreenNumber,
	catalog.Text:         ScreenChoose, // how she wants to say it
	catalog.Voice:        ScreenRecord,
	catalog.Photo:        ScreenPhoto,
	catalog.Requirements: ScreenArticle,
	catalog.Identify:     ScreenIdentify,
	catalog.Rating:       ScreenRating,
	catalog.Ticket:       ScreenLookUp,
}

// openStep shows a step of the service; past the last one, the confirm page.
func (m *machine) openStep(i int) {
	steps := m.current().Steps
	if i >= len(steps) {
		m.stepsDone()
		return
	}
	v := &m.visit
	st := steps[i]
	m.open(stepScreens[st.Kind])
	v.step, v.asking, v.day = i, true, ""
	a, answered := v.answer(st.ID)
	switch st.Kind {
	case catalog.Number:
		v.entry = strings.TrimSuffix(a.Text, m.writtenStep().Suffix)
	case catalog.Rating:
		v.stars = 0
		if answered {
			v.stars = starsOf(a)
		}
	case catalog.Ticket:
		v.entry = ""
	case catalog.Text:
		if !m.canSpeak() && !st.Optional {
			m.typeText(m.firstInput()) // only one way to say it: no question
		}
	case catalog.Photo, catalog.Voice:
		m.reopenTaking(st.ID)
	}
}

// stepsDone is the end of the steps: the confirm page, or for a member of staff
// who helps, the home screen.
func (m *machine) stepsDone() {
	v := &m.visit
	v.editing, v.undo, v.asking = false, undo{}, false
	if m.current().Kind == catalog.KindBehalf {
		m.helpBegins()
		return
	}
	m.open(ScreenConfirm)
}

// skipped tells that a step is not asked: the card answers it, or what was chosen
// before makes it needless.
func (s State) skipped(st catalog.Step) bool {
	return st.Address && s.visit.person.Address != "" || !s.applies(st)
}

// applies tells whether a step's condition holds.
func (s State) applies(st catalog.Step) bool {
	if st.When == nil {
		return true
	}
	a, _ := s.visit.answer(st.When.Step)
	return slices.Contains(st.When.Options, a.Option)
}

// impossible tells that a step asks for a device that is missing; an optional
// one is then passed over.
func (s State) impossible(st catalog.Step) bool {
	if _, has := s.visit.attachment(st.ID); has {
		return false
	}
	return st.Optional && (st.Kind == catalog.Photo && s.absent(Camera) || st.Kind == catalog.Voice && s.absent(Microphone))
}

func (m *machine) stepForward() {
	steps := m.current().Steps
	i := m.visit.step + 1
	if m.visit.editing && !(i < len(steps) && steps[i].Address && steps[m.visit.step].Address) {
		// An edit ends with its step, or with the last part of the address, or
		// when something is missing now, with that.
		m.dropNeedless()
		if missing := m.missingStep(); missing >= 0 {
			m.openStep(missing)
			return
		}
		m.openStep(len(steps))
		return
	}
	for i < len(steps) && (m.skipped(steps[i]) || m.impossible(steps[i])) {
		i++
	}
	if i < len(steps) && steps[i].Kind == catalog.Identify {
		m.visit.card = false // ask for it again, also when it still lies there
	}
	m.openStep(i)
}

// dropNeedless forgets answers whose condition does not hold any more.
func (m *machine) dropNeedless() {
	for _, st := range m.current().Steps {
		if !m.applies(st) {
			m.visit.dropAnswer(st.ID)
		}
	}
}

// silent steps leave no answer.
func silent(st catalog.Step) bool {
	return st.Kind == catalog.Identify || st.Kind == catalog.Requirements
}

// missingStep is the first step without an answer, or -1.
func (m *machine) missingStep() int {
	for i, st := range m.current().Steps {
		if silent(st) || st.Optional || m.skipped(st) {
			continue
		}
		if _, ok := m.visit.answer(st.ID); !ok {
			return i
		}
	}
	return -1
}

func (m *machine) stepBack() {
	v := &m.visit
	m.abandon()
	if v.day != "" { // from the part of the day to the day
		v.day, v.page, v.notice = "", 0, notice{}
		return
	}
	if st := m.currentStep(); st != nil && v.screen == ScreenFinding {
		v.rating = request.Rating{}
		m.openStep(v.step)
		return
	}
	if st := m.currentStep(); st != nil && v.screen != stepScreens[st.Kind] && (m.canSpeak() || st.Optional) {
		m.openStep(v.step) // from saying it to how to say it
		return
	}
	if st := m.currentStep(); st != nil && st.Kind == catalog.Ticket && v.rating.Ticket != "" {
		v.rating = request.Rating{}
		m.openStep(v.step)
		return
	}
	if v.editing && v.step == v.undo.step {
		// She did not want to change it after all.
		v.answers, v.attached, v.rating = v.undo.answers, v.undo.attached, v.undo.rating
		v.person, v.expired = v.undo.person, v.undo.expired
	}
	if v.editing && m.missingStep() < 0 {
		m.openStep(len(m.current().Steps))
		return
	}
	steps := m.current().Steps
	i := v.step - 1
	for i >= 0 && (m.skipped(steps[i]) || m.impossible(steps[i])) {
		i--
	}
	if i < 0 {
		m.home()
		return
	}
	m.openStep(i)
}

// lastStep goes back from the confirm page.
func (m *machine) lastStep() {
	m.visit.editing, m.visit.undo = false, undo{}
	m.visit.step = len(m.current().Steps)
	m.stepBack()
}

// forgetService forgets what belongs to a service, not who helps and how.
func (m *machine) forgetService() {
	m.abandon()
	old := m.visit
	m.visit = fresh()
	v := &m.visit
	v.screen, v.manner, v.behalf, v.card, v.from = old.screen, old.manner, old.behalf, old.card, old.from
	v.touched, v.spoken, v.repeats, v.said = old.touched, old.spoken, old.repeats, old.said
}

// home goes back to the page of services that she came from.
func (m *machine) home() {
	m.forgetService()
	m.open(ScreenHome)
	m.visit.page = m.visit.from
}

func (m *machine) serviceTouch(e Event) {
	st := m.currentStep()
	switch e := e.(type) {
	case Edit:
		if m.visit.screen == ScreenConfirm {
			m.edit(e.Step)
		}
		return
	case Confirm:
		if m.visit.screen == ScreenConfirm && m.allSeen() {
			m.confirm()
		}
		return
	case Retry:
		if m.visit.screen == ScreenUnsaved {
			m.open(ScreenSaving)
			m.do(Save{Draft: m.visit.draft, Attachments: m.visit.attached})
		}
		return
	}
	if st == nil {
		return
	}
	switch e := e.(type) {
	case Pick:
		m.pick(st, e.Option)
	case Open:
		if st.Kind == catalog.List {
			m.pickActivity(e.Item)
		}
	case Skip:
		if st.Optional {
			m.abandon()
			m.visit.dropAnswer(st.ID)
			m.stepForward()
		}
	case SkipCard:
		if st.Kind == catalog.Identify {
			m.visit.person, m.visit.expired = request.Person{}, false
			m.stepForward()
		}
	case Digit:
		m.stepDigit(st, e.Digit)
	case Erase:
		if m.visit.screen == ScreenNumber || m.visit.screen == ScreenLookUp {
			m.eraseDigit()
		} else {
			m.writingTouch(e)
		}
	case Rate:
		if st.Kind == catalog.Rating && e.Stars >= 1 && e.Stars <= 5 {
			m.visit.stars = e.Stars
		}
	case Next:
		m.next(st)
	case Record, Stop, Listen, Redo, Shoot:
		m.takingTouch(e)
	default:
		m.writingTouch(e)
	}
}

// pick chooses a tile of a step.
func (m *machine) pick(st *catalog.Step, option string) {
	if m.visit.screen != ScreenChoose {
		return
	}
	v := &m.visit
	switch st.Kind {
	case catalog.Choose:
		if o, ok := m.writtenStep().Option(option); ok {
			if m.current().Kind == catalog.KindBehalf && o.ID == no {
				m.home()
				return
			}
			v.setAnswer(m.written(), request.Answer{Step: st.ID, Option: o.ID, Text: o.Name})
			m.stepForward()
		}
	case catalog.Consent:
		if option == yes || option == no {
			v.setAnswer(m.written(), request.Answer{Step: st.ID, Option: option, Text: phrase.Text(phrase.ID("consent." + option))})
			if option == no {
				v.person.IDNumber = ""
			}
			m.stepForward()
		}
	case catalog.Place:
		if name, ok := m.placeName(option, phrase.Chinese); ok {
			v.setAnswer(m.written(), request.Answer{Step: st.ID, Option: option, Text: name})
			m.stepForward()
		}
	case catalog.Slot:
		m.pickSlot(st, option)
	case catalog.Text:
		m.pickWay(option)
	}
}

// yes and no are the tiles of a consent, and of any Choose step that asks so.
const (
	yes = "yes"
	no  = "no"
)

// next goes on from a step that waits for it.
func (m *machine) next(st *catalog.Step) {
	switch st.Kind {
	case catalog.Number:
		m.numberDone(st)
	case catalog.Ticket:
		m.ticketTyped()
	case catalog.Requirements:
		m.stepForward()
	case catalog.Rating:
		m.rated(st)
	case catalog.Voice, catalog.Photo:
		m.takingDone(st)
	case catalog.Text:
		if m.visit.screen == ScreenRecord {
			m.takingDone(st)
		} else {
			m.textDone(st)
		}
	}
}

// edit opens the step behind a row of the confirm page. Editing the address
// takes it from the keypad from then on, not from the card.
func (m *machine) edit(step string) {
	svc := m.current()
	i := slices.IndexFunc(svc.Steps, func(st catalog.Step) bool { return st.ID == step })
	if i < 0 || m.impossible(svc.Steps[i]) || !m.applies(svc.Steps[i]) {
		return
	}
	v := &m.visit
	v.editing = true
	v.undo = undo{i, v.answers, v.attached, v.rating, v.person, v.expired}
	switch st := svc.Steps[i]; {
	case st.Address:
		v.person.Address = ""
		for _, other := range svc.Steps {
			if other.Address {
				v.dropAnswer(other.ID)
			}
		}
	case st.Kind == catalog.Identify:
		v.card = false // ask for it again, also when it still lies there
	case st.Kind == catalog.Ticket:
		v.rating = request.Rating{}
	}
	m.openStep(i)
}

// address is where it is needed: from the card, or building and room.
func (s State) address() string {
	if s.visit.person.Address != "" {
		return s.visit.person.Address
	}
	svc := s.written()
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
