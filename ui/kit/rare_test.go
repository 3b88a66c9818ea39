package kit

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"lintai/ui/theme"
)

// TestRareCharactersOfNamesAreDrawn holds characters that the built-in font lacks
// against the sign that is drawn for what no font has.
func TestRareCharactersOfNamesAreDrawn(t *testing.T) {
	test.NewApp()
	for _, bold := range []bool{false, true} {
		lacking := painted(t, "\U0010FFFD", bold)
		seen := map[string]rune{string(lacking.Pix): 0x10FFFD}
		for _, r := range "䶮㛃𠮷㐀𪝀𫠝" {
			picture := painted(t, string(r), bold)
			if inked(picture) < 100 {
				t.Errorf("%c, bold %t: nothing is drawn", r, bold)
			}
			if same, ok := seen[string(picture.Pix)]; ok {
				t.Errorf("%c, bold %t: looks like %U; run deploy/setup, or apt-get install fonts-noto-cjk fonts-hanazono", r, bold, same)
			}
			seen[string(picture.Pix)] = r
		}
	}
}

func painted(t *testing.T, words string, bold bool) *image.NRGBA {
	t.Helper()
	text := NewText(theme.Panel{PxPerMM: 4}, 16, bold, theme.Black, fyne.TextAlignLeading)
	text.Set(words)
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(text.Object())
	c.Resize(fyne.NewSize(96, 96))
	text.Place(Rect{0, 0, 96, 96}, 1)
	picture, ok := c.Capture().(*image.NRGBA)
	if !ok {
		t.Fatalf("a picture of %T", c.Capture())
	}
	return picture
}

func inked(picture *image.NRGBA) int {
	n := 0
	for i := 0; i < len(picture.Pix); i += 4 {
		if (color.NRGBA{picture.Pix[i], picture.Pix[i+1], picture.Pix[i+2], 255}) == (color.NRGBA{A: 255}) {
			n++
		}
	}
	return n
}
