package font

import (
	"image"
	"image/color"
	"slices"
	"testing"
)

func TestRareCharactersAreDrawnEachInItsOwnShape(t *testing.T) {
	if packages := Installed.Missing(); len(packages) > 0 {
		t.Fatalf("fonts are missing: run deploy/setup, or apt-get install %v", packages)
	}
	for _, bold := range []bool{false, true} {
		seen := map[string]rune{}
		for _, r := range "䶮㛃𠮷㐀𪝀𫠝" {
			picture, ok := Installed.Draw(r, bold, 40, color.Black).(*image.NRGBA)
			if !ok {
				t.Errorf("%c is not drawn", r)
				continue
			}
			ink := 0
			for i := 3; i < len(picture.Pix); i += 4 {
				if picture.Pix[i] > 127 {
					ink++
				}
			}
			if ink < 80 {
				t.Errorf("%c has %d pixels of ink", r, ink)
			}
			if same, ok := seen[string(picture.Pix)]; ok {
				t.Errorf("%c looks like %c", r, same)
			}
			seen[string(picture.Pix)] = r
		}
	}
}

func TestWhatNoFontHasIsNotDrawn(t *testing.T) {
	if Installed.Draw(0x10FFFD, false, 40, color.Black) != nil {
		t.Error("a character of nobody is drawn")
	}
}

func TestMissingFontsAreNamedByTheirPackages(t *testing.T) {
	none := NewRare(t.TempDir())
	if got, want := none.Missing(), []string{"fonts-noto-cjk", "fonts-hanazono"}; !slices.Equal(got, want) {
		t.Errorf("%v would help, want %v", got, want)
	}
	if none.Draw('䶮', false, 40, color.Black) != nil {
		t.Error("drawn without a font")
	}
}
