package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newProgress is the screen that tells how far a request has come.
func newProgress(p Panel) *page {
	title := newHeading(p, false, 24)
	headline := newWords(p, theme.Headline, true, theme.Pine, fyne.TextAlignLeading)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	way := newTrack(p)
	rows := newTable(p)
	number := newCode(p, 16)
	note := newNotice(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, headline, hint, way, rows, number, note, act)
	pg.spare = []func(){hint.Forget}
	pg.fill = func(v visit.View) {
		l := look(v.Tone)
		title.set(v.Title, v.Icon, l)
		headline.Colour = l.ink
		headline.Set(v.Headline)
		hint.Set(v.Hint)
		way.set(v.Track)
		rows.set(v.Rows)
		number.set("", v.Code)
		note.set(v.Notice, v.NoticeTone)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.5, list(title, headline, hint, rows, note, kit.Spring{Weight: 1}, number),
				list(way, kit.Spring{Weight: 1}, act))
		}
		return one(area, title, headline, hint, kit.Spring{Weight: 1}, way, kit.Spring{Weight: 1}, rows, note, number, kit.Spring{Weight: 1}, act)
	}
	return pg
}
