package visit

import (
	"fmt"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/slip"
)

// Look draws a state as a view.
func Look(s State) View {
	v := View{
		Screen: s.Screen(),
		Manner: Manner{Locale: phrase.Chinese},
		Strip:  s.strip(),
		Prompt: s.prompt(),
		Bar:    s.possible(s.bar()),
	}
	if st := s.currentStep(); st != nil && v.Screen == s.visit.screen {
		v.Step = st.ID
	}
	switch v.Screen {
	case ScreenStart:
		s.lookStart(&v)
	case ScreenHome:
		s.lookHome(&v)
	case ScreenChoose:
		s.lookChoose(&v)
	case ScreenIdentify:
		s.lookIdentify(&v)
	case ScreenNumber:
		s.lookNumber(&v)
	case ScreenConfirm:
		s.lookConfirm(&v)
	case ScreenSaving:
		v.Title, v.Icon = phrase.Text("saving.title"), "wait"
	case ScreenUnsaved:
		s.lookUnsaved(&v)
	case ScreenSaved:
		s.lookSaved(&v)
	case ScreenLookUp:
		s.lookLookUp(&v)
	case ScreenFinding:
		v.Title, v.Icon = phrase.Text("finding.title"), "wait"
	case ScreenProgress:
		s.lookProgress(&v)
	case ScreenCalling:
		s.lookCalling(&v)
	case ScreenIdle:
		s.lookIdle(&v)
	}
	if n := s.visit.notice; n.id != "" && v.Screen == s.visit.screen {
		v.Notice, v.NoticeTone = phrase.Text(phrase.ID("notice."+n.id)), n.tone
	}
	return v
}

func (s State) strip() Strip {
	h := s.house
	strip := Strip{Place: s.rules.Place, Clock: clock(s.now, "15:04"), Online: h.online}
	strip.Link = phrase.Text("strip.offline")
	if h.online {
		strip.Link = phrase.Text("strip.online")
	}
	switch {
	case h.pending > 0:
		strip.Pending = phrase.Text("strip.pending", "count", fmt.Sprint(h.pending))
	case h.arrived > 0:
		strip.Pending = phrase.Text("strip.arrived", "count", fmt.Sprint(h.arrived))
	}
	return strip
}

// clock formats a time, or nothing when the clock was never set: 1970 on a
// screen or a slip would be a lie.
func clock(t time.Time, layout string) string {
	if t.Year() < 2024 {
		return ""
	}
	return t.In(phrase.Zone).Format(layout)
}

func (s State) bar() []Control {
	help := Control{ID: "bar.help", Label: phrase.Text("bar.help"), Icon: "call", Event: Help{}}
	switch s.Screen() {
	case ScreenStart:
		return []Control{help}
	case ScreenCalling, ScreenIdle:
		return []Control{{ID: "bar.replay", Label: phrase.Text("bar.replay"), Icon: "replay", Event: Replay{}}, help}
	}
	ease := "bar.ease"
	if s.visit.ease {
		ease = "bar.ease_off"
	}
	return []Control{
		{ID: "bar.back", Label: phrase.Text("bar.back"), Icon: "back", Event: Back{}, Disabled: s.visit.screen == ScreenSaving},
		{ID: "bar.replay", Label: phrase.Text("bar.replay"), Icon: "replay", Event: Replay{}},
		{ID: "bar.ease", Label: phrase.Text(phrase.ID(ease)), Icon: "ease", Event: Ease{}, Selected: s.visit.ease},
		help,
	}
}

func (s State) lookStart(v *View) {
	v.Title = phrase.Text("start.title")
	v.Headline = s.rules.Place
	v.Hint = s.startHint()
	v.Actions = []Control{{ID: "wake", Label: phrase.Text("start.wake"), Event: Wake{}}}
}

func (s State) lookHome(v *View) {
	v.Title = phrase.Text("home.title")
	for _, svc := range s.rules.Catalog.Services {
		v.Tiles = append(v.Tiles, Control{ID: "tile." + svc.Code, Label: svc.Tile, Icon: svc.Icon, Event: Start{svc.Code}})
	}
	v.Tiles = append(v.Tiles,
		Control{ID: "tile.lookup", Label: phrase.Text("home.lookup"), Icon: "search", Event: LookUp{}},
		Control{ID: "tile.call", Label: phrase.Text("home.call"), Icon: "call", Event: Help{}})
}

func (s State) lookChoose(v *View) {
	st := s.currentStep()
	v.Title = st.Title
	chosen, _ := s.visit.answer(st.ID)
	for _, o := range st.Options {
		v.Tiles = append(v.Tiles, Control{
			ID: "tile." + o.ID, Label: o.Name, Detail: o.Detail, Icon: o.Icon,
			Event: Pick{o.ID}, Selected: o.ID == chosen.Option,
		})
	}
}

func (s State) lookIdentify(v *View) {
	st, svc := s.currentStep(), s.current()
	v.Title, v.Icon = st.Title, "card"
	v.Hint = phrase.Text("identify.privacy", "purpose", svc.Purpose)
	v.Actions = []Control{{ID: "skip", Label: phrase.Text("identify.skip"), Event: SkipCard{}}}
	if s.broken(CardReader) {
		v.Title, v.Icon, v.Hint = phrase.Text("identify.without"), "person", ""
		v.Notice, v.NoticeTone = phrase.Text("identify.broken"), Warning
	}
}

func (s State) lookNumber(v *View) {
	st := s.currentStep()
	v.Title = st.Title
	v.Keypad = keypad(s.visit.entry, "", st.Suffix)
	v.Actions = []Control{{ID: "next", Label: phrase.Text("keypad.next"), Event: Next{}, Disabled: s.visit.entry == ""}}
}

func keypad(entry, blank, suffix string) *Keypad {
	k := &Keypad{Entry: entry, Blank: blank, Suffix: suffix, Erase: Control{ID: "key.erase", Label: phrase.Text("keypad.erase"), Icon: "erase", Event: Erase{}}}
	for _, d := range "1234567890" {
		k.Keys = append(k.Keys, Control{ID: "key." + string(d), Label: string(d), Event: Digit{byte(d)}})
	}
	return k
}

func (s State) lookConfirm(v *View) {
	svc := s.current()
	v.Title = phrase.Text("confirm.title")
	edit := func(step string) *Control {
		return &Control{ID: "edit." + step, Label: phrase.Text("confirm.edit"), Event: Edit{step}}
	}
	addressStep := ""
	for _, st := range svc.Steps {
		switch {
		case st.Kind == catalog.Identify && s.visit.person.Name != "":
			v.Rows = append(v.Rows, Row{Label: phrase.Text("confirm.name"), Value: s.visit.person.Name, Edit: edit(st.ID)})
		case st.Address && addressStep == "":
			addressStep = st.ID
		case st.Kind != catalog.Identify && !st.Address:
			a, _ := s.visit.answer(st.ID)
			v.Rows = append(v.Rows, Row{Label: st.Label, Value: a.Text, Edit: edit(st.ID)})
		}
	}
	if addressStep != "" {
		v.Rows = append(v.Rows, Row{Label: phrase.Text("confirm.address"), Value: s.address(), Edit: edit(addressStep)})
	}
	v.Actions = []Control{{ID: "confirm", Label: phrase.Text("confirm.submit"), Icon: "ok", Event: Confirm{}}}
	switch {
	case s.visit.expired:
		v.Notice, v.NoticeTone = phrase.Text("confirm.expired"), Warning
	case s.broken(Printer):
		v.Notice, v.NoticeTone = phrase.Text("confirm.no_printer"), Warning
	}
}

func (s State) lookUnsaved(v *View) {
	v.Title, v.Icon, v.Tone = phrase.Text("unsaved.title"), "trouble", Trouble
	v.Hint = phrase.Text("unsaved.hint")
	v.Notice, v.NoticeTone = s.phoneLine(), Warning
	v.Actions = []Control{
		{ID: "retry", Label: phrase.Text("unsaved.retry"), Event: Retry{}},
		{ID: "finish", Label: phrase.Text("unsaved.give_up"), Event: Finish{}},
	}
}

func (s State) phoneLine() string {
	if s.rules.Phone == "" {
		return ""
	}
	return phrase.Text("notice.phone", "phone", s.rules.Phone)
}

func (s State) lookSaved(v *View) {
	v.Icon, v.Tone = "ok", Good
	v.Headline = phrase.Text("saved.headline")
	switch {
	case s.visit.reach == heldForStaff:
		v.Title, v.Tone, v.Icon = phrase.Text("saved.held"), Warning, "warning"
	case s.visit.reach == reachedCentral:
		v.Title = phrase.Text("saved.delivered")
	case s.house.online:
		v.Title = phrase.Text("saved.waiting")
	default:
		v.Title = phrase.Text("saved.offline")
	}
	v.Code = s.visit.ticket.String()
	v.Hint = phrase.Text("saved.code")
	v.Notice, v.NoticeTone = s.slipLine()
	v.Actions = []Control{{ID: "finish", Label: phrase.Text("saved.finish"), Event: Finish{}}}
}

// slipLine says what is true of the slip.
func (s State) slipLine() (string, Tone) {
	card := ""
	if s.visit.card {
		card = phrase.Text("saved.take_card")
	}
	if s.noSlip() {
		return phrase.Text("saved.no_printer") + card, Warning
	}
	if s.visit.print != printEnded {
		return phrase.Text("saved.printing") + card, Calm
	}
	switch s.visit.result.Outcome {
	case slip.Printed:
		return phrase.Text("saved.printed") + card, Good
	case slip.NotPrinted:
		return phrase.Text("saved.not_printed") + card, Warning
	}
	return phrase.Text("saved.unknown") + card, Warning
}

func (s State) lookLookUp(v *View) {
	v.Title = phrase.Text("lookup.title")
	v.Hint = phrase.Text("lookup.hint")
	if s.broken(Scanner) {
		v.Hint = phrase.Text("lookup.no_scanner")
	}
	const places = "____________"
	entry := s.visit.entry
	v.Keypad = keypad(group(entry), group(entry + places[len(entry):])[len(group(entry)):], "")
	v.Actions = []Control{{ID: "next", Label: phrase.Text("lookup.next"), Event: Next{}, Disabled: len(entry) < len(places)}}
}

// group writes digits in groups of four.
func group(digits string) string {
	var b strings.Builder
	for i := 0; i < len(digits); i++ {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// serviceName is how the catalogue calls a service; an unknown code comes from
// a newer catalogue of another terminal.
func (s State) serviceName(code string) string {
	if svc, ok := s.rules.Catalog.Service(code); ok {
		return svc.Name
	}
	return phrase.Text("progress.request")
}

func (s State) lookProgress(v *View) {
	p := s.visit.progress
	v.Code = s.visit.find.String()
	v.Actions = []Control{{ID: "finish", Label: phrase.Text("progress.finish"), Event: Finish{}}}
	if s.visit.found == CannotTell {
		v.Title, v.Icon, v.Tone = phrase.Text("progress.cannot_tell"), "trouble", Warning
		v.Hint = phrase.Text("progress.cannot_tell_hint")
		v.Notice, v.NoticeTone = s.phoneLine(), Calm
		v.Actions = []Control{{ID: "retry", Label: phrase.Text("progress.retry"), Event: Retry{}}, v.Actions[0]}
		return
	}
	v.Title = phrase.Text("progress.title", "service", s.serviceName(p.Service))
	v.Headline = statusText(p.Status)
	v.Tone, v.Icon = Calm, "wait"
	if p.Status == StatusDone {
		v.Tone, v.Icon = Good, "ok"
	}
	if when := clock(p.At, "1月2日 15:04"); when != "" {
		v.Hint = phrase.Text("progress.since", "time", when)
	}
	if p.Note != "" {
		v.Rows = append(v.Rows, Row{Label: phrase.Text("progress.note"), Value: p.Note})
	}
	if p.Status == StatusHeld {
		v.Tone, v.Icon = Warning, "warning"
		v.Notice, v.NoticeTone = phrase.Text("progress.held"), Warning
		return
	}
	reached := true
	for _, st := range Statuses[1:] { // the way begins where others can see it
		if st == p.Status {
			v.Track = append(v.Track, Stage{statusText(st), true, true})
			reached = false
			continue
		}
		v.Track = append(v.Track, Stage{Label: statusText(st), Reached: reached && p.Status != StatusSaved})
	}
	if s.visit.found == FoundHere {
		v.Notice, v.NoticeTone = phrase.Text("progress.found_here"), Warning
	}
}

func statusText(st Status) string {
	if id := phrase.ID("status." + string(st)); phrase.Has(id) {
		return phrase.Text(id)
	}
	return phrase.Text("progress.unknown_status")
}

func (s State) lookCalling(v *View) {
	v.Icon = "call"
	v.Actions = []Control{{ID: "dismiss", Label: phrase.Text("calling.dismiss"), Event: Dismiss{}}}
	v.Title = phrase.Text("calling.title")
	switch s.call.phase {
	case callAnswered:
		v.Title, v.Tone, v.Icon = phrase.Text("calling.answered"), Good, "ok"
		v.Headline = s.call.words
	case callDelivered:
		v.Hint = phrase.Text("calling.delivered")
		s.lookLate(v)
	case callFailed:
		v.Title, v.Tone, v.Icon = phrase.Text("calling.failed"), Trouble, "trouble"
		v.Hint = phrase.Text("calling.failed_hint")
		v.Notice, v.NoticeTone = s.phoneLine(), Warning
	default:
		v.Hint = phrase.Text("calling.raising")
		if !s.house.online {
			v.Hint = phrase.Text("calling.offline")
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
	v.Title, v.Tone, v.Icon = phrase.Text("calling.late"), Warning, "warning"
	v.Hint = phrase.Text("calling.late_hint")
	v.Notice, v.NoticeTone = s.phoneLine(), Warning
}

func (s State) lookIdle(v *View) {
	v.Title = phrase.Text("idle.title")
	v.Hint = phrase.Text("idle.hint")
	v.Countdown = int((s.visit.warnUntil.Sub(s.now) + time.Second - 1) / time.Second)
	v.Actions = []Control{
		{ID: "stay", Label: phrase.Text("idle.stay"), Event: Stay{}},
		{ID: "finish", Label: phrase.Text("idle.finish"), Event: Finish{}},
	}
}
