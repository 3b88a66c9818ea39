package emulate

import (
	"errors"
	"sync"
)

// GM65Trouble is how a GM65 misbehaves. The zero value is none.
type GM65Trouble struct {
	// Silent answers nothing; it still types codes.
	Silent bool
	// WrongCRC spoils the last byte of each reply.
	WrongCRC bool
	// UncheckedCRC replies with AB CD in place of a CRC.
	UncheckedCRC bool
	// Refuse replies that the command was not done.
	Refuse bool
	// Truncate sends only so many bytes of a reply, if not 0.
	Truncate int
	// Garbage comes before each reply.
	Garbage []byte
	// InsideCode keeps a reply back and sends it after so many bytes of the next
	// code, if not 0.
	InsideCode int
	// Times is the number of replies after which the trouble is over; 0 is never.
	Times int
}

// GM65 is a QR scanner module that can be asked and told: its command mode seen
// from the far side.
type GM65 struct {
	mu      sync.Mutex
	baud    int
	tail    string
	trouble GM65Trouble
	zone    [256]byte
	saved   [256]byte
	kept    []byte // a reply that waits for a code to be put into
	asked   func(command []byte)
	wire    *Wire
}

// NewGM65 makes a module that was set up to look when its key is pressed, at 9600
// baud, and ends each code with a tail.
func NewGM65(tail string) *GM65 {
	s := &GM65{baud: 9600, tail: tail, asked: func([]byte) {}}
	s.saved[0x00] = 0xD4                    // light, sound, and looking by hand
	s.saved[0x2A], s.saved[0x2B] = 0x39, 01 // 9600 baud
	return s
}

// SetTrouble misbehaves from the next reply on.
func (s *GM65) SetTrouble(t GM65Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = t
}

// Watch calls f with each whole command when it is carried out and not yet answered.
func (s *GM65) Watch(f func(command []byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = f
}

// Zone tells the byte of the settings at an address.
func (s *GM65) Zone(address int) byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.zone[address]
}

// ErrNotLooking is returned for a code that the scanner did not look for.
var ErrNotLooking = errors.New("emulate: the scanner does not look for codes in this mode")

// Scan shows a code to the scanner. It returns when the code has been sent.
func (s *GM65) Scan(code string) error {
	s.mu.Lock()
	w := s.wire
	if w == nil {
		s.mu.Unlock()
		return ErrNoPower
	}
	switch s.zone[0x00] & 3 {
	case 2, 3: // continuous, induction
	case 1:
		if s.zone[0x02]&1 == 0 {
			s.mu.Unlock()
			return ErrNotLooking
		}
		s.zone[0x02] &^= 1 // one look, one code
	default:
		s.mu.Unlock()
		return ErrNotLooking
	}
	out := []byte(code + s.tail)
	if at := min(s.trouble.InsideCode, len(out)); at > 0 && s.kept != nil {
		out = append(append(append([]byte{}, out[:at]...), s.kept...), out[at:]...)
		s.kept = nil
	}
	if w.Baud() != s.baud {
		for i := range out { // what a wrong speed makes of it
			out[i] |= 0x80
		}
	}
	s.mu.Unlock()
	_, err := w.Write(out)
	return err
}

// Send sends bytes as they are.
func (s *GM65) Send(p []byte) error {
	s.mu.Lock()
	w := s.wire
	s.mu.Unlock()
	if w == nil {
		return ErrNoPower
	}
	_, err := w.Write(p)
	return err
}

func (s *GM65) power(w *Wire) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wire, s.zone, s.kept = w, s.saved, nil
}

// Serve is the module under power.
func (s *GM65) Serve(w *Wire) {
	defer s.power(nil)
	var in []byte
	buffer := make([]byte, 256)
	for {
		n, err := w.Read(buffer)
		if err != nil {
			return
		}
		if w.Baud() != s.baud {
			in = nil
			continue
		}
		in = append(in, buffer[:n]...)
		for {
			command, rest, ok := takeCommand(in)
			in = rest
			if !ok {
				break
			}
			if reply := s.answer(command); reply != nil {
				if _, err := w.Write(reply); err != nil {
					return
				}
			}
		}
	}
}

// takeCommand cuts one command off: kind, length, address, data and CRC.
func takeCommand(in []byte) (command, rest []byte, ok bool) {
	for len(in) > 0 && (in[0] != 0x7E || len(in) > 1 && in[1] != 0) {
		in = in[1:]
	}
	if len(in) < 4 {
		return nil, in, false
	}
	size := 2 + 1 + 1 + 2 + int(in[3]) + 2
	if len(in) < size {
		return nil, in, false
	}
	return in[2:size], in[size:], true
}

// answer is the whole reply to a command, nil for none.
func (s *GM65) answer(command []byte) []byte {
	reply := s.carryOut(command)
	s.mu.Lock()
	asked := s.asked
	s.mu.Unlock()
	asked(append([]byte{}, command...))
	return reply
}

func (s *GM65) carryOut(command []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := len(command) - 2
	sum := xmodem(command[:end])
	if given := uint16(command[end])<<8 | uint16(command[end+1]); given != sum && given != 0xABCD {
		return nil // the manual: a command with a wrong CRC is not answered
	}
	data := s.obey(command[0], int(command[2])<<8|int(command[3]), command[4:end])
	if data == nil {
		return nil
	}
	t := s.trouble
	if s.trouble.Times > 0 {
		if s.trouble.Times--; s.trouble.Times == 0 {
			s.trouble = GM65Trouble{}
		}
	}
	return s.spoil(t, data)
}

// obey carries a command out and returns its reply's data, nil when the module does
// not know it.
func (s *GM65) obey(kind byte, address int, data []byte) []byte {
	switch kind {
	case 0x07:
		if len(data) != 1 || data[0] == 0 || address+int(data[0]) > len(s.zone) {
			return nil
		}
		return append([]byte{}, s.zone[address:address+int(data[0])]...)
	case 0x08:
		if address+len(data) > len(s.zone) {
			return nil
		}
		copy(s.zone[address:], data)
		return []byte{0}
	case 0x09:
		s.saved = s.zone
		return []byte{0}
	}
	return nil
}

// spoil packs a reply and does to it what the trouble says.
func (s *GM65) spoil(t GM65Trouble, data []byte) []byte {
	reply := append([]byte{0x02, 0x00, 0x00, byte(len(data))}, data...)
	if t.Refuse {
		reply[2] = 0x01
	}
	sum := xmodem(reply[2:])
	if t.UncheckedCRC {
		sum = 0xABCD
	}
	reply = append(reply, byte(sum>>8), byte(sum))
	if t.WrongCRC {
		reply[len(reply)-1] ^= 0x10
	}
	if t.Truncate > 0 {
		reply = reply[:min(t.Truncate, len(reply))]
	}
	reply = append(append([]byte{}, t.Garbage...), reply...)
	switch {
	case t.Silent:
		return nil
	case t.InsideCode > 0:
		s.kept, s.trouble.InsideCode = reply, t.InsideCode
		return nil
	}
	return reply
}

// nibbles are the remainders of 0 to 15 at the place of a 16-bit number's top four
// bits, after the polynomial of XMODEM.
var nibbles = [16]uint16{
	0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
	0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
}

// xmodem is the CRC of the XMODEM protocol, four bits at a time.
func xmodem(b []byte) uint16 {
	var sum uint16
	for _, v := range b {
		sum = sum<<4 ^ nibbles[byte(sum>>12)^v>>4]
		sum = sum<<4 ^ nibbles[byte(sum>>12)^v&0x0F]
	}
	return sum
}
