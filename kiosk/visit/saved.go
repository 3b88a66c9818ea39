package visit

import (
	"slices"

	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
)

func (m *machine) saved(e Saved) {
	if m.visit.screen != ScreenSaving {
		return
	}
	v := &m.visit
	v.id, v.ticket, v.savedAt = e.ID, e.Ticket, e.At
	v.reach = m.reached(e.ID)
	m.open(ScreenSaved)
	m.alive()
	v.print = printWaits
	v.printBy = m.now.Add(m.rules.DeliverWait)
	m.printTick()
}

func (m *machine) saveFailed(e SaveFailed) {
	if m.visit.screen != ScreenSaving {
		return
	}
	m.visit.draft.ID, m.visit.draft.Ticket = e.ID, e.Ticket
	m.open(ScreenUnsaved)
	m.alive()
}

func (m *machine) linkChanged(e LinkChanged) {
	m.house.online, m.house.pending = e.Online, e.Pending
	m.printTick()
}

// noteSettled remembers central's word on an item.
func (m *machine) noteSettled(id string, r reach) {
	kept := append(slices.Clone(m.house.settled), settled{id, r})
	if len(kept) > settledKept {
		kept = kept[len(kept)-settledKept:]
	}
	m.house.settled = kept
}

// reached is central's word on an item, if it was among the last ones.
func (m *machine) reached(id string) reach {
	for _, s := range m.house.settled {
		if s.id == id {
			return s.reach
		}
	}
	return notReached
}

func (m *machine) settledNow(id string, r reach) {
	m.noteSettled(id, r)
	if m.visit.screen == ScreenSaved && m.visit.id == id {
		m.visit.reach = r
		m.printTick()
		return
	}
	if r != reachedCentral {
		return // staff see it; the resident does when she looks it up
	}
	// Something of an earlier visit arrived: the strip says so.
	m.house.arrived++
	m.house.arrivedAt = m.now
}

// printTick starts the slip as soon as it is known what it can truly say:
// central has it, central is not reached, or we waited long enough.
func (m *machine) printTick() {
	v := &m.visit
	if v.print != printWaits {
		return
	}
	if m.house.online && v.reach == notReached && m.now.Before(v.printBy) {
		return
	}
	m.printNow()
}

func (m *machine) printNow() {
	m.house.job++
	m.visit.job, m.visit.print = m.house.job, printRuns
	m.do(Print{m.visit.job, m.slip()})
}

func (m *machine) printed(e Printed) {
	v := &m.visit
	if v.screen != ScreenSaved || v.print != printRuns || e.Job != v.job {
		return // of an earlier visit
	}
	v.print, v.result = printEnded, e.Result
	m.alive()
	if e.Result.Outcome == slip.Printed {
		v.endAt = m.now.Add(m.rules.SlipHold)
	}
}

// slip is the document for the saved request. It names no person: what lies in
// the tray or in a bin must not tell who was here.
func (s State) slip() slip.Slip {
	v := s.visit
	status := phrase.Text("status.saved")
	switch v.reach {
	case reachedCentral:
		status = phrase.Text("status.delivered")
	case heldForStaff:
		status = phrase.Text("status.held")
	}
	svc := s.current()
	blocks := []slip.Block{
		slip.Text{Text: s.rules.Place, Bold: true, Align: slip.Center},
		slip.Text{Text: phrase.Text("slip.title", "service", svc.Name), Large: true, Align: slip.Center},
		slip.Rule{},
		slip.Text{Text: status, Large: true, Bold: true, Align: slip.Center},
		slip.Rule{},
		slip.Text{Text: phrase.Text("slip.code"), Align: slip.Center},
		slip.Text{Text: v.ticket.String(), Large: true, Bold: true, Align: slip.Center},
		slip.QR{Data: v.ticket.URL(s.rules.PublicAddress)},
		slip.Text{Text: phrase.Text("slip.how"), Align: slip.Center},
		slip.Rule{},
	}
	for _, a := range v.draft.Answers {
		if st, ok := svc.Step(a.Step); ok && !st.Address {
			blocks = append(blocks, slip.Pair{Label: st.Label, Value: a.Text})
		}
	}
	if when := clock(v.savedAt, "2006-01-02 15:04"); when != "" {
		blocks = append(blocks, slip.Pair{Label: phrase.Text("slip.time"), Value: when})
	}
	if v.reach == notReached {
		blocks = append(blocks, slip.Text{Text: phrase.Text("slip.waiting")})
	}
	if v.reach == heldForStaff {
		blocks = append(blocks, slip.Text{Text: phrase.Text("slip.held")})
	}
	if s.rules.Phone != "" {
		blocks = append(blocks, slip.Pair{Label: phrase.Text("slip.phone"), Value: s.rules.Phone})
	}
	return slip.Slip{Blocks: blocks}
}

// personal lists what the state holds of a resident; for tests of the wipe.
func (s State) personal() []string {
	v := s.visit
	var all []string
	add := func(p request.Person) { all = append(all, p.Name, p.Address) }
	add(v.person)
	add(v.undo.person)
	if v.draft.Person != nil {
		add(*v.draft.Person)
	}
	all = append(all, v.entry, v.draft.Address, string(v.ticket), string(v.find), v.id, v.progress.Note)
	for _, a := range slices.Concat(v.answers, v.undo.answers) {
		all = append(all, a.Text)
	}
	return slices.DeleteFunc(all, func(t string) bool { return t == "" })
}
