package idcard

import (
	"context"
	"sync"
	"time"

	"lintai/hw"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
)

// Mode is how far a Reader may go.
type Mode int

const (
	// Off: no card is looked for.
	Off Mode = iota
	// Notice: a card is found, and nothing is read from it.
	Notice
	// Read: a card that is found is read.
	Read
)

// Event is what happened on the reader: Present, Card, Failed or Lifted.
type Event interface{ event() }

// Present: a card was laid on the reader.
type Present struct{}

// Failed: a card is there, or was, and could not be read.
type Failed struct{ Code fault.Code }

// Lifted: the card was taken away, or the reader was lost with it.
type Lifted struct{}

func (Present) event() {}
func (Card) event()    {}
func (Failed) event()  {}
func (Lifted) event()  {}

const (
	defaultPoll = 300 * time.Millisecond
	// attempts is how often a card that is there is tried before it has failed.
	attempts = 3
	// liftedAfter is the number of finds in a row without a card after which it
	// is gone. One such find happens with a card at rest.
	liftedAfter = 2
	// muteLimit is how often a reader that does not know appended addresses may
	// keep a resident waiting before it is asked for none any more.
	muteLimit = 2
)

// Config says which reader and who listens.
type Config struct {
	// OpenPort opens the reader's line; see On.
	OpenPort func() (serialport.Port, error)
	// Poll is the time between two looks for a card while one is asked for; 0 is
	// 300 ms. NoticePoll is that time in mode Notice, where nobody waits; 0 is
	// Poll.
	Poll, NoticePoll time.Duration
	// OnEvent is called for each event, one at a time, and should return soon.
	// It may call SetMode.
	OnEvent func(Event)
	// Clock is the system's when nil.
	Clock hw.Clock
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

// Reader is the terminal's card reader through all its openings. hw/supervise
// opens it; its mode outlives each opening.
type Reader struct {
	config Config

	mu      sync.Mutex
	mode    Mode
	asked   int // counts calls of SetMode that changed the mode
	current *opening
}

// New makes a reader in mode Off.
func New(c Config) *Reader {
	if c.Poll <= 0 {
		c.Poll = defaultPoll
	}
	if c.NoticePoll <= 0 {
		c.NoticePoll = c.Poll
	}
	if c.OnEvent == nil {
		c.OnEvent = func(Event) {}
	}
	if c.Clock == nil {
		c.Clock = hw.SystemClock{}
	}
	return &Reader{config: c}
}

// SetMode says how far the reader may go from now on. It returns at once. A card
// whose reading is under way when the mode changes is not delivered.
func (r *Reader) SetMode(m Mode) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mode == m {
		return
	}
	r.mode = m
	r.asked++
	if r.current != nil {
		select {
		case r.current.wake <- struct{}{}:
		default:
		}
	}
}

func (r *Reader) ask() (m Mode, asked int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mode, r.asked
}

// Open is an hw.Opener.
func (r *Reader) Open(ctx context.Context, tell func(hw.Report)) (hw.Device, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	port, err := r.config.OpenPort()
	if err != nil {
		return nil, err
	}
	o := &opening{
		reader: r,
		talk:   conversation{port: port},
		tell:   tell,
		wake:   make(chan struct{}, 1),
		probes: make(chan chan<- answer),
		stop:   make(chan struct{}),
		done:   make(chan struct{}),
	}
	r.mu.Lock()
	r.current = o
	r.mu.Unlock()
	go o.run()
	return o, nil
}

// answer is what a probe brought.
type answer struct {
	report hw.Report
	err    error
}

// opening is the reader from the moment its port is open until it is lost. Its
// goroutine alone talks on the port.
type opening struct {
	reader *Reader
	talk   conversation
	tell   func(hw.Report)

	wake   chan struct{}
	probes chan chan<- answer
	once   sync.Once
	stop   chan struct{} // closed by Close
	done   chan struct{} // closed when the goroutine has ended
	err    error         // why; written before done is closed

	card cardState

	module   string // number of the security module
	moduleOK bool   // it was asked for it, whether it told or not
	mute     int    // questions for an appended address in a row that it left open
}

// cardState is what is known of the card that lies on the reader.
type cardState struct {
	present bool
	misses  int        // finds in a row without it
	settled bool       // it was read, or has failed: left alone until lifted
	tries   int        // attempts to read it that failed
	code    fault.Code // of the last one
}

func (o *opening) run() {
	defer close(o.done)
	defer o.talk.wipe()
	defer o.talk.port.Close()
	clock := o.reader.config.Clock
	var next <-chan time.Time
	mode, asked := o.reader.ask()
	for {
		if mode != Off && next == nil {
			poll := o.reader.config.Poll
			if mode == Notice {
				poll = o.reader.config.NoticePoll
			}
			next = clock.After(poll)
		}
		select {
		case <-o.stop:
			o.err = serialport.ErrClosed
			o.gone()
			return
		case reply := <-o.probes:
			report, err := o.status()
			reply <- answer{report, err}
			if o.err = broken(err); o.err != nil {
				o.gone()
				return
			}
		case <-o.wake:
		case <-next:
			next = nil
			if o.err = broken(o.look(mode, asked)); o.err != nil {
				o.gone()
				return
			}
		}
		if m, a := o.reader.ask(); a != asked {
			// Another screen asks: a card that lies there is looked at afresh,
			// and at once.
			// That it lies there is not forgotten while nobody looks: a card left
			// behind must not wake the terminal for ever.
			o.card.settled, o.card.tries = false, 0
			mode, asked = m, a
			next = nil
			if mode != Off {
				next = clock.After(0)
			}
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

// status asks the security module how it is, and once who it is.
func (o *opening) status() (hw.Report, error) {
	reply, err := o.talk.ask(CommandStatus)
	if err != nil {
		return hw.Report{}, err
	}
	if !o.moduleOK && reply.Status.Fault() == fault.None {
		// Some readers do not tell, and need not.
		id, err := o.talk.ask(CommandModuleID)
		if broken(err) != nil {
			return hw.Report{}, err
		}
		if err == nil && id.Status.Code() == StatusOK {
			o.module = FormatModuleID(id.Data)
		}
		o.moduleOK = true
	}
	return o.report(reply.Status), nil
}

// report is what a status says about the reader, and which reader it is.
func (o *opening) report(s Status) hw.Report {
	r := hw.Report{}
	if s.Fault() != fault.None {
		r = hw.Report{Code: s.Fault(), Unusable: true, Detail: s.String()}
	}
	if o.module != "" {
		if r.Detail != "" {
			r.Detail += "; "
		}
		r.Detail += "module " + o.module
	}
	return r
}

// look looks for a card once, and reads it when that is asked for. The error is
// the port's.
func (o *opening) look(mode Mode, asked int) error {
	reply, err := o.talk.ask(CommandFind)
	if err != nil {
		return err
	}
	if reply.Status.Fatal() {
		o.tell(o.report(reply.Status))
		return nil
	}
	if reply.Status.Code() != StatusFound {
		o.missed()
		return nil
	}
	o.card.misses = 0
	if !o.card.present {
		o.card = cardState{present: true}
		o.emit(asked, Present{})
	}
	if mode != Read || o.card.settled {
		return nil
	}
	card, code, err := o.read()
	switch {
	case err != nil && broken(err) != nil:
		return err
	case code == fault.None:
		o.card.settled = true
		o.emit(asked, card)
	default:
		o.card.tries++
		o.card.code = code
		if o.card.tries == attempts {
			o.card.settled = true
			o.emit(asked, Failed{code})
		}
	}
	return nil
}

// read selects and reads the card that was found. code tells why it could not
// be read; err is set as well when no whole answer came.
func (o *opening) read() (card Card, code fault.Code, err error) {
	defer o.talk.wipe()
	for _, cmd := range []Command{CommandSelect, CommandRead} {
		reply, err := o.talk.ask(cmd)
		if err != nil {
			return Card{}, hw.FaultOf(err), err
		}
		if reply.Status.Fatal() {
			o.tell(o.report(reply.Status))
		}
		if reply.Status.Code() != StatusOK {
			if code = reply.Status.Fault(); code == fault.None {
				code = fault.CardUnreadable
			}
			return Card{}, code, nil
		}
		if cmd != CommandRead {
			continue
		}
		sections, err := Split(reply.Data, false)
		if err == nil {
			card, err = Parse(sections.Text)
		}
		if err != nil {
			// The checksum was right: it is the card that cannot be understood.
			return Card{}, fault.CardUnreadable, nil
		}
	}
	card.AppendedAddress = o.appended(card.Kind)
	return card, fault.None, nil
}

// appended reads the address that was added to a card after its issue. A card that has
// none, or does not tell, is as good without: what stops here is found out by the next
// question.
func (o *opening) appended(k Kind) string {
	if k != Resident && k != Permit || o.mute >= muteLimit {
		return ""
	}
	reply, err := o.talk.ask(CommandReadAddress)
	if hw.FaultOf(err) == fault.NoAnswer {
		o.mute++
	} else {
		o.mute = 0
	}
	if err != nil || reply.Status.Code() != StatusOK {
		return ""
	}
	return ParseAddress(reply.Data)
}

// missed takes note of a find without a card.
func (o *opening) missed() {
	if !o.card.present {
		return
	}
	if o.card.misses++; o.card.misses >= liftedAfter {
		o.gone()
	}
}

// gone ends the presence of a card: lifted, or lost with the reader. One that
// was taken before it could be read has failed; its owner waits for a word.
func (o *opening) gone() {
	was := o.card
	o.card = cardState{}
	if !was.present {
		return
	}
	_, asked := o.reader.ask()
	if was.tries > 0 && !was.settled {
		o.emit(asked, Failed{was.code})
	}
	o.emit(asked, Lifted{})
}

// emit delivers an event unless somebody has changed the mode meanwhile: what
// was read for one screen is not for the next.
func (o *opening) emit(asked int, e Event) {
	if _, now := o.reader.ask(); now == asked {
		o.reader.config.OnEvent(e)
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
	o.talk.port.Close() // ends a wait for an answer
	<-o.done
	return nil
}
