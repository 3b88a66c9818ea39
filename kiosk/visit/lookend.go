package visit

import (
	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
	"lintai/kiosk/slip"
)

// confirmRows are all answers, each with what changes it; see confirmPages.
func (s State) confirmRows() []Row {
	svc := s.current()
	if svc == nil {
		return nil
	}
	var all []Row
	row := func(label, value, step string) {
		word := s.text("confirm.edit")
		if value == "" {
			value, word = s.text("confirm.none"), s.text("confirm.fill_in")
		}
		all = append(all, Row{Label: label, Value: value, Edit: &Control{ID: "edit." + step, Label: word, Event: Edit{step}}})
	}
	address := false
	for _, st := range svc.Steps {
		a, _ := s.visit.answer(st.ID)
		switch {
		case !s.applies(st), s.impossible(st), st.Kind == catalog.Requirements:
		case st.Kind == catalog.Identify:
			s.personRows(st, row)
		case st.Address:
			if !address {
				address = true
				row(s.text("confirm.address"), s.address(), st.ID)
			}
		default:
			row(st.Label, s.answerText(st, a), st.ID)
		}
	}
	if s.visit.behalf != "" {
		all = append(all, Row{Label: s.text("confirm.behalf"), Value: s.visit.behalf})
	}
	return all
}

// personRows are what the card gave. An address is shown where it is asked for;
// where it is not, here.
func (s State) personRows(st catalog.Step, row func(label, value, step string)) {
	p := s.visit.person
	if p == (request.Person{}) {
		if !s.asksAddress() { // otherwise building and room stand for it
			row(s.text("confirm.card"), "", st.ID)
		}
		return
	}
	if p.Name != "" {
		row(s.text("confirm.name"), p.Name, st.ID)
	}
	if p.IDNumber != "" {
		row(s.text("confirm.id_number"), masked(p.IDNumber), st.ID)
	}
	if p.Address != "" && !s.asksAddress() {
		row(s.text("confirm.address"), p.Address, st.ID)
	}
}

// allSeen tells that the last page of what is to be confirmed is on the screen.
func (s State) allSeen() bool { return s.pageNow() == s.pagesNow()-1 }

func (s State) lookConfirm(v *View) {
	v.Title = s.text("confirm.title")
	if pages := s.confirmPages(); len(pages) > 0 {
		v.Rows = pages[s.pageNow()]
	}
	v.Actions = []Control{{ID: "confirm", Label: s.text("confirm.submit"), Icon: "ok", Event: Confirm{}}}
	if !s.allSeen() {
		// What was not seen is not confirmed.
		v.Actions = []Control{{ID: "more", Label: s.text("confirm.more"), Icon: "next", Event: Turn{1}}}
		return
	}
	if id := s.confirmNotice(); id != "" {
		v.Notice, v.NoticeTone = s.text(id), Warning
	}
}

// confirmNotice is what to know before one confirms, or nothing.
func (s State) confirmNotice() phrase.ID {
	switch {
	case s.visit.expired:
		return "confirm.expired"
	case s.broken(Printer):
		return "confirm.no_printer"
	}
	return ""
}

func (s State) lookUnsaved(v *View) {
	v.Title, v.Icon, v.Tone = s.text("unsaved.title"), "trouble", Trouble
	v.Hint = s.text("unsaved.hint")
	v.Notice, v.NoticeTone = s.phoneLine(), Warning
	v.Actions = []Control{
		{ID: "retry", Label: s.text("unsaved.retry"), Event: Retry{}},
		{ID: "finish", Label: s.text("unsaved.give_up"), Event: Finish{}},
	}
}

func (s State) phoneLine() string {
	if s.rules.Phone == "" {
		return ""
	}
	return s.text("notice.phone", "phone", s.rules.Phone)
}

func (s State) lookSaved(v *View) {
	v.Icon, v.Tone = "ok", Good
	v.Headline = s.text("saved.headline")
	awaits := ""
	if svc := s.current(); svc != nil {
		awaits = svc.Awaits
	}
	rating := s.visit.draft.Rating != nil
	switch {
	case s.visit.reach == heldForStaff:
		v.Title, v.Tone, v.Icon = s.text("saved.held"), Warning, "warning"
	case awaits != "":
		v.Title = s.text("saved.awaits", "what", awaits)
	case s.visit.reach == reachedCentral:
		v.Title = s.text("saved.delivered")
	case s.sending(s.visit.id):
		v.Title = s.text("saved.sending")
	case s.house.online:
		v.Title = s.text("saved.waiting")
	default:
		v.Title = s.text("saved.offline")
	}
	v.Actions = []Control{{ID: "finish", Label: s.text("saved.finish"), Event: Finish{}}}
	if rating {
		v.Hint = s.text("saved.thanks")
		if s.visit.card {
			v.Notice = s.text("saved.take_card")
		}
		return
	}
	v.Code = s.visit.ticket.String()
	v.Hint = s.text("saved.code")
	if s.visit.ratingCode != "" {
		v.Hint = s.text("saved.code_rating", "code", s.visit.ratingCode)
	}
	v.Notice, v.NoticeTone = s.slipLine()
	if s.visit.dropped {
		v.Notice, v.NoticeTone = s.text("saved.dropped")+v.Notice, Warning
	}
}

// slipLine says what is true of the slip.
func (s State) slipLine() (string, Tone) {
	card := ""
	if s.visit.card {
		card = s.text("saved.take_card")
	}
	if s.noSlip() {
		return s.text("saved.no_printer") + card, Warning
	}
	if s.visit.print != printEnded {
		return s.text("saved.printing") + card, Calm
	}
	switch s.visit.result.Outcome {
	case slip.Printed:
		return s.text("saved.printed") + card, Good
	case slip.NotPrinted:
		return s.text("saved.not_printed") + card, Warning
	}
	return s.text("saved.unknown") + card, Warning
}

// serviceName is how the catalogue calls a service; an unknown code comes from
// a newer catalogue of another terminal.
func (s State) serviceName(code string) string {
	if svc, ok := s.catalog().Service(code); ok {
		return svc.Name
	}
	return s.text("progress.request")
}

// awaits is what a service's requests still wait for at a status, or "".
func (s State) awaits(p Progress) string {
	svc, ok := s.catalog().Service(p.Service)
	if !ok || !p.Status.here() && p.Status != StatusDelivered {
		return ""
	}
	return svc.Awaits
}

func (s State) lookProgress(v *View) {
	p, l := s.progress(), s.visit.manner.Locale
	v.Code = s.visit.find.String()
	v.Actions = []Control{{ID: "finish", Label: s.text("progress.finish"), Event: Finish{}}}
	if s.visit.found == CannotTell {
		v.Title, v.Icon, v.Tone = s.text("progress.cannot_tell"), "trouble", Warning
		v.Hint = s.text("progress.cannot_tell_hint")
		v.Notice, v.NoticeTone = s.phoneLine(), Calm
		v.Actions = []Control{{ID: "retry", Label: s.text("progress.retry"), Event: Retry{}}, v.Actions[0]}
		return
	}
	v.Title = s.text("progress.title", "service", s.serviceName(p.Service))
	v.Headline = statusText(p.Status, l)
	v.Tone, v.Icon = Calm, "wait"
	if p.Status.done() {
		v.Tone, v.Icon = Good, "ok"
	}
	if p.Status == StatusDone {
		v.Notice, v.NoticeTone = s.text("progress.rate"), Calm
	}
	if what := s.awaits(p); what != "" {
		v.Notice, v.NoticeTone = s.text("progress.awaits", "what", what), Warning
	}
	if when := clock(p.At, s.text("progress.time")); when != "" {
		v.Hint = s.text("progress.since", "time", when)
	}
	if p.Note != "" {
		v.Rows = append(v.Rows, Row{Label: s.text("progress.note"), Value: p.Note})
	}
	if p.Status == StatusHeld {
		v.Tone, v.Icon = Warning, "warning"
		v.Notice, v.NoticeTone = s.text("progress.held")+s.phoneLine(), Warning
		return
	}
	reached := true
	for _, st := range Statuses[1:] { // the way begins where others can see it
		if p.Status.ended() {
			break // nothing is to come
		}
		if st == p.Status.stop() {
			v.Track = append(v.Track, Stage{statusText(p.Status, l), true, true})
			reached = false
			continue
		}
		v.Track = append(v.Track, Stage{Label: statusText(st, l), Reached: reached && !p.Status.here()})
	}
	s.remindOfCard(v)
	s.lookPaper(v)
	if s.visit.found == FoundHere && p.Status != StatusSending {
		v.Notice, v.NoticeTone = s.text("progress.found_here"), Warning
	}
}

// remindOfCard says that a card still lies on the reader, where the visit ends
// without a slip.
func (s State) remindOfCard(v *View) {
	if s.visit.card {
		v.Notice, v.NoticeTone = s.text("saved.take_card"), Warning
	}
}

func statusText(st Status, l phrase.Locale) string {
	if id := phrase.ID("status." + string(st)); phrase.Has(id) {
		return phrase.In(l, id)
	}
	return phrase.In(l, "progress.unknown_status")
}
