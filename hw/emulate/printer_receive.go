package emulate

import "bytes"

// Free bytes in the buffer at which the printer says XOFF and XON again.
const (
	freeAtXoff = 128
	freeAtXon  = 256
)

// ear finds real-time commands in the bytes as they arrive. It knows nothing of
// other commands, so it also finds them inside pictures: that is how printers are.
type ear struct{ recent []byte }

// dleClear is DLE DC4 fn 8.
var dleClear = []byte{0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8}

// hear takes one byte and returns the real-time command that it completes.
func (e *ear) hear(b byte) (command []byte) {
	e.recent = append(e.recent, b)
	if len(e.recent) > len(dleClear) {
		e.recent = e.recent[len(e.recent)-len(dleClear):]
	}
	n := len(e.recent)
	if n >= 3 && e.recent[n-3] == 0x10 && (e.recent[n-2] == 0x04 || e.recent[n-2] == 0x05) {
		return e.recent[n-3:]
	}
	if bytes.Equal(e.recent, dleClear) {
		return e.recent
	}
	return nil
}

// receive takes one byte from the line. The lock is held.
func (p *Printer) receive(e *ear, b byte) {
	switch command := e.hear(b); {
	case command == nil:
	case command[1] == 0x04 && !p.knobs.StatusInTurn:
		if answer, ok := p.state.realTime(command[2]); ok && !(p.answered && p.knobs.LosesQuestions) {
			p.answered = true
			p.say([]byte{answer})
		}
	case command[1] == 0x05:
		p.resets++
	case command[1] == 0x14 && !p.knobs.NoClear:
		p.buffer = p.buffer[:0]
		p.cleared++
		e.recent = e.recent[:0]
		p.say([]byte{0x37, 0x25, 0x00})
		p.flow()
		return
	}
	if p.knobs.Buffer > 0 && len(p.buffer) >= p.knobs.Buffer {
		p.dropped++
		return
	}
	p.buffer = append(p.buffer, b)
	p.flow()
}

// flow says XOFF or XON when the fill of the buffer asks for it. The lock is held.
func (p *Printer) flow() {
	if p.knobs.Buffer <= 0 {
		return
	}
	free := p.knobs.Buffer - len(p.buffer)
	switch {
	case !p.xoff && free < freeAtXoff:
		p.xoff = true
		p.say([]byte{0x13})
	case p.xoff && free >= freeAtXon:
		p.xoff = false
		p.say([]byte{0x11})
	}
}
