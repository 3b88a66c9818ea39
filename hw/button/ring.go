package button

import (
	"context"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Pattern is how the ring around the button shines.
type Pattern int

const (
	// Off: nobody called.
	Off Pattern = iota
	// Calling blinks: a call is on its way.
	Calling
	// Answered is steady: staff have answered.
	Answered
)

// blink is the time on, and the time off, of Calling: one flash a second.
const blink = 500 * time.Millisecond

// ring drives the pin of the light from one goroutine.
type ring struct {
	mu      sync.Mutex
	pattern Pattern
	changed chan struct{} // holds a token while the pattern is news
}

func newRing() *ring { return &ring{changed: make(chan struct{}, 1)} }

func (r *ring) show(p Pattern) {
	r.mu.Lock()
	same := r.pattern == p
	r.pattern = p
	r.mu.Unlock()
	if same {
		return // a blinking ring goes on blinking
	}
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// run shines until ctx ends, and leaves the ring dark.
func (r *ring) run(ctx context.Context, out gpio.PinOut) {
	// After the first success periph says errors may be ignored; a ring that
	// does not shine is seen by everybody.
	defer func() { _ = out.Out(gpio.Low) }()
	for {
		r.mu.Lock()
		p := r.pattern
		r.mu.Unlock()
		if !r.shine(ctx, out, p) {
			return
		}
	}
}

// shine shows one pattern until it is changed; false when ctx ended.
func (r *ring) shine(ctx context.Context, out gpio.PinOut, p Pattern) bool {
	var turn <-chan time.Time
	if p == Calling {
		ticker := time.NewTicker(blink)
		defer ticker.Stop()
		turn = ticker.C
	}
	on := p != Off
	for {
		_ = out.Out(gpio.Level(on))
		select {
		case <-ctx.Done():
			return false
		case <-r.changed:
			return true
		case <-turn:
			on = !on
		}
	}
}
