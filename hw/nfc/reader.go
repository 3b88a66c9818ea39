package nfc

import (
	"context"
	"sync"
	"time"

	"lintai/hw"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
)

// Chip finds tags. One goroutine asks it; Close may be called by anybody.
type Chip interface {
	// Identify asks the chip what it is, and tells it in a technician's words.
	Identify() (string, error)
	// Look looks once for a tag, and does not wait for one: it returns within a
	// few seconds also when the chip does not answer.
	Look() (t Token, found bool, err error)
	// Close ends what the chip does, also a Look under way, and frees its port.
	// It may be called twice.
	Close() error
}

// Event is what happened on the reader: Present or Lifted.
type Event interface{ event() }

// Present: a tag was laid on the reader.
type Present struct{ Token Token }

// Lifted: the tag was taken away, or the reader was lost with it.
type Lifted struct{}

func (Present) event() {}
func (Lifted) event()  {}

const (
	defaultPoll = 250 * time.Millisecond
	// liftedAfter is the number of looks in a row that did not find the tag after
	// which it is gone. One such look happens with a tag at rest.
	liftedAfter = 2
)

// Config says which reader and who listens.
type Config struct {
	// OpenChip opens the chip's port; see OnSerial and OnSPI.
	OpenChip func() (Chip, error)
	// Poll is the time between two looks for a tag; 0 is 250 ms.
	Poll time.Duration
	// OnEvent is called for each event, one at a time, and should return soon.
	// Present and Lifted take turns, Present first.
	OnEvent func(Event)
	// Clock is the system's when nil.
	Clock hw.Clock
}

// Reader is the terminal's tag reader through all its openings. hw/supervise opens
// it.
type Reader struct{ config Config }

// New makes a reader.
func New(c Config) *Reader {
	if c.Poll <= 0 {
		c.Poll = defaultPoll
	}
	if c.OnEvent == nil {
		c.OnEvent = func(Event) {}
	}
	if c.Clock == nil {
		c.Clock = hw.SystemClock{}
	}
	return &Reader{c}
}

// Open is an hw.Opener.
func (r *Reader) Open(ctx context.Context, _ func(hw.Report)) (hw.Device, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	chip, err := r.config.OpenChip()
	if err != nil {
		return nil, err
	}
	o := &opening{
		config: r.config,
		chip:   chip,
		probes: make(chan chan<- answer),
		stop:   make(chan struct{}),
		done:   make(chan struct{}),
	}
	go o.run()
	return o, nil
}

// answer is what a probe brought.
type answer struct {
	report hw.Report
	err    error
}

// opening is the reader from the moment its port is open until it is lost. Its
// goroutine alone talks to the chip.
type opening struct {
	config Config
	chip   Chip

	probes chan chan<- answer
	once   sync.Once
	stop   chan struct{} // closed by Close
	done   chan struct{} // closed when the goroutine has ended
	err    error         // why; written before done is closed

	lying  Token // the tag on the reader, zero when there is none
	misses int   // looks in a row that did not find it
}

func (o *opening) run() {
	defer close(o.done)
	defer o.gone()
	defer o.chip.Close()
	var next <-chan time.Time // nil until the chip has answered once
	for {
		select {
		case <-o.stop:
			o.err = serialport.ErrClosed
			return
		case reply := <-o.probes:
			detail, err := o.chip.Identify()
			reply <- answer{hw.Report{Detail: detail}, err}
			if o.err = broken(err); o.err != nil {
				return
			}
			if err == nil && next == nil {
				next = o.config.Clock.After(0)
			}
		case <-next:
			if o.err = broken(o.look()); o.err != nil {
				return
			}
			next = o.config.Clock.After(o.config.Poll)
		}
	}
}

// broken keeps the errors after which the port is of no more use. Silence and
// damage are not among them: the supervisor counts those.
func broken(err error) error {
	if err == nil || hw.FaultOf(err) == fault.NoAnswer || hw.FaultOf(err) == fault.BadChecksum {
		return nil
	}
	return err
}

// look looks for a tag once. A look that failed says nothing about the tag.
func (o *opening) look() error {
	token, found, err := o.chip.Look()
	switch {
	case err != nil:
		return err
	case !found:
		if o.misses++; o.misses >= liftedAfter {
			o.gone()
		}
	case o.lying.IsZero():
		o.lay(token)
	case token == o.lying || sameVisit(token, o.lying):
		o.misses = 0
	default:
		o.gone()
		o.lay(token)
	}
	return nil
}

// sameVisit tells whether two tokens that were seen one right after the other can
// be one tag that names itself anew each time it is asked.
func sameVisit(a, b Token) bool { return !a.Lasting() && !b.Lasting() && a.Type() == b.Type() }

func (o *opening) lay(t Token) {
	o.lying, o.misses = t, 0
	o.config.OnEvent(Present{t})
}

// gone ends the presence of a tag, if there is one.
func (o *opening) gone() {
	was := o.lying
	o.lying, o.misses = Token{}, 0
	if !was.IsZero() {
		o.config.OnEvent(Lifted{})
	}
}

// Probe is described at hw.Device.
func (o *opening) Probe(ctx context.Context) (hw.Report, error) {
	reply := make(chan answer, 1)
	select {
	case o.probes <- reply:
	case <-o.done:
		return hw.Report{}, o.err
	case <-ctx.Done():
		return hw.Report{}, ctx.Err()
	}
	select {
	case a := <-reply:
		return a.report, a.err
	case <-ctx.Done():
		return hw.Report{}, ctx.Err()
	}
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
	o.once.Do(func() { close(o.stop) })
	o.chip.Close() // ends a wait for an answer
	<-o.done
	return nil
}
