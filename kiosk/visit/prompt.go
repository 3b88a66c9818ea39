package visit

import (
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/slip"
)

// prompt is what the voice says in a state. It is made of the catalogue's
// prompts, of phrases and of what the community and its policies say, so nothing
// of a person can be in it.
func (s State) prompt() Say {
	say := s.promptOf()
	say.Slow = s.visit.manner.Slow && say.Text != ""
	if say.Text != "" {
		say.Locale = s.visit.manner.Locale
	}
	return say
}

func (s State) promptOf() Say {
	v := s.visit
	switch {
	case s.call.shown:
		return s.callPrompt()
	case v.warned:
		return s.spoken("idle.prompt")
	case v.adjusting:
		return s.mannerPrompt()
	case v.notice.id != "":
		return s.spoken(phrase.ID("notice." + v.notice.id))
	}
	switch v.screen {
	case ScreenHome:
		if s.pageNow() > 0 {
			return s.spoken("home.prompt_more")
		}
		if v.behalf != "" {
			return s.spoken("home.prompt_behalf")
		}
		return s.spoken("home.prompt")
	case ScreenConfirm:
		if !s.allSeen() {
			return s.spoken("confirm.prompt_more")
		}
		if v.expired {
			return s.spoken("confirm.prompt_expired")
		}
		return s.spoken("confirm.prompt")
	case ScreenSaving:
		return s.spoken("saving.prompt")
	case ScreenUnsaved:
		return s.spoken("unsaved.prompt")
	case ScreenSaved:
		return s.savedPrompt()
	case ScreenFinding:
		return s.spoken("finding.prompt")
	case ScreenProgress:
		return s.progressPrompt()
	case ScreenStart:
		if s.house.card {
			return s.spoken("saved.take_card")
		}
		return Say{}
	}
	if st := s.currentStep(); st != nil {
		return s.stepPrompt(st)
	}
	return s.browsePrompt()
}

func (s State) spoken(id phrase.ID) Say { return Say{Key: string(id), Text: s.text(id)} }

func (s State) stepPrompt(st *catalog.Step) Say {
	v := s.visit
	own := Say{Key: v.service + "." + st.ID, Text: st.Prompt}
	switch v.screen {
	case ScreenText:
		return s.spoken("text.prompt")
	case ScreenHand:
		return s.spoken("hand.prompt")
	case ScreenRecord:
		switch {
		case v.taking.running, v.taking.ending:
			return Say{} // the microphone would hear it
		case v.taking.has:
			return s.spoken("record.prompt_made")
		case !s.canSpeak():
			return s.spoken(s.absentPhrase(Microphone))
		}
		return s.spoken("record.prompt")
	case ScreenPhoto:
		switch {
		case v.taking.has:
			return s.spoken("photo.prompt_made")
		case s.absent(Camera):
			return s.spoken(s.absentPhrase(Camera))
		}
	case ScreenIdentify:
		if s.broken(CardReader) {
			return s.spoken(s.brokenReader())
		}
	case ScreenLookUp:
		if v.rating.Ticket != "" {
			return s.spoken("rating.code_prompt")
		}
		if s.broken(Scanner) {
			return s.spoken("lookup.no_scanner")
		}
	case ScreenChoose:
		if v.day != "" {
			return s.spoken("slot.prompt_period")
		}
	case ScreenList:
		if len(s.items()) == 0 {
			return s.spoken("list.no_activities")
		}
	case ScreenArticle:
		return s.readAloud(own.Key)
	}
	return own
}

// readAloud says what is to be read on this page. Such words have no clip: they
// are not known before.
func (s State) readAloud(key string) Say {
	words := strings.Join(s.article().page(s.pageNow()), "\n")
	if s.pageNow() == 0 {
		words = s.article().title + "\n" + words
	}
	return Say{Key: key + ".page" + seconds(s.pageNow()+1), Text: words}
}

func (s State) browsePrompt() Say {
	v := s.visit
	switch v.screen {
	case ScreenLookUp:
		switch {
		case s.broken(Scanner):
			return s.spoken("lookup.no_scanner")
		case s.cardFinds():
			return s.spoken("lookup.prompt_card")
		}
		return s.spoken("lookup.prompt")
	case ScreenChoose:
		if v.shelf == shelfPolicy {
			return s.spoken("policy.prompt")
		}
		return s.spoken("information.prompt")
	case ScreenText:
		return s.spoken("policy.ask_prompt")
	case ScreenHand:
		return s.spoken("hand.prompt")
	case ScreenList:
		if id, ok := emptyLists[v.shelf]; ok && len(s.items()) == 0 {
			return s.spoken(id)
		}
		return s.withCard(s.spoken("list.prompt"))
	case ScreenArticle:
		if v.shelf == shelfContacts {
			return s.spoken("information.prompt_contact") // a number spoken once helps nobody
		}
		return s.readAloud(string(v.shelf) + "." + v.item)
	}
	return Say{}
}

func (s State) mannerPrompt() Say {
	n := s.visit.manner
	switch {
	case n.Size == SizeLargest:
		return s.spoken("manner.prompt_largest")
	case n.Size == SizeLarge:
		return s.spoken("manner.prompt_large")
	}
	return s.spoken("manner.prompt")
}

func (s State) savedPrompt() Say {
	if s.visit.draft.Rating != nil {
		return s.withCard(s.spoken("saved.prompt_thanks"))
	}
	if s.visit.reach == heldForStaff {
		return s.withCard(s.spoken("saved.prompt_held"))
	}
	if s.noSlip() {
		return s.withDropped(s.spoken("saved.prompt_no_printer"))
	}
	if s.visit.print != printEnded {
		return s.withDropped(s.spoken("saved.prompt"))
	}
	say := s.spoken("saved.prompt_unknown")
	switch s.visit.result.Outcome {
	case slip.Printed:
		say = s.spoken("saved.prompt_printed")
	case slip.NotPrinted:
		say = s.spoken("saved.prompt_not_printed")
	}
	return s.withCard(say)
}

// withDropped says that notes and pictures were not kept.
func (s State) withDropped(say Say) Say {
	if s.visit.dropped {
		say.Key += "+dropped"
		say.Text += s.text("saved.dropped")
	}
	return say
}

// withCard reminds of a card that still lies on the reader.
func (s State) withCard(say Say) Say {
	if s.visit.card {
		say.Key += "+card"
		say.Text += s.text("saved.take_card")
	}
	return say
}

func (s State) progressPrompt() Say {
	if s.visit.found == CannotTell {
		return s.spoken("progress.cannot_tell")
	}
	p := s.progress()
	if p.made() && s.visit.found == Found {
		return s.paperPrompt()
	}
	return s.progressSay(p.Service, p.Status)
}

func (s State) progressSay(service string, st Status) Say {
	say := Say{
		Key:  "progress." + service + "." + string(st),
		Text: s.text("progress.prompt", "service", s.serviceName(service), "status", statusText(st, s.visit.manner.Locale)),
	}
	if st == StatusHeld {
		say.Text += s.text("progress.prompt_held") // what to do about it
	}
	return say
}

func (s State) callPrompt() Say {
	if s.call.late && (s.call.phase == callQueued || s.call.phase == callDelivered) {
		return s.spoken("calling.prompt_late")
	}
	switch s.call.phase {
	case callAnswered:
		// Only prepared answers are spoken; what staff wrote freely is shown,
		// because it may hold a name.
		if id := phrase.ID("answer." + s.call.answer); s.call.answer != "" && phrase.Has(id) {
			return s.answerSay(id)
		}
		return s.spoken("calling.prompt_look")
	case callFailed:
		return s.spoken("calling.failed")
	case callDelivered:
		return s.spoken("calling.prompt_delivered")
	}
	if !s.house.online && s.call.phase == callQueued {
		return s.spoken("calling.offline")
	}
	return s.spoken("calling.title")
}

func (s State) answerSay(id phrase.ID) Say {
	return Say{Key: string(id), Text: s.text("calling.prompt_answered", "answer", s.text(id))}
}
