package ui

import (
	"fmt"

	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// pager turns the pages of a screen: a large button on each side, and between
// them where one is; one below the other in a narrow place. Nothing scrolls on a
// resident's screen.
type pager struct {
	panel          Panel
	box            *fyne.Container
	earlier, later *kit.Button
	page           *kit.Text
	shown          bool
}

func newPager(p Panel) *pager {
	g := &pager{
		panel: p, earlier: kit.NewButton(p, kit.Line, 12), later: kit.NewButton(p, kit.Line, 12),
		page: kit.NewText(p, 13, true, theme.Ink, fyne.TextAlignCenter),
	}
	g.box = &fyne.Container{Objects: []fyne.CanvasObject{g.earlier.Object(), g.page.Object(), g.later.Object()}}
	return g
}

func (g *pager) set(v *visit.Pager) {
	if g.shown = v != nil; !g.shown {
		g.Forget()
		return
	}
	earlier, later := face(v.Earlier, kit.QuietStyle), face(v.Later, kit.QuietStyle)
	if g.panel.Tight() {
		earlier.Icon, later.Icon = "", "" // the words need their place
	}
	g.earlier.Set(earlier)
	g.later.Set(later)
	g.page.Set(fmt.Sprintf("%d/%d", v.Page, v.Pages))
}

func (g *pager) Object() fyne.CanvasObject { return g.box }
func (g *pager) Empty() bool               { return !g.shown }

func (g *pager) Buttons() []*kit.Button {
	if !g.shown {
		return nil
	}
	return []*kit.Button{g.earlier, g.later}
}

// between is the width of the page number with the gaps around it.
func (g *pager) between(s theme.Scale) float32 {
	return font.Width(g.page.Words(), true)*g.panel.Text(13, s) + 2*g.panel.Gap()
}

// needs is the least width of a button.
func (g *pager) needs(b *kit.Button) float32 { return max(g.panel.MM(theme.Target), b.Across()) }

// narrow tells whether there is no place for two buttons side by side.
func (g *pager) narrow(width float32, s theme.Scale) bool {
	return width-g.between(s) < g.needs(g.earlier)+g.needs(g.later)
}

// sides are the widths of the two buttons: alike, unless the longer word needs
// more than its half.
func (g *pager) sides(width float32, s theme.Scale) (earlier, later float32) {
	room := width - g.between(s)
	earlier = min(max(room/2, g.needs(g.earlier)), room-g.needs(g.later))
	return earlier, room - earlier
}

// line is the height of the page number between buttons that stand one below the
// other.
func (g *pager) line(s theme.Scale) float32 {
	return g.panel.Text(13, s)*font.LineHeight + 2*g.panel.Gap()
}

func (g *pager) Heights(width float32, s theme.Scale) (least, most float32) {
	if g.narrow(width, s) {
		least = max(g.panel.MM(theme.Target), g.earlier.Least(width, s), g.later.Least(width, s))
		return 2*least + g.line(s), 2*max(least, g.panel.MM(26)) + g.line(s)
	}
	earlier, later := g.sides(width, s)
	least = max(g.panel.MM(theme.Target), g.earlier.Least(earlier, s), g.later.Least(later, s))
	return least, max(least, g.panel.MM(26))
}

func (g *pager) Place(r kit.Rect, s theme.Scale) {
	between := g.between(s)
	before, after := g.sides(r.W, s)
	left := kit.Rect{X: r.X, Y: r.Y, W: before, H: r.H}
	right := kit.Rect{X: r.X + before + between, Y: r.Y, W: after, H: r.H}
	page := kit.Rect{X: r.X + before, Y: r.Y, W: between, H: r.H}
	if g.narrow(r.W, s) {
		h := (r.H - g.line(s)) / 2
		left = kit.Rect{X: r.X, Y: r.Y, W: r.W, H: h}
		right = kit.Rect{X: r.X, Y: r.Y + h + g.line(s), W: r.W, H: h}
		page = kit.Rect{X: r.X, Y: r.Y + h, W: r.W, H: g.line(s)}
	}
	if !g.earlier.Whole(left, s) || !g.later.Whole(right, s) { // words before pictures
		g.earlier.Plain()
		g.later.Plain()
	}
	limit := min(g.earlier.FitLabel(left, s), g.later.FitLabel(right, s))
	g.earlier.Place(left, s, limit)
	g.later.Place(right, s, limit)
	g.page.Place(page, s)
	g.box.Show()
}

func (g *pager) Hide() {
	g.box.Hide()
	g.earlier.Hide()
	g.later.Hide()
}

func (g *pager) Forget() {
	g.box.Hide()
	g.shown = false
	g.earlier.Forget()
	g.later.Forget()
	g.page.Forget()
}
