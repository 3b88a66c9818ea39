package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newText is the screen of own words by the keyboard. Keys stay large on every
// panel; on a ten-inch one the question therefore stands inside the field and the
// hint where the words to choose from will appear.
func newText(p Panel) *page {
	title := newHeading(p, false, 16)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	note := newNotice(p)
	field := newWriting(p, 3)
	choice := newCandidates(p)
	keys := newKeyboard(p, field)
	act := newActions(p)
	parts := list(title, hint, note, field, choice)
	if keys.side != nil {
		parts = append(parts, keys.side)
	}
	pg := newPage(p, theme.Paper, append(parts, keys, act)...)
	pg.fill = func(v visit.View) {
		k := v.Keyboard
		if k == nil {
			k = &visit.Keyboard{}
		}
		advice := ""
		if keys.side != nil {
			// A notice takes the place of the words to choose from, or of the question.
			field.label.Set(v.Title)
			advice = v.Hint
			switch {
			case v.Notice != "" && len(k.Candidates) > 0:
				field.label.Set(v.Notice)
			case v.Notice != "":
				field.label.Set("")
				advice = v.Notice
			}
		} else {
			title.set(v.Title, "", look(v.Tone))
			hint.Set(v.Hint)
			note.set(v.Notice, v.NoticeTone)
		}
		field.set(k.Text, k.Composing, k.Blank)
		choice.set(k.Candidates, k.More, advice, advice != "" && v.Notice != "")
		keys.set(k.Rows, k.Tools)
		if keys.side != nil {
			keys.arrange(mostBeside(len(v.Actions)))
		}
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		switch {
		case keys.side != nil && landscape:
			return tightKeyboard(p, area, list(field, choice, keys), list(keys.side, act))
		case landscape:
			return two(p, area, 0.78, list(title, field, choice, keys), list(hint, note, kit.Spring{Weight: 1}, act))
		}
		return one(area, title, hint, note, kit.Spring{Weight: 1}, field, choice, keys, kit.Spring{Weight: 1}, act)
	}
	return pg
}

// mostBeside is how many keys of 16 mm a ten-inch panel holds above the actions.
func mostBeside(actions int) int {
	if actions > 1 {
		return 2
	}
	return 4
}

// tightKeyboard divides a ten-inch panel to the millimetre: ten keys of 16 mm at
// the left, a column of 20 mm at the right. The column comes first, because the
// keyboard fills it.
func tightKeyboard(p Panel, area kit.Rect, left, right []kit.Part) []kit.Column {
	area = area.Inset(-p.MM(1.6), 0)
	area.Y, area.H = area.Y-p.MM(1.6), area.H+p.MM(1.6)
	side := p.MM(theme.Target) + 0.1
	l := kit.Rect{X: area.X, Y: area.Y, W: area.W - side - p.MM(3.2), H: area.H}
	r := kit.Rect{X: area.X + area.W - side, Y: area.Y, W: side, H: area.H}
	return []kit.Column{{Area: r, Parts: right}, {Area: l, Parts: left}}
}
