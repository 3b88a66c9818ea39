package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Sheet is a rounded ground for a table, a field or a notice.
type Sheet struct{ face *canvas.Rectangle }

// NewSheet returns a hidden sheet.
func NewSheet(fill color.Color) *Sheet {
	s := &Sheet{face: canvas.NewRectangle(fill)}
	s.face.Hide()
	return s
}

// Object is what stands in the screen's container.
func (s *Sheet) Object() fyne.CanvasObject { return s.face }

// Colour sets fill and edge; a nil edge draws none.
func (s *Sheet) Colour(fill, edge color.Color, width float32) {
	if edge == nil {
		edge, width = color.Transparent, 0
	}
	if s.face.FillColor == fill && s.face.StrokeColor == edge && s.face.StrokeWidth == width {
		return
	}
	s.face.FillColor, s.face.StrokeColor, s.face.StrokeWidth = fill, edge, width
	s.face.Refresh()
}

// Place draws the sheet with rounded corners.
func (s *Sheet) Place(r Rect, radius float32) {
	radius = min(radius, r.H/2, r.W/2)
	if s.face.CornerRadius != radius {
		s.face.CornerRadius = radius
		s.face.Refresh()
	}
	r.Put(s.face)
	s.face.Show()
}

// Hide takes it off the screen.
func (s *Sheet) Hide() { s.face.Hide() }
