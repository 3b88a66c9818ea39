package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// notice is a line that must not be missed: what is not possible, what to do.
type notice struct {
	panel   Panel
	mm      float32 // of its letters
	box     *fyne.Container
	sheet   *kit.Sheet
	picture *kit.Picture
	text    *kit.Text
}

func newNotice(p Panel) *notice { return newNoticeOf(p, theme.Body) }

// newNoticeOf is a notice in letters of a size in millimetres.
func newNoticeOf(p Panel, mm float32) *notice {
	n := &notice{panel: p, mm: mm, sheet: kit.NewSheet(p, theme.AmberPale), picture: kit.NewPicture(p), text: kit.NewText(p, mm, true, theme.Ink, fyne.TextAlignLeading)}
	n.box = &fyne.Container{Objects: []fyne.CanvasObject{n.sheet.Object(), n.picture.Object(), n.text.Object()}}
	return n
}

func (n *notice) set(text string, tone visit.Tone) {
	l := look(tone)
	n.text.Set(text)
	n.text.Colour = l.ink
	n.sheet.Colour(l.ground, l.ink, 0.5)
	n.picture.Set("", l.ink, theme.None)
	if text != "" {
		n.picture.Set(l.icon, l.ink, theme.None)
	}
}

func (n *notice) Object() fyne.CanvasObject { return n.box }
func (n *notice) Empty() bool               { return n.text.Empty() }
func (n *notice) Buttons() []*kit.Button    { return nil }

func (n *notice) side(s theme.Scale) float32 {
	if n.panel.Tight() {
		return n.panel.Text(n.mm, s)
	}
	return n.panel.Text(1.3*n.mm, s)
}

func (n *notice) pad() float32 {
	if n.panel.Tight() {
		return n.panel.MM(2)
	}
	return n.panel.MM(3)
}

func (n *notice) Heights(width float32, s theme.Scale) (float32, float32) {
	side := n.side(s)
	h := max(side, n.text.Height(width-side-4*n.pad(), s)) + 1.5*n.pad()
	return h, h
}

func (n *notice) Place(r kit.Rect, s theme.Scale) {
	side := n.side(s)
	n.sheet.Place(r, n.panel.MM(4))
	n.picture.Place(kit.Rect{X: r.X + n.pad()*1.5, Y: r.Y + (r.H-side)/2, W: side, H: side})
	x := r.X + side + 3*n.pad()
	n.text.Place(kit.Rect{X: x, Y: r.Y, W: r.X + r.W - n.pad() - x, H: r.H}, s)
	n.box.Show()
}

func (n *notice) Hide() { n.box.Hide() }

func (n *notice) Forget() {
	n.box.Hide()
	n.text.Forget()
	n.picture.Forget()
}
