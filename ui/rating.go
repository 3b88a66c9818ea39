package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newRating is the screen of one to five stars, with the word for the choice.
func newRating(p Panel) *page {
	title := newHeading(p, false, 20)
	hint := newWords(p, 12, false, theme.SoftInk, fyne.TextAlignLeading)
	note := newNotice(p)
	five := newStars(p)
	word := newChosen(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, note, five, word, act)
	pg.fill = func(v visit.View) {
		title.set(v.Title, v.Icon, look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		five.set(v.Stars)
		word.Set(v.Headline)
		act.set(v.Actions)
	}
	pg.spare = []func(){hint.Forget}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		return one(area, title, hint, note, kit.Spring{Weight: 1}, five, word, kit.Spring{Weight: 1}, act)
	}
	return pg
}

// chosen is the word for the choice. Its place is kept while nothing is chosen,
// so that the stars do not move under the finger.
type chosen struct {
	words
	panel Panel
}

func newChosen(p Panel) chosen {
	return chosen{newWords(p, theme.Title+4, true, theme.PineDark, fyne.TextAlignCenter), p}
}

func (c chosen) Empty() bool { return false }

func (c chosen) Heights(width float32, s theme.Scale) (float32, float32) {
	line := c.panel.Text(theme.Title+4, s) * 1.5
	h := max(line, c.Height(width, s))
	return h, h
}

// stars are five large targets; those up to the chosen one are filled.
type stars struct {
	panel Panel
	box   *fyne.Container
	five  []*kit.Button
	used  int
}

const mostStars = 5

func newStars(p Panel) *stars {
	s := &stars{panel: p, box: &fyne.Container{}}
	for range mostStars {
		b := kit.NewButton(p, kit.Over, theme.Label)
		s.five = append(s.five, b)
		s.box.Objects = append(s.box.Objects, b.Object())
	}
	return s
}

func (s *stars) set(controls []visit.Control) {
	s.used = min(len(controls), len(s.five))
	for i, b := range s.five {
		if i >= s.used {
			b.Forget()
			continue
		}
		f := face(controls[i], kit.TileStyle)
		f.Style.Medallion = theme.None
		f.Icon = "star"
		if f.Selected { // the filled star says it; five check marks would say less
			f.Icon, f.Selected, f.Style = "star_full", false, kit.SunStyle
		}
		b.Set(f)
	}
}

func (s *stars) Object() fyne.CanvasObject { return s.box }
func (s *stars) Empty() bool               { return s.used == 0 }
func (s *stars) Buttons() []*kit.Button    { return s.five[:s.used] }

func (s *stars) width(all float32) float32 {
	return (all - float32(s.used-1)*s.panel.Gap()) / float32(s.used)
}

func (s *stars) Heights(width float32, scale theme.Scale) (least, most float32) {
	least = s.panel.MM(32)
	for _, b := range s.Buttons() {
		least = max(least, b.Least(s.width(width), scale)+s.panel.MM(6))
	}
	return least, max(least, s.panel.MM(70))
}

func (s *stars) Place(r kit.Rect, scale theme.Scale) {
	s.box.Show()
	gap, limit := s.panel.Gap(), float32(0)
	w := s.width(r.W)
	cell := func(i int) kit.Rect { return kit.Rect{X: r.X + float32(i)*(w+gap), Y: r.Y, W: w, H: r.H} }
	for i, b := range s.Buttons() {
		if size := b.FitLabel(cell(i), scale); limit == 0 || size < limit {
			limit = size
		}
	}
	for i, b := range s.Buttons() {
		b.Place(cell(i), scale, limit)
	}
}

func (s *stars) Hide() {
	s.box.Hide()
	for _, b := range s.five {
		b.Hide()
	}
}

func (s *stars) Forget() {
	s.box.Hide()
	s.used = 0
	for _, b := range s.five {
		b.Forget()
	}
}
