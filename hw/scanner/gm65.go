package scanner

import "encoding/binary"

// The command mode of GM65 modules and their relatives. A command is
//
//	7E 00 | type | length | address (2, big-endian) | data | CRC (2)
//
// and its reply
//
//	02 00 | 00 when it was done | length | data | CRC (2)
//
// with CRC-16/XMODEM over all between the first two bytes and itself. A CRC of AB CD
// stands for "not checked". Codes come between the replies as plain text, also in
// the middle of one.

// Kinds of commands.
const (
	kindRead  byte = 0x07
	kindWrite byte = 0x08
)

// Addresses in the module's zone of settings.
const (
	zoneFlags   uint16 = 0x0000 // bits 1 and 0 are the Mode
	zoneTrigger uint16 = 0x0002 // bit 0 begins one look
)

const (
	// replyHead is 02 00, kind and length; replyTail the CRC.
	replyHead = 4
	replyTail = 2
	// longestReply bounds the data of a reply that is waited for. No question
	// asked here is answered with more; a longer one is no reply.
	longestReply = 16
)

// unchecked in place of a CRC asks the receiver not to check.
var unchecked = [2]byte{0xAB, 0xCD}

// encodeRead asks for n bytes of the zone.
func encodeRead(address uint16, n byte) []byte { return encode(kindRead, address, n) }

// encodeWrite sets bytes of the zone until the module loses its power; saving them
// for good would wear its memory out for nothing.
func encodeWrite(address uint16, data ...byte) []byte { return encode(kindWrite, address, data...) }

func encode(kind byte, address uint16, data ...byte) []byte {
	out := []byte{0x7E, 0x00, kind, byte(len(data))}
	out = binary.BigEndian.AppendUint16(out, address)
	out = append(out, data...)
	return binary.BigEndian.AppendUint16(out, crc(out[2:]))
}

// crc is CRC-16/XMODEM: polynomial 1021, begun with 0, no reflection.
func crc(b []byte) uint16 {
	var sum uint16
	for _, v := range b {
		sum ^= uint16(v) << 8
		for range 8 {
			if sum&0x8000 != 0 {
				sum = sum<<1 ^ 0x1021
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}

// Reply is the module's answer to a command.
type Reply struct {
	// Kind is 0 when the command was done.
	Kind byte
	Data []byte
}

// verdict is what the beginning of a stream may be.
type verdict int

const (
	noReply   verdict = iota // it is not the beginning of a reply
	needsMore                // it may become one
	wholeReply
	damagedReply // it has the form of one and a wrong CRC
)

// parseReply judges the bytes at the beginning of b, which is not empty, as those of a
// reply of size bytes.
func parseReply(b []byte) (r Reply, size int, v verdict) {
	for i, want := range []byte{0x02, 0x00} {
		if i < len(b) && b[i] != want {
			return Reply{}, 0, noReply
		}
	}
	if len(b) < replyHead {
		return Reply{}, 0, needsMore
	}
	n := int(b[3])
	if n == 0 || n > longestReply {
		return Reply{}, 0, noReply
	}
	size = replyHead + n + replyTail
	if len(b) < size {
		return Reply{}, 0, needsMore
	}
	sent := [2]byte{b[size-2], b[size-1]}
	if sent != unchecked && binary.BigEndian.Uint16(sent[:]) != crc(b[2:size-replyTail]) {
		return Reply{}, size, damagedReply
	}
	return Reply{Kind: b[2], Data: b[replyHead : size-replyTail]}, size, wholeReply
}
