package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// bar is the row of buttons that stays at the bottom of every screen, each
// always in its own place: back, hear again, large letters, call staff.
type bar struct {
	panel   Panel
	box     *fyne.Container
	band    *kit.Sheet
	buttons []*kit.Button
	used    [4]bool
}

// slots are the places of the bar, by control.
var slots = map[string]int{"bar.back": 0, "bar.replay": 1, "bar.ease": 2, "bar.help": 3}

// weights are the widths of the places, relative to each other.
var weights = [4]float32{1, 1, 1.15, 1.7}

func newBar(p Panel) *bar {
	b := &bar{panel: p, band: kit.NewSheet(p, theme.Sand)}
	b.box = &fyne.Container{Objects: []fyne.CanvasObject{b.band.Object()}}
	shape, helpMM := kit.Over, float32(12)
	if p.Landscape() {
		shape, helpMM = kit.Line, theme.Body
	}
	for i := range len(slots) {
		mm := float32(theme.Body)
		if i == slots["bar.help"] {
			mm = helpMM
		}
		button := kit.NewButton(p, shape, mm)
		b.buttons = append(b.buttons, button)
		b.box.Objects = append(b.box.Objects, button.Object())
	}
	return b
}

func (b *bar) set(controls []visit.Control) {
	b.used = [4]bool{}
	for i, c := range controls[:min(len(controls), len(b.buttons))] {
		slot, known := slots[c.ID]
		if !known {
			slot = i
		}
		style := kit.BarStyle
		if c.ID == "bar.help" {
			style = kit.CallStyle
		}
		b.buttons[slot].Set(face(c, style))
		b.used[slot] = true
	}
	for i, button := range b.buttons {
		if !b.used[i] {
			button.Forget()
		}
	}
}

func (b *bar) height() float32 {
	if b.panel.Landscape() {
		return b.panel.MM(theme.Target + 3)
	}
	return b.panel.MM(42)
}

func (b *bar) Object() fyne.CanvasObject { return b.box }

func (b *bar) Buttons() []*kit.Button {
	var all []*kit.Button
	for i, button := range b.buttons {
		if b.used[i] {
			all = append(all, button)
		}
	}
	return all
}

func (b *bar) Place(r kit.Rect, s theme.Scale) {
	b.band.Place(r, 0)
	gap := b.panel.Gap()
	margin := b.panel.MM(1.5)
	if !b.panel.Landscape() {
		margin = b.panel.MM(4)
	}
	in := r.Inset(b.panel.MM(5), margin)
	places := b.places(in, gap)
	limit := float32(0)
	for i, button := range b.buttons {
		if b.used[i] && i != slots["bar.help"] {
			if size := button.FitLabel(places[i], s); limit == 0 || size < limit {
				limit = size
			}
		}
	}
	for i, button := range b.buttons {
		if !b.used[i] {
			continue
		}
		if i == slots["bar.help"] {
			button.Place(places[i], s, 0) // may be larger than the others, never the same
			continue
		}
		button.Place(places[i], s, limit)
	}
	b.box.Show()
}

// places are the four slots. They do not depend on which are used: a finger that
// means what stood there a moment before must never call staff instead.
func (b *bar) places(in kit.Rect, gap float32) [4]kit.Rect {
	var total float32
	for _, w := range weights {
		total += w
	}
	var places [4]kit.Rect
	x := in.X
	for i, weight := range weights {
		w := (in.W - 3*gap) * weight / total
		places[i] = kit.Rect{X: x, Y: in.Y, W: w, H: in.H}
		x += w + gap
	}
	return places
}

func (b *bar) Hide() { b.box.Hide() }

func (b *bar) Forget() {
	b.used = [4]bool{}
	for _, button := range b.buttons {
		button.Forget()
	}
}
