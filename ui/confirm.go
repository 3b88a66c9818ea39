package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newConfirm is the screen that shows everything at a glance before it counts.
func newConfirm(p Panel) *page {
	title := newHeading(p, false, 20)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	rows := newTable(p)
	note := newNotice(p)
	pages := newPager(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, rows, note, pages, act)
	pg.spare = []func(){hint.Forget}
	pg.fill = func(v visit.View) {
		title.set(v.Title, v.Icon, look(v.Tone))
		hint.Set(v.Hint)
		rows.set(v.Rows)
		note.set(v.Notice, v.NoticeTone)
		pages.set(v.Pager)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if p.Tight() && landscape {
			return firstFitting(p,
				one(area, title, hint, kit.Beside{Panel: p, Share: 0.64, Left: list(rows), Right: list(note, pages, kit.Spring{Weight: 1}, act)}),
				one(area, title, hint, note, kit.Beside{Panel: p, Share: 0.64, Left: list(rows), Right: list(pages, kit.Spring{Weight: 1}, act)}),
				one(area, title, hint, note, rows, kit.Beside{Panel: p, Share: 0.5, Left: list(pages), Right: list(act)}))
		}
		if landscape {
			return two(p, area, 0.34, list(title, hint, note, kit.Spring{Weight: 1}, act), list(rows, kit.Spring{Weight: 1}, pages))
		}
		return one(area, title, hint, rows, pages, kit.Spring{Weight: 1}, note, kit.Spring{Weight: 1}, act)
	}
	return pg
}
