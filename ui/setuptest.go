package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newSetupTest is the screen of a device that a technician tries: what to do there,
// what came of it, and a fault with its cure, which takes the whole width.
func newSetupTest(p Panel) *page {
	title := newHeading(p, true, 30)
	headline := newWords(p, theme.Headline, true, theme.Ink, fyne.TextAlignCenter)
	hint := newWords(p, 9, false, theme.Ink, fyne.TextAlignCenter)
	note := newNotice(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, headline, hint, note, act)
	pg.fill = func(v visit.View) {
		l := look(v.Tone)
		title.set(v.Title, v.Icon, l)
		headline.Colour = l.ink
		headline.Set(v.Headline)
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, _ bool) []kit.Column {
		return one(area, kit.Spring{Weight: 1}, title, headline, hint, note, kit.Spring{Weight: 1}, act)
	}
	return pg
}
