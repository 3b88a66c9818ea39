package ui

import (
	"slices"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// keyboard is the rows of letters or digits with the tools: other ways of typing,
// punctuation, the blank, and erasing last. Where there is height, the tools are
// a row of their own; on a ten-inch panel they fill what the shorter rows leave
// free and a column beside them.
type keyboard struct {
	panel Panel
	box   *fyne.Container
	keys  []*kit.Button // grown to the most keys ever shown, then reused
	tools []*kit.Button
	rows  []int // how many keys each row has

	side *toolColumn // for tools, on a ten-inch panel
}

// fullRow is how many keys the longest row of letters has.
const fullRow = 10

func newKeyboard(p Panel) *keyboard {
	k := &keyboard{panel: p, box: &fyne.Container{}}
	if p.Tight() && p.Landscape() {
		k.side = &toolColumn{panel: p, box: &fyne.Container{}}
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
	b := kit.NewKey(k.panel, shape, mm)
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
	placeRow(k.panel, filled(k.tools), row, s)
}

// placeRow gives buttons equal parts of a row and words of one size. Where a word
// is too long for its part, the others give what they can spare.
func placeRow(p Panel, buttons []*kit.Button, row kit.Rect, s theme.Scale) {
	if len(buttons) == 0 {
		return
	}
	gap := p.Gap()
	room := row.W - float32(len(buttons)-1)*gap
	widths := make([]float32, len(buttons))
	even, needed, fits := room/float32(len(buttons)), float32(0), true
	for i, b := range buttons {
		widths[i] = max(p.MM(theme.Key), font.Width(b.Label, true)*p.MM(theme.Minimum)+p.MM(2.2))
		needed += widths[i]
		fits = fits && widths[i] <= even
	}
	x, limit := row.X, float32(0)
	cells := make([]kit.Rect, len(buttons))
	for i, b := range buttons {
		w := widths[i] + (room-needed)/float32(len(buttons))
		if fits || needed > room {
			w = even
		}
		cells[i] = kit.Rect{X: x, Y: row.Y, W: w, H: row.H}
		x += w + gap
		if size := b.FitLabel(cells[i], s); limit == 0 || size < limit {
			limit = size
		}
	}
	for i, b := range buttons {
		b.Place(cells[i], s, limit)
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

// arrange leaves to the column, on a ten-inch panel, the tools that find no place
// between the letters.
func (k *keyboard) arrange() {
	free := 0
	for _, n := range k.rows {
		free += placesBeside(n)
	}
	k.side.used = max(0, len(filled(k.tools))-free)
}

// placeTools gives each tool its place. Erasing, the last, keeps the end of the
// last row on every keyboard; a single mark stands between the letters, and a word
// in the column unless it is too long for it.
func (k *keyboard) placeTools(between []kit.Rect, s theme.Scale) {
	tools, column := filled(k.tools), slices.Clone(k.side.places)
	if n := len(between); n > 0 && len(tools) > 0 {
		tools[len(tools)-1].Place(between[n-1], s, 0)
		tools, between = tools[:len(tools)-1], between[:n-1]
	}
	size := k.panel.MM(theme.Minimum)
	for _, b := range tools {
		need := font.Width(b.Label, true)*size + 2*k.panel.MM(1)
		first, second := &column, &between
		if utf8.RuneCountInString(b.Label) == 1 || len(column) > 0 && need > column[0].W {
			first, second = second, first
		}
		place, ok := takeFirst(first, need)
		if !ok {
			place, ok = takeFirst(second, need)
		}
		if !ok {
			place, ok = takeFirst(first, 0)
		}
		if !ok {
			place, _ = takeFirst(second, 0)
		}
		b.Place(place, s, 0)
	}
}

// takeFirst takes the first place that is wide enough off a list.
func takeFirst(places *[]kit.Rect, width float32) (kit.Rect, bool) {
	for i, place := range *places {
		if place.W >= width {
			*places = slices.Delete(*places, i, i+1)
			return place, true
		}
	}
	return kit.Rect{}, false
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
