package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newIdentify is the screen that asks for the ID card and says what it is for.
func newIdentify(p Panel) *page {
	title := newHeading(p, true, 110)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignCenter)
	note := newNotice(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, note, act)
	pg.spare = []func(){hint.Forget}
	pg.fill = func(v visit.View) {
		title.set(v.Title, v.Icon, look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.45, list(kit.Spring{Weight: 1}, title, kit.Spring{Weight: 1}),
				list(kit.Spring{Weight: 1}, hint, note, act, kit.Spring{Weight: 1}))
		}
		return one(area, kit.Spring{Weight: 2}, title, hint, kit.Spring{Weight: 1}, note, kit.Spring{Weight: 2}, act)
	}
	return pg
}
