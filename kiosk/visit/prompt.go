package visit

import (
	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/slip"
)

// prompt is what the voice says in a state. It is made of the catalogue's
// prompts and of phrases only, so nothing of a person can be in it.
func (s State) prompt() Say {
	say := s.promptOf()
	say.Slow = s.visit.ease && say.Text != ""
	return say
}

func (s State) promptOf() Say {
	if s.call.shown {
		return s.callPrompt()
	}
	if s.visit.warned {
		return spokenPhrase("idle.prompt")
	}
	if n := s.visit.notice; n.id != "" {
		return spokenPhrase(phrase.ID("notice." + n.id))
	}
	switch s.visit.screen {
	case ScreenHome:
		return spokenPhrase("home.prompt")
	case ScreenChoose, ScreenNumber, ScreenIdentify:
		st := s.currentStep()
		if st.Kind == catalog.Identify && s.broken(CardReader) {
			return spokenPhrase("identify.broken")
		}
		return Say{Key: s.visit.service + "." + st.ID, Text: st.Prompt}
	case ScreenConfirm:
		if s.visit.expired {
			return spokenPhrase("confirm.prompt_expired")
		}
		return spokenPhrase("confirm.prompt")
	case ScreenSaving:
		return spokenPhrase("saving.prompt")
	case ScreenUnsaved:
		return spokenPhrase("unsaved.prompt")
	case ScreenSaved:
		return s.savedPrompt()
	case ScreenLookUp:
		if s.broken(Scanner) {
			return spokenPhrase("lookup.no_scanner")
		}
		return spokenPhrase("lookup.prompt")
	case ScreenFinding:
		return spokenPhrase("finding.prompt")
	case ScreenProgress:
		return s.progressPrompt()
	}
	return Say{}
}

func spokenPhrase(id phrase.ID) Say { return Say{Key: string(id), Text: phrase.Text(id)} }

func (s State) savedPrompt() Say {
	if s.noSlip() {
		return spokenPhrase("saved.prompt_no_printer")
	}
	if s.visit.print != printEnded {
		return spokenPhrase("saved.prompt")
	}
	say := spokenPhrase("saved.prompt_unknown")
	switch s.visit.result.Outcome {
	case slip.Printed:
		say = spokenPhrase("saved.prompt_printed")
	case slip.NotPrinted:
		say = spokenPhrase("saved.prompt_not_printed")
	}
	if s.visit.card {
		say.Key += "+card"
		say.Text += phrase.Text("saved.take_card")
	}
	return say
}

func (s State) progressPrompt() Say {
	if s.visit.found == CannotTell {
		return spokenPhrase("progress.cannot_tell")
	}
	p := s.visit.progress
	return Say{
		Key:  "progress." + p.Service + "." + string(p.Status),
		Text: phrase.Text("progress.prompt", "service", s.serviceName(p.Service), "status", statusText(p.Status)),
	}
}

func (s State) callPrompt() Say {
	if s.call.late && (s.call.phase == callRaising || s.call.phase == callQueued || s.call.phase == callDelivered) {
		return spokenPhrase("calling.prompt_late")
	}
	switch s.call.phase {
	case callAnswered:
		// Only prepared answers are spoken; what staff wrote freely is shown,
		// because it may hold a name.
		if id := phrase.ID("answer." + s.call.answer); s.call.answer != "" && phrase.Has(id) {
			return Say{Key: string(id), Text: phrase.Text("calling.prompt_answered", "answer", phrase.Text(id))}
		}
		return spokenPhrase("calling.prompt_look")
	case callFailed:
		return spokenPhrase("calling.failed")
	case callDelivered:
		return spokenPhrase("calling.prompt_delivered")
	}
	if !s.house.online && s.call.phase == callQueued {
		return spokenPhrase("calling.offline")
	}
	return spokenPhrase("calling.title")
}
