package font

import (
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// LineHeight is the step from line to line, in ems: more than the 1.3 that older
// readers need. NaturalHeight is what the font asks for, and the toolkit draws.
const (
	LineHeight    = 1.36
	NaturalHeight = 1.448
)

type advanceKey struct {
	r    rune
	bold bool
}

var advances sync.Map // advanceKey → float32, one entry for each character ever shown

// Advance tells how far a character moves the pen, in ems. Measuring here, by
// character, keeps whole texts (names, addresses) out of the toolkit's cache of
// measured strings.
func Advance(r rune, bold bool) float32 {
	key := advanceKey{r, bold}
	if width, ok := advances.Load(key); ok {
		return width.(float32)
	}
	width := measure(r, bold)
	advances.Store(key, width)
	return width
}

func measure(r rune, bold bool) float32 {
	f := parsed()[0]
	if bold {
		f = parsed()[1]
	}
	var buffer sfnt.Buffer
	index, err := f.GlyphIndex(&buffer, r)
	if err != nil || index == 0 {
		return 1 // a rare character comes from the system's font: a full square
	}
	const unit = 1000
	advance, err := f.GlyphAdvance(&buffer, index, fixed.I(unit), font.HintingNone)
	if err != nil {
		return 1
	}
	return float32(advance) / 64 / unit
}

// Width is the width of a line of text, in ems.
func Width(text string, bold bool) float32 {
	var total float32
	for _, r := range text {
		total += Advance(r, bold)
	}
	return total
}
