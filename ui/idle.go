package ui

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// newIdle is the question whether anybody is still there.
func newIdle(p Panel) *page {
	seconds := newCountdown(p)
	title := newHeading(p, true, 40)
	hint := newWords(p, 12, false, theme.Ink, fyne.TextAlignCenter)
	note := newNotice(p)
	act := newActions(p)
	pg := newPage(p, theme.Paper, seconds, title, hint, note, act)
	pg.spare = []func(){hint.Forget}
	pg.fill = func(v visit.View) {
		seconds.set(v.Countdown)
		title.set(v.Title, v.Icon, look(v.Tone))
		hint.Set(v.Hint)
		note.set(v.Notice, v.NoticeTone)
		act.set(v.Actions)
	}
	pg.columns = func(area kit.Rect, landscape bool) []kit.Column {
		if landscape {
			return two(p, area, 0.4, list(kit.Spring{Weight: 1}, seconds, kit.Spring{Weight: 1}),
				list(kit.Spring{Weight: 1}, title, hint, note, act, kit.Spring{Weight: 1}))
		}
		return one(area, kit.Spring{Weight: 2}, title, seconds, hint, note, kit.Spring{Weight: 2}, act)
	}
	return pg
}

// countdown is a number of seconds in a ring.
type countdown struct {
	panel Panel
	box   *fyne.Container
	ring  *canvas.Circle
	text  *kit.Text
}

func newCountdown(p Panel) *countdown {
	c := &countdown{panel: p, ring: canvas.NewCircle(color.Transparent), text: kit.NewText(p, 48, true, theme.Amber, fyne.TextAlignCenter)}
	c.box = &fyne.Container{Objects: []fyne.CanvasObject{c.ring, c.text.Object()}}
	return c
}

func (c *countdown) set(seconds int) {
	c.text.Set("")
	if seconds > 0 {
		c.text.Set(strconv.Itoa(seconds))
	}
}

func (c *countdown) Object() fyne.CanvasObject { return c.box }
func (c *countdown) Empty() bool               { return c.text.Empty() }
func (c *countdown) Buttons() []*kit.Button    { return nil }

func (c *countdown) Heights(width float32, _ theme.Scale) (float32, float32) {
	return c.panel.MM(30), max(c.panel.MM(30), min(width, c.panel.MM(110)))
}

func (c *countdown) Place(r kit.Rect, s theme.Scale) {
	side := min(r.W, r.H)
	ring := kit.Rect{X: r.X + (r.W-side)/2, Y: r.Y + (r.H-side)/2, W: side, H: side}
	if fill := c.panel.Colour(theme.AmberPale); c.ring.FillColor != fill {
		c.ring.FillColor, c.ring.StrokeColor, c.ring.StrokeWidth = fill, c.panel.Colour(theme.Amber), c.panel.MM(2.5)
		c.ring.Refresh()
	}
	ring.Put(c.ring)
	c.text.Place(ring.Inset(side*0.1, side*0.1), s)
	c.box.Show()
}

func (c *countdown) Hide() { c.box.Hide() }

func (c *countdown) Forget() {
	c.box.Hide()
	c.text.Forget()
}
