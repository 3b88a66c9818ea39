package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/widget"

	"lintai/ui/theme"
)

// Surface is the one touchable object of the window: all others are drawings on
// it. The toolkit hands a press and a release to whatever lies under the pointer
// at that moment, so a finger that slides a few pixels over an edge, or over
// anything that can be dragged, would lose its tap. With one object for the
// whole window both ends always arrive here, and the rule of a tap is ours.
type Surface struct {
	widget.BaseWidget
	content fyne.CanvasObject
	resized func(fyne.Size)
	touch   *touch
	drawing drawing
}

var (
	_ desktop.Mouseable = (*Surface)(nil) // X11: the first touch arrives as the mouse
	_ desktop.Hoverable = (*Surface)(nil) // only to follow a pressed finger
	_ mobile.Touchable  = (*Surface)(nil) // drivers with touch events
)

// NewSurface returns a surface that draws content, asks find for what can be
// touched and calls fire for each tap. resized is called when the window has a
// new size. now is the clock against which repeats are measured.
func NewSurface(p theme.Panel, content fyne.CanvasObject, now func() time.Time, find func() []*Button, fire func(*Button), resized func(fyne.Size)) *Surface {
	s := &Surface{content: content, resized: resized, touch: newTouch(p, now, find, fire)}
	s.ExtendBaseWidget(s)
	return s
}

// Answered says that a view came; what was touched need not look pressed for
// longer.
func (s *Surface) Answered() { s.touch.lift() }

// Later replaces how something is done after a while on the toolkit's goroutine.
func (s *Surface) Later(do func(time.Duration, func())) { s.touch.later = do }

// Changed says that another screen is shown now.
func (s *Surface) Changed() {
	s.drawing.cancel()
	s.touch.changed()
}

// CreateRenderer implements fyne.Widget.
func (s *Surface) CreateRenderer() fyne.WidgetRenderer { return surfaceRenderer{s} }

// MouseDown implements desktop.Mouseable.
func (s *Surface) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary {
		s.press(e.Position)
	}
}

// MouseUp implements desktop.Mouseable.
func (s *Surface) MouseUp(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary {
		s.release(e.Position)
	}
}

// MouseIn implements desktop.Hoverable; nothing reacts to hovering.
func (s *Surface) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (s *Surface) MouseMoved(e *desktop.MouseEvent) {
	if !s.drawing.move(e.Position) {
		s.touch.move(e.Position)
	}
}

// MouseOut implements desktop.Hoverable.
func (s *Surface) MouseOut() {}

// TouchDown implements mobile.Touchable.
func (s *Surface) TouchDown(e *mobile.TouchEvent) { s.press(e.Position) }

// TouchUp implements mobile.Touchable.
func (s *Surface) TouchUp(e *mobile.TouchEvent) { s.release(e.Position) }

// TouchCancel implements mobile.Touchable.
func (s *Surface) TouchCancel(*mobile.TouchEvent) {
	s.drawing.cancel()
	s.touch.cancel()
	s.touch.resting = 0
}

// A finger on a slate draws, any other taps.
func (s *Surface) press(at fyne.Position) {
	if !s.drawing.press(at, s.touch.fresh()) {
		s.touch.press(at)
	}
}

func (s *Surface) release(at fyne.Position) {
	if !s.drawing.release(at) {
		s.touch.release(at)
	}
}

type surfaceRenderer struct{ surface *Surface }

func (r surfaceRenderer) Layout(size fyne.Size) {
	r.surface.content.Resize(size)
	r.surface.resized(size)
}

func (r surfaceRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, 1) }
func (r surfaceRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.surface.content} }
func (r surfaceRenderer) Refresh()                     {}
func (r surfaceRenderer) Destroy()                     {}
