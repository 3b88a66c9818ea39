package kit

import "fyne.io/fyne/v2"

// Rect is a place on the screen, in pixels of the window.
type Rect struct{ X, Y, W, H float32 }

// Inset returns the rectangle with d taken off each side.
func (r Rect) Inset(dx, dy float32) Rect {
	return Rect{r.X + dx, r.Y + dy, max(0, r.W-2*dx), max(0, r.H-2*dy)}
}

// Grown returns the rectangle with d added on each side.
func (r Rect) Grown(d float32) Rect { return Rect{r.X - d, r.Y - d, r.W + 2*d, r.H + 2*d} }

// Contains tells whether a point lies inside.
func (r Rect) Contains(p fyne.Position) bool {
	return p.X >= r.X && p.X < r.X+r.W && p.Y >= r.Y && p.Y < r.Y+r.H
}

// Holds tells whether another rectangle lies inside, give or take a rounding.
func (r Rect) Holds(o Rect) bool {
	const rounding = 0.5
	return o.X >= r.X-rounding && o.Y >= r.Y-rounding &&
		o.X+o.W <= r.X+r.W+rounding && o.Y+o.H <= r.Y+r.H+rounding
}

// CutTop takes h off the top.
func (r Rect) CutTop(h float32) (top, rest Rect) {
	return Rect{r.X, r.Y, r.W, h}, Rect{r.X, r.Y + h, r.W, max(0, r.H-h)}
}

// CutBottom takes h off the bottom.
func (r Rect) CutBottom(h float32) (bottom, rest Rect) {
	return Rect{r.X, r.Y + r.H - h, r.W, h}, Rect{r.X, r.Y, r.W, max(0, r.H-h)}
}

// Columns splits into two with a gap; share is the left one's part of the width.
func (r Rect) Columns(share, gap float32) (left, right Rect) {
	w := (r.W - gap) * share
	return Rect{r.X, r.Y, w, r.H}, Rect{r.X + w + gap, r.Y, r.W - gap - w, r.H}
}

// Put moves and resizes an object to the rectangle.
func (r Rect) Put(o fyne.CanvasObject) {
	o.Resize(fyne.NewSize(r.W, r.H))
	o.Move(fyne.NewPos(r.X, r.Y))
}
