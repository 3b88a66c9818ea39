// Package dots is paper as a thermal head sees it: rows of dots that are black or
// not, and characters drawn in them.
//
// A printer's own fonts are 12 × 24 dots for ASCII and 24 × 24 for Han. What it
// has no glyph for is drawn here from an OpenType font and sent as a picture; the
// bench draws whole slips the same way.
package dots

// Bitmap is a picture of black dots on white paper. The zero value is empty.
type Bitmap struct {
	W, H int
	// Bits holds rows of Stride bytes, eight dots a byte, the leftmost in the
	// highest bit: the order in which GS v 0 wants them.
	Bits []byte
}

// New makes a white bitmap. Negative sizes count as 0.
func New(w, h int) *Bitmap {
	w, h = max(w, 0), max(h, 0)
	return &Bitmap{W: w, H: h, Bits: make([]byte, (w+7)/8*h)}
}

// Stride is the number of bytes a row takes.
func (b *Bitmap) Stride() int { return (b.W + 7) / 8 }

// Black tells whether a dot is black. Dots outside are white.
func (b *Bitmap) Black(x, y int) bool {
	if x < 0 || y < 0 || x >= b.W || y >= b.H {
		return false
	}
	return b.Bits[y*b.Stride()+x/8]&(0x80>>(x%8)) != 0
}

// Set blackens a dot. Dots outside are ignored.
func (b *Bitmap) Set(x, y int) {
	if x < 0 || y < 0 || x >= b.W || y >= b.H {
		return
	}
	b.Bits[y*b.Stride()+x/8] |= 0x80 >> (x % 8)
}

// Draw blackens what is black in src, enlarged to xMag × yMag dots a dot, with its
// top left corner at x, y.
func (b *Bitmap) Draw(src *Bitmap, x, y, xMag, yMag int) {
	for sy := range src.H {
		for sx := range src.W {
			if !src.Black(sx, sy) {
				continue
			}
			for dy := range yMag {
				for dx := range xMag {
					b.Set(x+sx*xMag+dx, y+sy*yMag+dy)
				}
			}
		}
	}
}

// Fill blackens a rectangle.
func (b *Bitmap) Fill(x, y, w, h int) {
	for dy := range max(h, 0) {
		for dx := range max(w, 0) {
			b.Set(x+dx, y+dy)
		}
	}
}
