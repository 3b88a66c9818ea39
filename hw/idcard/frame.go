package idcard

import (
	"encoding/binary"
	"errors"
)

// Command is a request: command byte and parameter byte.
type Command uint16

const (
	CommandReset           Command = 0x10FF
	CommandStatus          Command = 0x11FF
	CommandModuleID        Command = 0x12FF
	CommandFind            Command = 0x2001
	CommandSelect          Command = 0x2002
	CommandRead            Command = 0x3001 // text and photo
	CommandReadFingerprint Command = 0x3010 // text, photo and fingerprint
	CommandReadAddress     Command = 0x3003 // the address added after issue
)

// A frame is preamble, length (2 bytes, big-endian), body, checksum. The length
// counts body and checksum; the checksum is the XOR of length and body.
const (
	preambleSize = 5
	lengthSize   = 2
	// minLength is three status bytes and a checksum. maxLength leaves room
	// above the longest known reply, text + photo + two fingerprints (2314).
	minLength = 4
	maxLength = 4096
	maxFrame  = preambleSize + lengthSize + maxLength
)

var preamble = [preambleSize]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// EncodeRequest writes a request frame.
func EncodeRequest(c Command, data ...byte) []byte {
	frame := append([]byte{}, preamble[:]...)
	frame = binary.BigEndian.AppendUint16(frame, uint16(2+len(data)+1))
	frame = binary.BigEndian.AppendUint16(frame, uint16(c))
	frame = append(frame, data...)
	return append(frame, checksum(frame[preambleSize:]))
}

// Reply is one answer of the reader.
type Reply struct {
	Status Status
	// Data lies in the decoder's buffer: it is gone with the next call.
	Data []byte
}

var (
	errChecksum = errors.New("wrong checksum")
	errLength   = errors.New("impossible length")
)

// Decoder finds replies in what arrives. It passes over anything before a
// preamble, takes one whose first bytes were lost or doubled on the way, and
// after a damaged frame goes on looking right behind that frame's preamble, so
// that a good frame inside is found.
//
// Bytes are read straight into its buffer, which is the only place in this
// process that holds a frame.
type Decoder struct {
	buffer [2 * maxFrame]byte
	n      int // bytes in the buffer
	used   int // bytes of it that the last reply took
}

// Room is where to read the next bytes to; tell Filled how many. It is never
// empty. It ends the life of the last reply.
func (d *Decoder) Room() []byte {
	d.drop(d.used)
	d.used = 0
	if d.n == len(d.buffer) {
		d.drop(1) // cannot be: Next leaves less than one frame
	}
	return d.buffer[d.n:]
}

// Filled takes over n bytes that were put into Room.
func (d *Decoder) Filled(n int) { d.n += n }

// Partial tells whether the beginning of a frame waits for its end.
func (d *Decoder) Partial() bool { return d.n > d.used }

// Next returns the next whole reply. ok is false when more bytes are needed or,
// with an error, when a damaged frame was passed over; then call it again.
func (d *Decoder) Next() (r Reply, ok bool, err error) {
	d.drop(d.used)
	d.used = 0
	start, end := findPreamble(d.buffer[:d.n])
	d.drop(start)
	end -= start
	if end == 0 || d.n < end+lengthSize {
		return Reply{}, false, nil
	}
	length := int(binary.BigEndian.Uint16(d.buffer[end:]))
	if length < minLength || length > maxLength {
		d.drop(end)
		return Reply{}, false, errLength
	}
	whole := end + lengthSize + length
	if d.n < whole {
		return Reply{}, false, nil
	}
	body := d.buffer[end+lengthSize : whole-1]
	if checksum(d.buffer[end:whole-1]) != d.buffer[whole-1] {
		d.drop(end)
		return Reply{}, false, errChecksum
	}
	d.used = whole
	return Reply{Status: Status{body[0], body[1], body[2]}, Data: body[3:]}, true, nil
}

// Skip passes over the beginning of a frame whose end does not come: what looked
// like one may be noise, and a good frame may stand behind it. It tells whether
// there was a whole preamble. Call Next after it.
func (d *Decoder) Skip() (frame bool) {
	d.drop(d.used)
	d.used = 0
	start, end := findPreamble(d.buffer[:d.n])
	if end == start {
		d.drop(d.n)
		return false
	}
	d.drop(end)
	return true
}

// Wipe zeroes the buffer.
func (d *Decoder) Wipe() {
	clear(d.buffer[:])
	d.n, d.used = 0, 0
}

// drop forgets the first k bytes and zeroes the room they leave.
func (d *Decoder) drop(k int) {
	if k == 0 {
		return
	}
	left := copy(d.buffer[:], d.buffer[k:d.n])
	clear(d.buffer[left:d.n])
	d.n = left
}

// findPreamble returns where the first preamble begins and ends. When there is
// none, end is start, and start is where the beginning of one may be: all before
// it is noise. One AA is enough, any number are taken: lines lose and double the
// first bytes after a pause, and length and checksum guard what follows.
func findPreamble(b []byte) (start, end int) {
	run := -1 // where the AAs begin that reach up to i
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == 0xAA:
			if run < 0 {
				run = i
			}
		case run >= 0 && b[i] == 0x96:
			if i+1 == len(b) {
				return run, run
			}
			if b[i+1] == 0x69 {
				return max(run, i-3), i + 2
			}
			run = -1
		default:
			run = -1
		}
	}
	if run < 0 {
		return len(b), len(b)
	}
	// A line that sends nothing but AA must not fill the buffer.
	run = max(run, len(b)-len(preamble))
	return run, run
}

func checksum(b []byte) byte {
	var x byte
	for _, v := range b {
		x ^= v
	}
	return x
}
