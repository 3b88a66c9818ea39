package kit

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lintai/ui/font"
)

// rare are the pictures of a text's characters that the built-in font lacks. A
// name must stand on the screen as its bearer writes it.
type rare struct {
	glyphs []*rareGlyph // grown to the most ever shown, then reused
	used   int
}

type rareGlyph struct {
	image     *canvas.Image
	character rune
	size      float32
	bold      bool
	colour    color.Color
}

// blankEm stands in the line where a picture stands over it.
const blankEm = '\u3000'

func (r *rare) begin() { r.used = 0 }

// place draws what is rare in a line and returns the line with blanks there. A
// character that no font has stays, for the toolkit to draw the sign that says so.
func (r *rare) place(box *fyne.Container, line string, at Rect, size float32, bold bool, colour color.Color) string {
	if !strings.ContainsFunc(line, isRare) {
		return line
	}
	var plain strings.Builder
	x := at.X
	for _, c := range line {
		if isRare(c) && r.draw(box, c, Rect{x, at.Y, size, at.H}, size, bold, colour) {
			plain.WriteRune(blankEm)
		} else {
			plain.WriteRune(c)
		}
		x += font.Advance(c, bold) * size
	}
	return plain.String()
}

func isRare(c rune) bool { return c >= 0x2E80 && !font.Covers(c) }

func (r *rare) draw(box *fyne.Container, c rune, at Rect, size float32, bold bool, colour color.Color) bool {
	if r.used == len(r.glyphs) {
		g := &rareGlyph{image: &canvas.Image{FillMode: canvas.ImageFillStretch}}
		r.glyphs = append(r.glyphs, g)
		box.Objects = append(box.Objects, g.image)
	}
	g := r.glyphs[r.used]
	if g.image.Image == nil || g.character != c || g.size != size || g.bold != bold || g.colour != colour {
		picture := font.Installed.Draw(c, bold, size, colour)
		if picture == nil {
			return false
		}
		g.image.Image, g.character, g.size, g.bold, g.colour = picture, c, size, bold, colour
		g.image.Refresh()
	}
	r.used++
	at.Put(g.image)
	g.image.Show()
	return true
}

// end drops the pictures that are not used any more: a name is the resident's.
func (r *rare) end() {
	for _, g := range r.glyphs[r.used:] {
		if g.image.Image != nil {
			g.image.Image, g.character = nil, 0
			g.image.Refresh()
		}
		g.image.Hide()
	}
}
