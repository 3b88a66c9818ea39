package emulate

import (
	"fmt"
	"strings"

	"lintai/hw/printer/dots"
)

// Page is a slip as the emulated printer understood it: what stands on the paper,
// from top to bottom.
type Page struct {
	// Width is the printable width in dots, 8 to the millimetre.
	Width int
	Items []Item
}

// Item is one thing on a page: TextLine, Picture, Code or Gap.
type Item interface{ item() }

// Placement is where an item stands between the margins.
type Placement int

const (
	AtLeft Placement = iota
	AtCenter
	AtRight
)

// Area is the part of the paper's width between the margins, in dots. A Width of 0
// is all of it.
type Area struct{ Left, Width int }

type (
	// TextLine is a line of characters.
	TextLine struct {
		Runs   []Run
		Place  Placement
		Area   Area
		Height int // dots that the paper moves
	}
	// Picture is a raster image.
	Picture struct {
		Bitmap *dots.Bitmap
		Place  Placement
		Area   Area
		// Wide and High are how many dots a dot of the bitmap becomes.
		Wide, High int
	}
	// Code is a symbol that the printer drew itself.
	Code struct {
		Kind   CodeKind
		Data   string
		Module int  // dots a module
		Level  byte // error correction of a QR code: L, M, Q or H
		Height int  // dots, of a bar code
		Human  bool // of a bar code: its text stands below, as a line of its own
		Place  Placement
		Area   Area
	}
	// Gap is blank paper.
	Gap struct{ Dots int }
)

func (TextLine) item() {}
func (Picture) item()  {}
func (Code) item()     {}
func (Gap) item()      {}

// CodeKind names a symbology.
type CodeKind string

const (
	QRCode  CodeKind = "QR"
	Code128 CodeKind = "CODE128"
	// OtherCode is a symbology that the bench does not draw.
	OtherCode CodeKind = "OTHER"
)

// Run is a piece of a line in one style, Indent dots after the run before it; less
// than 0 goes back, to print over what is there.
type Run struct {
	Text       string
	Indent     int
	Wide, High int // 1 to 8 times
	Bold       bool
	Underline  bool
	Reverse    bool
	Small      bool // font B, 9 × 17 dots
	// Half is set for characters of one byte beyond ASCII: they are as wide as
	// ASCII, whatever their Unicode brother is.
	Half bool
	// Spacing is blank dots after each character.
	Spacing int
}

// Text is the page as plain text: lines as printed, codes and pictures in
// brackets.
func (p *Page) Text() string {
	var b strings.Builder
	for _, it := range p.Items {
		switch it := it.(type) {
		case TextLine:
			b.WriteString(strings.TrimRight(it.text(), " "))
			b.WriteByte('\n')
		case Picture:
			fmt.Fprintf(&b, "[picture %d×%d]\n", it.Bitmap.W, it.Bitmap.H)
		case Code:
			fmt.Fprintf(&b, "[%s %s]\n", it.Kind, it.Data)
		}
	}
	return b.String()
}

// text is a line's characters one after the other, however large they are, or as
// Columns when some were printed over others.
func (l TextLine) text() string {
	var b strings.Builder
	for _, r := range l.Runs {
		if r.Indent < 0 {
			return l.Columns()
		}
		b.WriteString(strings.Repeat(" ", r.Indent/asciiDots))
		b.WriteString(r.Text)
	}
	return b.String()
}

// Columns is the line from the left margin as it stands on the paper, in columns as
// wide as ASCII: an enlarged character is followed by the blanks that it covers.
func (l TextLine) Columns() string {
	const covered = 0 // by the character to the left
	var grid []rune
	x := l.Area.Left
	for _, run := range l.Runs {
		x += run.Indent
		for _, r := range run.Text {
			first := (x + asciiDots/2) / asciiDots
			width := run.cellWidth(r)
			x += width*run.Wide + run.Spacing
			for len(grid) < (x+asciiDots/2)/asciiDots || len(grid) <= first {
				grid = append(grid, ' ')
			}
			grid[first] = r
			if width > asciiDots && first+1 < len(grid) {
				grid[first+1] = covered
			}
		}
	}
	return strings.ReplaceAll(string(grid), string(rune(covered)), "")
}

// Codes gives the data of all symbols of a kind.
func (p *Page) Codes(kind CodeKind) []string {
	var all []string
	for _, it := range p.Items {
		if c, ok := it.(Code); ok && c.Kind == kind {
			all = append(all, c.Data)
		}
	}
	return all
}

// blank tells whether there is no ink on the page.
func (p *Page) blank() bool {
	for _, it := range p.Items {
		switch it := it.(type) {
		case Picture, Code:
			return false
		case TextLine:
			if len(it.Runs) > 0 {
				return false
			}
		}
	}
	return true
}

// Sizes of the printer's own characters, in dots.
const (
	asciiDots = 12
	hanDots   = 24
	charDots  = 24 // high
	smallWide = 9  // font B
	smallHigh = 17
)

// cellWidth is the width of a character of a run before magnification.
func (run Run) cellWidth(r rune) int {
	switch {
	case r >= 0x80 && !run.Half:
		return hanDots
	case run.Small:
		return smallWide
	}
	return asciiDots
}
