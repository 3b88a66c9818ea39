package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// strip is the narrow band at the top of every screen: where one is, what time
// it is, and whether what was saved has been delivered.
type strip struct {
	panel   Panel
	box     *fyne.Container
	band    *kit.Sheet
	dot     *kit.Picture
	place   *kit.Text
	clock   *kit.Text
	link    *kit.Text
	pending *kit.Text
}

func newStrip(p Panel) *strip {
	clock := float32(10)
	if p.Tight() {
		clock = theme.Small
	}
	s := &strip{
		panel: p, band: kit.NewSheet(p, theme.Band), dot: kit.NewPicture(p),
		place:   kit.NewText(p, 9, true, theme.OnBand, fyne.TextAlignLeading),
		clock:   kit.NewText(p, clock, true, theme.OnBand, fyne.TextAlignTrailing),
		link:    kit.NewText(p, 7, false, theme.OnBand, fyne.TextAlignLeading),
		pending: kit.NewText(p, 7, true, theme.OnBand, fyne.TextAlignTrailing),
	}
	s.box = &fyne.Container{Objects: []fyne.CanvasObject{
		s.band.Object(), s.dot.Object(), s.place.Object(), s.clock.Object(), s.link.Object(), s.pending.Object(),
	}}
	return s
}

func (s *strip) object() fyne.CanvasObject { return s.box }

// twoLines tells whether the strip has a line of its own for the link: on an
// upright panel there is height enough.
func (s *strip) twoLines() bool { return !s.panel.Landscape() }

func (s *strip) gap() float32 {
	if s.panel.Tight() {
		return s.panel.MM(2.5)
	}
	return s.panel.MM(4)
}

func (s *strip) height() float32 {
	switch {
	case s.twoLines():
		return s.panel.MM(28)
	case s.panel.Tight():
		return s.panel.MM(11.5)
	}
	return s.panel.MM(15)
}

func (s *strip) show(v visit.Strip, r kit.Rect) {
	s.place.Set(v.Place)
	s.clock.Set(v.Clock)
	s.link.Set(v.Link)
	s.pending.Set(v.Pending)
	s.dot.Set("ok", theme.OnBand, theme.None) // as large as the place allows, in either palette
	if !v.Online {
		s.dot.Set("warning", theme.Sun, theme.None)
	}
	s.band.Place(r, 0)
	in := r.Inset(2*s.gap(), s.panel.MM(0.5))
	gap, side := s.gap(), s.panel.MM(9)
	first, second := in, in
	clock := s.clock.Width(1) + 2
	if s.twoLines() {
		first, second = in.CutTop(in.H * 0.53)
		s.split(first, clock, s.place, s.clock)
	} else {
		// place | link | pending | clock; the place, which stands large on the
		// start screen, gives way where there is no room for all.
		first.W = s.place.Width(1) + 2
		if need := first.W + clock + s.link.Width(1) + s.pending.Width(1) + side + 6*gap; need > in.W {
			s.place.Set("")
			first.W = -2 * gap
		}
		s.place.Place(first, 1)
		right := kit.Rect{X: in.X + in.W - clock, Y: in.Y, W: clock, H: in.H}
		s.clock.Place(right, 1)
		x := first.X + first.W + 2*gap
		second = kit.Rect{X: x, Y: in.Y, W: right.X - 2*gap - x, H: in.H}
	}
	s.dot.Place(kit.Rect{X: second.X, Y: second.Y + (second.H-side)/2, W: side, H: side})
	second.X, second.W = second.X+side+gap/2, second.W-side-gap/2
	s.split(second, s.pending.Width(1)+2, s.link, s.pending)
	s.box.Show()
}

// split gives the right text what it needs and the left one the rest.
func (s *strip) split(r kit.Rect, need float32, left, right *kit.Text) {
	if right.Empty() {
		right.Place(kit.Rect{}, 1)
		left.Place(r, 1)
		return
	}
	gap := s.gap()
	right.Place(kit.Rect{X: r.X + r.W - need, Y: r.Y, W: need, H: r.H}, 1)
	left.Place(kit.Rect{X: r.X, Y: r.Y, W: r.W - need - gap, H: r.H}, 1)
}

func (s *strip) forget() {
	for _, t := range []*kit.Text{s.place, s.clock, s.link, s.pending} {
		t.Forget()
	}
	s.dot.Forget()
}
