// Package font carries the terminal's two fonts inside the binary, so that every
// word of the screens is drawn the same on any machine. They are subsets of
// Noto Sans CJK SC, made by deploy/fonts/build and licensed under the SIL Open
// Font License (OFL.txt).
//
// The subset holds GB 2312 and the signs of the screens. Rarer characters of
// names are drawn with the system's fonts; Covers tells which those are.
package font

import (
	_ "embed"
	"sync"

	"golang.org/x/image/font/sfnt"
)

//go:embed lintai-regular.otf
var regular []byte

//go:embed lintai-bold.otf
var bold []byte

//go:embed OFL.txt
var licence string

// Family is the name under which the system knows the whole font. A text whose
// character is missing in the subset is looked up there first, so that a rare
// character looks like its neighbours.
const Family = "Noto Sans CJK SC"

// Regular returns the regular weight, an OpenType font. It must not be changed.
func Regular() []byte { return regular }

// Bold returns the bold weight. It must not be changed.
func Bold() []byte { return bold }

// Licence returns the licence of both, which goes wherever they go.
func Licence() string { return licence }

var parsed = sync.OnceValue(func() []*sfnt.Font {
	fonts := make([]*sfnt.Font, 0, 2)
	for _, data := range [][]byte{regular, bold} {
		f, err := sfnt.Parse(data)
		if err != nil {
			panic("font: the built-in font cannot be read: " + err.Error())
		}
		fonts = append(fonts, f)
	}
	return fonts
})

// Covers tells whether both weights hold a character.
func Covers(r rune) bool {
	for _, f := range parsed() {
		var buffer sfnt.Buffer
		index, err := f.GlyphIndex(&buffer, r)
		if err != nil || index == 0 {
			return false
		}
	}
	return true
}
