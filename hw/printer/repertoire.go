package printer

import (
	"strings"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"

	"lintai/hw/printer/dots"
)

// missing stands for a character that can be neither printed nor drawn.
const missing = '□'

// textBytes gives the bytes of r on a Chinese printer: one byte for ASCII, two for
// GBK. It returns nil for everything else: GB18030 has four bytes for all of
// Unicode, but few printers have the glyphs.
func textBytes(r rune) []byte {
	if r >= 0x20 && r < 0x7F {
		return []byte{byte(r)}
	}
	if r < 0x80 || unicode.Is(unicode.Co, r) {
		return nil
	}
	// The two encodings agree wherever both have two bytes; where they do not
	// (the euro sign), printers do not either.
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(string(r)))
	if err != nil || len(b) != 2 {
		return nil
	}
	k, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
	if err != nil || string(k) != string(b) {
		return nil
	}
	return b
}

// printable tells whether the printer itself has a glyph for each character.
func printable(line string) bool {
	for _, r := range line {
		if textBytes(r) == nil {
			return false
		}
	}
	return true
}

// settle makes a text fit to be laid out: no control character reaches the
// printer, and what can be neither printed nor drawn becomes a box. Line breaks
// stay.
func settle(text string, font *dots.Font) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case r == '\t' || r == '\u00a0':
			b.WriteRune(' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r):
			// Direction marks, joiners and variation selectors have no dots.
		case textBytes(r) != nil || font.Has(r):
			b.WriteRune(r)
		default:
			b.WriteRune(missing)
		}
	}
	return b.String()
}

// runeColumns is the width of a character in columns of 12 dots.
func runeColumns(r rune) int {
	// Letters of other alphabets that GBK lacks are drawn as narrow as ASCII.
	if r < 0x80 || (r < 0x2E80 && textBytes(r) == nil) {
		return 1
	}
	return 2
}

// columns is the width of a text in columns of 12 dots.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}
