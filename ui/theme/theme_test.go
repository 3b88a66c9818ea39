package theme

import (
	"image/color"
	"testing"
)

func TestContrastFollowsTheStandard(t *testing.T) {
	for _, row := range []struct {
		a, b color.Color
		want float64
	}{
		{color.Black, color.White, 21},
		{color.White, color.White, 1},
		{rgb(0x777777), color.White, 4.48},
	} {
		if got := Contrast(row.a, row.b); got < row.want-0.01 || got > row.want+0.01 {
			t.Errorf("contrast of %v and %v: %.2f, want %.2f", row.a, row.b, got, row.want)
		}
	}
}

func TestTextNeverShrinksBelowTheMinimum(t *testing.T) {
	p := Panel{PxPerMM: 5}
	for _, row := range []struct {
		mm   float32
		s    Scale
		want float32
	}{
		{Body, 1, 50},
		{Body, Large, 62.5},
		{Body, ClosestFit, Minimum * 5},
		{Minimum, ClosestFit, Minimum * 5},
		{Body, ClosestFit / 2, Minimum * 5},
		{Title, 0.5, 40},
	} {
		if got := p.Text(row.mm, row.s); got != row.want {
			t.Errorf("Text(%v, %v) = %v px, want %v", row.mm, row.s, got, row.want)
		}
	}
}

func TestTheToolkitGetsBothWeights(t *testing.T) {
	if Font(true) == Font(false) {
		t.Error("bold is drawn with the regular font")
	}
}
