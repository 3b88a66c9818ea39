package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// keyboard is the rows of letters or digits with the tools: other ways of typing,
// punctuation, the blank, and erasing last. Where there is height, the tools are
// a row of their own; on a ten-inch panel they fill what the shorter rows leave
// free, a column beside them, and the end of the field.
type keyboard struct {
	panel Panel
	box   *fyne.Container
	keys  []*kit.Button // grown to the most keys ever shown, then reused
	tools []*kit.Button
	rows  []int // how many keys each row has

	// On a ten-inch panel tools also stand in a column and beside the field.
	side  *toolColumn
	field *writing
}

// fullRow is how many keys the longest row of letters has.
const fullRow = 10

func newKeyboard(p Panel, field *writing) *keyboard {
	k := &keyboard{panel: p, box: &fyne.Container{}}
	if p.Tight() && p.Landscape() {
		k.field, k.side = field, &toolColumn{panel: p, box: &fyne.Container{}}
	}
	return k
}

func (k *keyboard) set(rows [][]visit.Control, tools []visit.Control) {
	k.rows = k.rows[:0]
	var all []visit.Control
	for _, row := range rows {
		if len(row) > 0 {
			k.rows = append(k.rows, len(row))
			all = append(all, row...)
		}
	}
	for len(k.keys) < len(all) {
		k.keys = append(k.keys, k.newKey(kit.Cap, 15))
	}
	for len(k.tools) < len(tools) {
		k.tools = append(k.tools, k.newKey(kit.Cap, theme.Label))
	}
	fill(k.keys, all, kit.KeyStyle)
	fill(k.tools, tools, kit.QuietStyle)
}

// newKey adds a key to the box.
func (k *keyboard) newKey(shape kit.Shape, mm float32) *kit.Button {
	b := kit.NewButton(k.panel, shape, mm)
	k.box.Objects = append(k.box.Objects, b.Object())
	return b
}

// fill sets as many buttons as there are controls and clears the others.
func fill(buttons []*kit.Button, controls []visit.Control, style kit.Style) {
	for i, b := range buttons {
		if i < len(controls) {
			b.Set(face(controls[i], style))
		} else {
			b.Forget()
		}
	}
}

// filled are the buttons that carry a control.
func filled(buttons []*kit.Button) []*kit.Button {
	var all []*kit.Button
	for _, b := range buttons {
		if b.ID != "" {
			all = append(all, b)
		}
	}
	return all
}

func (k *keyboard) Object() fyne.CanvasObject { return k.box }
func (k *keyboard) Empty() bool               { return len(k.rows) == 0 }

func (k *keyboard) Buttons() []*kit.Button { return append(filled(k.keys), filled(k.tools)...) }

// lines is how many rows are drawn, that of the tools included.
func (k *keyboard) lines() int {
	if k.side == nil && len(filled(k.tools)) > 0 {
		return len(k.rows) + 1
	}
	return len(k.rows)
}

func (k *keyboard) Heights(float32, theme.Scale) (least, most float32) {
	n := float32(k.lines())
	gaps := (n - 1) * k.panel.Gap()
	return n*k.panel.MM(theme.Key) + gaps, n*k.panel.MM(30) + gaps
}

func (k *keyboard) Place(r kit.Rect, s theme.Scale) {
	k.box.Show()
	gap := k.panel.Gap()
	height := (r.H - float32(k.lines()-1)*gap) / float32(k.lines())
	one := (r.W - (fullRow-1)*gap) / fullRow // key of a full row
	keys := filled(k.keys)
	var between []kit.Rect
	for i, n := range k.rows {
		y := r.Y + float32(i)*(height+gap)
		key := min(one, (r.W-float32(n-1)*gap)/float32(n))
		if n <= fullRow/2 { // digits are fewer, and wider
			key = min((r.W-float32(n-1)*gap)/float32(n), 1.5*one)
		}
		width := float32(n)*key + float32(n-1)*gap
		x := r.X + (r.W-width)/2
		if k.side != nil {
			switch free := r.W - width; placesBeside(n) {
			case 1: // letters at the left, one place at the right
				x = r.X
				between = append(between, kit.Rect{X: r.X + width + gap, Y: y, W: free - gap, H: height})
			case 2:
				w := free/2 - gap
				between = append(between, kit.Rect{X: r.X, Y: y, W: w, H: height}, kit.Rect{X: r.X + r.W - w, Y: y, W: w, H: height})
			}
		}
		for _, b := range keys[:n] {
			b.Place(kit.Rect{X: x, Y: y, W: key, H: height}, s, 0)
			x += key + gap
		}
		keys = keys[n:]
	}
	if k.side != nil {
		k.placeTools(between, s)
		return
	}
	row := kit.Rect{X: r.X, Y: r.Y + float32(len(k.rows))*(height+gap), W: r.W, H: height}
	placeRow(filled(k.tools), row, gap, s)
}

// placeRow gives buttons equal parts of a row and words of one size.
func placeRow(buttons []*kit.Button, row kit.Rect, gap float32, s theme.Scale) {
	if len(buttons) == 0 {
		return
	}
	w := (row.W - float32(len(buttons)-1)*gap) / float32(len(buttons))
	limit := float32(0)
	cell := func(i int) kit.Rect { return kit.Rect{X: row.X + float32(i)*(w+gap), Y: row.Y, W: w, H: row.H} }
	for i, b := range buttons {
		if size := b.FitLabel(cell(i), s); limit == 0 || size < limit {
			limit = size
		}
	}
	for i, b := range buttons {
		b.Place(cell(i), s, limit)
	}
}

func (k *keyboard) Hide() {
	k.box.Hide()
	for _, b := range append(k.keys, k.tools...) {
		b.Hide()
	}
}

func (k *keyboard) Forget() {
	k.box.Hide()
	k.rows = k.rows[:0]
	for _, b := range append(k.keys, k.tools...) {
		b.Forget()
	}
}

// placesBeside is how many places for tools a row of so many keys leaves at its sides.
func placesBeside(keys int) int {
	switch {
	case keys >= fullRow:
		return 0
	case keys == fullRow-1:
		return 1
	}
	return 2
}

// arrange decides on a ten-inch panel where the tools stand: erasing, the last,
// at the end of the last row that leaves room, some in the column, of which there
// are at most so many, some beside the field, the rest between the letters.
func (k *keyboard) arrange(mostBeside int) {
	free := 0
	for _, n := range k.rows {
		free += placesBeside(n)
	}
	rest := max(0, len(filled(k.tools))-free)
	k.side.used = min(mostBeside, rest)
	k.field.beside = rest - k.side.used
}

// placeTools gives each tool its place.
func (k *keyboard) placeTools(between []kit.Rect, s theme.Scale) {
	tools := filled(k.tools)
	if len(tools) == 0 {
		return
	}
	all := append([]kit.Rect{}, k.side.places...)
	if len(between) > 0 { // erasing keeps its place on every keyboard
		tools[len(tools)-1].Place(between[len(between)-1], s, 0)
		tools, between = tools[:len(tools)-1], between[:len(between)-1]
	}
	all = append(append(all, between...), k.field.places...)
	for i, b := range tools[:min(len(tools), len(all))] {
		b.Place(all[i], s, 0)
	}
}

// toolColumn is the place beside the keyboard for tools that find none between
// the letters.
type toolColumn struct {
	panel  Panel
	box    *fyne.Container
	used   int
	places []kit.Rect
}

func (c *toolColumn) Object() fyne.CanvasObject { return c.box }
func (c *toolColumn) Empty() bool               { return c.used == 0 }
func (c *toolColumn) Buttons() []*kit.Button    { return nil } // they are the keyboard's
func (c *toolColumn) Hide()                     { c.places = c.places[:0] }
func (c *toolColumn) Forget()                   { c.used, c.places = 0, c.places[:0] }

func (c *toolColumn) Heights(float32, theme.Scale) (least, most float32) {
	gaps := float32(c.used-1) * c.panel.Gap()
	return float32(c.used)*c.panel.MM(theme.Key) + gaps, float32(c.used)*c.panel.MM(theme.Target) + gaps
}

// Place remembers where the column stands; the keyboard, placed after it, fills it.
func (c *toolColumn) Place(r kit.Rect, _ theme.Scale) {
	gap := c.panel.Gap()
	h := (r.H - float32(c.used-1)*gap) / float32(c.used)
	c.places = c.places[:0]
	for i := range c.used {
		c.places = append(c.places, kit.Rect{X: r.X, Y: r.Y + float32(i)*(h+gap), W: r.W, H: h})
	}
}
