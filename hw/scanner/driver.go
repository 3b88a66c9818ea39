package scanner

import (
	"context"
	"errors"
	"time"

	"lintai/hw"
	"lintai/hw/serialport"
)

const (
	// pause ends a code that has no tail.
	pause = 100 * time.Millisecond
	// watch is how long a wait for the first byte of a code is; only Close and
	// a loss need to end it sooner, and do.
	watch = time.Minute
)

// Config says which scanner and who listens.
type Config struct {
	// OpenPort opens the scanner's line; see On.
	OpenPort func() (serialport.Port, error)
	// OnCode is called for each code, one at a time, and should return soon.
	OnCode func(code string)
}

// On makes OpenPort for a serial line.
func On(s serialport.Settings) func() (serialport.Port, error) {
	return func() (serialport.Port, error) {
		line, err := serialport.Open(s)
		if err != nil {
			return nil, err
		}
		return line, nil
	}
}

// Scanner is the terminal's scanner through all its openings. hw/supervise opens
// it.
type Scanner struct{ config Config }

// New makes a scanner.
func New(c Config) *Scanner {
	if c.OnCode == nil {
		c.OnCode = func(string) {}
	}
	return &Scanner{c}
}

// Open is an hw.Opener.
func (s *Scanner) Open(ctx context.Context, _ func(hw.Report)) (hw.Device, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	port, err := s.config.OpenPort()
	if err != nil {
		return nil, err
	}
	o := &opening{port: port, onCode: s.config.OnCode, done: make(chan struct{})}
	go o.run()
	return o, nil
}

// opening is the scanner from the moment its port is open until it is lost.
type opening struct {
	port   serialport.Port
	onCode func(string)
	done   chan struct{}
	err    error // written before done is closed
}

func (o *opening) run() {
	defer close(o.done)
	defer o.port.Close()
	var lines Splitter
	var buffer [256]byte
	for {
		wait := watch
		if lines.Open() {
			wait = pause
		}
		n, err := o.port.Read(buffer[:], wait)
		for _, b := range buffer[:n] {
			if code, ok := lines.Add(b); ok {
				o.onCode(code)
			}
		}
		clear(buffer[:n])
		if errors.Is(err, serialport.ErrTimeout) {
			if code, ok := lines.End(); ok {
				o.onCode(code)
			}
		} else if err != nil {
			o.err = err
			return
		}
	}
}

// Probe is described at hw.Device. A scanner in line mode cannot be asked: well
// means that its port is there, which the reading goroutine knows at once.
func (o *opening) Probe(context.Context) (hw.Report, error) { return hw.Report{}, o.Err() }

// Done is described at hw.Device.
func (o *opening) Done() <-chan struct{} { return o.done }

// Err is described at hw.Device.
func (o *opening) Err() error {
	select {
	case <-o.done:
		return o.err
	default:
		return nil
	}
}

// Close is described at hw.Device.
func (o *opening) Close() error {
	o.port.Close()
	<-o.done
	return nil
}
