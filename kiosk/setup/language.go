package setup

import (
	"slices"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

// offers are the languages that a terminal may offer residents.
var offers = []struct {
	id        string
	languages []phrase.Locale
}{
	{"both", []phrase.Locale{phrase.Chinese, phrase.English}},
	{"chinese", []phrase.Locale{phrase.Chinese}},
}

// languageStep asks which languages residents may choose.
func languageStep() step {
	return step{
		id: "language", stays: true, optional: true,
		wanted:   func(s State) bool { return s.facts.Appliance && !s.facts.Languages },
		complete: func(s State) bool { return len(s.chosen) > 0 },
		lacking:  "setup.language",
		look: func(s State, v *visit.View) {
			v.Screen, v.Title, v.Hint = visit.ScreenSetupChoose, s.text("setup.language"), s.text("setup.language_hint")
			for _, o := range offers {
				v.Tiles = append(v.Tiles, visit.Control{
					ID: "language." + o.id, Label: s.name("setup_language.", o.id), Icon: "language",
					Event: visit.Pick{Option: o.id}, Selected: slices.Equal(o.languages, s.chosen),
				})
			}
			v.Actions = []visit.Control{s.skipIt(), s.back()}
		},
		touch: func(m *machine, e visit.Event) {
			for _, o := range offers {
				if e == (visit.Pick{Option: o.id}) {
					m.chosen = o.languages
					m.next()
				}
			}
		},
		settle: func(m *machine) {
			var names []string
			for _, l := range m.chosen {
				names = append(names, tomlText(string(l)))
			}
			m.keep(Values{"terminal.languages": "[" + strings.Join(names, ", ") + "]"})
		},
	}
}
