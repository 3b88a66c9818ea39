package ui

import (
	"fyne.io/fyne/v2"

	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// code is a ticket code as large as its place allows, with what it is for above
// it: it may have to be copied by hand when no slip comes out.
type code struct {
	panel Panel
	mostM float32 // largest text size, in millimetres
	box   *fyne.Container
	sheet *kit.Sheet
	label *kit.Text
	text  *kit.Text
}

func newCode(p Panel, mostMM float32) *code {
	c := &code{
		panel: p, mostM: mostMM, sheet: kit.NewSheet(p, theme.Sheet),
		label: kit.NewText(p, theme.Body, false, theme.SoftInk, fyne.TextAlignCenter),
		text:  kit.NewText(p, mostMM, true, theme.PineDark, fyne.TextAlignCenter),
	}
	c.sheet.Colour(theme.Sheet, theme.Pine, 0.8)
	c.box = &fyne.Container{Objects: []fyne.CanvasObject{c.sheet.Object(), c.label.Object(), c.text.Object()}}
	return c
}

func (c *code) set(label, groups string) {
	c.label.Set(label)
	c.text.Set(groups)
}

func (c *code) Object() fyne.CanvasObject { return c.box }
func (c *code) Empty() bool               { return c.text.Empty() }
func (c *code) Buttons() []*kit.Button    { return nil }
func (c *code) pad() float32              { return c.panel.MM(3) }

// size is the text size at which the code fits on one line.
func (c *code) size(width float32, s theme.Scale) float32 {
	widest := (width - 4*c.pad()) / max(1, font.Width(c.text.Words(), true))
	return min(widest, c.panel.Text(c.mostM, s))
}

func (c *code) Heights(width float32, s theme.Scale) (float32, float32) {
	h := c.label.Height(width-4*c.pad(), s) + c.size(width, s)*font.LineHeight + c.pad()*1.5
	return h, h
}

func (c *code) Place(r kit.Rect, s theme.Scale) {
	c.sheet.Place(r, c.panel.MM(5))
	inside := r.Inset(2*c.pad(), c.pad()*0.75)
	top, rest := inside.CutTop(c.label.Height(inside.W, s))
	c.label.Place(top, s)
	c.text.PlaceAt(rest, c.size(r.W, s))
	c.box.Show()
}

func (c *code) Hide() { c.box.Hide() }

func (c *code) Forget() {
	c.box.Hide()
	c.label.Forget()
	c.text.Forget()
}
