package visit

import (
	"fmt"

	"lintai/kiosk/phrase"
)

// lookWriting draws the keyboard or the pad.
func (s State) lookWriting(v *View) {
	w := s.visit.writing
	next := s.text("text.done")
	if s.visit.shelf == shelfQuestion && !s.visit.asking {
		v.Title, next = s.text("policy.ask"), s.text("lookup.next")
	}
	v.Actions = []Control{{ID: "next", Label: next, Icon: "ok", Event: Next{}, Disabled: w.text == "" && w.spelling == "" && len(w.strokes) == 0}}
	var candidates []Control
	all := s.candidates()
	for i, c := range cut(all, w.page, candidatesShown) {
		n := w.page*candidatesShown + i
		candidates = append(candidates, Control{ID: fmt.Sprint("word.", i+1), Label: c.Text, Event: Choose{n}})
	}
	erase := Control{ID: "key.erase", Label: s.text("keypad.erase"), Icon: "erase", Event: Erase{}, Disabled: w.text == "" && w.spelling == "" && len(w.strokes) == 0}
	if v.Screen == ScreenHand {
		v.Pad = &Pad{Text: w.text, Strokes: w.strokes, Candidates: candidates, More: s.moreCandidates(all)}
		v.Pad.Tools = append(s.switches(w.input), Control{ID: "key.clear", Label: s.text("text.clear"), Event: Clear{}, Disabled: len(w.strokes) == 0}, erase)
		return
	}
	k := &Keyboard{Text: w.text, Blank: s.text("text.blank"), Composing: w.spelling, Candidates: candidates}
	k.More = s.moreCandidates(all)
	rows := []string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}
	if w.input == InputDigits {
		rows = []string{"12345", "67890"}
	}
	for _, row := range rows {
		var keys []Control
		for _, r := range row {
			keys = append(keys, Control{ID: "key." + string(r), Label: string(r), Event: Letter{r}})
		}
		k.Rows = append(k.Rows, keys)
	}
	k.Tools = s.switches(w.input)
	marks := []rune(s.text("text.marks"))
	for i, r := range marks {
		k.Tools = append(k.Tools, Control{ID: fmt.Sprint("key.mark", i+1), Label: string(r), Event: Letter{r}})
	}
	if w.input == InputLatin {
		k.Tools = append(k.Tools, Control{ID: "key.blank", Label: s.text("text.space"), Event: Letter{' '}})
	}
	k.Tools = append(k.Tools, erase)
	v.Keyboard = k
}

// moreCandidates turns to the next ones, when there are more than are shown.
func (s State) moreCandidates(all []Candidate) *Control {
	if len(all) <= candidatesShown {
		return nil
	}
	return &Control{ID: "word.more", Label: s.text("text.more"), Icon: "next", Event: Turn{1}}
}

// switches lead to the other ways of typing.
func (s State) switches(now Input) []Control {
	var all []Control
	for _, to := range []Input{InputPinyin, InputHand, InputLatin, InputDigits} {
		switch {
		case to == now, to == InputPinyin && s.rules.Composer == nil, to == InputHand && !s.rules.Handwriting:
			continue
		case to == InputLatin && now != InputDigits && s.visit.manner.Locale == phrase.Chinese && s.rules.Composer != nil:
			continue // from the digits one comes to the letters; one key less
		}
		all = append(all, Control{ID: "input." + string(to), Label: s.text(phrase.ID("input." + string(to))), Event: Switch{to}})
	}
	return all
}
