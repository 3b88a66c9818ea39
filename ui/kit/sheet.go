package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lintai/ui/theme"
)

// Sheet is a rounded ground for a table, a field or a notice.
type Sheet struct {
	panel      theme.Panel
	face       *canvas.Rectangle
	fill, edge theme.Role
	breadth    float32 // of the edge, in millimetres
}

// NewSheet returns a hidden sheet without an edge.
func NewSheet(p theme.Panel, fill theme.Role) *Sheet {
	s := &Sheet{panel: p, face: canvas.NewRectangle(color.Transparent), fill: fill}
	s.face.Hide()
	return s
}

// Object is what stands in the screen's container.
func (s *Sheet) Object() fyne.CanvasObject { return s.face }

// Colour sets fill and edge, and the edge's breadth in millimetres. It shows at
// the next Place.
func (s *Sheet) Colour(fill, edge theme.Role, breadthMM float32) {
	s.fill, s.edge, s.breadth = fill, edge, breadthMM
}

// Place draws the sheet with rounded corners.
func (s *Sheet) Place(r Rect, radius float32) {
	radius = min(radius, r.H/2, r.W/2)
	fill, edge, width := s.panel.Colour(s.fill), s.panel.Colour(s.edge), float32(0)
	if s.edge != theme.None {
		width = s.panel.Edge(s.breadth)
	}
	if f := s.face; f.CornerRadius != radius || f.FillColor != fill || f.StrokeColor != edge || f.StrokeWidth != width {
		f.CornerRadius, f.FillColor, f.StrokeColor, f.StrokeWidth = radius, fill, edge, width
		f.Refresh()
	}
	r.Put(s.face)
	s.face.Show()
}

// Hide takes it off the screen.
func (s *Sheet) Hide() { s.face.Hide() }
