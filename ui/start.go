package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newStart is the screen that invites: where one is, what time it is, what is new
// in the community, and one bright place to touch. The whole of it wakes the
// terminal, not only that place; but for the languages at its foot.
func newStart(p Panel) *page {
	place := newWords(p, 18, true, theme.OnBand, fyne.TextAlignCenter)
	clock := newWords(p, 46, true, theme.OnBand, fyne.TextAlignCenter)
	title := newWords(p, theme.Title, true, theme.OnBand, fyne.TextAlignCenter)
	hint := newWords(p, 11, false, theme.OnBand, fyne.TextAlignCenter)
	news := newWords(p, 11, true, theme.OnBand, fyne.TextAlignCenter)
	urgent := float32(theme.Title) // what a notice says here: a card was left behind
	if p.Tight() {
		urgent = 20 // the clock beside it brings all sizes down
	}
	note := newNoticeOf(p, urgent)
	wake := newInvitation(p)
	languages := newLanguages(p)
	pg := newPage(p, theme.Band, place, clock, title, hint, news, note, wake, languages)
	pg.fill = func(v visit.View) {
		place.Set(v.Headline)
		clock.Set(v.Strip.Clock)
		title.Set(v.Title)
		hint.Set(v.Hint)
		news.Set("")
		for _, r := range v.Rows {
			news.Set(r.Label + "  " + r.Value)
		}
		note.set(v.Notice, v.NoticeTone)
		if p.Tight() && v.Notice != "" { // what only explains leaves it the place
			hint.Set("")
			news.Set("")
		}
		wake.set(v.Actions[:min(1, len(v.Actions))])
		languages.set(v.Actions[min(1, len(v.Actions)):])
	}
	pg.spare = []func(){hint.Forget, news.Forget}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		var foot []kit.Column
		if !languages.Empty() {
			var low kit.Rect
			low, area = area.CutBottom(p.MM(theme.Target))
			_, area = area.CutBottom(p.Gap())
			foot = one(low, languages)
		}
		wake.whole = area
		if landscape {
			return append(two(p, area, 0.5, list(kit.Spring{Weight: 1}, place, clock, title, kit.Spring{Weight: 1}),
				list(kit.Spring{Weight: 1}, note, wake, hint, news, kit.Spring{Weight: 1})), foot...)
		}
		return append(one(area, kit.Spring{Weight: 2}, place, clock, kit.Spring{Weight: 1}, note, title, wake, hint, kit.Spring{Weight: 1}, news, kit.Spring{Weight: 1}), foot...)
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

// languages are the buttons of other languages, side by side at the right.
type languages struct {
	panel   Panel
	box     *fyne.Container
	buttons []*kit.Button
	used    int
}

// mostLanguages is how many there is room for.
const mostLanguages = 3

func newLanguages(p Panel) *languages {
	l := &languages{panel: p, box: &fyne.Container{}}
	for range mostLanguages {
		b := kit.NewButton(p, kit.Line, 12)
		l.buttons = append(l.buttons, b)
		l.box.Objects = append(l.box.Objects, b.Object())
	}
	return l
}

func (l *languages) set(controls []visit.Control) {
	l.used = min(len(controls), len(l.buttons))
	for i, b := range l.buttons {
		if i < l.used {
			b.Set(face(controls[i], kit.QuietStyle))
		} else {
			b.Forget()
		}
	}
}

func (l *languages) Object() fyne.CanvasObject { return l.box }
func (l *languages) Empty() bool               { return l.used == 0 }
func (l *languages) Buttons() []*kit.Button    { return l.buttons[:l.used] }

func (l *languages) Heights(float32, theme.Scale) (float32, float32) {
	h := l.panel.MM(theme.Target)
	return h, h
}

func (l *languages) Place(r kit.Rect, s theme.Scale) {
	l.box.Show()
	gap := l.panel.Gap()
	// As wide as a third, so that one alone does not look like the main button.
	w := (r.W - (mostLanguages-1)*gap) / mostLanguages
	for i, b := range l.buttons[:l.used] {
		b.Place(kit.Rect{X: r.X + r.W - float32(l.used-i)*w - float32(l.used-i-1)*gap, Y: r.Y, W: w, H: r.H}, s, 0)
	}
}

func (l *languages) Hide() {
	l.box.Hide()
	for _, b := range l.buttons {
		b.Hide()
	}
}

func (l *languages) Forget() {
	l.box.Hide()
	l.used = 0
	for _, b := range l.buttons {
		b.Forget()
	}
}
