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

// doze shows views, and lets the toolkit's loop sleep while nothing happens.
//
// The loop looks for events sixty times a second, which costs a Pi more than all
// devices together. It is therefore given a task that waits for the next event
// itself: a touch ends it at once, and so does a new view. That answers a touch
// sooner too, because nobody has to look for it.
type doze struct {
	screen  *ui.Screen
	last    atomic.Pointer[shown]
	stirred atomic.Pointer[time.Time] // when an event last ended a wait
}

// shown is what the last view was, and when it came.
type shown struct {
	start bool
	at    time.Time
	since time.Time // when the first of the start screens in a row came
}

const (
	// asleep bounds one wait for an event, for what nobody thought of here.
	asleep = 2 * time.Second
	// awake is how long the loop then runs by itself: two of its rounds.
	awake = 40 * time.Millisecond
	// settle is how long it runs by itself after the start screen came, until that is
	// drawn also where drawing is slow: the screen of who has just left must go at
	// once.
	settle = time.Second
	// still is how long nothing must have happened in a visit: longer than what a
	// touch leaves behind it in package kit, such as the end of a press.
	still = 450 * time.Millisecond
)

func newDoze(screen *ui.Screen) *doze { return &doze{screen: screen} }

// Show is terminal.Display.
func (d *doze) Show(v visit.View) {
	d.screen.Show(v)
	now := time.Now()
	next := &shown{start: v.Screen == visit.ScreenStart, at: now, since: now}
	if last := d.last.Load(); last != nil && last.start && next.start {
		next.since = last.since
	}
	d.last.Store(next)
	rouse()
}

// Forget is terminal.Display.
func (d *doze) Forget() {
	d.screen.Forget()
	rouse()
}

// run puts the loop to sleep whenever it may, until the context ends.
func (d *doze) run(ctx context.Context) {
	defer rouse() // the end is not slept through
	slept := make(chan struct{}, 1)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(awake):
		}
		if !d.idle() {
			continue
		}
		fyne.Do(func() {
			defer func() {
				whileOpen(recover())
				slept <- struct{}{}
			}()
			if d.idle() && ctx.Err() == nil {
				began := time.Now()
				glfw.WaitEventsTimeout(asleep.Seconds())
				if woken := time.Now(); woken.Sub(began) < asleep {
					d.stirred.Store(&woken)
				}
			}
		})
		select {
		case <-ctx.Done():
			return
		case <-slept:
		}
	}
}

// idle tells that what stands there is drawn, and that nothing happens.
func (d *doze) idle() bool {
	last := d.last.Load()
	switch {
	case last == nil:
		return false
	case last.start:
		return time.Since(last.at) >= settle
	}
	stirred := d.stirred.Load()
	return time.Since(last.at) >= still && (stirred == nil || time.Since(*stirred) >= still)
}

// quiet tells that nobody was there for so long.
func (d *doze) quiet(long time.Duration) bool {
	last := d.last.Load()
	return last != nil && last.start && time.Since(last.since) >= long
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
