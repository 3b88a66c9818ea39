package setup

import (
	"fmt"
	"strings"

	"lintai/kiosk/fault"
	"lintai/kiosk/settings"
	"lintai/kiosk/visit"
)

// codeStep asks for the one-time code, in the letters that codes are made of and no
// others: what looks alike is not among them.
func codeStep() step {
	return step{
		id:       "code",
		wanted:   State.codeWanted,
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
		settle: func(m *machine) {
			if !m.later {
				m.enrol()
				return
			}
			// The terminal enrols by itself when there is a network.
			values := Values{"central.code": tomlText(grouped(string(m.code), m.facts.Group))}
			if m.facts.Address == "" {
				values["central.address"] = tomlText(m.target())
			}
			m.code = ""
			m.keep(values)
		},
	}
}

// codeWanted: a code of the file that central did not refuse is not asked for.
func (s State) codeWanted() bool {
	if s.facts.Enrolled || s.later && s.kept("code") {
		return false
	}
	return !s.facts.Appliance || !s.facts.Coded || ofCode(s.facts.Fault) || ofCode(s.failed)
}

func (s State) kept(id string) bool { return s.answered&(1<<stepOf(id)) != 0 }

// ofCode are the faults that another code cures.
func ofCode(code fault.Code) bool { return code != fault.NotEnrolled && Offered(code) }

// enrol asks central, unless the file asks for more than it did when that was passed.
func (m *machine) enrol() {
	missing := ""
	switch f := m.facts; {
	case f.Appliance && f.Number == 0:
		missing = "number"
	case f.Appliance && f.Place == "":
		missing = "place"
	case f.Address == "" && !settings.CentralAddress(m.target()):
		missing = "address"
	default:
		m.do(Enrol{m.begin(enrolling), m.target(), m.code})
		return
	}
	m.step = stepOf(missing)
	m.notice = all[m.step].lacking
}

// enrolStep enrols with the code of the file.
func enrolStep() step {
	return step{
		id:     "enrol",
		wanted: func(s State) bool { return !s.facts.Enrolled && !s.later && !s.codeWanted() },
		look: func(s State, v *visit.View) {
			v.Screen, v.Title, v.Hint = visit.ScreenSetupReport, s.text("setup.enrol_title"), s.text("setup.enrol_hint")
			v.Rows = []visit.Row{
				{Label: s.text("setup.row_number"), Value: fmt.Sprint(s.facts.Number)}, {Label: s.text("setup.row_place"), Value: s.facts.Place},
				{Label: s.text("setup.row_central"), Value: s.target()},
			}
			v.Actions = []visit.Control{{ID: "next", Label: s.text("setup.enrol"), Event: visit.Next{}}, s.back()}
		},
		settle: (*machine).enrol,
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
