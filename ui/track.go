package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// track is the way of a request, stop by stop: where it has been, where it is,
// and what is still to come.
type track struct {
	panel Panel
	box   *fyne.Container
	stops []*stop // grown to the most stages ever shown, then reused
	used  int
}

type stop struct {
	stage visit.Stage
	box   *fyne.Container
	way   *kit.Sheet // the line from the stop before
	dot   *kit.Sheet
	check *kit.Picture
	label *kit.Text
}

func newTrack(p Panel) *track {
	return &track{panel: p, box: &fyne.Container{}}
}

func (t *track) set(stages []visit.Stage) {
	for len(t.stops) < len(stages) {
		s := &stop{
			way: kit.NewSheet(t.panel, theme.Line), dot: kit.NewSheet(t.panel, theme.Sheet), check: kit.NewPicture(t.panel),
			label: kit.NewText(t.panel, 13, false, theme.SoftInk, fyne.TextAlignLeading),
		}
		s.box = &fyne.Container{Objects: []fyne.CanvasObject{s.way.Object(), s.dot.Object(), s.check.Object(), s.label.Object()}}
		t.stops = append(t.stops, s)
		t.box.Objects = append(t.box.Objects, s.box)
	}
	t.used = len(stages)
	for i, s := range t.stops {
		if i >= len(stages) {
			s.forget()
			continue
		}
		s.set(stages[i])
	}
}

func (s *stop) set(stage visit.Stage) {
	s.stage = stage
	s.label.Set(stage.Label)
	s.label.Bold = stage.Current
	switch {
	case stage.Current:
		s.label.Colour = theme.PineDark
		s.dot.Colour(theme.Pine, theme.Pine, 0.6)
	case stage.Reached:
		s.label.Colour = theme.Ink
		s.dot.Colour(theme.Green, theme.Green, 0.6)
	default:
		s.label.Colour = theme.SoftInk
		s.dot.Colour(theme.Paper, theme.Line, 0.6)
	}
	s.check.Set("", theme.Reverse, theme.None)
	if stage.Reached {
		s.check.Set("ok", theme.Reverse, theme.None)
	}
	way := theme.Line
	if stage.Reached {
		way = theme.Green
	}
	s.way.Colour(way, theme.None, 0)
}

func (t *track) Object() fyne.CanvasObject { return t.box }
func (t *track) Empty() bool               { return t.used == 0 }
func (t *track) Buttons() []*kit.Button    { return nil }

func (t *track) Heights(width float32, s theme.Scale) (least, most float32) {
	for _, each := range t.stops[:t.used] {
		least += each.label.Height(width-t.panel.MM(16), s) + t.panel.MM(1)
	}
	return least, max(least, float32(t.used)*t.panel.MM(28))
}

func (t *track) Place(r kit.Rect, s theme.Scale) {
	h := r.H / float32(max(1, t.used))
	big := min(h*0.75, t.panel.MM(13))
	middle := r.X + t.panel.MM(7)
	before := float32(0)
	for i, each := range t.stops[:t.used] {
		y := r.Y + (float32(i)+0.5)*h
		side := big
		if !each.stage.Reached {
			side = big * 0.8
		}
		dot := kit.Rect{X: middle - side/2, Y: y - side/2, W: side, H: side}
		each.dot.Place(dot, side/2)
		each.check.Place(dot.Inset(side*0.12, side*0.12))
		each.way.Hide()
		if i > 0 {
			w := t.panel.MM(1.2)
			each.way.Place(kit.Rect{X: middle - w/2, Y: before, W: w, H: dot.Y - before}, 0)
		}
		before = dot.Y + side
		x := r.X + t.panel.MM(17)
		each.label.Place(kit.Rect{X: x, Y: y - h/2, W: r.X + r.W - x, H: h}, s)
		each.box.Show()
	}
	t.box.Show()
}

func (s *stop) forget() {
	s.box.Hide()
	s.label.Forget()
	s.check.Forget()
	s.stage = visit.Stage{}
}

func (t *track) Hide() { t.box.Hide() }

func (t *track) Forget() {
	t.box.Hide()
	t.used = 0
	for _, s := range t.stops {
		s.forget()
	}
}
