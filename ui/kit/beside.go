package kit

import (
	"slices"

	"fyne.io/fyne/v2"

	"lintai/ui/theme"
)

// Beside is a Part that draws nothing of its own: it stands parts in two columns
// within a column, as below a title over both. Where one side has nothing to
// show, the other takes the whole width.
type Beside struct {
	Panel       theme.Panel
	Share       float32 // the left one's part of the width
	Left, Right []Part
}

// endless is more height than any panel has.
const endless = 100_000

// Object implements Part.
func (Beside) Object() fyne.CanvasObject { return nil }

// Empty implements Part.
func (b Beside) Empty() bool { return shown(b.Left) == 0 && shown(b.Right) == 0 }

// shown counts the parts that have something to show.
func shown(parts []Part) int {
	n := 0
	for _, part := range parts {
		if _, spring := part.(Spring); !spring && !part.Empty() {
			n++
		}
	}
	return n
}

// Buttons implements Part; the parts themselves are asked for theirs.
func (Beside) Buttons() []*Button { return nil }

func (b Beside) columns(r Rect) []Column {
	switch {
	case shown(b.Right) == 0:
		return []Column{{Area: r, Parts: b.Left}, {Parts: b.Right}}
	case shown(b.Left) == 0:
		return []Column{{Parts: b.Left}, {Area: r, Parts: b.Right}}
	}
	left, right := r.Columns(b.Share, b.Panel.Gap())
	return []Column{{Area: left, Parts: b.Left}, {Area: right, Parts: b.Right}}
}

// Heights implements Part.
func (b Beside) Heights(width float32, s theme.Scale) (least, most float32) {
	for _, c := range b.columns(Rect{W: width}) {
		if c.Area.W == 0 {
			continue
		}
		low := c.least(b.Panel, s)
		high := low
		for _, part := range c.Parts {
			if _, spring := part.(Spring); spring {
				high = endless
			} else if !part.Empty() {
				l, m := part.Heights(c.Area.W, s)
				high += m - l
			}
		}
		least, most = max(least, low), max(most, high)
	}
	return least, most
}

// Place implements Part.
func (b Beside) Place(r Rect, s theme.Scale) {
	for _, c := range b.columns(r) {
		if c.Area.W == 0 {
			c.visible() // hides what is empty
			continue
		}
		c.Place(b.Panel, s)
	}
}

// Hide implements Part.
func (b Beside) Hide() {
	for _, part := range slices.Concat(b.Left, b.Right) {
		part.Hide()
	}
}

// Forget implements Part; the parts themselves are told to.
func (Beside) Forget() {}
