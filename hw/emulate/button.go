package emulate

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// Button is the bench's end: a contact that a hand closes and a ring of light
// that can be looked at.
type Button struct {
	path string

	mu       sync.Mutex
	listener net.Listener // nil while unplugged
	conns    map[net.Conn]bool
	closed   bool // the contact
	lit      bool
	turns    []time.Time // when the light went on or off, the last ones
	changed  chan struct{}
	running  sync.WaitGroup
}

// NewButton makes a button behind a unix socket at path.
func NewButton(path string) (*Button, error) {
	b := &Button{path: path, conns: map[net.Conn]bool{}, changed: make(chan struct{})}
	return b, b.Plug()
}

// Plug connects the button's cable.
func (b *Button) Plug() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listener != nil {
		return nil
	}
	if err := os.Remove(b.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("emulate: button: %w", err)
	}
	l, err := net.Listen("unix", b.path)
	if err != nil {
		return fmt.Errorf("emulate: button: %w", err)
	}
	b.listener = l
	b.running.Go(func() { b.accept(l) })
	return nil
}

// Unplug pulls the cable: the terminal sees an open contact.
func (b *Button) Unplug() error {
	b.mu.Lock()
	l := b.listener
	b.listener = nil
	for c := range b.conns {
		c.Close()
	}
	b.mu.Unlock()
	if l == nil {
		return nil
	}
	err := l.Close()
	b.running.Wait()
	return err
}

// Plugged tells whether the cable is connected.
func (b *Button) Plugged() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.listener != nil
}

// Connected tells whether a terminal is at the other end.
func (b *Button) Connected() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.conns) > 0
}

// Close unplugs the button for good.
func (b *Button) Close() error { return b.Unplug() }

func (b *Button) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		b.mu.Lock()
		if b.listener != l { // pulled meanwhile
			b.mu.Unlock()
			conn.Close()
			return
		}
		b.conns[conn] = true
		b.say(conn)
		b.news()
		b.mu.Unlock()
		b.running.Go(func() { b.look(conn) })
	}
}

// look watches the light of one terminal.
func (b *Button) look(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if word, ok := strings.CutPrefix(lines.Text(), "light "); ok {
			b.seen(word == "on")
		}
	}
	conn.Close()
	b.mu.Lock()
	delete(b.conns, conn)
	dark := len(b.conns) == 0
	b.news()
	b.mu.Unlock()
	if dark {
		b.seen(false)
	}
}

// news wakes everybody who waits; the lock is held.
func (b *Button) news() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// say tells a terminal the contact; the lock is held.
func (b *Button) say(conn net.Conn) {
	word := "open\n"
	if b.closed {
		word = "closed\n"
	}
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = conn.Write([]byte(word))
}

// SetContact closes or opens the contact, as the hand on the button does.
func (b *Button) SetContact(closed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = closed
	for conn := range b.conns {
		b.say(conn)
	}
	b.news()
}

// blinkWindow is how long a light that went on and off is still seen as blinking.
const blinkWindow = 1200 * time.Millisecond

// seen notes the light.
func (b *Button) seen(lit bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lit == lit {
		return
	}
	b.lit = lit
	b.turns = append(b.turns, time.Now())
	b.turns = b.turns[max(len(b.turns)-3, 0):]
	b.news()
}

// Light tells how the ring looks to somebody before it: "off", "on" or
// "blinking". A ring that has gone on only now may be either; it is looked at for
// a moment first, until ctx ends at the latest.
func (b *Button) Light(ctx context.Context) string {
	for {
		b.mu.Lock()
		lit, turns, changed := b.lit, b.turns, b.changed
		b.mu.Unlock()
		now := time.Now()
		recent := 0
		var settles time.Time
		for _, t := range turns {
			if now.Sub(t) < blinkWindow {
				recent++
				settles = t.Add(blinkWindow)
			}
		}
		switch {
		case recent >= 2:
			return "blinking"
		case recent == 0 && lit:
			return "on"
		case recent == 0:
			return "off"
		}
		select {
		case <-changed:
		case <-time.After(time.Until(settles)):
		case <-ctx.Done():
			if lit {
				return "on"
			}
			return "off"
		}
	}
}

// WaitConnected waits until a terminal is at the other end.
func (b *Button) WaitConnected(ctx context.Context) error {
	for {
		b.mu.Lock()
		there, changed := len(b.conns) > 0, b.changed
		b.mu.Unlock()
		if there {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("emulate: no terminal at the button: %w", ctx.Err())
		}
	}
}

// WaitChange waits until the contact, the light or the connection changes, or a
// light that changed has settled.
func (b *Button) WaitChange(ctx context.Context) error {
	b.mu.Lock()
	changed := b.changed
	b.mu.Unlock()
	select {
	case <-changed:
		return nil
	case <-time.After(blinkWindow):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
