package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newMessage is the plain screen: please wait, or what did not work and what to
// do about it.
func newMessage(p Panel) *page {
	title := newHeading(p, true, 90)
	headline := newWords(p, theme.Headline, true, theme.Ink, fyne.TextAlignCenter)
	hint := newWords(p, 12, false, theme.Ink, fyne.TextAlignCenter)
	number := newCode(p, 30)
	note := newNotice(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, headline, hint, number, note, act)
	pg.fill = func(v visit.View) {
		l := look(v.Tone)
		title.set(v.Title, v.Icon, l)
		headline.Colour = l.ink
		headline.Set(v.Headline)
		hint.Set(v.Hint)
		number.set("", v.Code)
		note.set(v.Notice, v.NoticeTone)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.45, list(kit.Spring{Weight: 1}, title, headline, kit.Spring{Weight: 1}),
				list(kit.Spring{Weight: 1}, hint, number, note, act, kit.Spring{Weight: 1}))
		}
		return one(area, kit.Spring{Weight: 2}, title, headline, hint, kit.Spring{Weight: 1}, number, note, kit.Spring{Weight: 2}, act)
	}
	return pg
}
