package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newCalling is the screen while staff are being called, and their answer.
func newCalling(p Panel) *page {
	title := newHeading(p, true, 110)
	headline := newWords(p, theme.Headline, true, theme.Pine, fyne.TextAlignCenter)
	hint := newWords(p, 12, false, theme.Ink, fyne.TextAlignCenter)
	note := newNotice(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, headline, hint, note, act)
	pg.spare = []func(){hint.Forget}
	pg.fill = func(v visit.View) {
		l := look(v.Tone)
		if v.Icon == "call" {
			l.ink, l.ground = theme.OnCall, theme.Call // the colour of the button that was pressed
		}
		title.set(v.Title, v.Icon, l)
		headline.Colour = l.ink
		headline.Set(v.Headline)
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.5, list(kit.Spring{Weight: 1}, title, kit.Spring{Weight: 1}),
				list(kit.Spring{Weight: 1}, headline, hint, note, act, kit.Spring{Weight: 1}))
		}
		return one(area, kit.Spring{Weight: 2}, title, headline, hint, kit.Spring{Weight: 1}, note, kit.Spring{Weight: 2}, act)
	}
	return pg
}
