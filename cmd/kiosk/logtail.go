package main

import (
	"bytes"
	"sync"
)

// logTail keeps the newest part of the program's log in memory, for central and for a
// stick: the terminal's user may not read the journal.
type logTail struct {
	mu   sync.Mutex
	text []byte
}

// tailSize is how much is kept at least, and half of what may be kept for a moment.
const tailSize = 1 << 20

// Write takes a line. It never fails.
func (t *logTail) Write(line []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.text)+len(line) > 2*tailSize {
		t.text = append(t.text[:0], t.text[max(0, len(t.text)-tailSize):]...)
	}
	t.text = append(t.text, line...)
	return len(line), nil
}

// newest is whole lines of at most so many bytes.
func (t *logTail) newest(most int) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.text) <= most {
		return bytes.Clone(t.text)
	}
	tail := t.text[len(t.text)-most:]
	return bytes.Clone(tail[bytes.IndexByte(tail, '\n')+1:])
}
