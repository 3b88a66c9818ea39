package main

import (
	"context"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.3/glfw"

	"lintai/kiosk/visit"
	"lintai/ui"
)

// doze shows views, and lets the toolkit's loop sleep while nobody is there.
//
// The loop looks for events sixty times a second, which costs a Pi more than all
// devices together. On the start screen it is therefore given a task that waits
// for the next event itself: a touch ends it at once, and so does a new view.
// During a visit the loop runs as it is made.
type doze struct {
	screen *ui.Screen
	idle   atomic.Bool
	wake   chan struct{} // holds a token when idle may have become true
}

const (
	// asleep bounds one wait for an event: what is asked of the toolkit from
	// outside a view, such as its end, waits no longer than this.
	asleep = 250 * time.Millisecond
	// awake is how long the loop then runs by itself: two of its rounds, enough
	// to draw what a new view changed.
	awake = 40 * time.Millisecond
)

func newDoze(screen *ui.Screen) *doze { return &doze{screen: screen, wake: make(chan struct{}, 1)} }

// Show is terminal.Display.
func (d *doze) Show(v visit.View) {
	d.screen.Show(v)
	d.idle.Store(v.Screen == visit.ScreenStart)
	select {
	case d.wake <- struct{}{}:
	default:
	}
	rouse()
}

// Forget is terminal.Display.
func (d *doze) Forget() {
	d.screen.Forget()
	rouse()
}

// run puts the loop to sleep whenever it may, until the context ends.
func (d *doze) run(ctx context.Context) {
	slept := make(chan struct{}, 1)
	for {
		if !d.idle.Load() {
			select {
			case <-ctx.Done():
				return
			case <-d.wake:
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(awake):
		}
		fyne.Do(func() {
			defer func() {
				whileOpen(recover())
				slept <- struct{}{}
			}()
			if d.idle.Load() && ctx.Err() == nil {
				glfw.WaitEventsTimeout(asleep.Seconds())
			}
		})
		select {
		case <-ctx.Done():
			return
		case <-slept:
		}
	}
}

// rouse ends a wait for events, from any goroutine.
func rouse() {
	defer func() { whileOpen(recover()) }()
	glfw.PostEmptyEvent()
}

// whileOpen lets pass what glfw says to those who call it a moment after the
// window was closed; there is nothing left to wake then.
func whileOpen(panicked any) {
	const notInitialized glfw.ErrorCode = 0x00010001 // GLFW_NOT_INITIALIZED
	if e, ok := panicked.(*glfw.Error); ok && e.Code == notInitialized {
		return
	}
	if panicked != nil {
		panic(panicked)
	}
}
