package button

import (
	"context"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/host/v3"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// Options says which pins.
type Options struct {
	// Pin is the button's pin and Light the ring's, by the names that periph
	// knows, e.g. "GPIO17". Light may be empty: a button without a ring.
	Pin, Light string
	// OnEvent is called from Run's goroutine and should return soon.
	OnEvent func(Event)
	// OnHealth is called with each change of health; it may be nil.
	OnHealth func(hw.Health)
}

const (
	// wake is the longest that the driver sleeps. It bounds how long the end of
	// the program waits, and what an edge that the kernel lost can cost.
	wake = 200 * time.Millisecond
	// lookAgain is the time between two looks for a pin that is not there.
	lookAgain = 5 * time.Second
)

// Button is the button with its ring, whether the pins are there or not.
type Button struct {
	options Options
	light   *ring

	mu     sync.Mutex
	health hw.Health
}

// New makes a button; Run starts it.
func New(o Options) *Button {
	if o.OnEvent == nil {
		o.OnEvent = func(Event) {}
	}
	if o.OnHealth == nil {
		o.OnHealth = func(hw.Health) {}
	}
	return &Button{options: o, light: newRing(), health: hw.Health{State: hw.Absent, Since: time.Now()}}
}

// Show sets how the ring shines. It returns at once, also when there is no ring.
func (b *Button) Show(p Pattern) { b.light.show(p) }

// Health tells what is known now.
func (b *Button) Health() hw.Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.health
}

// Run watches the button until ctx ends, and returns with the ring dark.
func (b *Button) Run(ctx context.Context) {
	for ctx.Err() == nil {
		err := b.watch(ctx)
		if ctx.Err() != nil {
			return
		}
		state := hw.Fault
		if hw.FaultOf(err) == fault.Unplugged {
			state = hw.Absent
		}
		b.publish(state, hw.FaultOf(err), err.Error())
		select {
		case <-ctx.Done():
		case <-time.After(lookAgain):
		}
	}
}

// findPin looks a pin up; the first time that one is missing, the machine's own
// pins are searched for.
func findPin(name string) (gpio.PinIO, error) {
	if p := gpioreg.ByName(name); p != nil {
		return p, nil
	}
	// Init does its work once and is cheap after that.
	if _, err := host.Init(); err != nil {
		return nil, &hw.Error{Code: fault.Unplugged, Text: fmt.Sprintf("button: no pins on this machine: %v", err)}
	}
	if p := gpioreg.ByName(name); p != nil {
		return p, nil
	}
	return nil, &hw.Error{Code: fault.Unplugged, Text: "button: this machine has no pin " + name}
}

// watch follows the button's pin until ctx ends or the pin cannot be used.
func (b *Button) watch(ctx context.Context) error {
	pin, err := findPin(b.options.Pin)
	if err != nil {
		return err
	}
	if err := pin.In(gpio.PullUp, gpio.BothEdges); err != nil {
		// There is a resistor on the board as well; a pin without one of its own
		// will do.
		if err := pin.In(gpio.PullNoChange, gpio.BothEdges); err != nil {
			return fmt.Errorf("button: pin %s: %w", b.options.Pin, err)
		}
	}
	// The first look comes before "ready": from then on a press is a press, and
	// not a contact that was closed from the start.
	var d Debounce
	d.Step(pin.Read() == gpio.Low, time.Now())
	dark := b.lightUp(ctx)
	defer dark()
	for ctx.Err() == nil {
		now := time.Now()
		for _, e := range d.Step(pin.Read() == gpio.Low, now) {
			b.happened(e)
		}
		wait := wake
		if next, ok := d.Next(); ok {
			wait = min(wait, next.Sub(now))
		}
		// Never 0, which waits for ever. That an edge came is no news: the
		// level is read again either way.
		pin.WaitForEdge(max(wait, time.Millisecond))
	}
	return ctx.Err()
}

// happened passes an event on, with what it says about the button's health.
func (b *Button) happened(e Event) {
	switch e {
	case Stuck:
		b.publish(hw.Fault, fault.ButtonStuck, "held for half a minute")
	case Healed:
		b.publish(hw.Ready, fault.None, "")
	}
	b.options.OnEvent(e)
}

// lightUp starts the ring and says that the button is ready. The function that it
// returns puts the ring out.
func (b *Button) lightUp(ctx context.Context) (dark func()) {
	if b.options.Light == "" {
		b.publish(hw.Ready, fault.None, "")
		return func() {}
	}
	out, err := findPin(b.options.Light)
	if err == nil {
		err = out.Out(gpio.Low)
	}
	if err != nil {
		// A button without light still calls.
		b.publish(hw.Degraded, fault.DeviceFailed, fmt.Sprintf("no light on pin %s: %v", b.options.Light, err))
		return func() {}
	}
	b.publish(hw.Ready, fault.None, "")
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.light.run(ctx, out)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// publish changes the health and tells it when it is news.
func (b *Button) publish(state hw.State, code fault.Code, detail string) {
	b.mu.Lock()
	h := &b.health
	now := time.Now()
	if code == fault.None {
		h.LastOK = now
	}
	if h.State == state && h.Code == code && h.Detail == detail {
		b.mu.Unlock()
		return
	}
	if h.Code != code || h.State.Usable() != state.Usable() {
		h.Since = now
	}
	h.State, h.Code, h.Detail, h.Severity = state, code, detail, 0
	if entry, ok := fault.Find(code); ok {
		h.Severity = entry.Severity
	}
	told := *h
	b.mu.Unlock()
	b.options.OnHealth(told)
}
