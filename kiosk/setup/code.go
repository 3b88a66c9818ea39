package setup

import (
	"fmt"
	"strings"

	"lintai/kiosk/visit"
)

// codeStep asks for the one-time code, in the letters that codes are made of and no
// others: what looks alike is not among them.
func codeStep() step {
	return step{
		id:       "code",
		wanted:   func(State) bool { return true },
		complete: func(s State) bool { return len(s.code) == s.facts.Length },
		lacking:  "setup.code_short",
		look:     State.lookCode,
		touch: func(m *machine, e visit.Event) {
			switch e := e.(type) {
			case visit.Letter:
				if len(m.code) < m.facts.Length && strings.ContainsRune(m.facts.Letters, e.Rune) {
					m.code += Code(e.Rune)
				}
			case visit.Erase:
				if n := len(m.code); n > 0 {
					m.code = m.code[:n-1]
				}
			}
		},
	}
}

// codeRows is how keyboards have letters; those that no code has are left out.
var codeRows = []string{"1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"}

func (s State) lookCode(v *visit.View) {
	v.Title = s.text("setup.code")
	v.Hint = s.text("setup.code_hint", "address", s.target(), "number", fmt.Sprint(s.facts.Number),
		"typed", fmt.Sprint(len(s.code)), "length", fmt.Sprint(s.facts.Length))
	v.Actions = []visit.Control{
		{ID: "next", Label: s.text("setup.enrol"), Event: visit.Next{}},
		{ID: "back", Label: s.text("setup.back"), Event: visit.Back{}},
	}
	v.Keyboard = &visit.Keyboard{Text: grouped(string(s.code), s.facts.Group), Blank: s.text("setup.code_blank"), Tools: []visit.Control{s.erase()}}
	for _, row := range codeRows {
		var keys []visit.Control
		for _, r := range row {
			if strings.ContainsRune(s.facts.Letters, r) {
				keys = append(keys, key(r))
			}
		}
		v.Keyboard.Rows = append(v.Keyboard.Rows, keys)
	}
}

func (s State) erase() visit.Control {
	return visit.Control{ID: "key.erase", Label: s.text("keypad.erase"), Icon: "erase", Event: visit.Erase{}}
}

func key(r rune) visit.Control {
	return visit.Control{ID: "key." + string(r), Label: string(r), Event: visit.Letter{Rune: r}}
}

// grouped writes a code as it stands on paper.
func grouped(code string, group int) string {
	var parts []string
	for rest := code; rest != ""; {
		n := min(max(group, 1), len(rest))
		parts, rest = append(parts, rest[:n]), rest[n:]
	}
	return strings.Join(parts, "-")
}
