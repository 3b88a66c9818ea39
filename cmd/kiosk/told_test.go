package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// stderr is what a program that still runs has said so far.
type stderr struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed at the next word
}

func (s *stderr) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.more != nil {
		close(s.more)
		s.more = nil
	}
	return s.text.Write(p)
}

// String is all of it.
func (s *stderr) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// tells waits for some words: what the window shows may be there before them.
func (s *stderr) tells(t *testing.T, words string) {
	t.Helper()
	patience := time.After(30 * time.Second)
	for {
		s.mu.Lock()
		if strings.Contains(s.text.String(), words) {
			s.mu.Unlock()
			return
		}
		if s.more == nil {
			s.more = make(chan struct{})
		}
		more := s.more
		s.mu.Unlock()
		select {
		case <-more:
		case <-patience:
			t.Errorf("the log does not say %q:\n%s", words, s)
			return
		}
	}
}
