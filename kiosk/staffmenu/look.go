package staffmenu

import (
	"fmt"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/staffcode"
	"lintai/kiosk/visit"
)

// perPage is how many rows of a list the smallest panel has room for.
const perPage = 3

// Way is the control on the start screen that leads to the door.
func Way() visit.Control {
	return visit.Control{ID: "staff", Label: text("staff.way"), Icon: "person", Event: visit.Open{Item: WayItem}}
}

// WayItem is what Way opens.
const WayItem = "staff"

// Look draws a state that is open.
func Look(s State) visit.View {
	v := visit.View{
		Screen: visit.ScreenSetupList, Step: "staff." + string(s.page), Title: s.name(), Strip: visit.Strip{Place: s.facts.Place, Link: text("staff.strip")},
		Manner: visit.Manner{Locale: phrase.Chinese},
	}
	switch s.page {
	case number:
		s.lookNumber(&v)
	case menu:
		s.list(&v, s.entryRows())
		v.Actions = []visit.Control{leaving()}
	case volume, light:
		s.lookLevels(&v)
	case devices:
		var all []visit.Control
		for _, d := range s.facts.Devices {
			all = append(all, row(d, text(phrase.ID("setup_device."+d)), ""))
		}
		s.list(&v, all)
		v.Actions = []visit.Control{back(), leaving()}
	case device:
		s.lookDevice(&v)
	case restart:
		s.list(&v, []visit.Control{
			row("program", text("staff.restart_program"), text("staff.restart_program_hint")),
			row("machine", text("staff.restart_machine"), text("staff.restart_machine_hint"))})
		v.Actions = []visit.Control{back(), leaving()}
	case sticks:
		var all []visit.Control
		for _, f := range s.found {
			detail := f.Label
			if s.aim == "update" {
				detail = text("staff.stick_update", "version", f.Update)
			}
			all = append(all, row(f.Name, text("staff.stick", "name", f.Name), detail))
		}
		v.Hint = text("staff.sticks_hint")
		s.list(&v, all)
		v.Actions = []visit.Control{back(), leaving()}
	case confirm:
		s.lookConfirm(&v)
	case working:
		v.Screen, v.Icon, v.Hint = visit.ScreenSetupWait, "wait", text("staff.working")
		if s.aim == "update" || s.aim == "queue" {
			v.Hint = text("staff.working_long")
		}
	case result:
		s.lookResult(&v)
	case network:
		s.facts4(&v, [][2]string{
			{text("staff.row_network"), yes(s.facts.Online, "staff.online", "staff.offline")},
			{text("staff.row_address"), orNone(s.facts.Address)}, {text("staff.row_wifi"), orNone(s.facts.WiFi)},
			{text("staff.row_central"), yes(s.facts.Central, "staff.reached", "staff.unreached")},
			{text("staff.row_waiting"), fmt.Sprint(s.facts.Waiting)}})
	case versions:
		s.facts4(&v, [][2]string{
			{text("staff.row_image"), orNone(s.facts.Image)}, {text("staff.row_slot"), orNone(s.facts.Slot)},
			{text("staff.row_program"), orNone(s.facts.Program)}, {text("staff.row_documents"), orNone(s.facts.Documents)}})
	}
	return v
}

func yes(is bool, word, other phrase.ID) string {
	if is {
		return text(word)
	}
	return text(other)
}

func orNone(value string) string {
	if value == "" {
		return text("staff.none")
	}
	return value
}

// name is the title of a page.
func (s State) name() string {
	switch s.page {
	case working, result, confirm, sticks:
		return text(phrase.ID("staff_entry." + s.aim))
	case number:
		return text("staff.number")
	case menu:
		return text("staff.menu")
	case device:
		return text(phrase.ID("setup_device." + s.device))
	}
	return text(phrase.ID("staff_entry." + string(s.page)))
}

func row(id, label, detail string) visit.Control {
	return visit.Control{ID: "staff." + id, Label: label, Detail: detail, Event: visit.Open{Item: id}}
}

func back() visit.Control {
	return visit.Control{ID: "back", Label: text("staff.back"), Event: visit.Back{}}
}

func leaving() visit.Control {
	return visit.Control{ID: "leave", Label: text("staff.leave"), Event: visit.Finish{}}
}

func (s State) entryRows() (all []visit.Control) {
	for _, e := range s.entries() {
		all = append(all, row(e, text(phrase.ID("staff_entry."+e)), ""))
	}
	return all
}

// pages is how many the list of this page has.
func (s State) pages() int {
	n := map[page]int{menu: len(s.entries()), volume: len(levels), light: len(levels), devices: len(s.facts.Devices), sticks: len(s.found), network: 5, versions: 4}[s.page]
	return max(1, (n+perPage-1)/perPage)
}

// turner turns the pages of a list, and is nil where there is one only.
func (s State) turner() *visit.Pager {
	count := s.pages()
	if count == 1 {
		return nil
	}
	at := min(s.turned, count-1)
	return &visit.Pager{
		Page: at + 1, Pages: count,
		Earlier: visit.Control{ID: "page.earlier", Label: text("pager.earlier"), Icon: "previous", Event: visit.Turn{By: -1}, Disabled: at == 0},
		Later:   visit.Control{ID: "page.later", Label: text("pager.later"), Icon: "next", Event: visit.Turn{By: 1}, Disabled: at == count-1},
	}
}

func (s State) list(v *visit.View, all []visit.Control) {
	at := min(s.turned, s.pages()-1) * perPage
	v.Items, v.Pager = all[min(at, len(all)):min(len(all), at+perPage)], s.turner()
}

// facts4 shows labels and values, a few on a page.
func (s State) facts4(v *visit.View, all [][2]string) {
	v.Screen, v.Pager = visit.ScreenSetupReport, s.turner()
	at := min(s.turned, s.pages()-1) * perPage
	for _, r := range all[at:min(len(all), at+perPage)] {
		v.Rows = append(v.Rows, visit.Row{Label: r[0], Value: r[1]})
	}
	v.Actions = []visit.Control{back(), leaving()}
}

func (s State) lookNumber(v *visit.View) {
	const places = "________"
	v.Screen, v.Hint = visit.ScreenSetupNumber, text("staff.number_hint")
	shown := grouped(s.entry)
	v.Keypad = &visit.Keypad{
		Entry: shown, Blank: grouped(s.entry + places[len(s.entry):])[len(shown):],
		Erase: visit.Control{ID: "key.erase", Label: text("keypad.erase"), Icon: "erase", Event: visit.Erase{}},
	}
	for _, d := range "1234567890" {
		v.Keypad.Keys = append(v.Keypad.Keys, visit.Control{ID: "key." + string(d), Label: string(d), Event: visit.Digit{Digit: byte(d)}})
	}
	v.Actions = []visit.Control{
		{ID: "next", Label: text("staff.enter"), Event: visit.Next{}, Disabled: s.judging || len(s.entry) < staffcode.Digits},
		{ID: "leave", Label: text("staff.leave"), Event: visit.Finish{}},
	}
	if s.verdict != "" && s.verdict != Right {
		v.Notice, v.NoticeTone = text(phrase.ID("staff_verdict."+string(s.verdict))), visit.Warning
	}
}

func (s State) lookLevels(v *visit.View) {
	now := s.facts.Volume
	if s.page == light {
		now = s.facts.Light
	}
	v.Hint = text("staff.level_now", "percent", fmt.Sprint(now))
	var all []visit.Control
	for _, l := range levels {
		c := row(fmt.Sprint(l), text("staff.level", "percent", fmt.Sprint(l)), "")
		c.Selected = l == now
		all = append(all, c)
	}
	s.list(v, all)
	v.Actions = []visit.Control{back(), leaving()}
}

func (s State) lookDevice(v *visit.View) {
	v.Screen = visit.ScreenSetupTest
	again := visit.Control{ID: "again", Label: text("setup.again"), Event: visit.Retry{}}
	switch {
	case s.passed:
		v.Icon, v.Tone, v.Headline = "ok", visit.Good, text("setup.passed")
		v.Actions = []visit.Control{back(), again}
	case s.doubt:
		v.Hint = text(phrase.ID("setup_ask." + s.device))
		v.Actions = []visit.Control{
			{ID: "yes", Label: text(phrase.ID("setup_yes." + s.device)), Event: visit.Pick{Option: "yes"}},
			{ID: "no", Label: text(phrase.ID("setup_no." + s.device)), Event: visit.Pick{Option: "no"}}, again, back()}
	case s.failed != fault.None:
		v.Icon, v.Tone, v.Headline = "trouble", visit.Trouble, text("setup.not_passed")
		v.Actions = []visit.Control{again, back()}
	default:
		v.Hint = text(phrase.ID("setup_do." + s.device))
		v.Actions = []visit.Control{again, back()}
	}
	v.Notice, v.NoticeTone = trouble(s.failed), visit.Warning
}

func (s State) lookConfirm(v *visit.View) {
	v.Screen, v.Icon = visit.ScreenSetupWait, "info"
	if s.aim == "update" {
		v.Hint = text("staff.confirm_update", "version", s.what, "image", orNone(s.facts.Image))
	} else {
		v.Hint = text(phrase.ID("staff_confirm." + s.what))
	}
	v.Actions = []visit.Control{{ID: "confirm", Label: text("staff.confirm"), Event: visit.Confirm{}}, back()}
}

func (s State) lookResult(v *visit.View) {
	v.Screen = visit.ScreenSetupWait
	v.Actions = []visit.Control{back(), leaving()}
	if s.failed != fault.None {
		v.Icon, v.Tone, v.Headline = "trouble", visit.Trouble, text("staff.not_done")
		v.Notice, v.NoticeTone = trouble(s.failed), visit.Warning
		return
	}
	v.Icon, v.Tone, v.Headline, v.Hint = "ok", visit.Good, text("staff.done"), text(phrase.ID("staff_done."+s.aim), "what", s.told)
	if s.aim == "queue" && s.told == "" {
		v.Hint = text("staff_done.nothing_waits")
	}
	if s.aim == "update" {
		v.Actions = []visit.Control{{ID: "restart", Label: text("staff.restart_now"), Event: visit.Retry{}}, back()}
	}
}

func trouble(code fault.Code) string {
	entry, ok := fault.Find(code)
	if !ok {
		return string(code)
	}
	return text("staff.trouble", "meaning", entry.Meaning, "code", string(code), "cure", entry.Cure)
}
