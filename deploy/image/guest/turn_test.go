package guest

import (
	"image"
	"image/color"
	"testing"
)

// What stands upright for her is found again on the glass, dot for dot.
func TestATurnedPanel(t *testing.T) {
	const wide, high = 5, 3
	for turn, corner := range map[int]image.Point{0: {0, 0}, 90: {wide - 1, 0}, 180: {wide - 1, high - 1}, 270: {0, high - 1}} {
		sent := image.NewRGBA(image.Rect(0, 0, wide, high))
		for y := range high {
			for x := range wide {
				sent.SetRGBA(x, y, color.RGBA{R: uint8(10 * x), G: uint8(10 * y), A: 255})
			}
		}
		seen := upright(sent, turn)
		if got := glass(image.Point{}, image.Pt(wide, high), turn); got != corner {
			t.Errorf("%d°: the picture begins at %v of the panel, want %v", turn, got, corner)
		}
		for y := range seen.Bounds().Dy() {
			for x := range seen.Bounds().Dx() {
				at := glass(image.Pt(x, y), image.Pt(wide, high), turn)
				if !at.In(sent.Bounds()) || sent.RGBAAt(at.X, at.Y) != seen.RGBAAt(x, y) {
					t.Errorf("%d°: %d,%d is not at %v", turn, x, y, at)
				}
			}
		}
		if seen.Bounds().Dx()*seen.Bounds().Dy() != wide*high {
			t.Errorf("%d°: %v", turn, seen.Bounds())
		}
	}
}
