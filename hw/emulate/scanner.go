package emulate

import (
	"errors"
	"sync"
)

// Scanner is a QR scanner in line mode: what it sees it types.
type Scanner struct {
	mu   sync.Mutex
	tail string
	wire *Wire
}

// NewScanner makes a scanner that ends each code with a tail: "\r", "\n",
// "\r\n", "\t" or nothing.
func NewScanner(tail string) *Scanner { return &Scanner{tail: tail} }

// ErrNoPower is returned when a scanner is used that hangs at a pulled line.
var ErrNoPower = errors.New("emulate: the scanner's line is not plugged")

// Scan shows a code to the scanner. It returns when the code has been sent.
func (s *Scanner) Scan(code string) error {
	s.mu.Lock()
	tail := s.tail
	s.mu.Unlock()
	return s.Send([]byte(code + tail))
}

// Send sends bytes as they are: noise, half a code.
func (s *Scanner) Send(p []byte) error {
	s.mu.Lock()
	w := s.wire
	s.mu.Unlock()
	if w == nil {
		return ErrNoPower
	}
	_, err := w.Write(p)
	return err
}

// SetTail changes what ends a code.
func (s *Scanner) SetTail(tail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tail = tail
}

func (s *Scanner) power(w *Wire) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wire = w
}

// Serve is the scanner under power. It does not listen.
func (s *Scanner) Serve(w *Wire) {
	<-w.Pulled()
	s.power(nil)
}
