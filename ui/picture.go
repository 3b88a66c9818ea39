package ui

import (
	"fmt"
	"image"
	"image/color"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"lintai/kiosk/visit"
	"lintai/ui/font"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// Studio draws views as they look in the terminal's window, without a display:
// for pictures of the screens, and for the lint that measures them.
type Studio struct {
	screen *Screen
	canvas test.WindowlessCanvas
}

// headless starts the toolkit without a display, once in a program.
var headless = sync.OnceFunc(func() { test.NewApp() })

// NewStudio builds all screens for a panel. It is not for a program that opens a
// window, nor for several goroutines.
func NewStudio(p Panel) *Studio {
	headless()
	st := &Studio{screen: New(p, func(visit.Event) {}), canvas: software.NewCanvas()}
	st.canvas.SetPadded(false)
	st.canvas.SetContent(st.screen.CanvasObject())
	st.canvas.Resize(fyne.NewSize(float32(p.Width), float32(p.Height)))
	return st
}

// Draw lays a view out and tells what stands where.
func (st *Studio) Draw(v visit.View) Drawing {
	st.screen.show(v)
	return st.screen.drawing()
}

// Picture paints what Draw laid out last.
func (st *Studio) Picture() image.Image { return st.canvas.Capture() }

// Render draws one view on a panel. A Studio does the same for many views without
// building the screens anew for each.
func Render(v visit.View, p Panel) (image.Image, []Text, []Target) {
	st := NewStudio(p)
	d := st.Draw(v)
	return st.Picture(), d.Texts, d.Targets
}

// Drawing is a view as it stands on a screen.
type Drawing struct {
	Panel   Panel
	View    visit.View
	Texts   []Text
	Targets []Target

	pictures []kit.Rect
	gestures []string // objects that would take more than a tap
}

// Text is a line of words on the screen. The place is that of its ink, in pixels
// of the window.
type Text struct {
	Words      string
	X, Y, W, H float32
	Size       float32 // of the em, in pixels
	Contrast   float64 // to what it stands on, 1 to 21

	cut bool // an edge of something goes through it
}

func (t Text) rect() kit.Rect { return kit.Rect{X: t.X, Y: t.Y, W: t.W, H: t.H} }

// drawn is an object as it stands on the screen, in the order of painting.
type drawn struct {
	object fyne.CanvasObject
	rect   kit.Rect
}

// walk lists every visible object below o.
func walk(o fyne.CanvasObject, at fyne.Position, each func(drawn)) {
	if o == nil || !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	size := o.Size()
	each(drawn{o, kit.Rect{X: at.X, Y: at.Y, W: size.Width, H: size.Height}})
	if _, ground := groundOf(o); ground {
		return
	}
	for _, child := range children(o) {
		walk(child, at, each)
	}
}

// groundOf returns the colour of an object that is one ground to the eye.
func groundOf(o fyne.CanvasObject) (fill color.Color, is bool) {
	switch o := o.(type) {
	case *canvas.Rectangle:
		return o.FillColor, true
	case *fyne.Container:
		if g, ok := o.Layout.(kit.Ground); ok {
			return g.Fill(), true
		}
	}
	return nil, false
}

func children(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case *kit.Surface:
		return o.CreateRenderer().Objects()
	}
	return nil
}

// ground is something filled that a text may stand on.
type ground struct {
	rect  kit.Rect
	fill  color.Color
	round bool
}

func (s *Screen) drawing() Drawing {
	d := Drawing{Panel: s.panel, View: s.view, Targets: s.Targets()}
	var grounds []ground
	walk(s.surface, fyne.Position{}, func(each drawn) {
		if fill, is := groundOf(each.object); is {
			if _, _, _, alpha := fill.RGBA(); alpha > 0 {
				grounds = append(grounds, ground{each.rect, fill, false})
			}
			return
		}
		switch o := each.object.(type) {
		case *canvas.Circle:
			grounds = append(grounds, ground{each.rect, o.FillColor, true})
		case *canvas.Image:
			if o.Resource == nil {
				return // a rare character amid its text
			}
			d.pictures = append(d.pictures, each.rect)
		case *canvas.Text:
			if o.Text != "" {
				d.Texts = append(d.Texts, textOn(o, each.rect, grounds))
			}
		}
		if takesGesture(each.object) {
			d.gestures = append(d.gestures, fmt.Sprintf("%T", each.object))
		}
	})
	return d
}

// takesGesture tells whether an object wants more than a finger that lands and
// lifts, or is one of the toolkit's widgets, which decide by themselves what a
// touch means. The surface alone takes fingers.
func takesGesture(o fyne.CanvasObject) bool {
	switch o.(type) {
	case fyne.Draggable, fyne.Scrollable, fyne.DoubleTappable, fyne.SecondaryTappable, fyne.Focusable, fyne.Tappable:
		return true
	case *kit.Surface:
		return false
	case fyne.Widget:
		return true
	}
	return false
}

// textOn measures a line that stands on the last of the grounds it touches.
func textOn(o *canvas.Text, r kit.Rect, grounds []ground) Text {
	// Chinese characters fill the em in the middle of their line.
	ink := kit.Rect{X: r.X, Y: r.Y + 0.26*o.TextSize, W: font.Width(o.Text, isBold(o)) * o.TextSize, H: 1.06 * o.TextSize}
	t := Text{Words: o.Text, X: ink.X, Y: ink.Y, W: ink.W, H: ink.H, Size: o.TextSize}
	behind := color.Color(color.Black)
	for _, g := range grounds {
		if !overlap(g.rect, ink) {
			continue
		}
		if !g.round { // one that holds the line hides the edges below it
			t.cut = !g.rect.Holds(ink)
		}
		behind = g.fill
	}
	t.Contrast = theme.Contrast(o.Color, behind)
	return t
}

func isBold(o *canvas.Text) bool { return o.FontSource == theme.Bold }

func overlap(a, b kit.Rect) bool {
	const touching = 1
	return a.X+touching < b.X+b.W && b.X+touching < a.X+a.W && a.Y+touching < b.Y+b.H && b.Y+touching < a.Y+a.H
}
