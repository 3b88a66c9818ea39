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
// What rounds corners costs several times as much as what fills a rectangle, for
// each pixel and not only at the corners, and most of a screen is sheets. Only
// the ends of a sheet are therefore drawn rounded; between them lies a plain
// rectangle with its two edges.
type Sheet struct {
	panel      theme.Panel
	box        *fyne.Container
	top, foot  *canvas.Rectangle // rounded, twice the radius high
	middle     *canvas.Rectangle // over both, from where the corners end
	edges      [2]*canvas.Rectangle
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
	rect := func() *canvas.Rectangle { return canvas.NewRectangle(color.Transparent) }
	s := &Sheet{panel: p, top: rect(), foot: rect(), middle: rect(), edges: [2]*canvas.Rectangle{rect(), rect()}, fill: fill}
	s.box = container(s.top, s.foot, s.middle, s.edges[0], s.edges[1])
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

// draw places the pieces in the box.
func (s *Sheet) draw() {
	l := s.look
	all := Rect{W: l.w, H: l.h}
	if l.radius < 1 || l.h < 5*l.radius { // nothing is gained
		rounded(s.top, all, l.radius, l)
		for _, r := range []*canvas.Rectangle{s.foot, s.middle, s.edges[0], s.edges[1]} {
			r.Hide()
		}
		return
	}
	top, _ := all.CutTop(2 * l.radius)
	foot, _ := all.CutBottom(2 * l.radius)
	rounded(s.top, top, l.radius, l)
	rounded(s.foot, foot, l.radius, l)
	middle := all.Inset(0, l.radius)
	plain(s.middle, middle, l.fill)
	left, right := middle, middle
	left.W, right.W = l.breadth, l.breadth
	right.X += middle.W - l.breadth
	for i, r := range []Rect{left, right} {
		if l.breadth == 0 {
			s.edges[i].Hide()
			continue
		}
		plain(s.edges[i], r, l.edge)
	}
}

func rounded(o *canvas.Rectangle, r Rect, radius float32, l sheetLook) {
	o.CornerRadius, o.FillColor, o.StrokeColor, o.StrokeWidth = radius, l.fill, l.edge, l.breadth
	show(o, r)
}

func plain(o *canvas.Rectangle, r Rect, fill color.Color) {
	o.FillColor = fill
	show(o, r)
}

func show(o *canvas.Rectangle, r Rect) {
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
