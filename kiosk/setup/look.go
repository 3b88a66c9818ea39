package setup

import (
	"fmt"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

func (s State) text(id phrase.ID, pairs ...string) string { return phrase.In(s.locale, id, pairs...) }

// Look draws a state. Whoever meets any of its screens reads at the top that this
// terminal is not in service, and whom to ask.
func Look(s State) visit.View {
	v := visit.View{
		Screen: visit.ScreenSetup,
		Manner: visit.Manner{Locale: s.locale},
		Strip:  visit.Strip{Place: s.facts.Place, Link: s.text("setup.strip")},
	}
	if s.facts.Phone != "" {
		v.Strip.Pending = s.text("setup.phone", "phone", s.facts.Phone)
	}
	switch s.phase {
	case waiting:
		s.lookWaiting(&v)
	case trying:
		s.lookTrying(&v)
	case done:
		v.Screen, v.Title, v.Icon, v.Tone = visit.ScreenSetupWait, s.text("setup.done"), "ok", visit.Good
		v.Hint = s.text("setup.done_hint", "number", fmt.Sprint(s.facts.Number))
		if !s.facts.Enrolled {
			v.Title, v.Hint = s.text("setup.done_later"), s.text("setup.done_later_hint")
		}
	case typing:
		now := all[s.step]
		v.Step = now.id
		now.look(s, &v)
		switch {
		case s.notice != "":
			v.Notice, v.NoticeTone = s.text(s.notice), visit.Warning
		case s.failed != "":
			v.Notice, v.NoticeTone = s.inWords(s.failed), visit.Warning
			if s.detail != "" {
				v.Notice += s.text("setup.detail", "detail", s.detail)
			}
		}
	}
	return v
}

func (s State) lookTrying(v *visit.View) {
	v.Screen, v.Icon = visit.ScreenSetupWait, "wait"
	back := []visit.Control{s.back()}
	switch s.busy {
	case enrolling:
		v.Title, v.Hint, v.Actions = s.text("setup.trying"), s.text("setup.trying_hint", "address", s.target()), back
	case joiningNet:
		v.Title, v.Hint, v.Actions = s.text("setup.joining"), s.text("setup.joining_hint", "network", s.named()), back
	case keeping:
		v.Title = s.text("setup.keeping")
	case reporting:
		v.Title = s.text("setup.reporting")
	}
}

// name is a phrase whose id is put together; chinese the same in that language, and
// sentence its id.
func (s State) name(section, key string) string { return s.text(sentence(section, key)) }

func chinese(section, key string) string { return phrase.Text(sentence(section, key)) }

func sentence(section, key string) phrase.ID { return phrase.ID(section + key) }

func (s State) back() visit.Control {
	return visit.Control{ID: "back", Label: s.text("setup.back"), Event: visit.Back{}}
}

func (s State) skipIt() visit.Control {
	return visit.Control{ID: "skip", Label: s.text("setup.skip"), Event: visit.Skip{}}
}

func (s State) onOrBack() []visit.Control {
	return []visit.Control{{ID: "next", Label: s.text("keypad.next"), Event: visit.Next{}}, s.back()}
}

func (s State) lookWaiting(v *visit.View) {
	v.Screen, v.Icon, v.Tone = visit.ScreenOutOfService, "trouble", visit.Trouble
	v.Title = s.text("setup.title")
	if s.facts.Fault == fault.Revoked || s.facts.Fault == fault.IdentityDamaged {
		v.Title = s.text("setup.title_stopped")
	}
	v.Hint = s.text("setup.hint")
	if s.facts.Phone != "" {
		v.Hint = s.text("setup.hint_phone", "phone", s.facts.Phone)
	}
	begin := s.text("setup.begin")
	if s.facts.Appliance {
		begin = s.text("setup.begin_setup")
	}
	if s.begun && s.facts.Appliance {
		begin = s.text("setup.resume")
	}
	v.Actions = []visit.Control{{ID: "setup", Label: begin, Event: visit.Wake{}}}
	if s.facts.Enrolled {
		v.Notice = s.text("setup.unfinished")
		v.Actions = append(v.Actions, visit.Control{ID: "serve", Label: s.text("setup.serve_now"), Event: visit.Finish{}})
	} else {
		trouble := s.trouble(s.facts.Fault)
		if s.facts.Fault == fault.EnrolWaiting && s.facts.Network != fault.None {
			trouble = s.trouble(s.facts.Network)
		}
		if s.facts.Appliance && (s.facts.Number == 0 || s.facts.Place == "") {
			trouble = s.text("setup.bare")
		}
		v.Notice, v.NoticeTone = s.text("setup.technician", "code", string(s.facts.Fault), "trouble", trouble), visit.Warning
	}
	other := phrase.English
	if s.locale == phrase.English {
		other = phrase.Chinese
	}
	v.Actions = append(v.Actions, visit.Control{ID: "language." + string(other), Label: phrase.In(other, "start.language"), Icon: "language", Event: visit.Speak{Locale: other}})
}

// trouble says what is wrong and what cures it, for a technician.
func (s State) trouble(code fault.Code) string {
	if code == fault.EnrolWaiting {
		code = fault.NoCentral
	}
	id := phrase.ID("setup_trouble." + string(code))
	if !phrase.Has(id) {
		id = "setup_trouble.other"
	}
	return s.text(id, "code", string(code), "number", fmt.Sprint(s.facts.Number), "address", s.target())
}
