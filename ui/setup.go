package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newSetup is the screen of a technician who types what a terminal does not know of
// itself. What is wrong and what cures it takes more words than a resident reads, so
// on a wide panel they have as much place as the keys can spare.
func newSetup(p Panel) *page {
	if p.Tight() && p.Landscape() {
		return newTightText(p)
	}
	title := newHeading(p, false, 16)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	note := newNotice(p)
	field := newWriting(p, 3)
	keys := newKeyboard(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, note, field, keys, act)
	pg.fill = func(v visit.View) {
		k := typed(v)
		title.set(v.Title, "", look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		field.set(k.Text, k.Composing, k.Blank)
		keys.set(k.Rows, k.Tools)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.62, list(title, field, keys), list(hint, note, kit.Spring{Weight: 1}, act))
		}
		return one(area, title, hint, note, kit.Spring{Weight: 1}, field, keys, kit.Spring{Weight: 1}, act)
	}
	return pg
}
