package ui

import (
	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// candidates are the words that what was spelled or drawn may mean, best first,
// and a key that turns to the next ones. The row keeps its place when it is
// empty, so that no key moves while one types; on a ten-inch panel it then says what
// to do. A panel with height keeps two rows, so that long words stay as large as
// sentences; short ones stand in one.
type candidates struct {
	panel   Panel
	box     *fyne.Container
	words   []*kit.Button
	more    *kit.Button
	advice  *kit.Text
	must    bool // the advice is a notice
	used    int
	hasMore bool
	shown   bool
}

const mostCandidates = 5

func newCandidates(p Panel) *candidates {
	c := &candidates{
		panel: p, box: &fyne.Container{}, more: kit.NewButton(p, kit.Cap, theme.Label),
		advice: kit.NewText(p, theme.Body, false, theme.SoftInk, fyne.TextAlignLeading),
	}
	for range mostCandidates {
		b := kit.NewButton(p, kit.Cap, 14)
		c.words = append(c.words, b)
		c.box.Objects = append(c.box.Objects, b.Object())
	}
	c.box.Objects = append(c.box.Objects, c.more.Object(), c.advice.Object())
	return c
}

func (c *candidates) set(words []visit.Control, more *visit.Control, advice string, must bool) {
	c.must = must
	c.shown, c.used, c.hasMore = true, min(len(words), len(c.words)), more != nil
	for i, b := range c.words {
		if i < c.used {
			b.Set(face(words[i], kit.KeyStyle))
		} else {
			b.Forget()
		}
	}
	c.more.Forget()
	if more != nil {
		c.more.Set(face(*more, kit.QuietStyle))
	}
	c.advice.Set("")
	if c.used == 0 {
		c.advice.Set(advice)
	}
}

func (c *candidates) Object() fyne.CanvasObject { return c.box }
func (c *candidates) Empty() bool               { return !c.shown }

func (c *candidates) Buttons() []*kit.Button {
	all := append([]*kit.Button{}, c.words[:c.used]...)
	if c.hasMore {
		all = append(all, c.more)
	}
	return all
}

func (c *candidates) Heights(width float32, s theme.Scale) (least, most float32) {
	rows := float32(c.rows())
	least = rows*c.panel.MM(theme.Key) + (rows-1)*c.panel.Gap()
	if c.must {
		least = max(least, c.advice.Height(width, s)-2*c.spare())
	}
	return least, max(least, rows*c.panel.MM(24))
}

// rows is how many the words may take.
func (c *candidates) rows() int {
	if c.panel.Landscape() {
		return 1
	}
	return 2
}

// spare is what words take of the gaps around the row, which keep targets apart.
func (c *candidates) spare() float32 { return c.panel.Gap() / 2 }

func (c *candidates) Place(r kit.Rect, s theme.Scale) {
	c.box.Show()
	words := r
	words.Y, words.H = r.Y-c.spare(), r.H+2*c.spare()
	if size, fits := c.advice.Fit(words.W, words.H, s); fits || c.must {
		c.advice.PlaceAt(words, size)
	} else {
		c.advice.Hide() // a hint that has no room is left to the voice
	}
	buttons := c.Buttons()
	var cells []kit.Rect
	gap, from := c.panel.Gap(), 0
	rows := c.split(buttons, r.W)
	height := r.H
	if c.rows() > 1 {
		height = (r.H - gap) / 2
	}
	y := r.Y + r.H - float32(len(rows))*(height+gap) + gap // one row stands next to the keys
	for _, n := range rows {
		x := r.X
		for _, w := range c.widths(buttons[from:from+n], r.W-float32(n-1)*gap, s) {
			cells = append(cells, kit.Rect{X: x, Y: y, W: w, H: height})
			x += w + gap
		}
		from, y = from+n, y+height+gap
	}
	limit := float32(0)
	for i, b := range buttons[:c.used] {
		if size := b.FitLabel(cells[i], s); limit == 0 || size < limit {
			limit = size
		}
	}
	for i, b := range buttons {
		b.Place(cells[i], s, limit)
	}
}

// split says how many buttons stand in each row: all in one where they are still
// as large as sentences there, else so that the longer of two is shortest.
func (c *candidates) split(buttons []*kit.Button, width float32) []int {
	if len(buttons) < 2 || c.rows() == 1 || c.needs(buttons) <= width {
		return []int{len(buttons)}
	}
	best, shortest := 1, float32(0)
	for n := 1; n < len(buttons); n++ {
		if longer := max(c.needs(buttons[:n]), c.needs(buttons[n:])); n == 1 || longer <= shortest {
			best, shortest = n, longer
		}
	}
	return []int{best, len(buttons) - best}
}

// needs is the width of a row in which every word stands at the size of sentences.
func (c *candidates) needs(buttons []*kit.Button) float32 {
	total := float32(len(buttons)-1) * c.panel.Gap()
	for _, b := range buttons {
		total += c.need(b)
	}
	return total
}

func (c *candidates) need(b *kit.Button) float32 {
	return max(c.panel.MM(theme.Key), font.Width(b.Label, true)*c.panel.MM(theme.Body)+c.panel.MM(3))
}

// widths gives each word the room it needs, at least a key, at most what there
// is; one or two words are not stretched over the whole row.
func (c *candidates) widths(buttons []*kit.Button, room float32, s theme.Scale) []float32 {
	widths := make([]float32, len(buttons))
	text, least := c.panel.Text(14, s), c.panel.MM(theme.Key)
	var total, needed float32
	for i, b := range buttons {
		widths[i] = max(1.25*least, font.Width(b.Label, true)*text+c.panel.MM(8))
		total += widths[i]
		needed += c.need(b)
	}
	if total <= room {
		return widths
	}
	if needed <= room {
		// What is more than the size of sentences needs gives way alike.
		share := max(0, room-needed) / max(1, total-needed)
		for i, b := range buttons {
			widths[i] = c.need(b) + (widths[i]-c.need(b))*share
		}
		return widths
	}
	// What is more than a key gives way alike.
	over := total - float32(len(widths))*least
	share := max(0, room-float32(len(widths))*least) / over
	for i := range widths {
		widths[i] = least + (widths[i]-least)*share
	}
	return widths
}

func (c *candidates) Hide() {
	c.box.Hide()
	for _, b := range append(c.words, c.more) {
		b.Hide()
	}
}

func (c *candidates) Forget() {
	c.box.Hide()
	c.shown, c.used, c.hasMore = false, 0, false
	c.advice.Forget()
	for _, b := range append(c.words, c.more) {
		b.Forget()
	}
}
