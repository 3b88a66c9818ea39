package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newChoose is the screen of choices: the services, or the options of a step.
func newChoose(p Panel) *page {
	title := newHeading(p, false, 20)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	note := newNotice(p)
	choices := newTiles(p)
	pages := newPager(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, note, choices, pages, act)
	pg.spare = []func(){hint.Forget, choices.brief}
	pg.fill = func(v visit.View) {
		title.set(v.Title, v.Icon, look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		choices.set(v.Tiles)
		pages.set(v.Pager)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if p.Tight() && landscape {
			return one(area, title, hint, note, kit.Beside{Panel: p, Share: 0.78, Left: list(choices), Right: list(pages, kit.Spring{Weight: 1}, act)})
		}
		if landscape {
			return one(area, title, hint, note, choices, kit.Spring{Weight: 1}, kit.Beside{Panel: p, Share: 0.6, Left: list(pages), Right: list(act)})
		}
		return one(area, title, hint, note, choices, kit.Spring{Weight: 1}, pages, act)
	}
	return pg
}
