package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newSaved is the screen that says 已保存, with the code to come back by.
func newSaved(p Panel) *page {
	mark := newHeading(p, true, 64)
	headline := newWords(p, theme.Headline, true, theme.Green, fyne.TextAlignCenter)
	title := newWords(p, theme.Title*0.8, true, theme.Ink, fyne.TextAlignCenter)
	number := newCode(p, 40)
	hint := newWords(p, theme.Body, false, theme.Ink, fyne.TextAlignCenter)
	rows := newTable(p)
	note := newNotice(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, mark, headline, title, hint, number, rows, note, act)
	pg.fill = func(v visit.View) {
		l := look(v.Tone)
		mark.set("", v.Icon, l)
		headline.Colour = l.ink
		headline.Set(v.Headline)
		title.Set(v.Title)
		number.set(v.Hint, v.Code)
		hint.Set("")
		if v.Code == "" { // thanks for a rating: nothing to come back with
			number.set("", "")
			hint.Set(v.Hint)
		}
		rows.set(v.Rows)
		note.set(v.Notice, v.NoticeTone)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.42, list(kit.Spring{Weight: 1}, mark, headline, title, hint, kit.Spring{Weight: 1}),
				list(kit.Spring{Weight: 1}, number, rows, note, act, kit.Spring{Weight: 1}))
		}
		return one(area, kit.Spring{Weight: 1}, mark, headline, title, hint, kit.Spring{Weight: 1}, number, rows, note, kit.Spring{Weight: 2}, act)
	}
	return pg
}
