package scanner

import (
	"context"
	"errors"
	"fmt"
	"sync"
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

// Protocol is how a scanner is spoken to.
type Protocol string

const (
	// Line: not at all. A scanner that types lines.
	Line Protocol = "line"
	// GM65: in the command mode of GM65 modules.
	GM65 Protocol = "gm65"
)

// Mode is when a GM65 looks for a code, as its own flags have it. A scanner in line
// mode does what it was set up for.
type Mode byte

const (
	// OnCommand: only when Trigger is called.
	OnCommand Mode = 1
	// Continuous: always.
	Continuous Mode = 2
	// Induction: when something moves before it.
	Induction Mode = 3
)

func (m Mode) String() string {
	switch m {
	case OnCommand:
		return "on command"
	case Continuous:
		return "continuous"
	case Induction:
		return "induction"
	}
	return "by hand"
}

// Config says which scanner and who listens.
type Config struct {
	// OpenPort opens the scanner's line; see On.
	OpenPort func() (serialport.Port, error)
	// Protocol is Line when empty.
	Protocol Protocol
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
// it; its mode outlives each opening.
type Scanner struct {
	config Config

	mu      sync.Mutex
	mode    Mode
	current *module // of the last opening; nil in line mode
}

// New makes a scanner in mode Induction.
func New(c Config) *Scanner {
	if c.OnCode == nil {
		c.OnCode = func(string) {}
	}
	return &Scanner{config: c, mode: Induction}
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
	o := &opening{port: port, done: make(chan struct{})}
	switch s.config.Protocol {
	case Line, "":
		o.stream = &typed{onCode: s.config.OnCode}
	case GM65:
		m := newModule(s, port, o.done)
		o.stream, o.module = m, m
		s.mu.Lock()
		s.current = m
		s.mu.Unlock()
		o.running.Go(m.talk)
	default:
		port.Close()
		return nil, fmt.Errorf("scanner: no protocol %q", s.config.Protocol)
	}
	o.running.Go(o.run)
	return o, nil
}

// SetMode says when the scanner looks for a code from now on. It returns at once.
func (s *Scanner) SetMode(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = m
	if s.current != nil {
		s.current.do(taskMode)
	}
}

// Trigger has a scanner in mode OnCommand look once. It returns at once.
func (s *Scanner) Trigger() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		s.current.do(taskTrigger)
	}
}

func (s *Scanner) wanted() Mode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

// stream makes sense of what a scanner sends.
type stream interface {
	take(b byte)
	open() bool // something has begun and not ended
	end()       // a pause
}

// typed is the stream of a scanner in line mode.
type typed struct {
	lines  Splitter
	onCode func(string)
}

func (t *typed) take(b byte) {
	if code, ok := t.lines.Add(b); ok {
		t.onCode(code)
	}
}

func (t *typed) open() bool { return t.lines.Open() }

func (t *typed) end() {
	if code, ok := t.lines.End(); ok {
		t.onCode(code)
	}
}

// opening is the scanner from the moment its port is open until it is lost.
type opening struct {
	port    serialport.Port
	stream  stream
	module  *module // nil in line mode
	running sync.WaitGroup
	done    chan struct{}
	err     error // written before done is closed
}

func (o *opening) run() {
	defer close(o.done)
	defer o.port.Close()
	var buffer [256]byte
	for {
		wait := watch
		if o.stream.open() {
			wait = pause
		}
		n, err := o.port.Read(buffer[:], wait)
		for _, b := range buffer[:n] {
			o.stream.take(b)
		}
		clear(buffer[:n])
		if errors.Is(err, serialport.ErrTimeout) {
			o.stream.end()
		} else if err != nil {
			o.err = err
			return
		}
	}
}

// Probe is described at hw.Device. A scanner in line mode cannot be asked: well
// means that its port is there, which the reading goroutine knows at once.
func (o *opening) Probe(ctx context.Context) (hw.Report, error) {
	if err := o.Err(); err != nil || o.module == nil {
		return hw.Report{}, err
	}
	return o.module.probe(ctx)
}

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
	o.running.Wait()
	return nil
}
