package setup

import (
	"fmt"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

// joining is the network that she is choosing.
type joining struct {
	found    []WiFi
	looking  bool
	missing  fault.Code // why nothing was found
	chosen   bool
	cable    bool
	other    bool // a network that does not tell its name
	open     bool
	name     string
	password Code
	fixed    bool
	own      string
	gateway  string
	dns      string
}

const (
	cableItem = "cable"
	otherItem = "other"
)

// networkStep is the list of what there is: the cable, and the networks in the air.
func networkStep() step {
	return step{
		id: "network", stays: true,
		wanted:   func(s State) bool { return s.facts.Appliance && !s.facts.Enrolled && !s.facts.Online && !s.later },
		complete: func(s State) bool { return s.net.chosen || s.facts.Online },
		lacking:  "setup.network",
		look:     State.lookNetwork,
		enter: func(m *machine) {
			m.net.chosen, m.later = false, false
			m.lookAround()
		},
		touch: func(m *machine, e visit.Event) {
			switch e := e.(type) {
			case visit.Retry:
				m.lookAround()
			case visit.Finish: // without network for now
				m.later, m.net = true, joining{found: m.net.found}
				m.pass()
			case visit.Open:
				m.pickNetwork(e.Item)
			}
		},
	}
}

func (m *machine) lookAround() {
	if !m.net.looking {
		m.net.looking = true
		m.do(LookAround{})
	}
}

func (m *machine) around(e Around) {
	m.net.looking, m.net.found, m.net.missing, m.page = false, e.Networks, e.Fault, 0
}

func (m *machine) pickNetwork(item string) {
	n := joining{found: m.net.found, chosen: true, looking: m.net.looking}
	switch item {
	case cableItem:
		n.cable = true
	case otherItem:
		n.other = true
	default:
		var i int
		if _, err := fmt.Sscanf(item, "%d", &i); err != nil || i < 0 || i >= len(n.found) {
			return
		}
		n.name, n.open = n.found[i].Name, n.found[i].Open
		if n.name == m.net.name { // once more: what was typed is mended
			n.password, n.fixed, n.own, n.gateway, n.dns = m.net.password, m.net.fixed, m.net.own, m.net.gateway, m.net.dns
		}
	}
	m.net = n
	m.pass()
}

// named is the network in words.
func (s State) named() string {
	if s.net.cable {
		return s.text("setup.cable")
	}
	return s.net.name
}

func (s State) lookNetwork(v *visit.View) {
	v.Screen, v.Title = visit.ScreenSetupList, s.text("setup.network")
	v.Hint = s.text("setup.network_none")
	if s.facts.Online {
		v.Hint = s.text("setup.network_is", "address", s.facts.Own, "network", s.onNetwork())
	}
	if s.net.looking {
		v.Hint = s.text("setup.network_looking")
	}
	items := []visit.Control{{ID: "net.cable", Label: s.text("setup.cable"), Detail: s.text("setup.cable_hint"), Event: visit.Open{Item: cableItem}}}
	for i, n := range s.net.found {
		detail := s.text("setup.wifi_closed", "signal", fmt.Sprint(n.Signal))
		if n.Open {
			detail = s.text("setup.wifi_open", "signal", fmt.Sprint(n.Signal))
		}
		items = append(items, visit.Control{ID: fmt.Sprint("net.", i), Label: n.Name, Detail: detail, Event: visit.Open{Item: fmt.Sprint(i)}})
	}
	items = append(items, visit.Control{ID: "net.other", Label: s.text("setup.wifi_other"), Detail: s.text("setup.wifi_other_hint"), Event: visit.Open{Item: otherItem}})
	s.pages(v, items)
	wrong := s.net.missing
	if s.facts.Network == fault.NetworkRefused { // the one of the file
		wrong = s.facts.Network
	}
	if wrong != fault.None && !s.net.looking {
		v.Hint = "" // the fault says it
		v.Notice, v.NoticeTone = s.inWords(wrong), visit.Warning
	}
	if s.facts.Online {
		v.Actions = append(v.Actions, visit.Control{ID: "next", Label: s.text("setup.go_on"), Event: visit.Next{}})
	}
	v.Actions = append(v.Actions,
		visit.Control{ID: "again", Label: s.text("setup.look_again"), Event: visit.Retry{}, Disabled: s.net.looking},
		visit.Control{ID: "later", Label: s.text("setup.later"), Event: visit.Finish{}}, s.back())
}

// onNetwork is which network the terminal is on.
func (s State) onNetwork() string {
	if s.facts.WiFi == "" {
		return s.text("setup.cable")
	}
	return s.facts.WiFi
}

// perPage is how many rows of a list the smallest panel has room for.
const perPage = 3

// pages puts those items on a view that its page has, and turns.
func (s State) pages(v *visit.View, items []visit.Control) {
	count := max(1, (len(items)+perPage-1)/perPage)
	page := min(s.page, count-1)
	v.Items = items[page*perPage : min(len(items), (page+1)*perPage)]
	if count > 1 {
		v.Pager = &visit.Pager{
			Page: page + 1, Pages: count,
			Earlier: visit.Control{ID: "page.earlier", Label: s.text("pager.earlier"), Icon: "previous", Event: visit.Turn{By: -1}, Disabled: page == 0},
			Later:   visit.Control{ID: "page.later", Label: s.text("pager.later"), Icon: "next", Event: visit.Turn{By: 1}, Disabled: page == count-1},
		}
	}
}

// wayStep asks whether the address is given to the terminal.
func wayStep() step {
	return step{
		id:     "way",
		wanted: func(s State) bool { return s.net.chosen && !s.later },
		look: func(s State, v *visit.View) {
			v.Screen, v.Title, v.Hint = visit.ScreenSetupChoose, s.text("setup.way", "network", s.named()), s.text("setup.way_hint")
			for _, way := range []string{"given", "fixed"} {
				v.Tiles = append(v.Tiles, visit.Control{ID: "way." + way, Label: s.name("setup_way.", way), Detail: s.name("setup_way_hint.", way), Event: visit.Pick{Option: way}})
			}
			v.Actions = []visit.Control{s.back()}
		},
		touch: func(m *machine, e visit.Event) {
			if pick, ok := e.(visit.Pick); ok && (pick.Option == "given" || pick.Option == "fixed") {
				m.net.fixed = pick.Option == "fixed"
				m.pass()
			}
		},
	}
}

// joinStep joins what was chosen, by itself.
func joinStep() step {
	return step{
		id:     "join",
		wanted: func(s State) bool { return s.net.chosen && !s.later },
		look: func(s State, v *visit.View) { // only after it was broken off
			v.Screen, v.Title, v.Hint = visit.ScreenSetupWait, s.named(), s.text("setup.join_hint")
			v.Actions = []visit.Control{{ID: "next", Label: s.text("setup.join"), Event: visit.Next{}}, s.back()}
		},
		enter:  (*machine).join,
		settle: (*machine).join,
	}
}

func (m *machine) join() {
	n := m.net
	what := Network{WiFi: n.name, Password: n.password}
	if n.cable {
		what = Network{}
	}
	if n.open {
		what.Password = ""
	}
	if n.fixed {
		what.Address, what.Gateway, what.DNS = n.own, n.gateway, n.dns
	}
	m.do(Join{m.begin(joiningNet), what})
}

// mend is the step at which a network that was refused can be mended.
func (m *machine) mend(code fault.Code) int {
	n := m.net
	switch {
	case code == fault.NetworkRefused && !n.cable && !n.open && n.password != "":
		return stepOf("password")
	case code == fault.NetworkRefused && n.fixed:
		return stepOf("own")
	}
	m.net.chosen = false
	return stepOf("network")
}

// inWords says a fault of the appliance's or a device's, and its cure.
func (s State) inWords(code fault.Code) string {
	if id := phrase.ID("setup_trouble." + string(code)); phrase.Has(id) {
		return s.trouble(code)
	}
	entry, ok := fault.Find(code)
	if !ok {
		entry.Meaning = string(code)
	}
	return s.text("setup.fault", "meaning", entry.Meaning, "cure", entry.Cure, "code", string(code))
}
