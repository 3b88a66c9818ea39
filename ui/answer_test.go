package ui

import (
	"testing"
	"time"

	"lintai/kiosk/visit"
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
