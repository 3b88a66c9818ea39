package ui

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/test"

	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
	"lintai/ui/kit"
	"lintai/ui/theme"
)

// mouse sends what the desktop driver sends for a finger.
func (st *stage) mouse(press bool, at fyne.Position) {
	surface := st.screen.CanvasObject().(*kit.Surface)
	e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	e.Position, e.AbsolutePosition = at, at
	if press {
		surface.MouseDown(e)
	} else {
		surface.MouseUp(e)
	}
}

func (st *stage) tap(at fyne.Position) {
	st.mouse(true, at)
	st.mouse(false, at)
}

func (st *stage) target(t *testing.T, id string) Target {
	t.Helper()
	for _, target := range st.screen.Targets() {
		if target.ID == id {
			return target
		}
	}
	t.Fatalf("no target %s", id)
	return Target{}
}

func middle(t Target) fyne.Position { return fyne.NewPos(t.X+t.W/2, t.Y+t.H/2) }

func sampleNamed(t *testing.T, name string) visit.View {
	t.Helper()
	for _, s := range append(samples(t), entrySamples(t)...) {
		if s.name == name {
			return s.view
		}
	}
	t.Fatalf("no sample %s", name)
	return visit.View{}
}

func (st *stage) took(t *testing.T, want ...visit.Event) {
	t.Helper()
	if len(want) == 0 && len(st.events) == 0 {
		return
	}
	if !reflect.DeepEqual(st.events, want) {
		t.Errorf("events %#v, want %#v", st.events, want)
	}
	st.events = nil
}

func TestTapActsOnReleaseWithTheControlsOwnEvent(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	st.screen.Show(sampleNamed(t, "choose-what"))
	at := middle(st.target(t, "tile.water"))
	st.mouse(true, at)
	st.took(t)
	st.mouse(false, at)
	st.took(t, visit.Pick{Option: "water"})
}

func TestEveryTargetFiresItsEvent(t *testing.T) {
	every(t, func(t *testing.T, st *stage, p Panel, v visit.View) {
		st.events = nil
		for _, target := range st.screen.Targets() {
			st.clock = st.clock.Add(time.Second)
			st.tap(middle(target))
		}
		if want := len(st.screen.Targets()); len(st.events) != want {
			t.Errorf("%d events for %d targets", len(st.events), want)
		}
	})
}

func TestFingerMaySlideTenMillimetresAndNotMore(t *testing.T) {
	p := panels["1080x1920"]
	for _, row := range []struct {
		name string
		mm   float32
		hit  bool
	}{
		{"a wobble inside", -3, true},
		{"just outside", 1, true},
		{"nine millimetres out, over the neighbour", 9, true},
		{"eleven millimetres out", 11, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			st := newStage(t, p)
			st.screen.Show(sampleNamed(t, "choose-what"))
			target := st.target(t, "tile.water")
			edge := fyne.NewPos(target.X+target.W, target.Y+target.H/2)
			st.mouse(true, edge.SubtractXY(8, 0))
			st.mouse(false, edge.AddXY(p.MM(row.mm), 0))
			if row.hit {
				st.took(t, visit.Pick{Option: "water"})
			} else {
				st.took(t)
			}
		})
	}
}

func TestASecondTapThatComesTooSoonIsATremble(t *testing.T) {
	// A key may be meant twice, as in "nn" and "88"; nothing else is.
	st := newStage(t, panels["1080x1920"])
	for _, row := range []struct {
		sample, id string
		wait       time.Duration
	}{
		{sample: "number-empty", id: "key.1", wait: 150 * time.Millisecond},
		{sample: "number-building", id: "key.erase", wait: 150 * time.Millisecond},
		{sample: "text-empty", id: "key.n", wait: 150 * time.Millisecond},
		{sample: "text-candidates", id: "word.1", wait: 400 * time.Millisecond},
		{sample: "choose-what", id: "tile.water", wait: 400 * time.Millisecond},
		{sample: "confirm-card", id: "edit.what", wait: 400 * time.Millisecond},
		{sample: "choose-what", id: "bar.back", wait: 400 * time.Millisecond},
	} {
		t.Run(row.sample+"/"+row.id, func(t *testing.T) {
			st.clock, st.events = st.clock.Add(time.Minute), nil
			st.screen.Show(sampleNamed(t, row.sample))
			st.clock = st.clock.Add(time.Minute) // it has stood for a while
			at := middle(st.target(t, row.id))
			for i, step := range []struct {
				wait time.Duration
				want int
			}{{0, 1}, {row.wait - time.Millisecond, 1}, {time.Millisecond, 2}} {
				st.clock = st.clock.Add(step.wait)
				if st.tap(at); len(st.events) != step.want {
					t.Errorf("tap %d: %d events, want %d", i+1, len(st.events), step.want)
				}
			}
		})
	}
}

func TestAnotherKeyIsNoTremble(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	st.screen.Show(sampleNamed(t, "number-empty"))
	for _, id := range []string{"key.1", "key.2", "key.1"} {
		st.tap(middle(st.target(t, id)))
	}
	st.took(t, visit.Digit{Digit: '1'}, visit.Digit{Digit: '2'}, visit.Digit{Digit: '1'})
}

func TestSecondTapOfATrembleDoesNotHitTheNextScreen(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	st.screen.Show(sampleNamed(t, "choose-what"))
	at := middle(st.target(t, "tile.water"))
	st.tap(at)
	st.took(t, visit.Pick{Option: "water"})
	st.screen.Show(sampleNamed(t, "choose-place"))
	st.clock = st.clock.Add(200 * time.Millisecond)
	st.tap(at)
	st.took(t)
	st.clock = st.clock.Add(200 * time.Millisecond)
	st.tap(at)
	if len(st.events) != 1 {
		t.Errorf("after 400 ms a tap counts again; got %v", st.events)
	}
}

func TestFingerThatMeantTheScreenBeforeDoesNotHitTheOneThatCameUp(t *testing.T) {
	// The warning comes by itself, and 不办了 stands where the finger lands.
	st := newStage(t, panels["1080x1920"])
	st.screen.Show(sampleNamed(t, "choose-what"))
	st.clock = st.clock.Add(time.Minute)
	st.screen.Show(sampleNamed(t, "idle"))
	at := middle(st.target(t, "finish"))
	st.clock = st.clock.Add(399 * time.Millisecond)
	st.tap(at)
	st.took(t)
	st.clock = st.clock.Add(time.Millisecond)
	st.tap(at)
	st.took(t, visit.Finish{})
}

func TestPressOfAScreenThatGoesAwayIsNoTap(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	st.screen.Show(sampleNamed(t, "choose-what"))
	at := middle(st.target(t, "tile.water"))
	st.mouse(true, at)
	st.screen.Show(sampleNamed(t, "calling"))
	st.mouse(false, at)
	st.took(t)
}

func TestClockTickDuringAPressDoesNotLoseTheTap(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	v := sampleNamed(t, "choose-what")
	st.screen.Show(v)
	at := middle(st.target(t, "tile.water"))
	st.mouse(true, at)
	v.Strip.Clock = "09:31"
	pressed := st.faceAt(t, at)
	st.screen.Show(v)
	if st.faceAt(t, at) != pressed {
		t.Error("the tile no longer looks pressed after a tick of the clock")
	}
	st.mouse(false, at)
	st.took(t, visit.Pick{Option: "water"})
}

func TestDisabledControlTakesNoTap(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	v := sampleNamed(t, "number-empty") // 下一步 waits for a digit
	v.Actions[0].Disabled = false
	st.screen.Show(v)
	at := middle(st.target(t, "next"))
	v.Actions[0].Disabled = true
	st.screen.Show(v)
	st.tap(at)
	st.took(t)
}

func TestOnlyTheFirstButtonOfAMouseAndTouchesCount(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	st.screen.Show(sampleNamed(t, "choose-what"))
	at := middle(st.target(t, "tile.power"))
	surface := st.screen.CanvasObject().(*kit.Surface)
	e := &desktop.MouseEvent{Button: desktop.MouseButtonSecondary}
	e.Position = at
	surface.MouseDown(e)
	surface.MouseUp(e)
	st.took(t)
	touch := &mobile.TouchEvent{PointEvent: fyne.PointEvent{Position: at}}
	surface.TouchDown(touch)
	surface.TouchCancel(touch)
	surface.TouchUp(touch)
	st.took(t)
	surface.TouchDown(touch)
	surface.TouchUp(touch)
	st.took(t, visit.Pick{Option: "power"})
}

func TestWholeStartScreenWakes(t *testing.T) {
	p := panels["1080x1920"]
	st := newStage(t, p)
	st.screen.Show(sampleNamed(t, "start"))
	st.tap(fyne.NewPos(p.MM(20), p.MM(60)))
	st.took(t, visit.Wake{})
}

func TestAnotherLanguageIsChosenOnTheStartScreen(t *testing.T) {
	for name, p := range panels {
		st := newStage(t, p)
		st.screen.Show(sampleNamed(t, "start"))
		target := st.target(t, "language.en")
		st.tap(fyne.NewPos(target.X+target.W/2, target.Y+target.H/2))
		st.took(t, visit.Speak{Locale: phrase.English})
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestAfterForgetNothingOfTheResidentIsLeft(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	for _, s := range samples(t) {
		st.screen.Show(s.view)
		st.screen.Show(long(s.view, tongues["long chinese"]))
	}
	confirm := sampleNamed(t, "confirm-card")
	st.screen.Show(confirm)
	if before := test.RenderToMarkup(st.canvas); !strings.Contains(before, sampleName) {
		t.Fatal("the name is not in the markup even before; the check would prove nothing")
	}
	st.screen.Forget()
	if left := st.texts(); len(left) > 0 {
		t.Errorf("left after the wipe: %q", left)
	}
	if markup := test.RenderToMarkup(st.canvas); strings.Contains(markup, "欧阳") || strings.Contains(markup, "示范路") || strings.Contains(markup, "1203") {
		t.Errorf("the resident is still in the markup:\n%s", markup)
	}
	if targets := st.screen.Targets(); len(targets) > 0 {
		t.Errorf("still touchable: %v", targets)
	}
	if !reflect.DeepEqual(st.screen.view, visit.View{}) {
		t.Errorf("the last view is kept: %+v", st.screen.view)
	}
	st.screen.Show(sampleNamed(t, "start"))
	if len(st.screen.Targets()) != 3 { // the invitation, the other language, help
		t.Error("the screen after the wipe is not drawn")
	}
}

// texts is every text object with words, hidden ones too.
func (st *stage) texts() []string {
	var left []string
	var all func(o fyne.CanvasObject)
	all = func(o fyne.CanvasObject) {
		if text, ok := o.(*canvas.Text); ok && text.Text != "" {
			left = append(left, text.Text)
		}
		for _, child := range children(o) {
			all(child)
		}
	}
	all(st.screen.CanvasObject())
	return left
}

func TestLeavingAScreenDropsItsTexts(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	st.screen.Show(sampleNamed(t, "confirm-card"))
	st.screen.Show(sampleNamed(t, "saved-printing"))
	if left := strings.Join(st.texts(), ""); strings.Contains(left, sampleName) {
		t.Errorf("the confirm page, no longer shown, still holds %q", left)
	}
}

func TestShownTellsEveryViewOnceWithItsTargets(t *testing.T) {
	var shown []string
	p := panels["1080x1920"]
	st := newStage(t, p)
	st.screen.OnShown = func(v visit.View, targets []Target) {
		shown = append(shown, string(v.Screen)+"/"+v.Step)
		if !reflect.DeepEqual(targets, st.screen.Targets()) {
			t.Errorf("%s: told other targets than there are", v.Screen)
		}
	}
	for _, name := range []string{"start", "home", "choose-what", "number-building"} {
		st.screen.Show(sampleNamed(t, name))
	}
	if want := []string{"start/", "home/", "choose/what", "number/building"}; !reflect.DeepEqual(shown, want) {
		t.Errorf("shown %v, want %v", shown, want)
	}
}

func TestViewGivenBeforeTheWindowIsShownWithIt(t *testing.T) {
	s := New(panels["1080x1920"], func(visit.Event) {})
	shown := 0
	s.OnShown = func(visit.View, []Target) { shown++ }
	s.Show(sampleNamed(t, "start"))
	s.CanvasObject().Resize(fyne.NewSize(32, 32)) // as a window opens
	if shown != 0 {
		t.Error("told as shown without a window")
	}
	s.CanvasObject().Resize(fyne.NewSize(1080, 1920))
	if shown != 1 {
		t.Errorf("shown %d times when the window came, want once", shown)
	}
}

func TestWindowThatLiesTheOtherWayGetsItsOwnLayout(t *testing.T) {
	s := New(Panel{PxPerMM: 5.6}, func(visit.Event) {}) // the file did not say the size
	s.CanvasObject().Resize(fyne.NewSize(1920, 1080))
	s.Show(sampleNamed(t, "number-room"))
	var key, next Target
	for _, target := range s.Targets() {
		if target.X+target.W > 1920 || target.Y+target.H > 1080 {
			t.Errorf("%s leaves the window: %+v", target.ID, target)
		}
		if target.ID == "key.1" {
			key = target
		}
		if target.ID == "bar.help" {
			next = target
		}
	}
	if key.X < 1920/2 || next.H > 30*5.6 {
		t.Errorf("not a landscape layout: key at %+v, bar %+v", key, next)
	}
}

func TestThemeSizesFollowThePanel(t *testing.T) {
	s := New(Panel{PxPerMM: 5, Width: 1000, Height: 2000}, nil)
	if s.Theme() != (theme.Toolkit{Panel: s.panel}) {
		t.Error("the toolkit's theme is made for another panel")
	}
}

// touchAt sends what drivers with touch events send for one of several fingers.
func (st *stage) touchAt(press bool, at fyne.Position) {
	surface := st.screen.CanvasObject().(*kit.Surface)
	e := &mobile.TouchEvent{PointEvent: fyne.PointEvent{Position: at, AbsolutePosition: at}}
	if press {
		surface.TouchDown(e)
	} else {
		surface.TouchUp(e)
	}
}

func TestAHandThatLeansOnThePanelBreaksNoTap(t *testing.T) {
	p := panels["1080x1920"]
	st := newStage(t, p)
	tile, nothing := fyne.Position{}, fyne.NewPos(p.MM(2), p.MM(2)) // on the strip
	away := tile
	for _, row := range []struct {
		name  string
		steps func(press, lift func(fyne.Position))
		taps  int
	}{
		{"the palm comes and goes during the tap", func(press, lift func(fyne.Position)) {
			press(tile)
			press(nothing)
			lift(nothing)
			lift(tile)
		}, 1},
		{"the palm stays", func(press, lift func(fyne.Position)) { press(tile); press(nothing); lift(tile); lift(nothing) }, 1},
		{"the palm was there before and lifts first", func(press, lift func(fyne.Position)) {
			press(nothing)
			press(tile)
			lift(nothing)
			lift(tile)
		}, 1},
		{"two of them", func(press, lift func(fyne.Position)) {
			press(nothing)
			press(tile)
			press(nothing)
			lift(nothing)
			lift(nothing)
			lift(tile)
		}, 1},
		{"the finger slides off", func(press, lift func(fyne.Position)) { press(tile); lift(away); lift(tile) }, 0},
		{"the finger slides off after the palm has lifted", func(press, lift func(fyne.Position)) {
			press(nothing)
			lift(nothing)
			press(tile)
			lift(away)
			lift(tile)
		}, 0},
		{"the finger slides off beside a palm", func(press, lift func(fyne.Position)) {
			press(nothing)
			press(tile)
			lift(away)
			lift(nothing)
			lift(tile)
		}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			st.clock, st.events = st.clock.Add(time.Minute), nil
			st.screen.Show(sampleNamed(t, "choose-what"))
			st.clock = st.clock.Add(time.Minute)
			target := st.target(t, "tile.water")
			tile, away = middle(target), fyne.NewPos(target.X+target.W+p.MM(11), target.Y+target.H/2)
			row.steps(func(at fyne.Position) { st.touchAt(true, at) }, func(at fyne.Position) { st.touchAt(false, at) })
			if len(st.events) != row.taps {
				t.Errorf("%d taps, want %d", len(st.events), row.taps)
			}
		})
	}
}
