package insight

import (
	"testing"

	figures "lintai/sync/central/insight"
)

func TestFiguresAreDrawnOnceUntilTheyChange(t *testing.T) {
	var d drawings
	drawn := 0
	one, two := &figures.Cube{}, &figures.Cube{}
	for _, step := range []struct {
		asked asked
		drawn int
	}{
		{asked{cube: one, span: 12}, 1},
		{asked{cube: one, span: 12}, 1},
		{asked{cube: one, span: 6}, 2},
		{asked{cube: one, span: 12}, 2},
		{asked{cube: one, book: 1, span: 12}, 3}, // a grid has another name
		{asked{cube: two, book: 1, span: 12}, 4}, // counted anew
		{asked{cube: two, book: 1, span: 12}, 4},
	} {
		v := d.of(step.asked, func() view { drawn++; return view{Stars: string(rune('0' + step.asked.span))} })
		if drawn != step.drawn || v.Stars != string(rune('0'+step.asked.span)) {
			t.Errorf("%+v: drawn %d times, want %d", step.asked, drawn, step.drawn)
		}
	}
	for n := range 3 * mostDrawn {
		d.of(asked{cube: two, book: 1, span: n}, func() view { return view{} })
	}
	if len(d.kept) > mostDrawn {
		t.Errorf("%d are kept", len(d.kept))
	}
}
