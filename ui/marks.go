package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newMarks is the screen of four marks in the corners, by which a technician finds
// out whether touches and picture agree. The words stand between them.
func newMarks(p Panel) *page {
	at := &marks{panel: p, box: &fyne.Container{}}
	for range corners {
		b := kit.NewButton(p, kit.Cap, theme.Title)
		at.buttons = append(at.buttons, b)
		at.box.Objects = append(at.box.Objects, b.Object())
	}
	title := newHeading(p, true, 20)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignCenter)
	note := newNotice(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, at, title, hint, note, act)
	pg.spare = []func(){hint.Forget}
	pg.fill = func(v visit.View) {
		at.set(v.Tiles)
		title.set(v.Title, v.Icon, look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, _ bool) []kit.Column {
		edge := p.MM(markMM) + p.Gap()
		if !p.Landscape() { // beside marks words would be narrow
			middle := area.Inset(0, edge)
			return append(one(area, at), one(middle, kit.Spring{Weight: 1}, title, hint, note, kit.Spring{Weight: 1}, act)...)
		}
		return append(one(area, at), one(area.Inset(edge, 0), kit.Spring{Weight: 1}, title, hint, note, kit.Spring{Weight: 1}, act)...)
	}
	return pg
}

const (
	corners = 4
	markMM  = theme.Target
)

// marks are buttons in the corners of a place, clockwise from top left.
type marks struct {
	panel   Panel
	box     *fyne.Container
	buttons []*kit.Button
	used    int
}

func (m *marks) set(controls []visit.Control) {
	m.used = min(len(controls), corners)
	for n, b := range m.buttons {
		if n < m.used {
			f, style := controls[n], kit.KeyStyle
			if f.Selected { // the one to touch; a tick would lie over its figure
				f.Selected, style = false, kit.MainStyle
			}
			b.Set(face(f, style))
		} else {
			b.Forget()
		}
	}
}

func (m *marks) Object() fyne.CanvasObject { return m.box }
func (m *marks) Empty() bool               { return m.used == 0 }
func (m *marks) Buttons() []*kit.Button    { return m.buttons[:m.used] }

func (m *marks) Heights(float32, theme.Scale) (least, most float32) {
	return 2 * m.panel.MM(markMM), float32(m.panel.Height) // all there is
}

func (m *marks) Place(r kit.Rect, s theme.Scale) {
	m.box.Show()
	side := m.panel.MM(markMM)
	for n, b := range m.Buttons() {
		at := kit.Rect{X: r.X, Y: r.Y, W: side, H: side}
		if n == 1 || n == 2 {
			at.X = r.X + r.W - side
		}
		if n >= 2 {
			at.Y = r.Y + r.H - side
		}
		b.Place(at, s, 0)
	}
}

func (m *marks) Hide() {
	m.box.Hide()
	for _, b := range m.buttons {
		b.Hide()
	}
}

func (m *marks) Forget() {
	m.box.Hide()
	m.used = 0
	for _, b := range m.buttons {
		b.Forget()
	}
}
