package main

import (
	"image"
	"image/color"
	"image/draw"
	"os"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// painted draws lines as the terminal does: its own bold font, large, in
// colours of a screen.
func painted(t *testing.T, ink, ground color.Color, lines ...string) *image.RGBA {
	t.Helper()
	data, err := os.ReadFile("../../ui/font/lintai-bold.otf")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := opentype.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 64, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	picture := image.NewRGBA(image.Rect(0, 0, 1080, 200+120*len(lines)))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	pen := font.Drawer{Dst: picture, Src: image.NewUniform(ink), Face: face}
	for i, l := range lines {
		pen.Dot = fixed.P(100, 160+120*i)
		pen.DrawString(l)
	}
	return picture
}

func TestEyesReadWhatIsPainted(t *testing.T) {
	tests := []struct {
		name        string
		ink, ground color.Color
		lines       []string
	}{
		{"dark on light", color.Black, color.White, []string{"正在为您呼叫工作人员", "已收到，马上来"}},
		{"light on dark", color.White, color.RGBA{20, 60, 40, 255}, []string{"处理中", "12号楼"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			picture := painted(t, tt.ink, tt.ground, tt.lines...)
			if err := readWords(t.Context(), t.TempDir(), "chi_sim", picture, tt.lines...); err != nil {
				t.Error(err)
			}
			if err := readWords(t.Context(), t.TempDir(), "chi_sim", picture, "已完成"); err == nil {
				t.Error("read what is not there")
			}
		})
	}
}
