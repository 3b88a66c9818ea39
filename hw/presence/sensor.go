package presence

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/host/v3"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// wake is the longest that the driver sleeps. It bounds how long Close waits, and what
// an edge that the kernel lost can cost.
const wake = 200 * time.Millisecond

// Config says which pin and who listens.
type Config struct {
	// Pin is the sensor's pin by the name that periph knows, e.g. "GPIO22".
	Pin string
	// Active is the pin's level when the sensor sees somebody.
	Active gpio.Level
	// OnChange is called with each change, one at a time, and should return soon.
	OnChange func(here bool)
}

// Sensor is the sensor through all its openings. hw/supervise opens it.
type Sensor struct{ config Config }

// New makes a sensor.
func New(c Config) *Sensor {
	if c.OnChange == nil {
		c.OnChange = func(bool) {}
	}
	return &Sensor{c}
}

// Open is an hw.Opener. A pin that this machine does not have is an unplugged sensor;
// whether one hangs at a pin that is there cannot be told.
func (s *Sensor) Open(ctx context.Context, _ func(hw.Report)) (hw.Device, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pin, err := find(s.config.Pin)
	if err != nil {
		return nil, err
	}
	// Pulled to where nobody is seen: a wire that is off sees nobody.
	pull := gpio.PullDown
	if s.config.Active == gpio.Low {
		pull = gpio.PullUp
	}
	if err := pin.In(pull, gpio.BothEdges); err != nil {
		if err := pin.In(gpio.PullNoChange, gpio.BothEdges); err != nil {
			return nil, fmt.Errorf("presence: pin %s: %w", s.config.Pin, err)
		}
	}
	o := &opening{sensor: s, pin: pin, stop: make(chan struct{}), done: make(chan struct{})}
	go o.run()
	return o, nil
}

// find looks a pin up; the first time that one is missing, the machine's own pins are
// searched for.
func find(name string) (gpio.PinIO, error) {
	if p := gpioreg.ByName(name); p != nil {
		return p, nil
	}
	// Init does its work once and is cheap after that.
	_, err := host.Init()
	if p := gpioreg.ByName(name); p != nil {
		return p, nil
	}
	text := "presence: this machine has no pin " + name
	if err != nil {
		text += ": " + err.Error()
	}
	return nil, &hw.Error{Code: fault.Unplugged, Text: text}
}

var errClosed = errors.New("presence: closed")

// opening is the sensor while its pin is in use.
type opening struct {
	sensor *Sensor
	pin    gpio.PinIO
	once   sync.Once
	stop   chan struct{} // closed by Close
	done   chan struct{} // closed when the goroutine has ended
}

func (o *opening) run() {
	defer close(o.done)
	var h Hold
	for {
		select {
		case <-o.stop:
			if h.Here() {
				o.sensor.config.OnChange(false)
			}
			return
		default:
		}
		now := time.Now()
		if h.Step(o.pin.Read() == o.sensor.config.Active, now) {
			o.sensor.config.OnChange(h.Here())
		}
		wait := wake
		if next, ok := h.Next(); ok {
			wait = min(wait, next.Sub(now))
		}
		// Never 0, which waits for ever. That an edge came is no news: the level is
		// read again either way.
		o.pin.WaitForEdge(max(wait, time.Millisecond))
	}
}

// Probe is described at hw.Device. A pin cannot be asked.
func (o *opening) Probe(context.Context) (hw.Report, error) { return hw.Report{}, o.Err() }

// Done is described at hw.Device.
func (o *opening) Done() <-chan struct{} { return o.done }

// Err is described at hw.Device.
func (o *opening) Err() error {
	select {
	case <-o.done:
		return errClosed
	default:
		return nil
	}
}

// Close is described at hw.Device.
func (o *opening) Close() error {
	o.once.Do(func() { close(o.stop) })
	<-o.done
	return nil
}
