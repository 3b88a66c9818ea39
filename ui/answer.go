package ui

import (
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"lintai/kiosk/visit"
)

// waiting is what was asked of a screen and not yet drawn, in its order.
type waiting struct {
	mu   sync.Mutex
	todo []func()
	came chan struct{} // a view is among them
}

// Show draws a view. It returns without waiting for the paint; views are drawn
// in the order in which they were given.
func (s *Screen) Show(v visit.View) { s.ask(func() { s.show(v) }, true) }

// Forget drops every text, picture and event that the screens hold, in the order
// of Show: views given later are drawn as usual.
func (s *Screen) Forget() { s.ask(s.forget, false) }

func (s *Screen) ask(do func(), view bool) {
	w := &s.waiting
	w.mu.Lock()
	w.todo = append(w.todo, do)
	if view {
		select {
		case w.came <- struct{}{}:
		default:
		}
	}
	w.mu.Unlock()
	fyne.Do(s.catchUp)
}

// catchUp does what was asked, on the toolkit's goroutine.
func (s *Screen) catchUp() {
	w := &s.waiting
	w.mu.Lock()
	todo := w.todo
	w.todo = nil
	select {
	case <-w.came:
	default:
	}
	w.mu.Unlock()
	for _, do := range todo {
		do()
	}
}

// Await gives what a touch led to a moment to arrive and lays it out, on the
// toolkit's goroutine. The toolkit paints after it has handed out the touches, and
// then not again for a sixtieth of a second: an answer that is there by then
// stands on the screen that much earlier.
func (s *Screen) Await(limit time.Duration) {
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-s.waiting.came:
		s.catchUp()
	case <-late.C:
	}
}
