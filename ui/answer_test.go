package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lintai/kiosk/visit"
	"lintai/ui/kit"
)

// An answer that came while the toolkit's goroutine was busy with the touch is
// laid out by Await, once, and nothing is left for later.
func TestAwaitLaysOutWhatCame(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	st.screen.Show(sampleNamed(t, "home"))
	shown := 0
	st.screen.OnShown = func(visit.View, []Target) { shown++ }
	w := &st.screen.waiting
	st.screen.Await(0) // nothing came
	if shown != 0 {
		t.Fatalf("%d views were laid out, and none came", shown)
	}
	v := sampleNamed(t, "choose-what")
	w.todo = append(w.todo, func() { st.screen.show(v) })
	w.came <- struct{}{}
	st.screen.Await(time.Minute)
	if st.screen.catchUp(); shown != 1 || st.screen.view.Screen != visit.ScreenChoose {
		t.Errorf("%d views were laid out, the last is %s", shown, st.screen.view.Screen)
	}
}

func TestPressShowsAtOnceAndNoLongerWhenTheFingerLeaves(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	st.screen.Show(sampleNamed(t, "choose-what"))
	target := st.target(t, "tile.water")
	probe := fyne.NewPos(target.X+30, target.Y+target.H/2)
	calm := st.faceAt(t, probe)
	st.mouse(true, probe)
	if st.faceAt(t, probe) == calm {
		t.Error("a pressed tile looks as before")
	}
	surface := st.screen.CanvasObject().(*kit.Surface)
	surface.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: probe.AddXY(900, 900)}})
	if st.faceAt(t, probe) != calm {
		t.Error("the tile looks pressed although the finger slid away")
	}
	surface.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: probe}})
	if st.faceAt(t, probe) == calm {
		t.Error("the finger came back and the tile does not show it")
	}
	var rest func()
	surface.Later(func(_ time.Duration, do func()) { rest = do })
	st.mouse(false, probe)
	if rest(); st.faceAt(t, probe) != calm {
		t.Error("the tile stays pressed although nothing answers")
	}
	st.clock = st.clock.Add(time.Second)
	st.mouse(true, probe)
	st.mouse(false, probe)
	if st.screen.Show(sampleNamed(t, "choose-what")); st.faceAt(t, probe) != calm {
		t.Error("the tile stays pressed after the answer")
	}
}

// faceAt is the colour of the topmost ground at a point.
func (st *stage) faceAt(t *testing.T, at fyne.Position) (fill any) {
	t.Helper()
	for _, d := range st.drawn() {
		if colour, is := groundOf(d.object); is && d.rect.Contains(at) {
			fill = colour
		}
	}
	return fill
}
