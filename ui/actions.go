package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// actions are the large buttons of a screen: the main one in full colour and
// full width, any other below it.
type actions struct {
	panel   Panel
	box     *fyne.Container
	buttons []*kit.Button
	used    int
}

const mostActions = 4

func newActions(p Panel) *actions {
	a := &actions{panel: p, box: &fyne.Container{}}
	for range mostActions {
		b := kit.NewButton(p, kit.Line, 14)
		a.buttons = append(a.buttons, b)
		a.box.Objects = append(a.box.Objects, b.Object())
	}
	return a
}

func (a *actions) set(controls []visit.Control) {
	a.used = min(len(controls), len(a.buttons))
	for i, b := range a.buttons {
		if i >= a.used {
			b.Forget()
			continue
		}
		style := kit.QuietStyle
		if i == 0 {
			style = kit.MainStyle
		}
		b.Set(face(controls[i], style))
	}
}

func (a *actions) Object() fyne.CanvasObject { return a.box }
func (a *actions) Empty() bool               { return a.used == 0 }
func (a *actions) Buttons() []*kit.Button    { return a.buttons[:a.used] }
func (a *actions) gap() float32              { return a.panel.Gap() }

func (a *actions) Heights(width float32, s theme.Scale) (least, most float32) {
	for _, b := range a.buttons[:a.used] {
		h := max(a.panel.MM(theme.Target), b.Least(width, s))
		least += h
		most += max(h, a.panel.MM(30))
	}
	gaps := float32(max(0, a.used-1)) * a.gap()
	return least + gaps, most + gaps
}

func (a *actions) Place(r kit.Rect, s theme.Scale) {
	h := (r.H - float32(max(0, a.used-1))*a.gap()) / float32(max(1, a.used))
	for i, b := range a.buttons[:a.used] {
		b.Place(kit.Rect{X: r.X, Y: r.Y + float32(i)*(h+a.gap()), W: r.W, H: h}, s, 0)
	}
	a.box.Show()
}

func (a *actions) Hide() {
	a.box.Hide()
	for _, b := range a.buttons {
		b.Hide()
	}
}

func (a *actions) Forget() {
	a.box.Hide()
	a.used = 0
	for _, b := range a.buttons {
		b.Forget()
	}
}
