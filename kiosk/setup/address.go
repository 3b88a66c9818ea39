package setup

import (
	"strings"

	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
)

// scheme stands before what is typed: central speaks nothing else.
const scheme = "https://"

// mostAddress is how long an address may be.
const mostAddress = 80

// addressStep asks for central's address where the technician's file has none.
func addressStep() step {
	return step{
		id:       "address",
		wanted:   func(s State) bool { return s.facts.Address == "" && !s.facts.Enrolled },
		complete: func(s State) bool { return settings.CentralAddress(scheme + s.address) },
		lacking:  "setup.address_wrong",
		look:     State.lookAddress,
		touch: func(m *machine, e visit.Event) {
			switch e := e.(type) {
			case visit.Letter:
				if len(m.address) < mostAddress && strings.ContainsRune(strings.Join(addressRows, "")+addressMarks, e.Rune) {
					m.address += string(e.Rune)
				}
			case visit.Erase:
				if n := len(m.address); n > 0 {
					m.address = m.address[:n-1]
				}
			}
		},
	}
}

var addressRows = []string{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"}

const addressMarks = ".-:/"

var markNames = map[rune]string{'.': "dot", '-': "hyphen", ':': "colon", '/': "slash", ' ': "blank"}

func (s State) lookAddress(v *visit.View) {
	v.Title = s.text("setup.address")
	v.Hint = s.text("setup.address_hint")
	v.Actions = []visit.Control{
		{ID: "next", Label: s.text("keypad.next"), Event: visit.Next{}},
		{ID: "back", Label: s.text("setup.back"), Event: visit.Back{}},
	}
	v.Keyboard = &visit.Keyboard{Text: scheme + s.address}
	for _, row := range addressRows {
		var keys []visit.Control
		for _, r := range row {
			keys = append(keys, key(r))
		}
		v.Keyboard.Rows = append(v.Keyboard.Rows, keys)
	}
	for _, r := range addressMarks {
		mark := key(r)
		mark.ID = "key." + markNames[r]
		v.Keyboard.Tools = append(v.Keyboard.Tools, mark)
	}
	v.Keyboard.Tools = append(v.Keyboard.Tools, s.erase())
}
