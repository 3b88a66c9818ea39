package setup

import (
	"fmt"
	"strings"
	"unicode"

	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
)

// Layers of the keyboard, beside visit.InputLatin for small letters.
const (
	inputCapitals visit.Input = "capitals"
	inputMarks    visit.Input = "marks"
)

var (
	capitalRows = []string{"1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"}
	markRows    = []string{"1234567890", "!@#$%^&*()", "-_=+[]{}\\|", ";:'\",.<>/?"}
)

// keyboard has every sign that a password may have, on three layers.
func (s State) keyboard(text, blank string) *visit.Keyboard {
	k := &visit.Keyboard{Text: text, Blank: blank}
	rows := addressRows
	switch s.layer {
	case inputCapitals:
		rows = capitalRows
	case inputMarks:
		rows = markRows
	}
	for _, row := range rows {
		var keys []visit.Control
		for _, r := range row {
			keys = append(keys, sign(r))
		}
		k.Rows = append(k.Rows, keys)
	}
	to := func(layer visit.Input) visit.Control {
		return visit.Control{ID: "layer." + string(layer), Label: s.name("setup_layer.", string(layer)), Event: visit.Switch{To: layer}}
	}
	switch s.layer {
	case inputCapitals:
		k.Tools = []visit.Control{to(visit.InputLatin), to(inputMarks)}
	case inputMarks:
		k.Tools = []visit.Control{to(visit.InputLatin), sign('~'), sign('`')}
	default:
		k.Tools = []visit.Control{to(inputCapitals), to(inputMarks)}
	}
	blankKey := visit.Control{ID: "key.blank", Label: s.text("setup.blank"), Event: visit.Letter{Rune: ' '}}
	k.Tools = append(k.Tools, blankKey, s.erase())
	return k
}

// sign is a key whose name is a word also where the sign is none.
func sign(r rune) visit.Control {
	k := key(r)
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		k.ID = fmt.Sprintf("key.u%x", r)
	}
	return k
}

// digits is a keyboard for addresses of networks.
func (s State) digits(text, blank, marks string) *visit.Keyboard {
	k := &visit.Keyboard{Text: text, Blank: blank}
	for _, row := range []string{"12345", "67890"} {
		var keys []visit.Control
		for _, r := range row {
			keys = append(keys, key(r))
		}
		k.Rows = append(k.Rows, keys)
	}
	for _, r := range marks {
		mark := key(r)
		mark.ID = "key." + markNames[r]
		if r == ' ' {
			mark.ID, mark.Label = "key.blank", s.text("setup.blank")
		}
		k.Tools = append(k.Tools, mark)
	}
	k.Tools = append(k.Tools, s.erase())
	return k
}

// typing changes a text by a key: at most so many bytes of what a keyboard has.
func typed(text *string, e visit.Event, most int, allowed func(rune) bool) {
	switch e := e.(type) {
	case visit.Letter:
		if len(*text) < most && allowed(e.Rune) {
			*text += string(e.Rune)
		}
	case visit.Erase:
		if n := len(*text); n > 0 {
			*text = (*text)[:n-1]
		}
	}
}

func printable(r rune) bool { return r >= ' ' && r <= '~' }

// nameStep asks for the name of a network that does not tell it.
func nameStep() step {
	return step{
		id:       "wifi_name",
		wanted:   func(s State) bool { return s.net.other && !s.later },
		complete: func(s State) bool { _, ok := settings.WiFiName(s.net.name); return ok },
		lacking:  "setup.wifi_name_hint",
		look: func(s State, v *visit.View) {
			v.Title, v.Hint = s.text("setup.wifi_name"), s.text("setup.wifi_name_hint")
			v.Keyboard, v.Actions = s.keyboard(s.net.name, s.text("setup.wifi_name_blank")), s.onOrBack()
		},
		touch: func(m *machine, e visit.Event) { typed(&m.net.name, e, 32, printable) },
	}
}

// passwordStep asks for a network's password.
func passwordStep() step {
	return step{
		id:     "password",
		wanted: func(s State) bool { return s.net.chosen && !s.net.cable && !s.net.open && !s.later },
		complete: func(s State) bool {
			_, ok := settings.WiFiPassword(string(s.net.password))
			return ok || s.net.other && s.net.password == "" // it may be open
		},
		lacking: "setup.password_short",
		look: func(s State, v *visit.View) {
			v.Title, v.Hint = s.text("setup.password", "network", s.net.name), s.text("setup.password_hint", "typed", fmt.Sprint(len(s.net.password)))
			v.Keyboard, v.Actions = s.keyboard(string(s.net.password), s.text("setup.password_blank")), s.onOrBack()
		},
		touch: func(m *machine, e visit.Event) {
			text := string(m.net.password)
			typed(&text, e, 64, printable)
			m.net.password = Code(text)
		},
	}
}

// fixed is a step for one of the figures of a fixed address.
func fixed(id string, marks string, field func(*joining) *string, fits func(joining) bool) step {
	return step{
		id:       id,
		wanted:   func(s State) bool { return s.net.chosen && s.net.fixed && !s.later },
		complete: func(s State) bool { return fits(s.net) },
		lacking:  sentence("setup_fixed_wrong.", id),
		look: func(s State, v *visit.View) {
			v.Title, v.Hint = s.name("setup_fixed.", id), s.name("setup_fixed_hint.", id)
			v.Keyboard, v.Actions = s.digits(*field(&s.net), s.name("setup_fixed_blank.", id), marks), s.onOrBack()
		},
		touch: func(m *machine, e visit.Event) {
			typed(field(&m.net), e, 48, func(r rune) bool { return unicode.IsDigit(r) && r < 0x80 || strings.ContainsRune(marks, r) })
		},
	}
}

func ownStep() step {
	return fixed("own", "./", func(n *joining) *string { return &n.own }, func(n joining) bool { _, ok := settings.NetworkAddress(n.own); return ok })
}

func gatewayStep() step {
	return fixed("gateway", ".", func(n *joining) *string { return &n.gateway }, func(n joining) bool {
		_, ok := settings.IPAddress(n.gateway)
		return n.gateway == "" || ok && settings.Reaches(n.own, n.gateway)
	})
}

func dnsStep() step {
	return fixed("dns", ". ", func(n *joining) *string { return &n.dns }, func(n joining) bool {
		_, ok := settings.IPAddresses(n.dns)
		return n.dns == "" || ok
	})
}
