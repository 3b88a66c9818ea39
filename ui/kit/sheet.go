package kit

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lintai/ui/theme"
)

// Sheet is a rounded ground for a table, a field or a notice.
//
// For each pixel, what rounds corners costs three times as much as what draws a
// line, also far from the corners, and most of a screen is sheets. Only the ends
// of a sheet are therefore rounded; between them lies one broad line. The edge is
// a sheet below: strokes would stand elsewhere in pictures than in a window.
type Sheet struct {
	panel      theme.Panel
	box        *fyne.Container
	ends       [2]*canvas.Rectangle // top and foot, as high as the corners are round
	insides    [2]*canvas.Rectangle // the same within the edge
	middle     *canvas.Line
	sides      [2]*canvas.Rectangle // the edge left and right of the middle
	fill, edge theme.Role
	breadth    float32 // of the edge, in millimetres
	look       sheetLook
}

// sheetLook is what a sheet was drawn as last, in whole pixels.
type sheetLook struct {
	w, h, radius, breadth float32
	fill, edge            color.Color
}

// Ground is the layout of an object that is one filled ground to the eye,
// whatever it is drawn with.
type Ground interface {
	fyne.Layout
	Fill() color.Color
}

// NewSheet returns a hidden sheet without an edge.
func NewSheet(p theme.Panel, fill theme.Role) *Sheet {
	rects := func() [2]*canvas.Rectangle {
		return [2]*canvas.Rectangle{canvas.NewRectangle(color.Transparent), canvas.NewRectangle(color.Transparent)}
	}
	s := &Sheet{panel: p, ends: rects(), insides: rects(), middle: canvas.NewLine(color.Transparent), sides: rects(), fill: fill}
	s.box = container(s.ends[0], s.ends[1], s.insides[0], s.insides[1], s.middle, s.sides[0], s.sides[1])
	s.box.Layout = sheetGround{s}
	s.box.Hide()
	return s
}

// Object is what stands in the screen's container.
func (s *Sheet) Object() fyne.CanvasObject { return s.box }

// Colour sets fill and edge, and the edge's breadth in millimetres. It shows at
// the next Place.
func (s *Sheet) Colour(fill, edge theme.Role, breadthMM float32) {
	s.fill, s.edge, s.breadth = fill, edge, breadthMM
}

// Place draws the sheet with rounded corners.
func (s *Sheet) Place(r Rect, radius float32) {
	r = Rect{pixels(r.X), pixels(r.Y), pixels(r.W), pixels(r.H)}
	look := sheetLook{w: r.W, h: r.H, radius: pixels(min(radius, r.H/2, r.W/2)), fill: s.panel.Colour(s.fill), edge: s.panel.Colour(s.edge)}
	if s.edge != theme.None {
		look.breadth = max(1, pixels(s.panel.Edge(s.breadth)))
	}
	if s.look != look {
		s.look = look
		s.draw()
	}
	r.Put(s.box)
	s.box.Show()
}

// pixels rounds to pixels, as the toolkit does for each rectangle by itself.
func pixels(v float32) float32 { return float32(math.Round(float64(v))) }

// soft is the pixels by which an end lies below the middle: where it ends it fades.
const soft = 2

// draw places the pieces in the box.
func (s *Sheet) draw() {
	l, all := s.look, Rect{W: s.look.w, H: s.look.h}
	outer := l.fill
	if l.breadth > 0 {
		outer = l.edge
	}
	inside, round := all.Inset(l.breadth, l.breadth), max(0, l.radius-l.breadth)
	middle := all.Inset(0, l.radius)
	if l.radius == 0 || middle.H < 2*l.radius { // nothing is gained by pieces
		piece(s.ends[0], all, outer, l.radius, l.radius)
		s.ends[1].Hide()
		s.insides[0].Hide()
		s.insides[1].Hide()
		if l.breadth > 0 {
			piece(s.insides[0], inside, l.fill, round, round)
		}
		s.middle.Hide()
		s.sides[0].Hide()
		s.sides[1].Hide()
		return
	}
	top, _ := all.CutTop(l.radius + soft)
	foot, _ := all.CutBottom(l.radius + soft)
	piece(s.ends[0], top, outer, l.radius, 0)
	piece(s.ends[1], foot, outer, 0, l.radius)
	middle.H = 2 * pixels(middle.H/2) // a line has a pixel in its middle, so an odd one is a pixel longer
	left, right := middle, middle
	left.W, right.W = l.breadth, l.breadth
	right.X = middle.W - l.breadth
	for i, o := range []*canvas.Rectangle{s.insides[0], s.insides[1], s.sides[0], s.sides[1]} {
		if o.Hide(); l.breadth == 0 {
			continue
		}
		switch i {
		case 0:
			in, _ := inside.CutTop(round + soft)
			piece(o, in, l.fill, round, 0)
		case 1:
			in, _ := inside.CutBottom(round + soft)
			piece(o, in, l.fill, 0, round)
		case 2:
			piece(o, left, l.edge, 0, 0)
		case 3:
			piece(o, right, l.edge, 0, 0)
		}
	}
	m := s.middle
	m.StrokeColor, m.StrokeWidth = l.fill, middle.H
	m.Position1 = fyne.NewPos(0, middle.Y+middle.H/2)
	m.Position2 = m.Position1.AddXY(middle.W, 0)
	m.Show()
	m.Refresh()
}

// piece places a rectangle with its upper and its lower corners rounded.
func piece(o *canvas.Rectangle, r Rect, fill color.Color, above, below float32) {
	o.FillColor, o.CornerRadius = fill, 0
	if above == below {
		o.CornerRadius, above, below = above, 0, 0
	}
	o.TopLeftCornerRadius, o.TopRightCornerRadius = above, above
	o.BottomLeftCornerRadius, o.BottomRightCornerRadius = below, below
	r.Put(o)
	o.Show()
	o.Refresh()
}

// Hide takes it off the screen.
func (s *Sheet) Hide() { s.box.Hide() }

// sheetGround says that the pieces are one ground. They are placed with the
// sheet.
type sheetGround struct{ sheet *Sheet }

func (g sheetGround) Layout([]fyne.CanvasObject, fyne.Size)       {}
func (g sheetGround) MinSize([]fyne.CanvasObject) (min fyne.Size) { return min }
func (g sheetGround) Fill() color.Color                           { return g.sheet.look.fill }
