package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newList is the screen of rows to choose one of: activities, articles, notices,
// one's own requests.
func newList(p Panel) *page {
	title := newHeading(p, false, 20)
	hint := newWords(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading)
	note := newNotice(p)
	rows := newItems(p)
	turn := newPager(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, title, hint, note, rows, turn, act)
	pg.fill = func(v visit.View) {
		title.set(v.Title, v.Icon, look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		rows.set(v.Items)
		turn.set(v.Pager)
		act.set(v.Actions)
	}
	pg.spare = []func(){hint.Forget, rows.brief}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		left, right := list(title, hint, note, kit.Spring{Weight: 1}, turn, act), list(rows)
		switch {
		case landscape && p.Tight():
			return fitting(p, area, left, right, 0.41, 0.34, 0.26, 0.2, 0.46)
		case landscape: // five rows of two lines take every millimetre
			return two(p, area.Inset(0, -p.MM(3)), 0.32, left, right)
		}
		return one(area, title, hint, note, rows, kit.Spring{Weight: 1}, turn, act)
	}
	return pg
}

// fitting is the first of several ways to divide a place between two columns in
// which both have room.
func fitting(p Panel, area kit.Rect, left, right []kit.Part, shares ...float32) []kit.Column {
	var ways [][]kit.Column
	for _, share := range shares {
		ways = append(ways, two(p, area, share, left, right))
	}
	return firstFitting(p, ways...)
}

// firstFitting is the first of several ways to divide a place in which every part
// has room, or else the first of all.
func firstFitting(p Panel, ways ...[]kit.Column) []kit.Column {
	for _, columns := range ways {
		if _, fits := kit.Closest(p, theme.ClosestFit, columns...); fits {
			return columns
		}
	}
	return ways[0]
}

// items are rows, each of which can be touched all over. On a ten-inch panel
// more than three stand in two columns, so that they stay as high as a finger needs.
type items struct {
	panel Panel
	box   *fyne.Container
	rows  []*kit.Button
	used  int
}

const mostItems = 6

func newItems(p Panel) *items {
	i := &items{panel: p, box: &fyne.Container{}}
	for range mostItems {
		b := kit.NewButton(p, kit.Row, 13)
		i.rows = append(i.rows, b)
		i.box.Objects = append(i.box.Objects, b.Object())
	}
	return i
}

func (i *items) set(controls []visit.Control) {
	i.used = min(len(controls), len(i.rows))
	for n, b := range i.rows {
		if n >= i.used {
			b.Forget()
			continue
		}
		f := face(controls[n], tileStyle(controls[n].Icon))
		if i.panel.Tight() {
			f.Icon = "" // the words need its place
		}
		b.Set(f)
	}
}

// brief leaves the second lines out.
func (i *items) brief() {
	for _, b := range i.Buttons() {
		b.Brief()
	}
}

func (i *items) Object() fyne.CanvasObject { return i.box }
func (i *items) Empty() bool               { return i.used == 0 }
func (i *items) Buttons() []*kit.Button    { return i.rows[:i.used] }

func (i *items) grid() (int, int) {
	columns, used := 1, i.used
	if i.panel.Tight() && i.panel.Landscape() && used > 3 {
		columns = 2
	}
	return columns, (used + columns - 1) / columns
}

func (i *items) Heights(width float32, s theme.Scale) (least, most float32) {
	columns, rows := i.grid()
	w := (width - float32(columns-1)*i.panel.Gap()) / float32(columns)
	for _, b := range i.Buttons() {
		least = max(least, b.Least(w, s))
	}
	gaps := float32(rows-1) * i.panel.Gap()
	return float32(rows)*least + gaps, float32(rows)*max(least, i.panel.MM(58)) + gaps
}

func (i *items) Place(r kit.Rect, s theme.Scale) {
	i.box.Show()
	columns, rows := i.grid()
	gap := i.panel.Gap()
	w := (r.W - float32(columns-1)*gap) / float32(columns)
	h := (r.H - float32(rows-1)*gap) / float32(rows)
	cell := func(n int) kit.Rect { // read down, then to the next column
		return kit.Rect{X: r.X + float32(n/rows)*(w+gap), Y: r.Y + float32(n%rows)*(h+gap), W: w, H: h}
	}
	limit := float32(0)
	for n, b := range i.Buttons() {
		if size := b.FitLabel(cell(n), s); limit == 0 || size < limit {
			limit = size
		}
	}
	for n, b := range i.Buttons() {
		b.Place(cell(n), s, limit)
	}
}

func (i *items) Hide() {
	i.box.Hide()
	for _, b := range i.rows {
		b.Hide()
	}
}

func (i *items) Forget() {
	i.box.Hide()
	i.used = 0
	for _, b := range i.rows {
		b.Forget()
	}
}
