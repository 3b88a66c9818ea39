package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// actions are the large buttons of a screen: the main one in full colour and full
// width, lowest of all, where every screen goes on; any other above it, or left of
// it where a wide panel has no height. They are listed main one first.
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
	stacked := least + gaps
	if across, ok := a.across(width, s); ok {
		return min(stacked, across), most + gaps
	}
	return stacked, most + gaps
}

// across is the height of the buttons side by side, where that is possible.
func (a *actions) across(width float32, s theme.Scale) (height float32, ok bool) {
	w := a.width(width)
	if !a.panel.Landscape() || a.used < 2 || w < a.panel.MM(leastAcross) {
		return 0, false
	}
	for _, b := range a.buttons[:a.used] {
		height = max(height, a.panel.MM(theme.Target), b.Least(w, s))
	}
	return height, true
}

// leastAcross is the least width, in millimetres, of buttons side by side.
const leastAcross = 45

func (a *actions) width(whole float32) float32 {
	return (whole - float32(a.used-1)*a.gap()) / float32(a.used)
}

func (a *actions) Place(r kit.Rect, s theme.Scale) {
	a.box.Show()
	stacked := float32(max(0, a.used-1)) * a.gap()
	for _, b := range a.buttons[:a.used] {
		stacked += max(a.panel.MM(theme.Target), b.Least(r.W, s))
	}
	if _, ok := a.across(r.W, s); ok && r.H < stacked-1 {
		w := a.width(r.W)
		for i, b := range a.buttons[:a.used] {
			b.Place(kit.Rect{X: r.X + a.before(i)*(w+a.gap()), Y: r.Y, W: w, H: r.H}, s, 0)
		}
		return
	}
	h := (r.H - float32(max(0, a.used-1))*a.gap()) / float32(max(1, a.used))
	for i, b := range a.buttons[:a.used] {
		b.Place(kit.Rect{X: r.X, Y: r.Y + a.before(i)*(h+a.gap()), W: r.W, H: h}, s, 0)
	}
}

// before is how many buttons stand above an action, or left of it: the first one
// given stands last.
func (a *actions) before(i int) float32 { return float32(a.used - 1 - i) }

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
