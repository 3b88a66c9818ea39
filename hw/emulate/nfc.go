package emulate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Tag is an NFC tag as it answers when it is called.
type Tag struct {
	// B: it speaks type B, and UID are the four bytes of its PUPI. Otherwise type
	// A, with 4, 7 or 10 bytes.
	B   bool
	UID []byte
}

func (t Tag) check() error {
	if n := len(t.UID); n != 4 && (t.B || n != 7 && n != 10) {
		return fmt.Errorf("emulate: a UID of %d bytes; type A has 4, 7 or 10, type B 4", n)
	}
	return nil
}

// NFCTrouble is how an NFC reader misbehaves. The zero value is none.
type NFCTrouble struct {
	// Garbage comes before each answer, between acknowledgement and answer.
	Garbage []byte
	// NoAck leaves the acknowledgement out.
	NoAck bool
	// FlipChecksum spoils the checksum of the answer, FlipLength that of its length.
	FlipChecksum bool
	FlipLength   bool
	// Truncate sends only so many bytes of acknowledgement and answer, if not 0.
	Truncate int
	// Silent sends nothing.
	Silent bool
	// Refuse answers with a syntax error.
	Refuse bool
	// Alternate finds a tag in every second look only, as chips do that do not let
	// go of the tag they have found.
	Alternate bool
	// Pull is called when Truncate bytes were sent; the line is then expected to
	// be pulled, and nothing more is sent.
	Pull func()
	// Command limits the trouble to one command, e.g. 0x4A; 0 is all.
	Command byte
	// Times is the number of answers after which the trouble is over; 0 is never.
	Times int
}

// NFC is a PN532 on a serial line, seen from the chip's side (NXP UM0701-02). It
// sleeps until it is woken, knows nothing of tags until it is configured, and, as
// delivered, looks for a tag until one comes.
type NFC struct {
	mu      sync.Mutex
	tag     *Tag
	trouble NFCTrouble
	watch   func(command byte)
	asked   map[byte]int

	awake, configured bool
	tries             byte // 0xFF is for ever
	looks             int  // since the tag was laid
}

// NewNFC makes a reader with nothing on it.
func NewNFC() *NFC { return &NFC{watch: func(byte) {}, asked: map[byte]int{}, tries: 0xFF} }

// Lay puts a tag on the reader, in place of one that lies there.
func (n *NFC) Lay(t Tag) error {
	if err := t.check(); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tag, n.looks = &Tag{t.B, slices.Clone(t.UID)}, 0
	return nil
}

// Lift takes the tag away.
func (n *NFC) Lift() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tag = nil
}

// Laid tells whether a tag lies there.
func (n *NFC) Laid() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.tag != nil
}

// SetTrouble misbehaves from the next answer on.
func (n *NFC) SetTrouble(t NFCTrouble) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.trouble = t
}

// Restart is a moment without power, too short for the line to notice: the chip
// sleeps and has forgotten how it was configured.
func (n *NFC) Restart() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.restart()
}

func (n *NFC) restart() { n.awake, n.configured, n.tries = false, false, 0xFF }

// Watch calls f with each command before it is answered.
func (n *NFC) Watch(f func(command byte)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.watch = f
}

// Asked tells how often each command came.
func (n *NFC) Asked() map[byte]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.asked)
}

// Serve is the reader under power.
func (n *NFC) Serve(w *Wire) {
	n.Restart()
	var in hostBytes
	buffer := make([]byte, 512)
	for {
		got, err := w.Read(buffer)
		if err != nil {
			return
		}
		if w.Baud() != 115200 {
			in = hostBytes{} // at the wrong speed all is noise
			continue
		}
		for _, b := range buffer[:got] {
			if !n.hears(b) {
				continue
			}
			if data := in.add(b); data != nil {
				if err := n.obey(w, data); err != nil {
					return
				}
			}
		}
	}
}

// hears tells whether the chip is awake. The byte that wakes it is lost.
func (n *NFC) hears(b byte) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	awake := n.awake
	n.awake = awake || b == 0x55
	return awake
}

// hostBytes collects what the host sends until a frame is whole.
type hostBytes struct {
	state, need int
	data        []byte
}

// add takes a byte and returns the data of the frame that it ended, from the
// direction on. What is damaged or no command is passed over in silence.
func (h *hostBytes) add(b byte) []byte {
	switch h.state {
	case 0: // a zero before the start code
		if b == 0x00 {
			h.state = 1
		}
	case 1:
		if b == 0xFF {
			h.state = 2
		} else if b != 0x00 {
			h.state = 0
		}
	case 2: // length
		h.need, h.state = int(b), 3
	case 3: // its complement; an acknowledgement has 00 FF
		h.state = 0
		if (h.need+int(b))%256 == 0 && h.need >= 2 {
			h.data, h.state = nil, 4
		}
	case 4: // data and checksum
		if h.data = append(h.data, b); len(h.data) > h.need {
			h.state = 0
			total := 0
			for _, v := range h.data {
				total += int(v)
			}
			if total%256 == 0 && h.data[0] == 0xD4 {
				return h.data[:h.need]
			}
		}
	}
	return nil
}

// obey carries out a command and sends what there is to send.
func (n *NFC) obey(w *Wire, data []byte) error {
	command := data[1]
	n.mu.Lock()
	n.asked[command]++
	watch := n.watch
	n.mu.Unlock()
	watch(command)

	n.mu.Lock()
	t := n.trouble
	if t.Command != 0 && t.Command != command {
		t = NFCTrouble{}
	} else if n.trouble.Times > 0 {
		if n.trouble.Times--; n.trouble.Times == 0 {
			n.trouble = NFCTrouble{}
		}
	}
	answer, refused := n.result(command, data[2:], t.Alternate)
	n.mu.Unlock()

	if t.Silent {
		return nil
	}
	var out []byte
	if !t.NoAck {
		out = append(out, 0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00)
	}
	out = append(out, t.Garbage...)
	switch {
	case refused || t.Refuse:
		out = append(out, 0x00, 0x00, 0xFF, 0x01, 0xFF, 0x7F, 0x81, 0x00)
	case answer != nil:
		out = append(out, t.frame(append([]byte{0xD5, command + 1}, answer...))...)
	}
	if t.Truncate > 0 {
		out = out[:min(t.Truncate, len(out))]
	}
	if len(out) > 0 {
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	if t.Pull != nil {
		t.Pull()
		<-w.Pulled()
		return errors.New("pulled")
	}
	return nil
}

// frame packs an answer.
func (t NFCTrouble) frame(data []byte) []byte {
	size := len(data)
	complement := byte(256 - size)
	check := 256
	for _, v := range data {
		check -= int(v)
	}
	if t.FlipLength {
		complement ^= 0x10
	}
	if t.FlipChecksum {
		check ^= 0x01
	}
	return append(append([]byte{0x00, 0x00, 0xFF, byte(size), complement}, data...), byte(check), 0x00)
}

// result is what a command brings. It is nil for none, as of a chip that goes on
// looking.
func (n *NFC) result(command byte, parameters []byte, alternate bool) (answer []byte, refused bool) {
	switch {
	case command == 0x14 && len(parameters) >= 1: // SAMConfiguration
		n.configured = true
		return []byte{}, false
	case !n.configured:
		return nil, false
	case command == 0x02: // GetFirmwareVersion
		return []byte{0x32, 0x01, 0x06, 0x07}, false
	case command == 0x32 && len(parameters) >= 2: // RFConfiguration
		if parameters[0] == 0x05 && len(parameters) == 4 {
			n.tries = parameters[3]
		}
		return []byte{}, false
	case command == 0x4A && len(parameters) >= 2: // InListPassiveTarget
		return n.list(parameters, alternate)
	}
	return nil, true
}

func (n *NFC) list(parameters []byte, alternate bool) (answer []byte, refused bool) {
	b := parameters[1] == 0x03
	if !b && parameters[1] != 0x00 || b && len(parameters) < 3 {
		return nil, true
	}
	found := n.tag != nil && n.tag.B == b
	if found {
		n.looks++
		found = !alternate || n.looks%2 == 1
	}
	switch {
	case !found && n.tries == 0xFF:
		return nil, false
	case !found:
		return []byte{0}, false
	case b:
		// PUPI, four bytes about the application, three about the protocol; then
		// the answer to ATTRIB.
		answer = append([]byte{1, 1, 0x50}, n.tag.UID...)
		return append(answer, 0, 0, 0, 0, 0, 0x71, 0x85, 1, 0), false
	}
	size := byte(len(n.tag.UID))
	answer = []byte{1, 1, 0x00, 0x04 | (size/3-1)<<6, 0x08, size}
	return append(answer, n.tag.UID...), false
}
