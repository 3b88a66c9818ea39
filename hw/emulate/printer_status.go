package emulate

// Paper is how much is left on the roll.
type Paper int

const (
	PaperOK Paper = iota
	PaperNear
	PaperOut
)

// condition is the state of the printer that a hand can change.
type condition struct {
	paper     Paper
	coverOpen bool
	jammed    bool // the cutter
	hot       bool // the head
	broken    bool // an error that only a repair ends
}

// stopped tells whether printing is at a halt.
func (c condition) stopped() bool {
	return c.paper == PaperOut || c.coverOpen || c.jammed || c.broken || c.hot
}

// bits puts a value together from those that are on.
func bits(base byte, on ...struct {
	when bool
	bit  byte
}) byte {
	for _, b := range on {
		if b.when {
			base |= b.bit
		}
	}
	return base
}

type bit = struct {
	when bool
	bit  byte
}

// realTime is the answer to DLE EOT n; ok is false for an n that does not exist.
func (c condition) realTime(n byte) (b byte, ok bool) {
	const fixed = 0x12
	switch n {
	case 1:
		return bits(fixed, bit{c.stopped(), 0x08}), true
	case 2:
		return bits(fixed, bit{c.coverOpen, 0x04}, bit{c.paper == PaperOut, 0x20},
			bit{c.jammed || c.broken || c.hot, 0x40}), true
	case 3:
		return bits(fixed, bit{c.jammed, 0x08}, bit{c.broken, 0x20}, bit{c.hot, 0x40}), true
	case 4:
		return bits(fixed, bit{c.paper != PaperOK, 0x0C}, bit{c.paper == PaperOut, 0x60}), true
	}
	return 0, false
}

// automatic is an ASB message.
func (c condition) automatic() []byte {
	return []byte{
		bits(0x10, bit{c.stopped(), 0x08}, bit{c.coverOpen, 0x20}),
		bits(0, bit{c.jammed, 0x08}, bit{c.broken, 0x20}, bit{c.hot, 0x40}),
		bits(0, bit{c.paper != PaperOK, 0x03}, bit{c.paper == PaperOut, 0x0C}),
		0,
	}
}

// queued is the answer to GS r 1, the paper sensors.
func (c condition) queued() byte {
	return bits(0, bit{c.paper != PaperOK, 0x03}, bit{c.paper == PaperOut, 0x0C})
}
