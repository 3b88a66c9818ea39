package ui

import (
	"fyne.io/fyne/v2"

	"lintai/ui/kit"
	"lintai/ui/theme"
)

// words is a block of text as a part.
type words struct {
	*kit.Text
}

func newWords(p Panel, mm float32, bold bool, colour theme.Role, align fyne.TextAlign) words {
	return words{kit.NewText(p, mm, bold, colour, align)}
}

func (w words) Heights(width float32, s theme.Scale) (float32, float32) {
	h := w.Height(width, s)
	return h, h
}

func (w words) Hide()                  { w.Text.Hide() }
func (w words) Buttons() []*kit.Button { return nil }

// heading is the one question or statement of a screen with its picture: beside
// it, or above it where the picture says more than the words.
type heading struct {
	panel   Panel
	stacked bool
	mm      float32 // of the picture
	box     *fyne.Container
	picture *kit.Picture
	title   *kit.Text
}

func newHeading(p Panel, stacked bool, pictureMM float32) *heading {
	align := fyne.TextAlignLeading
	if stacked {
		align = fyne.TextAlignCenter
	}
	h := &heading{panel: p, stacked: stacked, mm: pictureMM, picture: kit.NewPicture(p), title: kit.NewText(p, theme.Title, true, theme.Ink, align)}
	h.box = &fyne.Container{Objects: []fyne.CanvasObject{h.picture.Object(), h.title.Object()}}
	return h
}

func (h *heading) set(title, icon string, l toneLook) {
	h.title.Set(title)
	h.picture.Set(icon, l.ink, l.ground)
}

func (h *heading) Object() fyne.CanvasObject { return h.box }
func (h *heading) Empty() bool               { return h.title.Empty() && h.picture.Empty() }
func (h *heading) Buttons() []*kit.Button    { return nil }

func (h *heading) Heights(width float32, s theme.Scale) (least, most float32) {
	if h.picture.Empty() {
		t := h.title.Height(width, s)
		return t, t
	}
	if h.stacked {
		t := h.title.Height(width, s)
		return t + h.panel.MM(16), t + h.panel.MM(h.mm)
	}
	side := h.side(s)
	t := max(side, h.title.Height(width-side-h.panel.MM(5), s))
	return t, t
}

// side is the size of a picture beside the title.
func (h *heading) side(s theme.Scale) float32 { return h.panel.Text(h.mm, s) }

func (h *heading) Place(r kit.Rect, s theme.Scale) {
	h.box.Show()
	switch {
	case h.picture.Empty():
		h.picture.Place(kit.Rect{})
		h.title.Place(r, s)
	case h.stacked:
		words, above := r.CutBottom(h.title.Height(r.W, s))
		h.picture.Place(above.Inset(0, h.panel.MM(1)))
		h.title.Place(words, s)
	default:
		side := h.side(s)
		h.picture.Place(kit.Rect{X: r.X, Y: r.Y + (r.H-side)/2, W: side, H: side})
		shift := side + h.panel.MM(5)
		h.title.Place(kit.Rect{X: r.X + shift, Y: r.Y, W: r.W - shift, H: r.H}, s)
	}
}

func (h *heading) Hide() { h.box.Hide() }

func (h *heading) Forget() {
	h.box.Hide()
	h.title.Forget()
	h.picture.Forget()
}
