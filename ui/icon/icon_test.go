package icon

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"lintai/kiosk/catalog"
)

func TestEveryPictureOfTheCatalogueIsDrawn(t *testing.T) {
	for _, service := range catalog.Default().Services {
		if !Has(service.Icon) {
			t.Errorf("service %s: no drawing %q", service.Code, service.Icon)
		}
		for _, step := range service.Steps {
			for _, option := range step.Options {
				if option.Icon != "" && !Has(option.Icon) {
					t.Errorf("service %s, step %s: no drawing %q", service.Code, step.ID, option.Icon)
				}
			}
		}
	}
}

func TestEveryDrawingShowsSomethingInTheColourAskedFor(t *testing.T) {
	test.NewApp()
	red := color.NRGBA{R: 0xA3, G: 0x15, B: 0x1C, A: 0xFF}
	for _, name := range Names() {
		picture := canvas.NewImageFromResource(In(name, red, 48))
		picture.Resize(fyne.NewSize(48, 48))
		c := software.NewCanvas()
		c.SetPadded(false)
		c.SetContent(picture)
		c.Resize(fyne.NewSize(48, 48))
		inked := count(c.Capture(), red)
		if inked < 100 || inked > 48*48*2/3 {
			t.Errorf("%s: %d of %d pixels are inked", name, inked, 48*48)
		}
	}
}

func TestUnknownNameFallsBackAndTheSameIsSharedOnce(t *testing.T) {
	ink := color.NRGBA{A: 0xFF}
	if In("never drawn", ink, 48) != In(Fallback, ink, 48) {
		t.Error("an unknown picture is not the fallback")
	}
	if In("ok", ink, 48) != In("ok", ink, 49) {
		t.Error("asking twice made two resources")
	}
}

func TestLinesGrowWithTheDrawing(t *testing.T) {
	ink := color.NRGBA{A: 0xFF}
	if small, large := string(In("card", ink, 48).Content()), string(In("card", ink, 240).Content()); !strings.Contains(small, `stroke-width="3.6"`) || !strings.Contains(large, `stroke-width="18.0"`) {
		t.Errorf("lines at 48 px:\n%s\nat 240 px:\n%s", small, large)
	}
}

func count(img image.Image, want color.NRGBA) int {
	n := 0
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.NRGBAModel.Convert(img.At(x, y)) == want {
				n++
			}
		}
	}
	return n
}
