package printer

import (
	"strings"

	"lintai/hw/printer/dots"
	"lintai/kiosk/slip"
)

// Line heights in dots: 24 for the glyph and 6 between lines, the power-on
// setting of every ESC/POS printer.
const (
	glyphDots  = 24
	lineDots   = 30
	columnDots = 12
)

// Job is a slip as bytes.
type Job struct {
	// Data begins with ESC @ and ends with the cut, or with the feed to the
	// tear bar.
	Data []byte
	// Dots is about how much paper it takes, 8 dots to the millimetre.
	Dots int
	// payload is the length of the longest picture or code in Data: so many
	// bytes end any of them that was cut short.
	payload int
}

// Encode turns a slip into the bytes of a printer. Lines with characters that the
// printer has no glyph for are drawn from font; a character that font lacks too
// is printed as □, and so is each of them when font is nil.
func Encode(s slip.Slip, p Profile, font *dots.Font) Job {
	e := encoder{profile: p, font: font}
	e.initialise()
	for _, b := range s.Blocks {
		switch b := b.(type) {
		case slip.Text:
			e.text(b)
		case slip.Pair:
			e.pair(b)
		case slip.Rule:
			e.line(strings.Repeat("-", p.Columns), style{})
		case slip.QR:
			e.qr(b.Data)
		case slip.Space:
			for range b.Lines {
				e.line("", style{})
			}
		}
	}
	e.finish()
	return e.job
}

// style is how a line looks; it is sent when it changes.
type style struct {
	large  bool
	bold   bool
	center bool
}

type encoder struct {
	profile Profile
	font    *dots.Font
	job     Job
	style   style
}

// payload notes that a picture or code goes from byte from to here.
func (e *encoder) payload(from int) {
	e.job.payload = max(e.job.payload, len(e.job.Data)-from)
}

func (e *encoder) emit(b ...byte) { e.job.Data = append(e.job.Data, b...) }

// initialise brings the printer to its power-on settings, Chinese characters on.
func (e *encoder) initialise() {
	e.emit(0x1B, 0x40)
	e.emit(0x1C, 0x26)
	e.style = style{}
}

func (e *encoder) text(t slip.Text) {
	st := style{large: t.Large, bold: t.Bold, center: t.Align == slip.Center}
	width := e.profile.Columns
	if t.Large {
		width /= 2
	}
	for _, l := range wrap(settle(t.Text, e.font), width, 0) {
		e.line(l, st)
	}
}

func (e *encoder) pair(p slip.Pair) {
	label := settle(strings.ReplaceAll(p.Label, "\n", " "), e.font) + "："
	indent := columns(label)
	if indent > e.profile.Columns/2 {
		indent = 2
	}
	for _, l := range wrap(label+settle(p.Value, e.font), e.profile.Columns, indent) {
		e.line(l, style{})
	}
}

// line prints one line that is known to fit.
func (e *encoder) line(text string, st style) {
	e.setStyle(st)
	mag := 1
	if st.large {
		mag = 2
	}
	if !printable(text) {
		e.raster(e.draw(text, st, mag))
		return
	}
	for _, r := range text {
		e.emit(textBytes(r)...)
	}
	e.emit(0x0A)
	e.job.Dots += lineDots + (mag-1)*glyphDots
}

func (e *encoder) setStyle(st style) {
	if st.center != e.style.center {
		e.emit(0x1B, 0x61, flag(st.center))
	}
	if st.bold != e.style.bold {
		e.emit(0x1B, 0x45, flag(st.bold))
	}
	if st.large != e.style.large {
		e.emit(0x1D, 0x21, flag(st.large)*0x11)
	}
	e.style = st
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

// draw is a line as a picture, as high as the line of text would be and, like it,
// with the gap to the next line below.
func (e *encoder) draw(text string, st style, mag int) *dots.Bitmap {
	b := dots.New(columns(text)*columnDots*mag, glyphDots*mag+lineDots-glyphDots)
	x := 0
	for _, r := range text {
		w := runeColumns(r) * columnDots
		cell := e.font.Cell(r, w*mag, glyphDots*mag)
		b.Draw(cell, x, 0, 1, 1)
		if st.bold {
			b.Draw(cell, x+1, 0, 1, 1)
		}
		x += w * mag
	}
	return b
}

// finish feeds and cuts, or feeds the last line past the tear bar.
func (e *encoder) finish() {
	e.setStyle(style{})
	if e.profile.Cutter {
		e.emit(0x1D, 0x56, 0x42, 0x10) // feed to the cutter and 2 mm more, partial cut
		e.job.Dots += 120
		return
	}
	e.emit(0x1B, 0x64, 5)
	e.job.Dots += 5 * lineDots
}

// voidJob ends a slip that was cut short: unclosed bytes that finish any payload
// the printer still waits for (a printer that waits for none ignores NUL), then
// settings back to normal, the note, and the cut.
func voidJob(unclosed int, note string, p Profile) Job {
	e := encoder{profile: p}
	e.emit(make([]byte, unclosed)...)
	e.initialise()
	e.emit(0x0A)
	if note != "" {
		e.text(slip.Text{Text: note, Align: slip.Center})
	}
	e.finish()
	return e.job
}
