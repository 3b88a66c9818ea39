package printer

// Answer is one thing a printer said.
type Answer interface{ answer() }

type (
	// RealTime answers a DLE EOT; which one, only the asker knows.
	RealTime struct{ Byte byte }
	// Automatic is an ASB message.
	Automatic struct{ Status Status }
	// Processed answers GS ( H: everything up to the request with this id is on
	// paper.
	Processed struct{ ID [4]byte }
	// Queued answers GS r: everything before it was processed.
	Queued struct{ Byte byte }
	// Cleared answers DLE DC4 fn 8: the printer's buffers are empty.
	Cleared struct{}
	// Flow is XON or XOFF.
	Flow struct{ On bool }
)

func (RealTime) answer()  {}
func (Automatic) answer() {}
func (Processed) answer() {}
func (Queued) answer()    {}
func (Cleared) answer()   {}
func (Flow) answer()      {}

const (
	xon  = 0x11
	xoff = 0x13
)

// Parser turns the bytes from a printer into answers. Flow control may stand
// between any two bytes of a message; bytes that belong to nothing are dropped
// and counted.
type Parser struct {
	// held is the beginning of a message of several bytes.
	held  []byte
	noise int
}

// blockLimit bounds a message that began with 0x37 and never ends.
const blockLimit = 64

// Push takes one byte and returns the answer that it completes.
func (p *Parser) Push(b byte) (Answer, bool) {
	if b == xon || b == xoff {
		return Flow{On: b == xon}, true
	}
	if len(p.held) == 0 {
		return p.begin(b)
	}
	if p.held[0] == 0x37 {
		return p.block(b)
	}
	return p.automatic(b)
}

// Noise is the number of bytes dropped so far.
func (p *Parser) Noise() int { return p.noise }

// begin takes a byte outside any message. The fixed bits tell the kinds apart:
// 0xx1xx10 DLE EOT, 0xx1xx00 first of ASB, 0xx0xxxx GS r, 0x37 a block.
func (p *Parser) begin(b byte) (Answer, bool) {
	switch {
	case b == 0x37:
		p.held = append(p.held[:0], b)
	case b&0x93 == 0x12:
		return RealTime{b}, true
	case b&0x93 == 0x10:
		p.held = append(p.held[:0], b)
	case b&0x90 == 0:
		return Queued{b}, true
	default:
		p.noise++
	}
	return nil, false
}

// block goes on with 37 22 d1 d2 d3 d4 00 or 37 25 00.
func (p *Parser) block(b byte) (Answer, bool) {
	// An answer to DLE EOT can cut in; ids and identifiers are printable.
	if b != 0 && b < 0x20 {
		if b&0x93 == 0x12 {
			return RealTime{b}, true
		}
		p.noise++
		return nil, false
	}
	if b != 0 {
		p.held = append(p.held, b)
		if len(p.held) > blockLimit {
			p.drop()
		}
		return nil, false
	}
	held := p.held
	p.held = p.held[:0]
	switch {
	case len(held) == 6 && held[1] == 0x22:
		return Processed{[4]byte(held[2:6])}, true
	case len(held) == 2 && held[1] == 0x25:
		return Cleared{}, true
	}
	p.noise += len(held) + 1
	return nil, false
}

// automatic goes on with the four bytes of an ASB message.
func (p *Parser) automatic(b byte) (Answer, bool) {
	if b&0x90 != 0 { // not of this message: it was cut short
		p.drop()
		return p.begin(b)
	}
	p.held = append(p.held, b)
	if len(p.held) < 4 {
		return nil, false
	}
	s := autoStatus([4]byte(p.held))
	p.held = p.held[:0]
	return Automatic{s}, true
}

func (p *Parser) drop() {
	p.noise += len(p.held)
	p.held = p.held[:0]
}

// Reset forgets a message that was begun, as after the line was lost.
func (p *Parser) Reset() { p.held = p.held[:0] }
