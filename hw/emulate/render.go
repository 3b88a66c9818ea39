package emulate

import (
	"bytes"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"lintai/hw/printer/dots"
)

// Margins of the picture around what the head can reach, in dots.
const (
	paperSide = 32
	paperTop  = 48
)

// Draw gives the page as the dots on the paper, margins included.
func (p *Page) Draw(font *dots.Font) *dots.Bitmap {
	height := 2 * paperTop
	for _, it := range p.Items {
		height += itemHeight(it)
	}
	b := dots.New(p.Width+2*paperSide, height)
	y := paperTop
	for _, it := range p.Items {
		p.drawItem(b, it, y, font)
		y += itemHeight(it)
	}
	return b
}

// PNG is the page as a picture: white paper, black dots, one pixel a dot.
func (p *Page) PNG(font *dots.Font) ([]byte, error) {
	b := p.Draw(font)
	img := image.NewPaletted(image.Rect(0, 0, b.W, b.H), color.Palette{color.White, color.Black})
	for y := range b.H {
		for x := range b.W {
			if b.Black(x, y) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func itemHeight(it Item) int {
	switch it := it.(type) {
	case TextLine:
		return it.Height
	case Gap:
		return it.Dots
	case Picture:
		return it.Bitmap.H * it.High
	case Code:
		if b := drawCode(it); b != nil {
			return b.H
		}
		return it.Height
	}
	return 0
}

func (p *Page) drawItem(b *dots.Bitmap, it Item, y int, font *dots.Font) {
	switch it := it.(type) {
	case TextLine:
		drawLine(b, it, paperSide+p.offset(it.Place, it.Area, lineWidth(it)), y, font)
	case Picture:
		// The head is as wide as it is: what is beyond it does not print.
		x := p.offset(it.Place, it.Area, it.Bitmap.W*it.Wide)
		b.Draw(it.Bitmap, paperSide+x, y, it.Wide, it.High)
	case Code:
		if drawn := drawCode(it); drawn != nil {
			b.Draw(drawn, paperSide+p.offset(it.Place, it.Area, drawn.W), y, 1, 1)
		}
	}
}

func (p *Page) offset(place Placement, area Area, width int) int {
	room := p.Width - area.Left
	if area.Width > 0 {
		room = min(room, area.Width)
	}
	switch place {
	case AtCenter:
		return area.Left + max((room-width)/2, 0)
	case AtRight:
		return area.Left + max(room-width, 0)
	}
	return area.Left
}

func lineWidth(l TextLine) int {
	x, w := 0, 0
	for _, run := range l.Runs {
		x += run.Indent
		for _, r := range run.Text {
			x += run.cellWidth(r)*run.Wide + run.Spacing
		}
		w = max(w, x)
	}
	return w
}

// drawLine draws a line; its characters stand on one baseline, as a head that
// passes them once prints them.
func drawLine(b *dots.Bitmap, l TextLine, x, y int, font *dots.Font) {
	tallest := 0
	for _, run := range l.Runs {
		tallest = max(tallest, runHeight(run))
	}
	for _, run := range l.Runs {
		x += run.Indent
		top := y + tallest - runHeight(run)
		for _, r := range run.Text {
			x += drawCharacter(b, r, run, x, top, font)
		}
	}
}

func runHeight(run Run) int {
	if run.Small {
		return smallHigh * run.High
	}
	return charDots * run.High
}

// drawCharacter draws one character and gives its width.
func drawCharacter(b *dots.Bitmap, r rune, run Run, x, y int, font *dots.Font) int {
	w := run.cellWidth(r)
	h := runHeight(run) / run.High
	cell := font.Cell(r, w, h)
	if run.Bold { // struck twice, one dot apart
		bold := dots.New(w, h)
		bold.Draw(cell, 0, 0, 1, 1)
		bold.Draw(cell, 1, 0, 1, 1)
		cell = bold
	}
	if run.Underline {
		lined := dots.New(w, h)
		lined.Draw(cell, 0, 0, 1, 1)
		lined.Fill(0, h-1, w, 1)
		cell = lined
	}
	if run.Reverse {
		cell = inverted(cell)
	}
	b.Draw(cell, x, y, run.Wide, run.High)
	return w*run.Wide + run.Spacing
}

func inverted(b *dots.Bitmap) *dots.Bitmap {
	out := dots.New(b.W, b.H)
	for y := range b.H {
		for x := range b.W {
			if !b.Black(x, y) {
				out.Set(x, y)
			}
		}
	}
	return out
}

// drawCode gives the dots of a symbol, or nil when it cannot be drawn: its data
// does not fit, or its kind is none of those that the bench draws.
func drawCode(c Code) *dots.Bitmap {
	switch c.Kind {
	case QRCode:
		levels := map[byte]qr.ErrorCorrectionLevel{'L': qr.L, 'M': qr.M, 'Q': qr.Q, 'H': qr.H}
		code, err := qr.Encode(c.Data, levels[c.Level], qr.Auto)
		if err != nil {
			return nil
		}
		return modules(code, c.Module, c.Module)
	case Code128:
		code, err := code128.Encode(c.Data)
		if err != nil {
			return nil
		}
		return modules(code, c.Module, c.Height)
	}
	return nil
}

// modules enlarges each module of a code.
func modules(code barcode.Barcode, wide, high int) *dots.Bitmap {
	r := code.Bounds()
	b := dots.New(r.Dx()*wide, r.Dy()*high)
	for y := range r.Dy() {
		for x := range r.Dx() {
			if v, _, _, _ := code.At(r.Min.X+x, r.Min.Y+y).RGBA(); v == 0 {
				b.Fill(x*wide, y*high, wide, high)
			}
		}
	}
	return b
}
