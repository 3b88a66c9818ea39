package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newNumber is the screen with the large keypad: a building, a room, or the code
// of a slip.
func newNumber(p Panel) *page {
	title := newHeading(p, false, 20)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	entry := newField(p)
	note := newNotice(p)
	pad := newKeys(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, entry, note, pad, act)
	pg.spare = []func(){hint.Forget}
	pg.fill = func(v visit.View) {
		title.set(v.Title, v.Icon, look(v.Tone))
		hint.Set(v.Hint)
		entry.set(v.Keypad)
		pad.set(v.Keypad)
		note.set(v.Notice, v.NoticeTone)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.5, list(title, hint, entry, note), list(pad, act))
		}
		return one(area, title, hint, kit.Spring{Weight: 1}, entry, note, kit.Spring{Weight: 1}, pad, kit.Spring{Weight: 1}, act)
	}
	return pg
}
