package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newStart is the screen that invites: where one is, what time it is, and one
// bright place to touch. The whole of it wakes the terminal, not only that place.
func newStart(p Panel) *page {
	place := newWords(p, 18, true, theme.OnBand, fyne.TextAlignCenter)
	clock := newWords(p, 46, true, theme.OnBand, fyne.TextAlignCenter)
	title := newWords(p, theme.Title, true, theme.OnBand, fyne.TextAlignCenter)
	hint := newWords(p, 11, false, theme.OnBand, fyne.TextAlignCenter)
	note := newNotice(p)
	wake := newInvitation(p)
	pg := newPage(p, theme.Band, place, clock, title, hint, note, wake)
	pg.fill = func(v visit.View) {
		place.Set(v.Headline)
		clock.Set(v.Strip.Clock)
		title.Set(v.Title)
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		wake.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		wake.whole = area
		if landscape {
			return two(p, area, 0.5, list(kit.Spring{Weight: 1}, place, clock, title, kit.Spring{Weight: 1}),
				list(kit.Spring{Weight: 1}, wake, hint, note, kit.Spring{Weight: 1}))
		}
		return one(area, kit.Spring{Weight: 2}, place, clock, kit.Spring{Weight: 1}, title, wake, hint, kit.Spring{Weight: 1}, note, kit.Spring{Weight: 1})
	}
	return pg
}

// invitation is the bright button of the start screen.
type invitation struct {
	panel  Panel
	button *kit.Button
	whole  kit.Rect // what a touch hits
	shown  bool
}

func newInvitation(p Panel) *invitation {
	return &invitation{panel: p, button: kit.NewButton(p, kit.Over, 24)}
}

func (i *invitation) set(controls []visit.Control) {
	if i.shown = len(controls) > 0; !i.shown {
		i.button.Forget()
		return
	}
	f := face(controls[0], kit.SunStyle)
	if f.Icon == "" {
		f.Icon = "touch"
	}
	i.button.Set(f)
}

func (i *invitation) Object() fyne.CanvasObject { return i.button.Object() }
func (i *invitation) Empty() bool               { return !i.shown }
func (i *invitation) Buttons() []*kit.Button    { return []*kit.Button{i.button} }

func (i *invitation) Heights(width float32, s theme.Scale) (float32, float32) {
	least := i.button.Least(width, s)
	return least, max(least, i.panel.MM(120))
}

func (i *invitation) Place(r kit.Rect, s theme.Scale) {
	i.button.Place(r, s, 0)
	i.button.Reach(i.whole)
}

func (i *invitation) Hide() { i.button.Hide() }

func (i *invitation) Forget() {
	i.shown = false
	i.button.Forget()
}
