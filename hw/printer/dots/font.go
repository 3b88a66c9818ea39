package dots

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Font draws characters in cells of dots from OpenType fonts. It is safe for
// concurrent use.
type Font struct {
	mu    sync.Mutex
	fonts []*sfnt.Font
	// later holds the paths of fonts that are opened when no font so far has a
	// character.
	later []string
	faces map[faceKey]font.Face
	cells map[cellKey]*Bitmap
	buf   sfnt.Buffer
}

type faceKey struct{ font, size int }

type cellKey struct {
	r    rune
	w, h int
}

// cellsKept bounds the glyphs remembered; a slip has fewer than 200 different
// ones.
const cellsKept = 2000

func newFont() *Font {
	return &Font{faces: map[faceKey]font.Face{}, cells: map[cellKey]*Bitmap{}}
}

// Parse reads one or more OpenType files, single fonts or collections. A glyph is
// taken from the first file that has it. Of a collection the Simplified Chinese
// face is used, its fixed-width one if there is one.
func Parse(files ...[]byte) (*Font, error) {
	if len(files) == 0 {
		return nil, errors.New("dots: no font given")
	}
	f := newFont()
	for i, file := range files {
		c, err := opentype.ParseCollection(file)
		if err != nil {
			return nil, fmt.Errorf("dots: font %d: %w", i+1, err)
		}
		one, err := f.choose(c)
		if err != nil {
			return nil, fmt.Errorf("dots: font %d: %w", i+1, err)
		}
		f.fonts = append(f.fonts, one)
	}
	return f, nil
}

// choose takes the best face of a collection for Simplified Chinese on paper.
func (f *Font) choose(c *opentype.Collection) (*sfnt.Font, error) {
	var best *sfnt.Font
	bestRank := -1
	for i := range c.NumFonts() {
		one, err := c.Font(i)
		if err != nil {
			return nil, err
		}
		name, err := one.Name(&f.buf, sfnt.NameIDFull)
		if err != nil {
			name = "" // a font without a name is as good as any other
		}
		rank := 0
		if strings.Contains(name, " SC") {
			rank += 2
		}
		if strings.Contains(name, "Mono") {
			rank++
		}
		if rank > bestRank {
			best, bestRank = one, rank
		}
	}
	if best == nil {
		return nil, errors.New("an empty collection")
	}
	return best, nil
}

// Has tells whether there is a glyph for r.
func (f *Font) Has(r rune) bool {
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.find(r) >= 0
}

// find gives the first font with a glyph for r, or -1.
func (f *Font) find(r rune) int {
	for i := 0; i < len(f.fonts) || f.openNext(); i++ {
		if g, err := f.fonts[i].GlyphIndex(&f.buf, r); err == nil && g != 0 {
			return i
		}
	}
	return -1
}

// Cell draws r in a cell of w × h dots. A character that no font has is an empty
// box, as printers do it.
func (f *Font) Cell(r rune, w, h int) *Bitmap {
	if f == nil {
		return box(w, h)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := cellKey{r, w, h}
	if b, ok := f.cells[key]; ok {
		return b
	}
	b := f.draw(r, w, h)
	if len(f.cells) >= cellsKept {
		clear(f.cells)
	}
	f.cells[key] = b
	return b
}

func (f *Font) draw(r rune, w, h int) *Bitmap {
	if r == ' ' || r == '\u3000' {
		return New(w, h)
	}
	i := f.find(r)
	if i < 0 {
		return box(w, h)
	}
	// A 24-dot cell holds a 22-dot em: neighbours must not touch, and there has
	// to be room for descenders.
	size := max(h*22/24, 1)
	face, err := f.face(i, size)
	if err != nil {
		return box(w, h)
	}
	advance, ok := face.GlyphAdvance(r)
	if !ok {
		return box(w, h)
	}
	natural := max(advance.Ceil(), 1)
	baseline := (h-size)/2 + size*86/100
	const side = 4 // glyphs may reach out of their advance a little
	mask := image.NewAlpha(image.Rect(0, 0, natural+2*side, h))
	d := font.Drawer{Dst: mask, Src: image.NewUniform(color.Alpha{A: 255}), Face: face,
		Dot: fixed.P(side, baseline)}
	d.DrawString(string(r))
	cell := New(w, h)
	left := (w - natural) / 2
	squeezed := natural > w
	for y := range h {
		for x := range w {
			var ink uint32
			if squeezed {
				ink = average(mask, side+x*natural/w, side+(x+1)*natural/w, y)
			} else {
				ink = uint32(mask.AlphaAt(side+x-left, y).A)
			}
			// Below half: thin strokes must not get lost on a thermal head.
			if ink > 100 {
				cell.Set(x, y)
			}
		}
	}
	return cell
}

// average is the mean ink of the columns [x0, x1) in row y.
func average(mask *image.Alpha, x0, x1, y int) uint32 {
	if x1 <= x0 {
		x1 = x0 + 1
	}
	var sum uint32
	for x := x0; x < x1; x++ {
		sum += uint32(mask.AlphaAt(x, y).A)
	}
	return sum / uint32(x1-x0)
}

func (f *Font) face(i, size int) (font.Face, error) {
	key := faceKey{i, size}
	if face, ok := f.faces[key]; ok {
		return face, nil
	}
	face, err := opentype.NewFace(f.fonts[i], &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, err
	}
	f.faces[key] = face
	return face, nil
}

// box is what stands for a glyph that is missing.
func box(w, h int) *Bitmap {
	b := New(w, h)
	x, y := w/8, h/8
	bw, bh := w-2*x, h-2*y
	b.Fill(x, y, bw, 2)
	b.Fill(x, y+bh-2, bw, 2)
	b.Fill(x, y, 2, bh)
	b.Fill(x+bw-2, y, 2, bh)
	return b
}
