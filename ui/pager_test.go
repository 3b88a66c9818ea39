package ui

import (
	"testing"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// In the narrow column of a panel on its side the word of a page button broke in two
// beside its arrow.
func TestPageButtonsLeaveTheirPicturesOutBeforeTheirWordsBreak(t *testing.T) {
	plain := false
	for _, p := range []Panel{panels["1280x800"], {PxPerMM: 4, Width: 1280, Height: 800}} {
		for width := p.MM(110); width > p.MM(60); width-- {
			g := newPager(p)
			g.set(&visit.Pager{Page: 2, Pages: 3, Earlier: visit.Control{Label: "上一页", Icon: "previous"}, Later: visit.Control{Label: "下一页", Icon: "next"}})
			g.Place(kit.Rect{W: width, H: p.MM(34)}, theme.Scale(1))
			for _, b := range g.Buttons() {
				if !b.Whole(b.Bounds(), theme.Scale(1)) {
					t.Errorf("at %.0f mm %q breaks", width/p.MM(1), b.Label)
				}
				plain = plain || b.Icon == ""
			}
		}
	}
	if !plain {
		t.Error("no width was too narrow for a picture")
	}
}
