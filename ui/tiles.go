package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"lintai/kiosk/catalog"
	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// tiles are the choices of a screen, at most six. Few of them are wide, with the
// picture beside the words; more of them stand in a grid, picture above.
type tiles struct {
	panel     Panel
	landscape bool
	box       *fyne.Container
	wide      []*kit.Button
	square    []*kit.Button
	shown     []*kit.Button
}

func newTiles(p Panel) *tiles {
	t := &tiles{panel: p, landscape: p.Landscape(), box: &fyne.Container{}}
	for range catalog.MaxTiles {
		wide, square := kit.NewButton(p, kit.Row, 20), kit.NewButton(p, kit.Over, 18)
		t.wide, t.square = append(t.wide, wide), append(t.square, square)
		t.box.Objects = append(t.box.Objects, wide.Object(), square.Object())
	}
	return t
}

// tileStyle gives pictures whose meaning is a colour their own.
func tileStyle(icon string) kit.Style {
	switch icon {
	case "urgent", "call":
		return kit.UrgentStyle
	case "soon":
		return kit.SoonStyle
	case "normal":
		return kit.CalmStyle
	}
	return kit.TileStyle
}

func (t *tiles) set(controls []visit.Control) {
	// What is wider than high has the picture beside the words.
	kind := t.square
	few := len(controls) <= 3
	pictured := slices.ContainsFunc(controls, func(c visit.Control) bool { return c.Icon != "" })
	if pictured && few != t.landscape && !(t.panel.Tight() && len(controls) > 4) {
		kind = t.wide
	}
	t.shown = kind[:min(len(controls), len(kind))]
	for i, b := range t.shown {
		b.Set(face(controls[i], tileStyle(controls[i].Icon)))
	}
	for _, b := range slices.Concat(t.wide, t.square) {
		if !slices.Contains(t.shown, b) {
			b.Forget()
		}
	}
}

// brief leaves the second lines out.
func (t *tiles) brief() {
	for _, b := range t.shown {
		b.Brief()
	}
}

func (t *tiles) Object() fyne.CanvasObject { return t.box }
func (t *tiles) Empty() bool               { return len(t.shown) == 0 }
func (t *tiles) Buttons() []*kit.Button    { return t.shown }

func (t *tiles) columns() int {
	n := len(t.shown)
	switch {
	case t.landscape && n == 4:
		return 2
	case t.landscape:
		return min(n, 3)
	case n <= 3:
		return 1
	}
	return 2
}

func (t *tiles) grid() (columns, rows int) {
	columns = max(1, t.columns())
	return columns, (len(t.shown) + columns - 1) / columns
}

func (t *tiles) gap() float32 { return t.panel.Gap() }

func (t *tiles) Heights(width float32, s theme.Scale) (least, most float32) {
	columns, rows := t.grid()
	w := (width - float32(columns-1)*t.gap()) / float32(columns)
	for _, b := range t.shown {
		least = max(least, b.Least(w, s))
	}
	gaps := float32(rows-1) * t.gap()
	return float32(rows)*least + gaps, float32(rows)*max(least, t.panel.MM(mostTile(rows))) + gaps
}

// mostTile is the largest useful height of a tile, in millimetres.
func mostTile(rows int) float32 {
	if rows > 2 {
		return 118
	}
	return 150
}

func (t *tiles) Place(r kit.Rect, s theme.Scale) {
	columns, rows := t.grid()
	gap := t.gap()
	w := (r.W - float32(columns-1)*gap) / float32(columns)
	h := (r.H - float32(rows-1)*gap) / float32(rows)
	cell := func(i int) kit.Rect {
		return kit.Rect{X: r.X + float32(i%columns)*(w+gap), Y: r.Y + float32(i/columns)*(h+gap), W: w, H: h}
	}
	for i, b := range t.shown {
		if !b.Pictured(cell(i)) { // all have a picture, or none
			for _, b := range t.shown {
				b.Plain()
			}
			break
		}
	}
	limit := float32(0)
	for i, b := range t.shown {
		if size := b.FitLabel(cell(i), s); limit == 0 || size < limit {
			limit = size
		}
	}
	for i, b := range t.shown {
		b.Place(cell(i), s, limit)
	}
	t.box.Show()
}

func (t *tiles) Hide() {
	t.box.Hide()
	for _, b := range t.shown {
		b.Hide()
	}
}

func (t *tiles) Forget() {
	t.box.Hide()
	for _, b := range t.shown {
		b.Forget()
	}
	t.shown = nil
}
