package rescue

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
)

// Screen is what stands there.
type Screen struct {
	Fault   fault.Code
	Detail  string // for the technician, in no language
	Number  int    // of the terminal; 0: its file does not say
	Place   string
	Phone   string // whom residents may call instead
	Version string
	Slot    string
	Reason  string // why the computer started
	Minutes int    // until the program is tried again; 0: the machine starts anew now
}

// Code is what the QR code says: what support needs to know, as text that any
// telephone shows, and nothing of anybody.
func (s Screen) Code() string {
	return strings.TrimSpace(fmt.Sprintf("LINTAI %d %s %s %s %s %s", s.Number, s.Fault, s.Version, s.Slot, s.Reason, s.Detail))
}

const (
	paper = 0x18
	ink   = 0xf4
	faint = 0xa8
)

// Draw paints the screen in a size of dots, with an OpenType font.
func (s Screen) Draw(size image.Point, typeface []byte) (*image.Gray, error) {
	f, err := opentype.Parse(typeface)
	if err != nil {
		return nil, err
	}
	picture := image.NewGray(image.Rectangle{Max: size})
	for i := range picture.Pix {
		picture.Pix[i] = paper
	}
	// A panel is read from where one stands before it; its width sets the letters.
	unit := max(min(size.X, size.Y)/24, 8)
	p := pen{picture: picture, font: f, margin: unit, y: unit}
	if size.X > size.Y {
		p.side = min(size.X*2/5, size.Y*3/5) // the code stands beside the text
	}
	entry, _ := fault.Find(s.Fault)
	p.line(phrase.Text("rescue.title"), 2.0, ink)
	p.line(phrase.In("en", "rescue.title"), 1.0, faint)
	if s.Phone != "" {
		p.line(phrase.Text("rescue.phone", "phone", s.Phone), 1.2, ink)
	}
	p.gap(1)
	p.line(entry.Meaning, 1.4, ink)
	p.line(entry.Cure, 1.0, ink)
	if s.Minutes > 0 {
		p.line(phrase.Text("rescue.again", "minutes", fmt.Sprint(s.Minutes)), 1.0, ink)
	} else {
		p.line(phrase.Text("rescue.now"), 1.0, ink)
	}
	p.gap(1)
	if s.Number > 0 || s.Place != "" {
		p.line(phrase.Text("rescue.terminal", "number", fmt.Sprint(s.Number), "place", s.Place), 1.0, faint)
	}
	p.line(strings.Join(strings.Fields(fmt.Sprintf("%s  %s  %s  %s", s.Fault, s.Version, s.Slot, s.Reason)), "  "), 0.8, faint)
	p.line(s.Detail, 0.7, faint)
	p.gap(0.5)
	p.line(phrase.Text("rescue.scan"), 0.8, faint)
	return picture, p.code(s.Code())
}

type pen struct {
	picture *image.Gray
	font    *opentype.Font
	margin  int
	y       int
	side    int // of a code at the right, or 0
	err     error
}

func (p *pen) gap(lines float64) { p.y += int(lines * float64(p.margin) * 0.6) }

// line writes a text, as many lines as it takes, in so many units.
func (p *pen) line(text string, units float64, shade byte) {
	if text == "" || p.err != nil {
		return
	}
	size := units * float64(p.margin)
	face, err := opentype.NewFace(p.font, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		p.err = err
		return
	}
	defer face.Close()
	d := font.Drawer{Dst: p.picture, Src: image.NewUniform(color.Gray{Y: shade}), Face: face}
	width := fixed.I(p.picture.Rect.Dx() - 2*p.margin - p.side)
	for _, row := range rows(text, width, d.MeasureString) {
		p.y += int(size * 1.36)
		d.Dot = fixed.P(p.margin, p.y-int(size*0.3))
		d.DrawString(row)
	}
}

// rows breaks a text where it is too wide: Chinese anywhere, a word of Latin letters
// not inside.
func rows(text string, width fixed.Int26_6, measure func(string) fixed.Int26_6) []string {
	var all []string
	row := ""
	for rest := text; rest != ""; {
		piece := rest
		for i, r := range rest {
			// Neither a sign at the head of a row nor a telephone number over two.
			number := i > 1 && rest[i-1] == ' ' && digit(rune(rest[i-2])) && digit(r)
			if i > 0 && (r > 0x2e80 || rest[i-1] == ' ' || rest[i-1] >= 0x80) && !number && !strings.ContainsRune("，。；：、！？）", r) {
				piece = rest[:i]
				break
			}
		}
		rest = rest[len(piece):]
		if row != "" && measure(row+strings.TrimRight(piece, " ")) > width {
			all = append(all, strings.TrimRight(row, " "))
			row = ""
		}
		// A word wider than the panel is cut.
		for _, r := range piece {
			if row != "" && measure(row+string(r)) > width && r != ' ' {
				all = append(all, row)
				row = ""
			}
			row += string(r)
		}
	}
	return append(all, strings.TrimRight(row, " "))
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

// code draws the QR code, black on white with its quiet zone: below the text, or beside
// it on a panel that lies.
func (p *pen) code(text string) error {
	if p.err != nil {
		return p.err
	}
	q, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return fmt.Errorf("rescue: %w", err)
	}
	modules := q.Bounds().Dx()
	b := p.picture.Bounds()
	dot := max(p.side/(modules+8), 2)
	at := image.Pt(b.Dx()-p.margin-dot*(modules+8), (b.Dy()-dot*(modules+8))/2)
	if p.side == 0 {
		p.gap(0.5)
		// Large enough for an old telephone; over the last line rather than cut off.
		dot = max(min(b.Dx()/2, b.Dy()-p.y-p.margin)/(modules+8), 2)
		at = image.Pt(p.margin, min(p.y, b.Dy()-dot*(modules+8)))
	}
	for y := range dot * (modules + 8) {
		for x := range dot * (modules + 8) {
			mx, my := x/dot-4, y/dot-4
			shade := byte(0xff)
			if mx >= 0 && my >= 0 && mx < modules && my < modules {
				if r, _, _, _ := q.At(mx, my).RGBA(); r < 0x8000 {
					shade = 0
				}
			}
			p.picture.SetGray(at.X+x, at.Y+y, color.Gray{Y: shade})
		}
	}
	return nil
}
