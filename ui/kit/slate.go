package kit

import (
	"image"
	"image/color"
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lintai/ui/theme"
)

// Dot is a place on a slate, in thousandths of its width and height.
type Dot struct{ X, Y int }

// Slate is a square to write on with the finger: the one exception to the rule
// that nothing but a tap means anything. A line that begins on it belongs to it
// until the finger lifts, wherever that is, and never touches a button.
type Slate struct {
	panel  theme.Panel
	ink    color.NRGBA // of the palette that was last drawn with
	box    *fyne.Container
	sheet  *Sheet
	guides [2]*canvas.Line
	image  *canvas.Image
	pixels *image.RGBA

	shown  bool
	bounds Rect
	lines  [][]Dot // as they were given
	live   []Dot   // under the finger, or lifted and not given back yet
	step   int     // thousandths between two dots of a line
	down   bool
}

const (
	nib      = 2.4 // width of a line, in millimetres
	mostDots = 200 // of one line; a longer one keeps every other dot
	apart    = 6   // thousandths between two dots, at first
	side1000 = 1000
)

// NewSlate returns a hidden slate.
func NewSlate(p theme.Panel) *Slate {
	s := &Slate{panel: p, sheet: NewSheet(p, theme.Sheet), image: &canvas.Image{FillMode: canvas.ImageFillStretch}}
	s.sheet.Colour(theme.Sheet, theme.Pine, 0.8)
	s.box = container(s.sheet.Object())
	for i := range s.guides {
		s.guides[i] = canvas.NewLine(color.Transparent)
		s.guides[i].StrokeWidth = p.MM(0.5)
		s.box.Objects = append(s.box.Objects, s.guides[i])
	}
	s.box.Objects = append(s.box.Objects, s.image)
	s.box.Hide()
	return s
}

// Object is what stands in the screen's container.
func (s *Slate) Object() fyne.CanvasObject { return s.box }

// Set gives the lines that stand on the slate. A line that the finger is drawing
// stays; one that it has drawn must be among them to stay.
func (s *Slate) Set(lines [][]Dot) {
	stale := !s.down && len(s.live) > 0
	if stale {
		s.live = nil
	}
	if !stale && slices.EqualFunc(s.lines, lines, slices.Equal[[]Dot]) {
		return
	}
	s.lines = lines
	s.redraw()
}

// Place draws the slate as the largest square in the middle of a place.
func (s *Slate) Place(r Rect) {
	side := float32(math.Floor(float64(min(r.W, r.H))))
	square := Rect{r.X + (r.W-side)/2, r.Y + (r.H-side)/2, side, side}
	s.shown = true
	s.box.Show()
	s.sheet.Place(square, s.panel.MM(3))
	ink := s.panel.Palette().Colour(theme.Ink)
	if square == s.bounds && s.pixels != nil && ink == s.ink {
		return
	}
	s.bounds, s.ink = square, ink
	middleX, middleY := square.X+side/2, square.Y+side/2
	margin := s.panel.MM(4)
	s.guides[0].Position1, s.guides[0].Position2 = fyne.NewPos(middleX, square.Y+margin), fyne.NewPos(middleX, square.Y+side-margin)
	s.guides[1].Position1, s.guides[1].Position2 = fyne.NewPos(square.X+margin, middleY), fyne.NewPos(square.X+side-margin, middleY)
	for _, guide := range s.guides {
		guide.StrokeColor = s.panel.Colour(theme.Sand)
		guide.Refresh()
	}
	if n := int(side); s.pixels == nil || s.pixels.Rect.Dx() != n {
		s.pixels = image.NewRGBA(image.Rect(0, 0, n, n))
		s.image.Image = s.pixels
	}
	square.Put(s.image)
	s.redraw()
}

// Bounds is where a line can begin; Touchable tells whether it can.
func (s *Slate) Bounds() Rect    { return s.bounds }
func (s *Slate) Touchable() bool { return s.shown }

func (s *Slate) redraw() {
	if s.pixels == nil {
		return
	}
	clear(s.pixels.Pix)
	for _, line := range s.lines {
		s.draw(line)
	}
	s.draw(s.live)
	s.image.Refresh()
}

// draw inks one line.
func (s *Slate) draw(line []Dot) {
	for i := range line {
		s.segment(line[max(0, i-1)], line[i])
	}
}

// segment inks what lies within half a nib of the way between two dots, with
// soft edges.
func (s *Slate) segment(from, to Dot) {
	side := float64(s.pixels.Rect.Dx())
	ax, ay := float64(from.X)/side1000*side, float64(from.Y)/side1000*side
	bx, by := float64(to.X)/side1000*side, float64(to.Y)/side1000*side
	half := float64(s.panel.MM(nib)) / 2
	area := image.Rect(int(min(ax, bx)-half-1), int(min(ay, by)-half-1), int(max(ax, bx)+half+2), int(max(ay, by)+half+2)).Intersect(s.pixels.Rect)
	dx, dy := bx-ax, by-ay
	square := dx*dx + dy*dy
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			px, py := float64(x)+0.5-ax, float64(y)+0.5-ay
			along := 0.0
			if square > 0 {
				along = min(1, max(0, (px*dx+py*dy)/square))
			}
			cover := min(1, max(0, half+0.5-math.Hypot(px-along*dx, py-along*dy)))
			if a := uint8(cover * 255); a > s.pixels.RGBAAt(x, y).A {
				r, g, b, _ := color.NRGBA{R: s.ink.R, G: s.ink.G, B: s.ink.B, A: a}.RGBA()
				s.pixels.SetRGBA(x, y, color.RGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: a})
			}
		}
	}
}

// dot turns a place of the window into one of the slate; outside is the edge.
func (s *Slate) dot(at fyne.Position) Dot {
	part := func(v, from, size float32) int {
		return int(min(side1000, max(0, math.Round(float64((v-from)/size*side1000)))))
	}
	return Dot{part(at.X, s.bounds.X, s.bounds.W), part(at.Y, s.bounds.Y, s.bounds.H)}
}

func (s *Slate) press(at fyne.Position) {
	if !s.down && len(s.live) > 0 {
		// The line before was not given back yet; it stays in sight.
		s.lines = append(slices.Clone(s.lines), s.live)
	}
	s.down, s.step, s.live = true, apart, []Dot{s.dot(at)}
	s.draw(s.live)
	s.image.Refresh()
}

func (s *Slate) move(at fyne.Position) {
	last, next := s.live[len(s.live)-1], s.dot(at)
	if dx, dy := next.X-last.X, next.Y-last.Y; dx*dx+dy*dy < s.step*s.step {
		return
	}
	s.live = append(s.live, next)
	s.segment(last, next)
	s.image.Refresh()
	if len(s.live) == mostDots {
		for i := range mostDots / 2 {
			s.live[i] = s.live[2*i]
		}
		s.live = s.live[:mostDots/2]
		s.step *= 2
	}
}

// lift ends a line and returns it.
func (s *Slate) lift() []Dot {
	s.down = false
	return slices.Clone(s.live)
}

// cancel drops the line under the finger.
func (s *Slate) cancel() {
	s.down, s.live = false, nil
	s.redraw()
}

// Hide takes the slate off the screen.
func (s *Slate) Hide() {
	s.shown = false
	s.box.Hide()
}

// Forget also drops what was written, to the last pixel.
func (s *Slate) Forget() {
	s.Hide()
	s.lines, s.live, s.down = nil, nil, false
	s.redraw()
}

// drawing leads a finger over the slates of a screen.
type drawing struct {
	find func() []*Slate
	fire func([]Dot)
	on   *Slate
}

// Draws lets slates be drawn on: find lists those there are at this moment, fire
// gets each line when the finger lifts.
func (s *Surface) Draws(find func() []*Slate, fire func([]Dot)) {
	s.drawing = drawing{find: find, fire: fire}
}

// press claims a finger that lands on a slate. fresh tells that the screen has
// just come up, so that the finger meant the one before.
func (d *drawing) press(at fyne.Position, fresh bool) bool {
	if d.on != nil { // its release went astray; the line stands as it is
		d.end(d.on.lift())
	}
	if d.find == nil {
		return false
	}
	for _, slate := range d.find() {
		if slate.Touchable() && slate.Bounds().Contains(at) {
			if !fresh {
				d.on = slate
				slate.press(at)
			}
			return true
		}
	}
	return false
}

func (d *drawing) move(at fyne.Position) bool {
	if d.on == nil {
		return false
	}
	d.on.move(at)
	return true
}

func (d *drawing) release(at fyne.Position) bool {
	if d.on == nil {
		return false
	}
	d.on.move(at)
	d.end(d.on.lift())
	return true
}

func (d *drawing) end(line []Dot) {
	d.on = nil
	d.fire(line)
}

func (d *drawing) cancel() {
	if d.on != nil {
		d.on.cancel()
	}
	d.on = nil
}
