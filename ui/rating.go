package ui

import (
	"slices"

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

// stars are five large targets. Upright they are rows, the best on top, each with
// its word and as many stars as it gives; else they stand side by side, and those
// up to the chosen one are filled.
type stars struct {
	panel Panel
	box   *fyne.Container
	five  []*kit.Button
	rows  [][]*kit.Picture // over the buttons, where they are rows
	used  int
}

const (
	mostStars = 5
	starMM    = 16 // side of a star in a row
	starWord  = 15 // the word beside it
)

func newStars(p Panel) *stars {
	s := &stars{panel: p, box: &fyne.Container{}}
	for i := range mostStars {
		if p.Landscape() {
			s.five = append(s.five, kit.NewButton(p, kit.Over, theme.Label))
			s.box.Objects = append(s.box.Objects, s.five[i].Object())
			continue
		}
		b := kit.NewButton(p, kit.Row, starWord)
		b.Spare(mostStars*p.MM(starMM+1) + p.MM(7))
		s.five = append(s.five, b)
		s.box.Objects = append(s.box.Objects, b.Object())
		s.rows = append(s.rows, nil)
		for range i + 1 {
			star := kit.NewPicture(p)
			s.rows[i] = append(s.rows[i], star)
			s.box.Objects = append(s.box.Objects, star.Object())
		}
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
		if s.rows != nil {
			f.Icon = ""
			f.Selected = f.Selected && (i+1 == s.used || !controls[i+1].Selected) // one row is chosen, not all below it
			if f.Selected {
				f.Style = kit.SunStyle
			}
			for _, star := range s.rows[i] {
				star.Set("star_full", f.Style.Drawing, theme.None)
			}
			b.Set(f)
			continue
		}
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
	if s.rows != nil {
		for _, b := range s.Buttons() {
			least = max(least, b.Least(width, scale), s.panel.MM(starMM+6))
		}
		n := float32(s.used)
		gaps := (n - 1) * s.panel.Gap()
		return n*least + gaps, n*max(least, s.panel.MM(34)) + gaps
	}
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
	if s.rows != nil {
		h := (r.H - float32(s.used-1)*gap) / float32(s.used)
		cell = func(i int) kit.Rect { return kit.Rect{X: r.X, Y: r.Y + float32(s.used-1-i)*(h+gap), W: r.W, H: h} }
	}
	for i, b := range s.Buttons() {
		if size := b.FitLabel(cell(i), scale); limit == 0 || size < limit {
			limit = size
		}
	}
	for i, b := range s.Buttons() {
		b.Place(cell(i), scale, limit)
	}
	for i, row := range s.rows[:min(s.used, len(s.rows))] {
		side, c := s.panel.MM(starMM), cell(i)
		for n, star := range row {
			star.Place(kit.Rect{X: c.X + s.panel.MM(4) + float32(n)*(side+s.panel.MM(1)), Y: c.Y + (c.H-side)/2, W: side, H: side})
		}
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
	for _, star := range slices.Concat(s.rows...) {
		star.Forget()
	}
}
