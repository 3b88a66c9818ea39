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
		v.Screen, v.Title, v.Icon = visit.ScreenSetupWait, s.text("setup.trying"), "wait"
		v.Hint = s.text("setup.trying_hint", "address", s.target())
		v.Actions = []visit.Control{{ID: "back", Label: s.text("setup.back"), Event: visit.Back{}}}
	case done:
		v.Screen, v.Title, v.Icon, v.Tone = visit.ScreenSetupWait, s.text("setup.done"), "ok", visit.Good
		v.Hint = s.text("setup.done_hint", "number", fmt.Sprint(s.facts.Number))
	case typing:
		now := steps()[s.step]
		v.Step = now.id
		now.look(s, &v)
		switch {
		case s.notice != "":
			v.Notice, v.NoticeTone = s.text(s.notice), visit.Warning
		case s.failed != "":
			v.Notice, v.NoticeTone = s.trouble(s.failed), visit.Warning
		}
	}
	return v
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
	v.Notice, v.NoticeTone = s.text("setup.technician", "code", string(s.facts.Fault), "trouble", s.trouble(s.facts.Fault)), visit.Warning
	v.Actions = []visit.Control{{ID: "setup", Label: s.text("setup.begin"), Event: visit.Wake{}}}
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
