package nfc

import (
	"encoding/binary"
	"errors"
)

// Command is a PN532 command code; the response to it has the next code.
type Command byte

const (
	CommandFirmware Command = 0x02 // GetFirmwareVersion
	CommandSAM      Command = 0x14 // SAMConfiguration
	CommandRF       Command = 0x32 // RFConfiguration
	CommandList     Command = 0x4A // InListPassiveTarget
)

// A frame is preamble 00, start code 00 FF, length, its complement, data, checksum,
// postamble 00; data begins with the direction (UM0701-02, 6.2.1). An extended
// frame has FF FF instead of length and complement, and behind it a length of two
// bytes with its complement. Length and complement add up to 0 modulo 256, and so
// do data and checksum.
const (
	fromHost   = 0xD4
	toHost     = 0xD5
	syntaxFail = 0x7F
	// maxData is direction, code and 263 bytes.
	maxData  = 265
	maxFrame = 2 + 5 + maxData + 1
)

var ackFrame = []byte{0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00}

// EncodeAck writes the frame that, sent by a host, ends the command under way.
func EncodeAck() []byte { return append([]byte{}, ackFrame...) }

// EncodeWakeUp writes what wakes a sleeping PN532 on a serial line. The zeros give
// its oscillator time to start, 1.3 ms at 115200 baud, and mean nothing.
func EncodeWakeUp() []byte {
	return append([]byte{0x55, 0x55}, make([]byte, 14)...)
}

// EncodeCommand writes a command frame. Parameters are 253 bytes at most; more is
// a mistake in the program.
func EncodeCommand(c Command, parameters ...byte) []byte {
	n := 2 + len(parameters)
	if n > 0xFF {
		panic("nfc: parameters do not fit a normal frame")
	}
	frame := append([]byte{0x00, 0x00, 0xFF, byte(n), byte(-n), fromHost, byte(c)}, parameters...)
	return append(frame, -sum(frame[5:]), 0x00)
}

// Kind is what a frame of the PN532 is.
type Kind int

const (
	// Ack: the command arrived and is carried out.
	Ack Kind = iota
	// Nack: the last frame arrived damaged.
	Nack
	// Refused: the PN532 knows no such command, or not with these parameters.
	Refused
	// Response carries the result of a command.
	Response
)

// Frame is one frame of the PN532.
type Frame struct {
	Kind Kind
	// To is the command that a Response answers. Data lies in the decoder's
	// buffer: it is gone with the next call.
	To   Command
	Data []byte
}

var (
	errChecksum = errors.New("wrong checksum")
	errLength   = errors.New("impossible length")
	errForm     = errors.New("no frame of a PN532")
)

// Decoder finds frames in what arrives. It passes over anything before a start
// code, does without preamble and postamble, and goes on right behind the start
// code of a damaged frame, so that a good frame inside is found. Frames from the
// host, echoed by some adapters, are passed over.
type Decoder struct {
	buffer [2 * maxFrame]byte
	n      int // bytes in the buffer
	used   int // bytes of it that the last frame took
}

// Room is where to read the next bytes to; tell Filled how many. It is never
// empty. It ends the life of the last frame.
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
func (d *Decoder) Partial() bool { return d.n-d.used > 1 }

// Next returns the next whole frame. ok is false when more bytes are needed or,
// with an error, when a damaged frame was passed over; then call it again.
func (d *Decoder) Next() (f Frame, ok bool, err error) {
	for {
		d.drop(d.used)
		d.used = 0
		d.drop(findStart(d.buffer[:d.n]))
		b := d.buffer[:d.n]
		if len(b) < 4 {
			return Frame{}, false, nil
		}
		head, length := 4, int(b[2])
		switch {
		case b[2] == 0x00 && b[3] == 0xFF:
			d.used = head
			return Frame{Kind: Ack}, true, nil
		case b[2] == 0xFF && b[3] == 0x00:
			d.used = head
			return Frame{Kind: Nack}, true, nil
		case b[2] == 0xFF && b[3] == 0xFF:
			if len(b) < 7 {
				return Frame{}, false, nil
			}
			head, length = 7, int(binary.BigEndian.Uint16(b[4:]))
			if sum(b[4:7]) != 0 {
				length = 0
			}
		case b[2]+b[3] != 0:
			length = 0
		}
		if length < 1 || length > maxData {
			d.drop(2)
			return Frame{}, false, errLength
		}
		whole := head + length + 1
		if len(b) < whole {
			return Frame{}, false, nil
		}
		if sum(b[head:whole]) != 0 {
			d.drop(2)
			return Frame{}, false, errChecksum
		}
		data := b[head : whole-1]
		from := data[0]
		switch {
		case from == toHost && len(data) >= 2:
			d.used = whole
			return Frame{Kind: Response, To: Command(data[1] - 1), Data: data[2:]}, true, nil
		case from == syntaxFail:
			d.used = whole
			return Frame{Kind: Refused}, true, nil
		}
		d.drop(2)
		if from != fromHost {
			return Frame{}, false, errForm
		}
	}
}

// Skip passes over the beginning of a frame whose end does not come: what looked
// like one may be noise, and a good frame may stand behind it. It tells whether
// there was a whole start code. Call Next after it.
func (d *Decoder) Skip() (frame bool) {
	d.drop(d.used)
	d.used = 0
	if frame = d.n >= 2; frame {
		d.drop(2)
	} else {
		d.drop(d.n)
	}
	return frame
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

// findStart returns where the first start code 00 FF begins, or where the
// beginning of one may be: all before it is noise.
func findStart(b []byte) int {
	for i := 0; i < len(b); i++ {
		if b[i] == 0x00 && (i+1 == len(b) || b[i+1] == 0xFF) {
			return i
		}
	}
	return len(b)
}

func sum(b []byte) (s byte) {
	for _, v := range b {
		s += v
	}
	return s
}
