package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// Panel is the screen the terminal is built around; see theme.Panel.
type Panel = theme.Panel

// Target is something touchable as it stands on the screen, in pixels of the
// window. The id holds nothing personal.
type Target struct {
	ID         string
	X, Y, W, H float32
}

// Screen is everything that the window shows. Show and Forget may be called from
// any goroutine but the toolkit's own; the rest belongs to the toolkit's.
type Screen struct {
	// OnShown, when set before the first Show, is called after a view was laid
	// out, on the toolkit's goroutine.
	OnShown func(visit.View, []Target)

	panel   Panel
	look    *theme.Look
	onEvent func(visit.Event)

	surface *kit.Surface
	content *fyne.Container
	ground  *canvas.Rectangle // hidden where the toolkit clears the window in its colour
	themed  bool
	strip   *strip
	bar     *bar
	pages   map[visit.Screen]*page

	size    fyne.Size
	view    visit.View
	filled  bool // a view was given
	current *page

	waiting waiting
}

// New builds all screens for a panel. onEvent gets the event of each control
// that is touched, on the toolkit's goroutine; it must not wait.
func New(p Panel, onEvent func(visit.Event)) *Screen {
	return newScreen(p, onEvent, time.Now)
}

func newScreen(p Panel, onEvent func(visit.Event), now func() time.Time) *Screen {
	if p.Width < 1 || p.Height < 1 {
		p.Width, p.Height = theme.DefaultPanel.Width, theme.DefaultPanel.Height
	}
	s := &Screen{onEvent: onEvent, ground: canvas.NewRectangle(theme.Normal.Colour(theme.Paper)), look: &theme.Look{Palette: theme.Normal}, content: &fyne.Container{}}
	s.waiting.came = make(chan struct{}, 1)
	s.build(p)
	s.surface = kit.NewSurface(p, s.content, now, s.buttons, s.tapped, s.resize)
	s.surface.Draws(s.slates, s.drawn)
	return s
}

// build makes all screens for a panel: once, and again only when the window
// turns out to lie the other way than the panel was said to.
func (s *Screen) build(p Panel) {
	p = p.WithLook(s.look)
	s.panel, s.current = p, nil
	s.strip = newStrip(p)
	s.bar = newBar(p)
	message := newMessage(p)
	number := newNumber(p)
	tiles := newChoose(p)
	rows := newList(p)
	glance := newConfirm(p)
	s.pages = map[visit.Screen]*page{
		visit.ScreenStart:    newStart(p),
		visit.ScreenHome:     tiles,
		visit.ScreenChoose:   tiles,
		visit.ScreenIdentify: newIdentify(p),
		visit.ScreenNumber:   number,
		visit.ScreenLookUp:   number,
		visit.ScreenConfirm:  glance,
		visit.ScreenSaving:   message,
		visit.ScreenFinding:  message,
		visit.ScreenUnsaved:  message,
		visit.ScreenSaved:    newSaved(p),
		visit.ScreenProgress: newProgress(p),
		visit.ScreenCalling:  newCalling(p),
		visit.ScreenIdle:     newIdle(p),

		visit.ScreenList:    rows,
		visit.ScreenArticle: newArticle(p),
		visit.ScreenText:    newText(p),
		visit.ScreenHand:    newHand(p),
		visit.ScreenRecord:  newRecord(p),
		visit.ScreenPhoto:   newPhoto(p),
		visit.ScreenRating:  newRating(p),
		visit.ScreenManner:  tiles,

		visit.ScreenOutOfService: message,
		visit.ScreenSetup:        newSetup(p),
		visit.ScreenSetupWait:    message,
		visit.ScreenSetupChoose:  tiles,
		visit.ScreenSetupList:    rows,
		visit.ScreenSetupNumber:  number,
		visit.ScreenSetupMarks:   newMarks(p),
		visit.ScreenSetupTest:    newSetupTest(p),
		visit.ScreenSetupReport:  glance,
	}
	s.content.Objects = []fyne.CanvasObject{s.ground, s.strip.object(), s.bar.Object()}
	for _, page := range s.distinct() {
		s.content.Objects = append(s.content.Objects, page.box)
	}
}

// distinct lists the pages once each, in the order of the screens.
func (s *Screen) distinct() []*page {
	var all []*page
	seen := map[*page]bool{}
	for _, name := range screens {
		if p := s.pages[name]; !seen[p] {
			seen[p] = true
			all = append(all, p)
		}
	}
	return all
}

var screens = []visit.Screen{
	visit.ScreenStart, visit.ScreenHome, visit.ScreenChoose, visit.ScreenIdentify, visit.ScreenNumber,
	visit.ScreenConfirm, visit.ScreenSaving, visit.ScreenUnsaved, visit.ScreenSaved, visit.ScreenLookUp,
	visit.ScreenFinding, visit.ScreenProgress, visit.ScreenCalling, visit.ScreenIdle, visit.ScreenOutOfService,
	visit.ScreenList, visit.ScreenArticle, visit.ScreenText, visit.ScreenHand, visit.ScreenRecord, visit.ScreenPhoto,
	visit.ScreenRating, visit.ScreenManner, visit.ScreenSetup, visit.ScreenSetupWait,
	visit.ScreenSetupChoose, visit.ScreenSetupList, visit.ScreenSetupNumber, visit.ScreenSetupMarks, visit.ScreenSetupTest, visit.ScreenSetupReport,
}

// Panel is the panel as the window found it.
func (s *Screen) Panel() Panel { return s.panel }

// CanvasObject is the window's content. The window must not be padded.
func (s *Screen) CanvasObject() fyne.CanvasObject { return s.surface }

// Theme is the toolkit's theme, to be set on the app before the window opens.
// Every frame then begins in the colour of the screen's ground, which needs not be
// painted over again.
func (s *Screen) Theme() fyne.Theme {
	s.themed = true
	s.ground.Hide()
	return theme.Toolkit{Panel: s.panel}
}

func (s *Screen) show(v visit.View) {
	s.surface.Answered()
	if s.filled && (v.Screen != s.view.Screen || v.Step != s.view.Step) {
		s.surface.Changed()
	}
	s.view, s.filled = v, true
	s.layout()
}

func (s *Screen) forget() {
	s.surface.Answered()
	s.surface.Changed()
	s.view, s.filled = visit.View{}, false
	s.strip.forget()
	s.bar.Forget()
	for _, page := range s.distinct() {
		page.forget()
	}
	s.current = nil
}

func (s *Screen) resize(size fyne.Size) {
	if size == s.size {
		return
	}
	s.size = size
	if p := (Panel{PxPerMM: s.panel.PxPerMM, Width: int(size.Width), Height: int(size.Height)}); isWindow(size) && (p.Landscape() != s.panel.Landscape() || p.Tight() != s.panel.Tight()) {
		s.build(p)
		s.content.Refresh()
	}
	s.layout()
}

// isWindow tells a window from one that just opens: it is a few pixels large
// before it fills the screen.
func isWindow(size fyne.Size) bool {
	const opening = 200
	return size.Width >= opening && size.Height >= opening
}

// layout fills and places the current page; without a view or a window yet it
// waits for both.
func (s *Screen) layout() {
	if !s.filled || !isWindow(s.size) {
		return
	}
	page, ok := s.pages[s.view.Screen]
	if !ok {
		page = s.pages[visit.ScreenSaving] // a screen newer than this program: its words at least
	}
	if s.current != page && s.current != nil {
		s.current.forget()
	}
	s.current = page

	window := kit.Rect{W: s.size.Width, H: s.size.Height}
	window.Put(s.ground)
	s.look.Palette = theme.Of(s.view.Manner.Contrast)
	s.colour(page.ground)
	scale := scaleOf(s.view.Manner.Size)
	top, rest := window.CutTop(s.strip.height())
	s.strip.show(s.view.Strip, top)
	s.bar.set(s.view.Bar)
	if len(s.view.Bar) == 0 {
		s.bar.Hide()
	} else {
		var bottom kit.Rect
		bottom, rest = rest.CutBottom(s.bar.height())
		s.bar.Place(bottom, scale)
	}
	page.show(s.view, rest, scale)
	if s.OnShown != nil {
		s.OnShown(s.view, s.Targets())
	}
}

// scaleOf is the factor on text sizes that a resident asked for.
func scaleOf(size visit.Size) theme.Scale {
	switch size {
	case visit.SizeLarge:
		return theme.Large
	case visit.SizeLargest:
		return theme.Largest
	}
	return theme.Standard
}

func (s *Screen) colour(ground theme.Role) {
	s.look.Ground = ground
	if fill := s.panel.Colour(ground); s.ground.FillColor != fill {
		s.ground.FillColor = fill
		canvas.Refresh(s.surface)
	}
}

func (s *Screen) buttons() []*kit.Button {
	if s.current == nil {
		return nil
	}
	return append(s.current.buttons(), s.bar.Buttons()...)
}

// Targets lists what can be touched now.
func (s *Screen) Targets() []Target {
	var all []Target
	for _, b := range s.buttons() {
		if b.Touchable() {
			r := b.Bounds()
			all = append(all, Target{ID: b.ID, X: r.X, Y: r.Y, W: r.W, H: r.H})
		}
	}
	return all
}

func (s *Screen) tapped(b *kit.Button) {
	if event, ok := b.Event.(visit.Event); ok {
		s.onEvent(event)
	}
}

// slates are where the finger may write now.
func (s *Screen) slates() []*kit.Slate {
	if s.current == nil || s.current.slate == nil {
		return nil
	}
	return []*kit.Slate{s.current.slate}
}

func (s *Screen) drawn(line []kit.Dot) {
	points := make([]visit.Point, len(line))
	for i, d := range line {
		points[i] = visit.Point{X: d.X, Y: d.Y}
	}
	s.onEvent(visit.Stroke{Points: points})
}
