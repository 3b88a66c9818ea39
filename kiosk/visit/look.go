package visit

import (
	"fmt"
	"time"

	"lintai/kiosk/phrase"
)

// text is a phrase in the resident's language.
func (s State) text(id phrase.ID, pairs ...string) string {
	return phrase.In(s.visit.manner.Locale, id, pairs...)
}

// Look draws a state as a view.
func Look(s State) View {
	v := View{
		Screen: s.Screen(),
		Manner: s.visit.manner,
		Strip:  s.strip(),
		Prompt: s.prompt(),
		Bar:    s.possible(s.bar()),
	}
	own := v.Screen == s.visit.screen
	if st := s.currentStep(); st != nil && own {
		v.Step = st.ID
	}
	switch v.Screen {
	case ScreenStart:
		s.lookStart(&v)
	case ScreenHome:
		s.lookHome(&v)
	case ScreenManner:
		s.lookManner(&v)
	case ScreenSaving:
		v.Title, v.Icon = s.text("saving.title"), "wait"
	case ScreenUnsaved:
		s.lookUnsaved(&v)
	case ScreenSaved:
		s.lookSaved(&v)
	case ScreenConfirm:
		s.lookConfirm(&v)
	case ScreenFinding:
		v.Title, v.Icon = s.text("finding.title"), "wait"
	case ScreenProgress:
		s.lookProgress(&v)
	case ScreenCalling:
		s.lookCalling(&v)
	case ScreenIdle:
		s.lookIdle(&v)
	default:
		if s.visit.asking {
			s.lookStep(&v)
		} else {
			s.lookBrowse(&v)
		}
	}
	if own {
		v.Pager = s.pager()
		if n := s.visit.notice; n.id != "" {
			v.Notice, v.NoticeTone = s.text(phrase.ID("notice."+n.id)), n.tone
		}
	}
	return v
}

func (s State) strip() Strip {
	h := s.house
	strip := Strip{Place: s.rules.Place, Clock: clock(s.now, "15:04"), Online: h.online}
	strip.Link = s.text("strip.offline")
	if h.online {
		strip.Link = s.text("strip.online")
	}
	switch {
	case s.visit.behalf != "":
		strip.Pending = s.text("strip.behalf", "number", s.visit.behalf)
	case h.pending > 0:
		strip.Pending = s.text("strip.pending", "count", fmt.Sprint(h.pending))
	case h.arrived > 0:
		strip.Pending = s.text("strip.arrived", "count", fmt.Sprint(h.arrived))
	}
	return strip
}

// clockSet is a year that no clock shows that was never set.
const clockSet = 2024

// clock formats a time, or nothing when the clock was never set: 1970 on a
// screen or a slip would be a lie.
func clock(t time.Time, layout string) string {
	if t.Year() < clockSet {
		return ""
	}
	return t.In(phrase.Zone).Format(layout)
}

func (s State) bar() []Control {
	help := Control{ID: "bar.help", Label: s.text("bar.help"), Icon: "call", Event: Help{}}
	replay := Control{ID: "bar.replay", Label: s.text("bar.replay"), Icon: "replay", Event: Replay{}}
	switch s.Screen() {
	case ScreenStart:
		return []Control{help}
	case ScreenCalling, ScreenIdle:
		return []Control{replay, help}
	}
	return []Control{
		{ID: "bar.back", Label: s.text("bar.back"), Icon: "back", Event: Back{}, Disabled: s.visit.screen == ScreenSaving},
		replay,
		{ID: "bar.ease", Label: s.text("bar.ease"), Icon: "ease", Event: Ease{}, Selected: s.visit.adjusting || s.visit.manner.eased()},
		help,
	}
}

// noticeTurns is how long a notice stays on the start screen before the next.
const noticeTurns = 10 * time.Second

func (s State) lookStart(v *View) {
	v.Title = s.text("start.title")
	v.Headline = s.rules.Place
	v.Hint = s.startHint()
	v.Actions = []Control{{ID: "wake", Label: s.text("start.wake"), Event: Wake{}}}
	for _, l := range s.rules.Locales {
		v.Actions = append(v.Actions, Control{ID: "language." + string(l), Label: phrase.In(l, "start.language"), Icon: "language", Event: Speak{l}})
	}
	if s.house.card {
		v.Notice, v.NoticeTone = s.text("saved.take_card"), Warning
	}
	if all := s.notices(); len(all) > 0 {
		turn := int(s.now.Unix()/int64(noticeTurns/time.Second)) % len(all)
		v.Rows = []Row{{Label: s.text("start.notice"), Value: all[max(turn, 0)].Title}}
	}
}

func (s State) lookHome(v *View) {
	v.Title = s.text("home.title")
	if s.visit.behalf != "" {
		v.Title = s.text("home.title_behalf")
	}
	v.Tiles = s.tilesNow()
}

// tiles are the choices of the current screen, all of them.
func (s State) tiles() []Control {
	v := s.visit
	if st := s.currentStep(); st != nil {
		return s.stepTiles(st)
	}
	var all []Control
	add := func(id, label, detail, icon string, e Event) {
		all = append(all, Control{ID: "tile." + id, Label: label, Detail: detail, Icon: icon, Event: e})
	}
	switch {
	case v.screen == ScreenHome:
		for _, svc := range s.catalog().Services {
			add(svc.Code, svc.Tile, "", svc.Icon, Start{svc.Code})
		}
	case v.shelf == shelfPolicy:
		for _, t := range s.policies().Topics {
			add(t.ID, t.Name, t.Detail, t.Icon, Pick{t.ID})
		}
		add(wayQuestion, s.text("policy.question"), s.text("policy.question_detail"), "keyboard", Pick{wayQuestion})
	case v.shelf == shelfInformation:
		add(string(shelfNotices), s.text("information.notices"), "", "news", Pick{string(shelfNotices)})
		add(string(shelfContacts), s.text("information.contacts"), "", "phone", Pick{string(shelfContacts)})
		add(string(shelfHours), s.text("information.hours"), "", "clock", Pick{string(shelfHours)})
	}
	return all
}

// tilesNow are those on the page that is shown.
func (s State) tilesNow() []Control { return cut(s.tiles(), s.pageNow(), tilesShown) }

func (s State) lookIdle(v *View) {
	v.Title = s.text("idle.title")
	v.Hint = s.text("idle.hint")
	v.Countdown = int((s.visit.warnUntil.Sub(s.now) + time.Second - 1) / time.Second)
	v.Actions = []Control{
		{ID: "stay", Label: s.text("idle.stay"), Event: Stay{}},
		{ID: "finish", Label: s.text("idle.finish"), Event: Finish{}},
	}
}

func (s State) lookCalling(v *View) {
	v.Icon = "call"
	v.Actions = []Control{{ID: "dismiss", Label: s.text("calling.dismiss"), Event: Dismiss{}}}
	v.Title = s.text("calling.title")
	switch s.call.phase {
	case callAnswered:
		v.Title, v.Tone, v.Icon = s.text("calling.answered"), Good, "ok"
		v.Headline = s.call.words
		if id := phrase.ID("answer." + s.call.answer); s.call.answer != "" && phrase.Has(id) {
			v.Headline = s.text(id)
		}
	case callDelivered:
		v.Hint = s.text("calling.delivered")
		s.lookLate(v)
	case callFailed:
		v.Title, v.Tone, v.Icon = s.text("calling.failed"), Trouble, "trouble"
		v.Hint = s.text("calling.failed_hint")
		v.Notice, v.NoticeTone = s.phoneLine(), Warning
	default:
		v.Hint = s.text("calling.raising")
		if !s.house.online && s.call.phase == callQueued { // before that it is noted nowhere
			v.Hint = s.text("calling.offline")
			v.Notice, v.NoticeTone = s.phoneLine(), Warning
		}
		s.lookLate(v)
	}
}

// lookLate tells that a call waits for too long.
func (s State) lookLate(v *View) {
	if !s.call.late {
		return
	}
	v.Title, v.Tone, v.Icon = s.text("calling.late"), Warning, "warning"
	v.Hint = s.text("calling.late_hint")
	v.Notice, v.NoticeTone = s.phoneLine(), Warning
}
