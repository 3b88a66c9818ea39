package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// table shows labels with their values, and a button to change each.
type table struct {
	panel Panel
	box   *fyne.Container
	sheet *kit.Sheet
	rows  []*row // grown to the most rows ever shown, then reused
	used  int
}

type row struct {
	box   *fyne.Container
	rule  *kit.Sheet
	label *kit.Text
	value *kit.Text
	edit  *kit.Button
	has   bool // an edit button
}

func newTable(p Panel) *table {
	t := &table{panel: p, sheet: kit.NewSheet(p, theme.Sheet)}
	t.sheet.Colour(theme.Sheet, theme.Line, 0.4)
	t.box = &fyne.Container{Objects: []fyne.CanvasObject{t.sheet.Object()}}
	return t
}

func (t *table) set(rows []visit.Row) {
	for len(t.rows) < len(rows) {
		r := &row{
			rule:  kit.NewSheet(t.panel, theme.Sand),
			label: kit.NewText(t.panel, 9, false, theme.SoftInk, fyne.TextAlignLeading),
			value: kit.NewText(t.panel, 13, true, theme.Ink, fyne.TextAlignLeading),
			edit:  kit.NewButton(t.panel, kit.Cap, theme.Label),
		}
		r.box = &fyne.Container{Objects: []fyne.CanvasObject{r.rule.Object(), r.label.Object(), r.value.Object(), r.edit.Object()}}
		t.rows = append(t.rows, r)
		t.box.Objects = append(t.box.Objects, r.box)
	}
	t.used = len(rows)
	for i, r := range t.rows {
		if i >= len(rows) {
			r.forget()
			continue
		}
		r.label.Set(rows[i].Label)
		r.value.Set(rows[i].Value)
		if r.has = rows[i].Edit != nil; r.has {
			r.edit.Set(face(*rows[i].Edit, kit.QuietStyle))
		} else {
			r.edit.Forget()
		}
	}
}

func (t *table) Object() fyne.CanvasObject { return t.box }
func (t *table) Empty() bool               { return t.used == 0 }

func (t *table) Buttons() []*kit.Button {
	var all []*kit.Button
	for _, r := range t.rows[:t.used] {
		if r.has {
			all = append(all, r.edit)
		}
	}
	return all
}

func (t *table) pad() float32 { return t.panel.Gap() }

// side is the height of an edit button: a key's on a small panel, where five rows
// must fit, otherwise a target's.
func (t *table) side() float32 {
	if t.panel.Tight() {
		return t.panel.MM(theme.Key)
	}
	return t.panel.MM(theme.Target)
}

// split divides a row's inside; the label stands above the value where the table
// is too narrow for both.
func (t *table) split(r *row, width float32, s theme.Scale) (label, value, edit float32, above bool) {
	if r.has {
		edit = max(t.panel.MM(theme.Target+6), r.edit.Across())
		width -= edit + t.pad()
	}
	above = width < t.panel.MM(120) && !t.panel.Tight()
	if above {
		return width, width, edit, true
	}
	full := width
	label = 0
	for _, each := range t.rows[:t.used] {
		label = max(label, each.label.Width(s))
	}
	label = min(label+t.panel.MM(5), width*0.46)
	if r.label.Height(full, s)+r.value.Height(full, s) < r.value.Height(width-label, s) {
		return full, full, edit, true // an address, which needs the width
	}
	return label, width - label, edit, false
}

func (t *table) rowHeight(r *row, width float32, s theme.Scale) float32 {
	label, value, _, above := t.split(r, width-2*t.pad(), s)
	h := r.value.Height(value, s)
	if above {
		h += r.label.Height(label, s)
	} else {
		h = max(h, r.label.Height(label, s))
	}
	h += t.panel.MM(2)
	if r.has {
		h = max(h, t.side()+t.panel.Gap())
	}
	return h
}

func (t *table) Heights(width float32, s theme.Scale) (least, most float32) {
	for _, r := range t.rows[:t.used] {
		least += t.rowHeight(r, width, s)
	}
	return least, least + float32(t.used)*t.panel.MM(18)
}

func (t *table) Place(area kit.Rect, s theme.Scale) {
	t.sheet.Place(area, t.panel.MM(4))
	least, _ := t.Heights(area.W, s)
	extra := max(0, area.H-least) / float32(max(1, t.used))
	y := area.Y
	for i, r := range t.rows[:t.used] {
		h := t.rowHeight(r, area.W, s) + extra
		t.placeRow(r, kit.Rect{X: area.X + t.pad(), Y: y, W: area.W - 2*t.pad(), H: h}, s)
		r.rule.Hide()
		if i > 0 {
			r.rule.Place(kit.Rect{X: area.X + t.pad(), Y: y - 1, W: area.W - 2*t.pad(), H: 2}, 0)
		}
		y += h
	}
	t.box.Show()
}

func (t *table) placeRow(r *row, in kit.Rect, s theme.Scale) {
	label, value, edit, above := t.split(r, in.W, s)
	if above {
		lh, vh := r.label.Height(label, s), r.value.Height(value, s)
		y := in.Y + (in.H-lh-vh)/2
		r.label.Place(kit.Rect{X: in.X, Y: y, W: label, H: lh}, s)
		r.value.Place(kit.Rect{X: in.X, Y: y + lh, W: value, H: vh}, s)
	} else {
		r.label.Place(kit.Rect{X: in.X, Y: in.Y, W: label, H: in.H}, s)
		r.value.Place(kit.Rect{X: in.X + label, Y: in.Y, W: value, H: in.H}, s)
	}
	r.edit.Hide()
	if r.has {
		h := t.side()
		r.edit.Place(kit.Rect{X: in.X + in.W - edit, Y: in.Y + (in.H-h)/2, W: edit, H: h}, s, 0)
	}
	r.box.Show()
}

func (r *row) forget() {
	r.box.Hide()
	r.label.Forget()
	r.value.Forget()
	r.edit.Forget()
	r.has = false
}

func (t *table) Hide() {
	t.box.Hide()
	for _, r := range t.rows {
		r.edit.Hide()
	}
}

func (t *table) Forget() {
	t.box.Hide()
	t.used = 0
	for _, r := range t.rows {
		r.forget()
	}
}
