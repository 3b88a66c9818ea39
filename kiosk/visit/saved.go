package visit

import (
	"slices"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
)

func (m *machine) saved(e Saved) {
	if m.visit.screen != ScreenSaving {
		return
	}
	v := &m.visit
	v.id, v.ticket, v.savedAt, v.ratingCode = e.ID, e.Ticket, e.At, e.RatingCode
	v.attached = nil
	v.dropped = e.Dropped
	v.reach = m.reached(e.ID)
	m.open(ScreenSaved)
	m.alive()
	if v.draft.Rating != nil {
		v.print = printNone // nobody comes back with the slip of a rating
		return
	}
	v.print = printWaits
	v.printBy = m.now.Add(m.rules.DeliverWait)
	m.printTick()
}

func (m *machine) saveFailed(e SaveFailed) {
	if m.visit.screen != ScreenSaving {
		return
	}
	m.visit.draft.ID, m.visit.draft.Ticket, m.visit.draft.RatingCode = e.ID, e.Ticket, e.RatingCode
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
	m.progressSettled()
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
	if m.paperPrinted(e) {
		return
	}
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
	text := s.text
	status := text("status.saved")
	switch v.reach {
	case reachedCentral:
		status = text("status.delivered")
	case heldForStaff:
		status = text("status.held")
	}
	svc := s.current()
	blocks := []slip.Block{
		slip.Text{Text: s.rules.Place, Bold: true, Align: slip.Center},
		slip.Text{Text: text("slip.title", "service", svc.Name), Large: true, Align: slip.Center},
		slip.Rule{},
		slip.Text{Text: status, Large: true, Bold: true, Align: slip.Center},
	}
	if svc.Awaits != "" && v.reach != heldForStaff {
		blocks = append(blocks, slip.Text{Text: text("slip.awaits", "what", svc.Awaits), Bold: true, Align: slip.Center})
	}
	blocks = append(blocks,
		slip.Rule{},
		slip.Text{Text: text("slip.code"), Align: slip.Center},
		slip.Text{Text: v.ticket.String(), Large: true, Bold: true, Align: slip.Center},
		slip.QR{Data: s.slipAddress()},
		slip.Text{Text: text("slip.how"), Align: slip.Center},
		slip.Rule{},
	)
	for _, st := range svc.Steps {
		switch a, ok := v.answer(st.ID); {
		case ok && onSlip(st, svc.Private) && s.applies(st):
			blocks = append(blocks, slip.Pair{Label: st.Label, Value: s.answerText(st, a)})
		case st.Kind == catalog.Requirements && s.applies(st):
			blocks = append(blocks, slip.Text{Text: st.Title})
			for _, need := range s.requirements(&st) {
				blocks = append(blocks, slip.Text{Text: "· " + need})
			}
		}
	}
	if v.dropped {
		blocks = append(blocks, slip.Text{Text: text("slip.dropped"), Bold: true})
	}
	if when := clock(v.savedAt, "2006-01-02 15:04"); when != "" {
		blocks = append(blocks, slip.Pair{Label: text("slip.time"), Value: when})
	}
	if v.ratingCode != "" {
		blocks = append(blocks, slip.Pair{Label: text("slip.rating"), Value: v.ratingCode})
	}
	if v.behalf != "" {
		blocks = append(blocks, slip.Pair{Label: text("confirm.behalf"), Value: v.behalf})
	}
	if v.reach == notReached {
		blocks = append(blocks, slip.Text{Text: text("slip.waiting")})
	}
	if v.reach == heldForStaff {
		blocks = append(blocks, slip.Text{Text: text("slip.held")})
	}
	if s.rules.Phone != "" {
		blocks = append(blocks, slip.Pair{Label: text("slip.phone"), Value: s.rules.Phone})
	}
	return slip.Slip{Blocks: blocks}
}

func (s State) slipAddress() string {
	if s.visit.ratingCode == "" {
		return s.visit.ticket.URL(s.rules.PublicAddress)
	}
	return s.visit.ticket.RatingURL(s.rules.PublicAddress, s.visit.ratingCode)
}

// onSlip tells whether a step's answer is fit for a piece of paper that may lie
// about: what was chosen from tiles, and nothing in own words; of a private
// service, only when and where she has to be.
func onSlip(st catalog.Step, private bool) bool {
	switch st.Kind {
	case catalog.Slot, catalog.List:
		return true
	case catalog.Choose, catalog.Place:
		return !private
	}
	return false
}

// personal lists what the state holds of a resident; for tests of the wipe.
func (s State) personal() []string {
	v := s.visit
	var all []string
	add := func(p request.Person) { all = append(all, p.Name, p.Address, p.IDNumber, p.Phone, p.Token) }
	add(v.person)
	add(v.undo.person)
	if v.draft.Person != nil {
		add(*v.draft.Person)
	}
	all = append(all, v.entry, v.draft.Address, string(v.ticket), string(v.find), v.id, v.progress.ID, v.progress.Note, v.ratingCode, v.token, v.holder,
		v.writing.text, v.writing.spelling, v.query, v.behalf, string(v.rating.Ticket), v.rating.RatingCode)
	for _, a := range slices.Concat(v.answers, v.undo.answers) {
		all = append(all, a.Text)
	}
	for _, a := range slices.Concat(v.attached, v.undo.attached, []request.Attachment{v.taking.made}) {
		all = append(all, string(a.Data))
	}
	for _, m := range v.mine {
		all = append(all, string(m.Ticket), m.Progress.Note)
	}
	return slices.DeleteFunc(all, func(t string) bool { return t == "" })
}
