package emulate

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"
)

// Printer is a thermal printer. It has mains power of its own: pulling its cable
// takes away neither the bytes that it holds nor the half of a slip that stands
// on its paper.
//
// Real-time questions are seen as their bytes arrive, wherever they stand;
// everything else is worked through in turn by a goroutine that stops when paper
// is out or the cover open, and goes on when it is put right, as the real ones do.
type Printer struct {
	width int

	mu        sync.Mutex
	changed   *sync.Cond // anything below changed
	knobs     PrinterKnobs
	state     condition
	countdown int // dots until the paper is out; 0 is never
	jamAtCut  bool
	heard     []byte // the last bytes received, for WaitReceived
	received  int    // bytes so far
	automatic bool
	answered  bool // a DLE EOT among the bytes that arrived together
	buffer    []byte
	xoff      bool
	dropped   int
	cleared   int // times the buffers were cleared
	resets    int // DLE ENQ seen
	outbox    chan []byte
	slips     []Slip
	news      chan struct{} // closed and replaced at each slip
	closed    bool
	off       chan struct{} // closed by Close
	stopped   chan struct{} // closed when the works have stopped

	interpreter *interpreter // belongs to the working goroutine
}

// PrinterKnobs are the ways in which printers differ and misbehave. The zero value
// is a good printer with all the buffer in the world.
type PrinterKnobs struct {
	// NoProcessID: GS ( H is not known. It is taken for text, as clones do.
	NoProcessID bool
	// NoQueuedStatus: GS r is swallowed.
	NoQueuedStatus bool
	// NoClear: DLE DC4 is not known.
	NoClear bool
	// Mute: nothing is ever answered.
	Mute bool
	// StatusInTurn: DLE EOT is answered when its turn comes, not at once.
	StatusInTurn bool
	// LosesQuestions: of several DLE EOT that arrive together only the first is
	// answered.
	LosesQuestions bool
	// FenceDelay passes before a fence is answered, FenceTwice answers it twice.
	FenceDelay time.Duration
	FenceTwice bool
	// Buffer is the number of bytes that it holds; 0 is no limit. When it is
	// nearly full it says XOFF, and what comes all the same is lost.
	Buffer int
	// Speed is how fast the paper moves, in mm/s; 0 takes no time.
	Speed int
	// Baud is the only speed at which it understands and is understood; 0 is
	// any.
	Baud int
	// FourByte: it has glyphs for the characters of four bytes in GB18030.
	FourByte bool
	// NoCutter: cut commands do nothing; a long feed ends a slip, which is then
	// torn off.
	NoCutter bool
}

// Slip is what came out of the printer between two cuts.
type Slip struct {
	// Number counts from 1.
	Number int
	At     time.Time
	Page   *Page
	// Raw is the bytes that made it. Questions to the printer are left out.
	Raw []byte
}

// NewPrinter makes a printer for paper with width printable dots (576 for 80 mm,
// 384 for 58 mm). Close ends it.
func NewPrinter(width int) *Printer {
	p := &Printer{width: width, news: make(chan struct{}), off: make(chan struct{}), stopped: make(chan struct{})}
	p.changed = sync.NewCond(&p.mu)
	p.interpreter = newInterpreter(width, &works{p})
	go p.work()
	return p
}

// Close ends the printer for good.
func (p *Printer) Close() {
	p.change(func() {
		if !p.closed {
			p.closed = true
			close(p.off)
		}
	})
	<-p.stopped
}

// change does something to the printer and tells everybody who waits; the host
// gets an ASB message when it asked for those and the state is another.
func (p *Printer) change(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.state
	do()
	if p.automatic && p.state != before {
		p.say(p.state.automatic())
	}
	p.changed.Broadcast()
}

// SetKnobs changes how the printer behaves from now on.
func (p *Printer) SetKnobs(k PrinterKnobs) { p.change(func() { p.knobs = k }) }

// SetPaper puts in a new roll (PaperOK), one that ends soon, or takes it out.
func (p *Printer) SetPaper(paper Paper) {
	p.change(func() { p.state.paper, p.countdown = paper, 0 })
}

// EndPaperAfter makes the roll near its end now and out when it has moved so many
// dots more.
func (p *Printer) EndPaperAfter(dots int) {
	p.change(func() { p.state.paper, p.countdown = PaperNear, max(dots, 1) })
}

// OpenCover opens or closes the cover.
func (p *Printer) OpenCover(open bool) { p.change(func() { p.state.coverOpen = open }) }

// JamCutter jams the cutter or frees it. A jam is noticed at once.
func (p *Printer) JamCutter(jammed bool) { p.change(func() { p.state.jammed = jammed }) }

// JamAtCut lets the cutter jam when it next moves.
func (p *Printer) JamAtCut() { p.change(func() { p.jamAtCut = true }) }

// HeatHead makes the head too hot to print, or lets it cool.
func (p *Printer) HeatHead(hot bool) { p.change(func() { p.state.hot = hot }) }

// Break makes an error that only a repair ends.
func (p *Printer) Break(broken bool) { p.change(func() { p.state.broken = broken }) }

// Describe is the printer's state in words, for people and scripts.
func (p *Printer) Describe() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	paper := [...]string{"ok", "near", "out"}[p.state.paper]
	cover, cutter := "closed", "ok"
	if p.state.coverOpen {
		cover = "open"
	}
	if p.state.jammed {
		cutter = "jam"
	}
	return fmt.Sprintf("paper=%s cover=%s cutter=%s slips=%d", paper, cover, cutter, len(p.slips))
}

// Resets is the number of DLE ENQ received: a driver must never send one.
func (p *Printer) Resets() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.resets
}

// Dropped is the number of bytes lost because the buffer was full.
func (p *Printer) Dropped() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dropped
}

// Slips gives all slips so far.
func (p *Printer) Slips() []Slip {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Slip(nil), p.slips...)
}

// WaitSlip waits for the n-th slip since the printer was made, counted from 1.
func (p *Printer) WaitSlip(ctx context.Context, n int) (Slip, error) {
	if n < 1 {
		return Slip{}, fmt.Errorf("emulate: slips count from 1, not %d", n)
	}
	for {
		p.mu.Lock()
		news := p.news
		if len(p.slips) >= n {
			s := p.slips[n-1]
			p.mu.Unlock()
			return s, nil
		}
		have := len(p.slips)
		p.mu.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
			return Slip{}, fmt.Errorf("emulate: slip %d did not come, %d did: %w", n, have, ctx.Err())
		}
	}
}

// WaitFull waits until the printer has said XOFF.
func (p *Printer) WaitFull(ctx context.Context) error {
	return p.wait(ctx, func() bool { return p.xoff })
}

// heardLimit is how much of what arrived is remembered for WaitReceived.
const heardLimit = 1 << 16

// WaitReceived waits until some bytes have arrived so many times.
func (p *Printer) WaitReceived(ctx context.Context, what []byte, times int) error {
	return p.wait(ctx, func() bool { return bytes.Count(p.heard, what) >= times })
}

// Received is the number of bytes that have arrived so far.
func (p *Printer) Received() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.received
}

// WaitBytes waits until so many bytes have arrived since the printer was made.
func (p *Printer) WaitBytes(ctx context.Context, n int) error {
	return p.wait(ctx, func() bool { return p.received >= n })
}

// wait waits until the printer is in a state.
func (p *Printer) wait(ctx context.Context, reached func() bool) error {
	unhook := context.AfterFunc(ctx, func() { p.change(func() {}) })
	defer unhook()
	p.mu.Lock()
	defer p.mu.Unlock()
	for !reached() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.changed.Wait()
	}
	return nil
}

// Serve makes the printer a Device.
func (p *Printer) Serve(w *Wire) {
	outbox := make(chan []byte, 1024)
	p.change(func() { p.outbox, p.xoff = outbox, false })
	written := make(chan struct{})
	go func() {
		defer close(written)
		for b := range outbox {
			b = append(bytes.Clone(b), waiting(outbox)...)
			if _, err := w.Write(b); err != nil {
				for range outbox { // nobody hears the rest
				}
				return
			}
		}
	}()
	var ear ear
	buf := make([]byte, 512)
	for {
		n, err := w.Read(buf)
		if err != nil {
			break
		}
		p.mu.Lock()
		deaf := p.knobs.Baud != 0 && w.Baud() != p.knobs.Baud
		p.mu.Unlock()
		if deaf {
			continue
		}
		p.change(func() {
			p.answered = false
			for _, b := range buf[:n] {
				p.receive(&ear, b)
			}
			p.received += n
			p.heard = append(p.heard, buf[:n]...)
			p.heard = p.heard[max(len(p.heard)-heardLimit, 0):]
		})
	}
	p.change(func() {
		p.outbox = nil
		close(outbox)
	})
	<-written
}

// waiting takes what else is to be said already: it goes out without a gap.
func waiting(outbox <-chan []byte) (all []byte) {
	for {
		select {
		case b := <-outbox: // nothing, when it is closed and empty
			if b == nil {
				return all
			}
			all = append(all, b...)
		default:
			return all
		}
	}
}

// say queues bytes for the host. The lock is held. A host that reads nothing for
// long loses what the printer says.
func (p *Printer) say(b []byte) {
	if p.outbox == nil || p.knobs.Mute {
		return
	}
	select {
	case p.outbox <- b:
	default:
	}
}
