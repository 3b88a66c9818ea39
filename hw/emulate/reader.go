package emulate

import (
	"bytes"
	"encoding/binary"
	"maps"
	"sync"
	"unicode/utf16"
)

// ReaderTrouble is how a Reader misbehaves. The zero value is none.
type ReaderTrouble struct {
	// Garbage comes before each reply.
	Garbage []byte
	// DoubledAA sends a fourth AA before the preamble; LostAA leaves one out.
	DoubledAA bool
	LostAA    bool
	// FlipChecksum spoils the last byte of each reply.
	FlipChecksum bool
	// Truncate sends only so many bytes of a reply, if not 0.
	Truncate int
	// HugeLength claims a length of 0xFFFF.
	HugeLength bool
	// Silent sends nothing.
	Silent bool
	// Status answers with this third status byte and no data, if not 0.
	Status byte
	// LiftBeforeRead takes the card away between select and read.
	LiftBeforeRead bool
	// Command limits the trouble to one command, e.g. 0x3001; 0 is all.
	Command uint16
	// Times is the number of replies after which the trouble is over; 0 is never.
	Times int
}

// Reader is an identity card reader: the SDT protocol seen from its far side.
type Reader struct {
	mu      sync.Mutex
	card    *Identity
	hide    bool // after a good read, answer "none found" until the card is lifted
	trouble ReaderTrouble
	baud    int
	watch   func(command uint16)
	asked   map[uint16]int

	found, selected, read bool
}

// NewReader makes a reader with nothing on it that listens at a speed; 0 is
// 115200.
func NewReader(baud int) *Reader {
	if baud == 0 {
		baud = 115200
	}
	return &Reader{baud: baud, asked: map[uint16]int{}, watch: func(uint16) {}}
}

// Lay puts a card on the reader, in place of one that lies there.
func (r *Reader) Lay(id Identity) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lift()
	r.card = &id
}

// Lift takes the card away.
func (r *Reader) Lift() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lift()
}

func (r *Reader) lift() {
	r.card = nil
	r.found, r.selected, r.read = false, false, false
}

// HideAfterRead chooses between two kinds of firmware: after a good read, a card
// that still lies there is found no more until it is lifted, or is found again.
func (r *Reader) HideAfterRead(hide bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hide = hide
}

// SetTrouble misbehaves from the next reply on.
func (r *Reader) SetTrouble(t ReaderTrouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = t
}

// Watch calls f with each command before it is answered.
func (r *Reader) Watch(f func(command uint16)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watch = f
}

// Asked tells how often each command came.
func (r *Reader) Asked() map[uint16]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.asked)
}

// Serve is the reader under power.
func (r *Reader) Serve(w *Wire) {
	r.mu.Lock()
	r.found, r.selected, r.read = false, false, false
	r.mu.Unlock()
	var in []byte
	buffer := make([]byte, 512)
	for {
		n, err := w.Read(buffer)
		if err != nil {
			return
		}
		r.mu.Lock()
		baud := r.baud
		r.mu.Unlock()
		if w.Baud() != baud {
			in = nil // at the wrong speed all is noise
			continue
		}
		in = append(in, buffer[:n]...)
		for {
			request, rest, ok := takeRequest(in)
			in = rest
			if !ok {
				break
			}
			if reply := r.answer(request); reply != nil {
				if _, err := w.Write(reply); err != nil {
					return
				}
			}
		}
	}
}

var sdtPreamble = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// takeRequest cuts one request off: length, command and so on without the
// preamble.
func takeRequest(in []byte) (request, rest []byte, ok bool) {
	at := bytes.Index(in, sdtPreamble)
	if at < 0 {
		return nil, in[max(0, len(in)-len(sdtPreamble)+1):], false
	}
	in = in[at:]
	if len(in) < 7 {
		return nil, in, false
	}
	size := int(binary.BigEndian.Uint16(in[5:]))
	if size < 3 || size > 64 {
		return nil, in[5:], false
	}
	if len(in) < 7+size {
		return nil, in, false
	}
	return in[5 : 7+size], in[7+size:], true
}

func xor(b []byte) (x byte) {
	for _, v := range b {
		x ^= v
	}
	return x
}

// answer is the whole reply frame to a request, nil for none.
func (r *Reader) answer(request []byte) []byte {
	command := binary.BigEndian.Uint16(request[2:])
	r.mu.Lock()
	r.asked[command]++
	watch := r.watch
	r.mu.Unlock()
	watch(command)

	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.trouble
	if t.Command != 0 && t.Command != command {
		t = ReaderTrouble{}
	} else if r.trouble.Times > 0 {
		if r.trouble.Times--; r.trouble.Times == 0 {
			r.trouble = ReaderTrouble{}
		}
	}
	if t.LiftBeforeRead && command>>8 == 0x30 {
		r.lift()
	}
	status, data := byte(0x10), []byte(nil)
	if xor(request) == 0 { // over length, body and its own checksum
		status, data = r.obey(command, request[4:len(request)-1])
	}
	if t.Status != 0 {
		status, data = t.Status, nil
	}
	if t.Silent {
		return nil
	}
	return t.spoil(sdtFrame(status, data))
}

// obey does what a well-formed request asks for.
func (r *Reader) obey(command uint16, parameters []byte) (status byte, data []byte) {
	switch command {
	case 0x10FF, 0x11FF: // reset, status
		return 0x90, nil
	case 0x12FF: // module number
		// 05.03, 20150101, 12345, 67890, each the low byte first.
		return 0x90, []byte{5, 0, 3, 0, 0x55, 0x77, 0x33, 0x01, 0x39, 0x30, 0, 0, 0x32, 0x09, 0x01, 0}
	case 0x2001: // find
		r.selected = false
		if r.found = r.card != nil && !(r.hide && r.read); r.found {
			return 0x9F, make([]byte, 4)
		}
		return 0x80, nil
	case 0x2002: // select
		if r.selected = r.card != nil && r.found; r.selected {
			return 0x90, make([]byte, 8)
		}
		return 0x81, nil
	case 0x3001, 0x3010: // read, with fingerprint
		if r.card == nil || !r.selected {
			return 0x41, nil
		}
		r.read = true
		return 0x90, cardData(*r.card, command == 0x3010)
	case 0x3003: // appended address
		if r.card == nil || !r.selected {
			return 0x41, nil
		}
		if r.card.Moved == "" {
			return 0x91, nil
		}
		return 0x90, padded(r.card.Moved, 70)
	}
	if command>>8 == 0x60 && len(parameters) == 0 && command&0xFF <= 4 { // set baud
		r.baud = []int{115200, 57600, 38400, 19200, 9600}[command&0xFF]
		return 0x90, nil
	}
	return 0x21, nil
}

// cardData is lengths, text, photo and, if asked for, two fingerprints. The
// photo is noise: nothing here can draw one.
func cardData(id Identity, fingerprint bool) []byte {
	text, photo := id.text(), make([]byte, 1024)
	for i := range photo {
		photo[i] = byte(i * 7)
	}
	out := binary.BigEndian.AppendUint16(nil, uint16(len(text)))
	out = binary.BigEndian.AppendUint16(out, uint16(len(photo)))
	var prints []byte
	if fingerprint {
		prints = make([]byte, 1024)
		out = binary.BigEndian.AppendUint16(out, uint16(len(prints)))
	}
	out = append(out, text...)
	out = append(out, photo...)
	return append(out, prints...)
}

// padded is text in UTF-16LE, filled up with spaces.
func padded(text string, size int) []byte {
	out := make([]byte, 0, size)
	for _, unit := range utf16.Encode([]rune(text)) {
		if len(out)+2 <= size {
			out = binary.LittleEndian.AppendUint16(out, unit)
		}
	}
	for len(out) < size {
		out = append(out, ' ', 0)
	}
	return out
}

// sdtFrame packs a reply.
func sdtFrame(status byte, data []byte) []byte {
	frame := bytes.Clone(sdtPreamble)
	frame = binary.BigEndian.AppendUint16(frame, uint16(3+len(data)+1))
	frame = append(frame, 0, 0, status)
	frame = append(frame, data...)
	return append(frame, xor(frame[len(sdtPreamble):]))
}

// spoil does to a reply what the trouble says.
func (t ReaderTrouble) spoil(frame []byte) []byte {
	if t.HugeLength {
		frame[5], frame[6] = 0xFF, 0xFF
	}
	if t.FlipChecksum {
		frame[len(frame)-1] ^= 0x55
	}
	if t.Truncate > 0 {
		frame = frame[:min(t.Truncate, len(frame))]
	}
	if t.DoubledAA {
		frame = append([]byte{0xAA}, frame...)
	}
	if t.LostAA {
		frame = frame[1:]
	}
	return append(bytes.Clone(t.Garbage), frame...)
}
