package kit

import (
	"image/color"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lintai/ui/font"
	"lintai/ui/theme"
)

// Text is a block of lines in one size and colour. It wraps at its width and
// becomes smaller until it fits its place, never smaller than the minimum.
type Text struct {
	Bold   bool
	Colour theme.Role
	Align  fyne.TextAlign

	panel theme.Panel
	mm    float32
	words string
	box   *fyne.Container
	lines []*canvas.Text // grown to the most lines ever shown, then reused
	rare  rare           // characters that the built-in font lacks
}

// NewText returns an empty text of a size in millimetres.
func NewText(p theme.Panel, mm float32, bold bool, colour theme.Role, align fyne.TextAlign) *Text {
	return &Text{Bold: bold, Colour: colour, Align: align, panel: p, mm: mm, box: container()}
}

// Object is what stands in the screen's container.
func (t *Text) Object() fyne.CanvasObject { return t.box }

// Set changes the words. They show at the next Place.
func (t *Text) Set(words string) { t.words = words }

// Words returns what was set.
func (t *Text) Words() string { return t.words }

// Empty tells whether there is nothing to show.
func (t *Text) Empty() bool { return t.words == "" }

// Height returns the pixels of height the words take at a width and scale.
func (t *Text) Height(width float32, s theme.Scale) float32 {
	if t.Empty() {
		return 0
	}
	size := t.panel.Text(t.mm, s)
	return float32(len(Wrap(t.words, width/size, t.Bold))) * size * font.LineHeight
}

// Width returns the pixels the words take on one line.
func (t *Text) Width(s theme.Scale) float32 {
	return font.Width(t.words, t.Bold) * t.panel.Text(t.mm, s)
}

// Fit returns the largest text size in pixels, at most that of scale s, at which
// the words fit a place; it stops at the minimum. fits tells whether they do.
func (t *Text) Fit(w, h float32, s theme.Scale) (size float32, fits bool) {
	size = t.panel.Text(t.mm, s)
	least := min(size, t.panel.MM(theme.Minimum))
	keep := max(least, size*0.6) // a short label becomes smaller before it is broken
	word := longestWord(t.words, t.Bold)
	for {
		lines := Wrap(t.words, w/size, t.Bold)
		if float32(len(lines))*size*font.LineHeight <= h+0.5 && widest(lines, t.Bold)*size <= w+0.5 && word*size <= w+0.5 && !(len(lines) > 1 && t.short() && size > keep) {
			return size, true
		}
		if size <= least {
			return size, false
		}
		size = max(least, size*0.96)
	}
}

// short tells whether the words are a label rather than a sentence; one of Latin
// words is broken between them.
func (t *Text) short() bool {
	return utf8.RuneCountInString(t.words) <= 7 && !strings.Contains(t.words, " ")
}

// Place draws the words in the middle of a place's height, as large as scale s
// allows and as small as the place needs.
func (t *Text) Place(r Rect, s theme.Scale) {
	size, _ := t.Fit(r.W, r.H, s)
	t.PlaceAt(r, size)
}

// PlaceAt is Place with the text size given, in pixels.
func (t *Text) PlaceAt(r Rect, size float32) {
	if t.Empty() {
		t.clear()
		return
	}
	lines := Wrap(t.words, r.W/size, t.Bold)
	step := size * font.LineHeight
	// Chinese characters sit a little below the middle of their line.
	y := r.Y + (r.H-step*float32(len(lines)))/2 - 0.05*size
	for len(t.lines) < len(lines) {
		line := canvas.NewText("", color.Transparent)
		t.lines = append(t.lines, line)
		t.box.Objects = append(t.box.Objects, line)
	}
	colour := t.panel.Colour(t.Colour)
	t.rare.begin()
	for i, line := range t.lines {
		if i >= len(lines) {
			blank(line)
			continue
		}
		w := font.Width(lines[i], t.Bold) * size
		x := r.X
		switch t.Align {
		case fyne.TextAlignCenter:
			x += (r.W - w) / 2
		case fyne.TextAlignTrailing:
			x += r.W - w
		}
		place := Rect{x, y + float32(i)*step + (step-size*font.NaturalHeight)/2, w, size * font.NaturalHeight}
		lines[i] = t.rare.place(t.box, lines[i], place, size, t.Bold, colour)
		changed := line.Text != lines[i] || line.TextSize != size || line.Color != colour
		line.Text, line.TextSize, line.Color = lines[i], size, colour
		line.FontSource = theme.Font(t.Bold)
		place.Put(line)
		if line.Hidden {
			line.Show()
		}
		if changed {
			line.Refresh()
		}
	}
	t.rare.end()
	t.box.Show()
}

// Forget drops the words from everything that is drawn.
func (t *Text) Forget() {
	t.words = ""
	t.clear()
}

func (t *Text) clear() {
	for _, line := range t.lines {
		blank(line)
	}
	t.rare.begin()
	t.rare.end()
	t.box.Hide()
}

func blank(line *canvas.Text) {
	if line.Text != "" {
		line.Text = ""
		line.Refresh()
	}
	line.Hide()
}

// container returns an empty container that leaves its objects where they are.
func container(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Objects: objects}
}

// Hide takes the text off the screen.
func (t *Text) Hide() { t.box.Hide() }
