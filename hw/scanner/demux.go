package scanner

import "bytes"

// Demux parts the stream of a GM65 into replies and codes. Codes are cut as in line
// mode, by the Splitter. A reply is known by its first two bytes: 00 is in no code.
// What begins like a reply and is none, or is damaged, spoils the code around it, up to
// that code's end: one that may have lost a character must not be taken for another.
type Demux struct {
	codes Splitter
	held  [replyHead + longestReply + replyTail]byte
	n     int
	// Damaged counts replies that came with a wrong CRC.
	Damaged int
}

// Add takes the next byte and returns the codes that it ended, and the reply. A byte
// that is none of a reply after all can end several codes.
func (d *Demux) Add(b byte) (codes []string, reply *Reply) {
	d.held[d.n] = b
	d.n++
	return d.judge(false)
}

// judge passes on what can be told about the bytes held. At the end of all bytes, what
// is not whole is no reply.
func (d *Demux) judge(end bool) (codes []string, reply *Reply) {
	for d.n > 0 {
		r, size, v := parseReply(d.held[:d.n])
		switch {
		case v == needsMore && !end:
			return codes, reply
		case v == wholeReply:
			r.Data = append([]byte(nil), r.Data...)
			reply = &r
			d.drop(size)
			continue
		case v == damagedReply:
			d.Damaged++
			d.codes.spoil()
			// What stands in it is not looked at but for another reply's beginning.
			if next := bytes.IndexByte(d.held[1:size], 0x02); next >= 0 {
				size = 1 + next
			}
			d.drop(size)
			continue
		case d.n > 1 && d.held[0] == 0x02 && d.held[1] == 0x00:
			d.codes.spoil()
		}
		// Its first byte is none of a reply; another may begin behind it.
		if code, ok := d.codes.Add(d.held[0]); ok {
			codes = append(codes, code)
		}
		d.drop(1)
	}
	return codes, reply
}

func (d *Demux) drop(k int) {
	left := copy(d.held[:], d.held[k:d.n])
	clear(d.held[left:d.n])
	d.n = left
}

// Open tells whether something has begun and not ended.
func (d *Demux) Open() bool { return d.n > 0 || d.codes.Open() }

// End ends what has begun, after a pause.
func (d *Demux) End() (codes []string) {
	codes, _ = d.judge(true)
	if code, ok := d.codes.End(); ok {
		codes = append(codes, code)
	}
	return codes
}
