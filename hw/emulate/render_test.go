package emulate

import (
	"bytes"
	"image"
	_ "image/png"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// picture draws a page as somebody with a phone would see it.
func picture(t *testing.T, p *Page) *gozxing.BinaryBitmap {
	t.Helper()
	file, err := p.PNG(nil)
	if err != nil {
		t.Fatal(err)
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	b, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDrawnQRCodesAreReadByOthers(t *testing.T) {
	// The code is alone on its paper: it need not be looked for.
	alone := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}
	for _, data := range []string{"1", "0012 3456 7891", "https://central.example/t/001234567891", "HTTPS://X.EXAMPLE/" + strings.Repeat("A1", 60)} {
		for _, level := range []byte("LMQH") {
			for _, module := range []int{3, 8} {
				// White above and below, as a driver feeds it.
				p := &Page{Width: 576, Items: []Item{Gap{4 * module}, Code{Kind: QRCode, Data: data, Module: module, Level: level, Place: AtCenter}, Gap{4 * module}}}
				got, err := qrcode.NewQRCodeReader().Decode(picture(t, p), alone)
				if err != nil || got.GetText() != data {
					t.Errorf("level %c, %d dots a module: %v (%v), want %q", level, module, got, err, data)
				}
			}
		}
	}
}

func TestDrawnBarCodesAreReadByOthers(t *testing.T) {
	for _, data := range []string{"No12345", "001234567891"} {
		p := &Page{Width: 576, Items: []Item{Code{Kind: Code128, Data: data, Module: 3, Height: 80, Place: AtCenter}}}
		got, err := oned.NewCode128Reader().Decode(picture(t, p), nil)
		if err != nil || got.GetText() != data {
			t.Errorf("%v (%v), want %q", got, err, data)
		}
	}
}

func TestPlacesOnThePaper(t *testing.T) {
	leftIn := func(area Area, place Placement) int {
		p := &Page{Width: 384, Items: []Item{TextLine{Runs: []Run{{Text: "水", Wide: 1, High: 1}}, Place: place, Area: area, Height: 30}}}
		b := p.Draw(nil) // a box for the character
		for x := range b.W {
			for y := range b.H {
				if b.Black(x, y) {
					return x
				}
			}
		}
		t.Fatal("nothing was drawn")
		return 0
	}
	left := func(place Placement) int { return leftIn(Area{}, place) }
	const box = 3 // the box stands off its cell's edge
	if l, c, r := left(AtLeft), left(AtCenter), left(AtRight); l != paperSide+box || c != paperSide+180+box || r != paperSide+360+box {
		t.Errorf("left at %d, centre at %d, right at %d", l, c, r)
	}
	narrow := Area{Left: 40, Width: 100}
	if l, c, r := leftIn(narrow, AtLeft), leftIn(narrow, AtCenter), leftIn(narrow, AtRight); l != paperSide+40+box || c != paperSide+40+38+box || r != paperSide+40+76+box {
		t.Errorf("between margins: left at %d, centre at %d, right at %d", l, c, r)
	}
}
