package setup

import (
	"fmt"
	"strconv"

	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// numberStep asks for the terminal's number where the file has none.
func numberStep() step {
	return step{
		id: "number", stays: true,
		wanted: func(s State) bool { return s.facts.Appliance && s.facts.Number == 0 },
		complete: func(s State) bool {
			n, err := strconv.Atoi(s.number)
			return err == nil && n >= 1 && n <= ticket.MaxTerminal
		},
		lacking: "setup.number_hint",
		look: func(s State, v *visit.View) {
			v.Screen, v.Title, v.Hint = visit.ScreenSetupNumber, s.text("setup.number"), s.text("setup.number_hint")
			pad := &visit.Keypad{Entry: s.number, Suffix: s.text("setup.number_unit"), Erase: s.erase()}
			for d := byte('1'); d <= '9'; d++ {
				pad.Keys = append(pad.Keys, digit(d))
			}
			pad.Keys = append(pad.Keys, digit('0'))
			v.Keypad, v.Actions = pad, s.onOrBack()
		},
		touch: func(m *machine, e visit.Event) {
			switch e := e.(type) {
			case visit.Digit:
				if len(m.number) < len(fmt.Sprint(ticket.MaxTerminal)) && e.Digit >= '0' && e.Digit <= '9' && m.number+string(e.Digit) != "0" {
					m.number += string(e.Digit)
				}
			case visit.Erase:
				if n := len(m.number); n > 0 {
					m.number = m.number[:n-1]
				}
			}
		},
		settle: func(m *machine) {
			m.facts.Number, _ = strconv.Atoi(m.number)
			m.keep(Values{"terminal.number": m.number})
		},
	}
}

func digit(d byte) visit.Control {
	return visit.Control{ID: "key." + string(d), Label: string(d), Event: visit.Digit{Digit: d}}
}

// usualPlaces are where terminals stand.
var usualPlaces = []string{"station", "party", "estate", "gate", "lobby"}

// placeStep asks for the name of the place that stands above every screen.
func placeStep() step {
	return step{
		id: "place", stays: true,
		wanted:   func(s State) bool { return s.facts.Appliance && s.facts.Place == "" },
		complete: func(s State) bool { return s.place != "" },
		lacking:  "setup.place",
		look: func(s State, v *visit.View) {
			v.Screen, v.Title, v.Hint = visit.ScreenSetupList, s.text("setup.place"), s.text("setup.place_hint")
			var items []visit.Control
			for i, p := range s.placeNames() {
				items = append(items, visit.Control{ID: fmt.Sprint("place.", i), Label: p, Event: visit.Open{Item: fmt.Sprint(i)}, Selected: p == s.place})
			}
			s.pages(v, items)
			v.Actions = []visit.Control{s.back()}
		},
		touch: func(m *machine, e visit.Event) {
			if name, ok := opened(e, m.placeNames()); ok {
				m.place = name
				m.next()
			}
		},
		settle: func(m *machine) {
			m.facts.Place = m.place
			m.keep(Values{"terminal.place": tomlText(m.place)})
		},
	}
}

// placeNames are in Chinese whatever she reads: residents read them.
func (s State) placeNames() []string {
	all := append([]string{}, s.facts.Places...)
	for _, p := range usualPlaces {
		all = append(all, chinese("setup_place.", p))
	}
	return all
}

// opened is the name of the row that was touched.
func opened(e visit.Event, names []string) (string, bool) {
	open, ok := e.(visit.Open)
	if !ok {
		return "", false
	}
	i, err := strconv.Atoi(open.Item)
	if err != nil || i < 0 || i >= len(names) {
		return "", false
	}
	return names[i], true
}

// gridStep asks where on central's map the terminal stands, where its places are known.
func gridStep() step {
	return step{
		id: "grid", optional: true,
		wanted:   func(s State) bool { return s.facts.Appliance && s.facts.Grid == "" && len(s.facts.Places) > 0 },
		complete: func(s State) bool { return s.grid != "" },
		lacking:  "setup.grid",
		look: func(s State, v *visit.View) {
			v.Screen, v.Title, v.Hint = visit.ScreenSetupList, s.text("setup.grid"), s.text("setup.grid_hint")
			var items []visit.Control
			for i, p := range s.facts.Places {
				items = append(items, visit.Control{ID: fmt.Sprint("grid.", i), Label: p, Event: visit.Open{Item: fmt.Sprint(i)}, Selected: p == s.grid})
			}
			s.pages(v, items)
			v.Actions = []visit.Control{s.skipIt(), s.back()}
		},
		touch: func(m *machine, e visit.Event) {
			if name, ok := opened(e, m.facts.Places); ok {
				m.grid = name
				m.next()
			}
		},
		settle: func(m *machine) { m.keep(Values{"terminal.grid": tomlText(m.grid)}) },
	}
}
