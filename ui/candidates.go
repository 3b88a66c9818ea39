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
// to do.
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
	least = c.panel.MM(theme.Key)
	if c.must {
		least = max(least, c.advice.Height(width, s)-2*c.spare())
	}
	return least, max(least, c.panel.MM(24))
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
	gap, least := c.panel.Gap(), c.panel.MM(theme.Key)
	buttons := c.Buttons()
	widths := c.widths(r.W-float32(len(buttons)-1)*gap, least, s)
	x, limit := r.X, float32(0)
	cells := make([]kit.Rect, len(buttons))
	for i, b := range buttons {
		cells[i] = kit.Rect{X: x, Y: r.Y, W: widths[i], H: r.H}
		x += widths[i] + gap
		if size := b.FitLabel(cells[i], s); i < c.used && (limit == 0 || size < limit) {
			limit = size
		}
	}
	for i, b := range buttons {
		b.Place(cells[i], s, limit)
	}
}

// widths gives each word the room it needs, at least a key, at most what there
// is; one or two words are not stretched over the whole row.
func (c *candidates) widths(room, least float32, s theme.Scale) []float32 {
	buttons := c.Buttons()
	widths := make([]float32, len(buttons))
	text := c.panel.Text(14, s)
	var total float32
	for i, b := range buttons {
		widths[i] = max(1.25*least, font.Width(b.Label, true)*text+c.panel.MM(8))
		total += widths[i]
	}
	if total <= room {
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
