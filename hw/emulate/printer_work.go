package emulate

import (
	"errors"
	"time"
)

var (
	// errCleared: the buffers were cleared in the middle of a command.
	errCleared = errors.New("emulate: buffers cleared")
	// errOff: the printer was closed.
	errOff = errors.New("emulate: the printer is off")
)

// mechanism is what an interpreter works on: bytes in turn, paper, knife, voice.
type mechanism interface {
	// next waits for the next byte. It fails with errCleared or errOff.
	next() (byte, error)
	// advance moves the paper by some dots once it can be moved.
	advance(dots int) error
	// cut ends a slip once the knife can move. Without a knife it does nothing
	// and reports false.
	cut(page *Page, raw []byte) (bool, error)
	// tear ends a slip by hand when there is no knife, and reports whether it did.
	tear(page *Page, raw []byte) bool
	// inTurn answers a command that waited for its turn.
	inTurn(q question) error
	// fourByte tells whether there are glyphs beyond those of two bytes.
	fourByte() bool
	// knowsProcessID tells whether GS ( H is a command here.
	knowsProcessID() bool
}

// question is a command of the queue that wants an answer.
type question struct {
	kind questionKind
	n    byte
	id   []byte
}

type questionKind int

const (
	askRealTime  questionKind = iota // DLE EOT n
	askQueued                        // GS r n
	askProcessed                     // GS ( H fn 48
	askAutomatic                     // GS a n
	askIdentity                      // GS I n
)

// works is the mechanism of a Printer.
type works struct{ p *Printer }

// work interprets bytes until the printer is closed.
func (p *Printer) work() {
	defer close(p.stopped)
	for {
		if err := p.interpreter.step(); errors.Is(err, errOff) {
			return
		}
	}
}

// hold waits until ready says so, with the lock held on return. It fails when the
// buffers are cleared meanwhile or the printer is closed; then the lock is free.
func (w *works) hold(ready func() bool) error {
	p := w.p
	p.mu.Lock()
	cleared := p.cleared
	for !p.closed && p.cleared == cleared && !ready() {
		p.changed.Wait()
	}
	switch {
	case p.closed:
		p.mu.Unlock()
		return errOff
	case p.cleared != cleared:
		p.mu.Unlock()
		return errCleared
	}
	return nil
}

func (w *works) next() (byte, error) {
	p := w.p
	if err := w.hold(func() bool { return len(p.buffer) > 0 }); err != nil {
		return 0, err
	}
	defer p.mu.Unlock()
	b := p.buffer[0]
	p.buffer = p.buffer[1:]
	p.flow()
	return b, nil
}

func (w *works) advance(dots int) error {
	p := w.p
	if err := w.hold(func() bool { return !p.state.stopped() }); err != nil {
		return err
	}
	speed := p.knobs.Speed * 8
	before := p.state
	if p.countdown > 0 {
		p.countdown -= dots
		if p.countdown <= 0 {
			p.countdown, p.state.paper = 0, PaperOut
		}
	}
	if p.automatic && p.state != before {
		p.say(p.state.automatic())
	}
	p.mu.Unlock()
	if speed > 0 && dots > 0 {
		p.pause(time.Duration(dots) * time.Second / time.Duration(speed))
	}
	return nil
}

// pause lets the time pass that something mechanical takes, unless the printer is
// closed.
func (p *Printer) pause(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-p.off:
	}
}

func (w *works) cut(page *Page, raw []byte) (bool, error) {
	p := w.p
	p.change(func() {
		if p.jamAtCut {
			p.jamAtCut, p.state.jammed = false, true
		}
	})
	if err := w.hold(func() bool { return !p.state.stopped() }); err != nil {
		return false, err
	}
	defer p.mu.Unlock()
	if p.knobs.NoCutter {
		return false, nil
	}
	p.deliver(page, raw)
	return true, nil
}

func (w *works) tear(page *Page, raw []byte) bool {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	if w.p.knobs.NoCutter {
		w.p.deliver(page, raw)
	}
	return w.p.knobs.NoCutter
}

// deliver adds a slip. Blank paper is none. The lock is held.
func (p *Printer) deliver(page *Page, raw []byte) {
	if page.blank() {
		return
	}
	p.slips = append(p.slips, Slip{Number: len(p.slips) + 1, At: time.Now(), Page: page, Raw: raw})
	close(p.news)
	p.news = make(chan struct{})
}

func (w *works) fourByte() bool {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	return w.p.knobs.FourByte
}

func (w *works) knowsProcessID() bool {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	return !w.p.knobs.NoProcessID
}

func (w *works) inTurn(q question) error {
	p := w.p
	ready := func() bool { return true }
	if q.kind == askProcessed {
		// "On paper" cannot be said while the paper stands still.
		ready = func() bool { return !p.state.stopped() }
	}
	if err := w.hold(ready); err != nil {
		return err
	}
	k := p.knobs
	p.mu.Unlock()
	fence := q.kind == askQueued || q.kind == askProcessed
	if fence && k.FenceDelay > 0 {
		p.pause(k.FenceDelay)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	times := 1
	if fence && k.FenceTwice {
		times = 2
	}
	for range times {
		p.reply(q)
	}
	return nil
}

// reply says the answer to a question. The lock is held.
func (p *Printer) reply(q question) {
	switch q.kind {
	case askRealTime:
		if b, ok := p.state.realTime(q.n); ok && p.knobs.StatusInTurn {
			p.say([]byte{b})
		}
	case askQueued:
		if p.knobs.NoQueuedStatus {
			return
		}
		switch q.n {
		case 1, '1':
			p.say([]byte{p.state.queued()})
		case 2, '2': // the cash drawer that there is not
			p.say([]byte{0})
		}
	case askProcessed:
		p.say(append(append([]byte{0x37, 0x22}, q.id...), 0))
	case askAutomatic:
		p.automatic = q.n != 0
		if p.automatic {
			p.say(p.state.automatic())
		}
	case askIdentity:
		switch {
		case q.n == 1 || q.n == '1':
			p.say([]byte{0x20})
		case q.n == 2 || q.n == '2': // multi-byte characters, and a cutter or not
			p.say([]byte{bits(0x01, bit{!p.knobs.NoCutter, 0x02})})
		case q.n == 66:
			p.say(append([]byte("_LINTAI"), 0))
		case q.n == 67:
			p.say(append([]byte("_BENCH PRINTER"), 0))
		case q.n == 69:
			p.say(append([]byte("_CHINA GB18030"), 0))
		}
	}
}
