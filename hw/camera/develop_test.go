package camera

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

func TestColoursOfYUYV(t *testing.T) {
	// Two pixels of one colour each, as BT.601 gives them in the narrow range, and
	// what is seen.
	for name, tt := range map[string]struct {
		frame []byte
		want  color.RGBA
	}{
		"black":    {[]byte{16, 128, 16, 128}, color.RGBA{0, 0, 0, 255}},
		"white":    {[]byte{235, 128, 235, 128}, color.RGBA{255, 255, 255, 255}},
		"grey":     {[]byte{126, 128, 126, 128}, color.RGBA{128, 128, 128, 255}},
		"red":      {[]byte{81, 90, 81, 240}, color.RGBA{255, 0, 0, 255}},
		"green":    {[]byte{145, 54, 145, 34}, color.RGBA{0, 255, 0, 255}},
		"blue":     {[]byte{41, 240, 41, 110}, color.RGBA{0, 0, 255, 255}},
		"too low":  {[]byte{0, 128, 0, 128}, color.RGBA{0, 0, 0, 255}},
		"too high": {[]byte{255, 128, 255, 128}, color.RGBA{255, 255, 255, 255}},
	} {
		p, err := fromYUYV(tt.frame, 2, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		for x := range 2 {
			r, g, b, _ := p.At(x, 0).RGBA()
			for i, pair := range [][2]int{{int(r >> 8), int(tt.want.R)}, {int(g >> 8), int(tt.want.G)}, {int(b >> 8), int(tt.want.B)}} {
				if d := pair[0] - pair[1]; d < -3 || d > 3 {
					t.Errorf("%s: channel %d of pixel %d is %d, want %d", name, i, x, pair[0], pair[1])
				}
			}
		}
	}
}

func TestPixelsAndLinesOfYUYV(t *testing.T) {
	// 4×2 pixels in lines of 10 bytes: two bytes of each are not pixels.
	frame := []byte{
		16, 128, 60, 128, 100, 128, 140, 128, 99, 99,
		180, 128, 220, 128, 235, 128, 16, 128,
	}
	p, err := fromYUYV(frame, 4, 2, 10)
	if err != nil {
		t.Fatal(err)
	}
	for i, y := range []byte{16, 60, 100, 140, 180, 220, 235, 16} {
		if got := p.(*image.YCbCr).YCbCrAt(i%4, i/4).Y; got != widerLuma[y] {
			t.Errorf("pixel %d is %d, want %d", i, got, widerLuma[y])
		}
	}
	for _, wrong := range [][3]int{{4, 3, 10}, {3, 2, 10}, {0, 0, 0}, {4, 2, 6}, {1 << 20, 1, 0}} {
		if _, err := fromYUYV(frame, wrong[0], wrong[1], wrong[2]); err == nil {
			t.Errorf("%v is taken for a picture", wrong)
		}
	}
}

// scene is a picture that is easy to know again: left red, right blue.
func scene(w, h int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func mjpeg(t testing.TB, w, h int, tables bool) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, scene(w, h), nil); err != nil {
		t.Fatal(err)
	}
	if tables {
		return b.Bytes()
	}
	without := bytes.Replace(b.Bytes(), standardTables, nil, 1)
	if len(without) != b.Len()-len(standardTables) {
		t.Fatal("no tables to take away")
	}
	return without
}

func isScene(t *testing.T, p *Picture, w, h int) {
	t.Helper()
	seen, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if seen.Bounds().Dx() != w || seen.Bounds().Dy() != h || p.Width != w || p.Height != h {
		t.Fatalf("%v, said to be %d×%d", seen.Bounds(), p.Width, p.Height)
	}
	left, _, _, _ := seen.At(w/8, h/2).RGBA()
	_, _, right, _ := seen.At(w-w/8, h/2).RGBA()
	if left>>8 < 230 || right>>8 < 230 {
		t.Errorf("left red %d, right blue %d", left>>8, right>>8)
	}
}

func TestFramesWithAndWithoutTables(t *testing.T) {
	for _, tables := range []bool{true, false} {
		p, err := develop(pixFormat{pixelFormat: formatMJPEG}, append(mjpeg(t, 64, 32, tables), 0, 0, 0))
		if err != nil {
			t.Fatalf("tables %v: %v", tables, err)
		}
		isScene(t, p, 64, 32)
	}
	// The standard's tables are of a known length: 2 + 2 + 4 × 17 + 12 + 162 + 12 + 162.
	if len(standardTables) != 420 {
		t.Errorf("%d bytes of tables", len(standardTables))
	}
}

func FuzzMJPEG(f *testing.F) {
	f.Add(mjpeg(f, 16, 16, true))
	f.Add(mjpeg(f, 16, 16, false))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xda, 0, 0})
	f.Fuzz(func(t *testing.T, frame []byte) {
		if len(frame) > 1<<12 {
			return
		}
		whole, err := withTables(frame)
		if err != nil {
			return
		}
		if size, err := jpeg.DecodeConfig(bytes.NewReader(whole)); err == nil && size.Width*size.Height > 1<<20 {
			return // right, but slow to fuzz
		}
		if p, err := develop(pixFormat{pixelFormat: formatMJPEG}, frame); err == nil && (p.Width > sideMost || p.Height > sideMost || len(p.JPEG) == 0) {
			t.Errorf("%d×%d", p.Width, p.Height)
		}
	})
}

func FuzzYUYV(f *testing.F) {
	f.Add(make([]byte, 16), 4, 2, 0)
	f.Fuzz(func(t *testing.T, frame []byte, width, height, line int) {
		if p, err := fromYUYV(frame, width, height, line); err == nil && p.Bounds() != image.Rect(0, 0, width, height) {
			t.Errorf("%v", p.Bounds())
		}
	})
}
