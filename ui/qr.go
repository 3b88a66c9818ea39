package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/boombuler/barcode/qr"

	"lintai/ui/kit"
	"lintai/ui/theme"
)

// qrCode is an address for a telephone's camera: black on white in every palette,
// with the margin that readers need.
type qrCode struct {
	panel  Panel
	box    *fyne.Container
	sheet  *kit.Sheet
	image  *canvas.Image
	link   string
	matrix image.Image // one pixel for each module
}

func newQR(p Panel) *qrCode {
	q := &qrCode{panel: p, sheet: kit.NewSheet(p, theme.White), image: &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels}}
	q.box = &fyne.Container{Objects: []fyne.CanvasObject{q.sheet.Object(), q.image}}
	q.box.Hide()
	return q
}

// set makes the code of an address. One that is too long for any code is not
// shown: the text beside it says what it says without.
func (q *qrCode) set(link string) {
	if link == q.link {
		return
	}
	q.Forget()
	if link == "" {
		return
	}
	if code, err := qr.Encode(link, qr.M, qr.Auto); err == nil {
		q.link, q.matrix = link, code
	}
}

func (q *qrCode) Object() fyne.CanvasObject { return q.box }
func (q *qrCode) Empty() bool               { return q.matrix == nil }
func (q *qrCode) Buttons() []*kit.Button    { return nil }

func (q *qrCode) Heights(width float32, _ theme.Scale) (least, most float32) {
	if q.panel.Tight() {
		return 0, min(width, q.panel.MM(44)) // shown where there is room for it
	}
	return min(width, q.panel.MM(leastQR)), min(width, q.panel.MM(60))
}

// leastQR is the side, in millimetres, below which telephones do not find a code
// at arm's length.
const leastQR = 24

// quiet is the margin around a code, in modules.
const quiet = 4

func (q *qrCode) Place(r kit.Rect, _ theme.Scale) {
	modules := q.matrix.Bounds().Dx()
	module := int(min(r.W, r.H)) / (modules + 2*quiet)
	if module < 1 || min(r.W, r.H) < q.panel.MM(leastQR)-1 {
		q.Hide()
		return
	}
	side := float32(module * (modules + 2*quiet))
	square := kit.Rect{X: r.X + (r.W-side)/2, Y: r.Y + (r.H-side)/2, W: side, H: side}
	q.sheet.Place(square, q.panel.MM(1))
	inner := float32(module * modules)
	kit.Rect{X: square.X + float32(module*quiet), Y: square.Y + float32(module*quiet), W: inner, H: inner}.Put(q.image)
	if q.image.Image == nil || q.image.Image.Bounds().Dx() != modules*module {
		q.image.Image = enlarged(q.matrix, module)
		q.image.Refresh()
	}
	q.box.Show()
}

// enlarged draws each module as a square of pixels, so that nothing is blurred.
func enlarged(matrix image.Image, module int) image.Image {
	from := matrix.Bounds()
	to := image.NewGray(image.Rect(0, 0, from.Dx()*module, from.Dy()*module))
	for y := range to.Rect.Dy() {
		for x := range to.Rect.Dx() {
			grey := color.GrayModel.Convert(matrix.At(from.Min.X+x/module, from.Min.Y+y/module))
			to.SetGray(x, y, grey.(color.Gray))
		}
	}
	return to
}

func (q *qrCode) Hide() { q.box.Hide() }

func (q *qrCode) Forget() {
	q.box.Hide()
	q.link, q.matrix = "", nil
	if q.image.Image != nil {
		q.image.Image = nil
		q.image.Refresh()
	}
}
