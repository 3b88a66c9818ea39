package kit

import (
	"fyne.io/fyne/v2"

	"lintai/ui/theme"
)

// Part is one piece of a screen: a title, a table, a group of tiles.
type Part interface {
	Object() fyne.CanvasObject
	// Empty tells that the part has nothing to show and takes no place.
	Empty() bool
	// Heights returns the least and the most height the part can use at a width
	// and scale.
	Heights(width float32, s theme.Scale) (least, most float32)
	// Place draws the part.
	Place(r Rect, s theme.Scale)
	// Hide takes it off the screen, Forget also drops what it held.
	Hide()
	Forget()
	// Buttons returns what can be touched in it.
	Buttons() []*Button
}

// Spring is a Part that draws nothing and takes what height is left.
type Spring struct{ Weight float32 }

func (Spring) Object() fyne.CanvasObject                       { return nil }
func (Spring) Empty() bool                                     { return false }
func (Spring) Heights(float32, theme.Scale) (float32, float32) { return 0, 0 }
func (Spring) Place(Rect, theme.Scale)                         {}
func (Spring) Hide()                                           {}
func (Spring) Forget()                                         {}
func (Spring) Buttons() []*Button                              { return nil }

// Closest returns the largest scale, at most from, at which every column fits
// its place, and whether there is one. Text is the first thing to give way;
// targets never do.
func Closest(p theme.Panel, from theme.Scale, columns ...Column) (s theme.Scale, fits bool) {
	for s = from; ; s = max(s-0.05, theme.ClosestFit) {
		fits = true
		for _, c := range columns {
			fits = fits && c.least(p, s) <= c.Area.H+0.5
		}
		if fits || s <= theme.ClosestFit {
			return s, fits
		}
	}
}

// Column is parts one below the other in a place.
type Column struct {
	Area  Rect
	Parts []Part
}

func (c Column) gap(p theme.Panel, s theme.Scale) float32 {
	return max(p.Gap(), p.Space(6, s))
}

// visible drops empty parts, and gaps are counted only between what is drawn.
func (c Column) visible() []Part {
	var shown []Part
	for _, part := range c.Parts {
		if part.Empty() {
			part.Hide()
			continue
		}
		shown = append(shown, part)
	}
	return shown
}

func (c Column) least(p theme.Panel, s theme.Scale) float32 {
	var total float32
	var drawn int
	for _, part := range c.visible() {
		if _, spring := part.(Spring); spring {
			continue
		}
		least, _ := part.Heights(c.Area.W, s)
		total += least
		drawn++
	}
	return total + float32(max(0, drawn-1))*c.gap(p, s)
}

// Place draws the parts at a scale. Height that is left goes to the parts that
// can grow, then to the springs.
func (c Column) Place(p theme.Panel, s theme.Scale) {
	parts := c.visible()
	heights := make([]float32, len(parts))
	most := make([]float32, len(parts))
	var springs float32
	left := c.Area.H - c.least(p, s)
	for i, part := range parts {
		if spring, ok := part.(Spring); ok {
			springs += spring.Weight
			continue
		}
		heights[i], most[i] = part.Heights(c.Area.W, s)
	}
	left = grow(heights, most, left)
	y := c.Area.Y
	drawn := false
	for i, part := range parts {
		if spring, ok := part.(Spring); ok {
			if left > 0 {
				y += left * spring.Weight / springs
			}
			continue
		}
		if drawn {
			y += c.gap(p, s)
		}
		part.Place(Rect{c.Area.X, y, c.Area.W, heights[i]}, s)
		y += heights[i]
		drawn = true
	}
}

// grow shares what is left among those that can use it and returns the rest.
func grow(heights, most []float32, left float32) float32 {
	for left > 0.5 {
		var hungry int
		for i := range heights {
			if most[i] > heights[i]+0.5 {
				hungry++
			}
		}
		if hungry == 0 {
			return left
		}
		share := left / float32(hungry)
		for i := range heights {
			if room := most[i] - heights[i]; room > 0.5 {
				given := min(room, share)
				heights[i] += given
				left -= given
			}
		}
	}
	return max(0, left)
}
