// Package emulate holds devices made of software that speak the real bytes.
//
// A Line is the cable: a pseudo-terminal behind a link whose name stays the same,
// as /dev/serial/by-id has it for real adapters. It can be pulled and put back,
// also in the middle of a frame, and comes back under another number. A Device is
// what hangs at its end; it gets power when the line is plugged and loses it when
// the line is pulled.
//
// Reader, Scanner and Printer are such devices. Each has hands to do what a person
// does to the real one (lay a card on it, take the paper out) and knobs to
// misbehave as real ones do. They know the protocol from its own side: nothing in
// them is shared with the drivers' codecs but the document that describes it, so
// that a mistake in one is not repeated by the other.
package emulate

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Device is what hangs at the far end of a line. Serve is called each time the
// line is plugged and runs until Read or Write on the wire fails, which is when
// the line is pulled.
type Device interface {
	Serve(w *Wire)
}

// powered is a device that speaks by itself and so must know its wire when Plug
// returns.
type powered interface{ power(w *Wire) }

// Line is a cable with a device at its end.
type Line struct {
	path   string
	device Device

	mu     sync.Mutex
	wire   *Wire
	served chan struct{} // closed when Serve of the plugged wire returned
	last   string        // tty of the wire before
	manner Manner
	closed bool
}

// Manner is how bytes travel between the device and the terminal.
type Manner struct {
	// Latency passes before the first byte that the device sends at once.
	Latency time.Duration
	// Chunk is the most bytes that it hands over at once; 0 is all of them.
	Chunk int
	// Paced lets bytes take the time that they need at the driver's baud, in both
	// directions.
	Paced bool
}

// NewLine makes a cable whose near end will appear as a link at path, and plugs it.
func NewLine(path string, d Device) (*Line, error) {
	l := &Line{path: path, device: d}
	if err := l.Plug(); err != nil {
		return nil, err
	}
	return l, nil
}

// Path is the link under which drivers open the line.
func (l *Line) Path() string { return l.path }

// SetManner changes how bytes travel from now on.
func (l *Line) SetManner(m Manner) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.manner = m
	if l.wire != nil {
		l.wire.setManner(m)
	}
}

// Plug puts the cable in. It comes up under another tty than the time before.
// Plugging a plugged line does nothing.
func (l *Line) Plug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return errors.New("emulate: the line is closed")
	}
	if l.wire != nil {
		return nil
	}
	w, err := newWire(l.last)
	if err != nil {
		return fmt.Errorf("emulate: plug %s: %w", l.path, err)
	}
	w.setManner(l.manner)
	if err := link(w.slave.Name(), l.path); err != nil {
		w.pull()
		return fmt.Errorf("emulate: plug %s: %w", l.path, err)
	}
	l.wire, l.last, l.served = w, w.slave.Name(), make(chan struct{})
	if d, ok := l.device.(powered); ok {
		d.power(w)
	}
	go func(served chan struct{}) {
		defer close(served)
		l.device.Serve(w)
	}(l.served)
	return nil
}

// Unplug pulls the cable and returns when the device has lost its power.
func (l *Line) Unplug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unplug()
}

func (l *Line) unplug() error {
	if l.wire == nil {
		return nil
	}
	// The link goes first: a driver that reopens at once must not find the
	// dying tty.
	err := os.Remove(l.path)
	l.wire.pull()
	<-l.served
	l.wire = nil
	return err
}

// Plugged tells whether the cable is in.
func (l *Line) Plugged() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wire != nil
}

// Close pulls the cable for good.
func (l *Line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return l.unplug()
}

// link makes path point at target, replacing what a killed bench left behind.
func link(target, path string) error {
	fresh := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

// Wire is the device's end of a plugged line.
type Wire struct {
	end end
	// tty is the line's master, nil on a network.
	tty *os.File
	// slave is kept open: without it the device would read EIO while no driver
	// is there.
	slave  *os.File
	pulled chan struct{}
	once   sync.Once

	mu     sync.Mutex
	manner Manner

	due time.Time // when the bytes read so far have arrived; the reader's alone
}

// end is the device's end of a line: a master or a connection.
type end interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
}

// newWire opens a pseudo-terminal in raw mode that is not the tty named avoid.
func newWire(avoid string) (*Wire, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, err
	}
	if slave.Name() == avoid {
		// The kernel hands out the lowest free number; holding it gets the next.
		held, heldSlave := master, slave
		master, slave, err = pty.Open()
		heldSlave.Close()
		held.Close()
		if err != nil {
			return nil, err
		}
	}
	w := &Wire{end: master, tty: master, slave: slave, pulled: make(chan struct{})}
	if err := w.setUp(); err != nil {
		w.pull()
		return nil, err
	}
	return w, nil
}

func (w *Wire) setUp() error {
	// Opening a pseudo-terminal takes the master away from Go's poller; put back,
	// its Read ends when the line is pulled and not when a driver next writes.
	if err := unblock(w.tty); err != nil {
		return err
	}
	// Nothing echoes or translates before the first driver has set raw mode.
	conn, err := w.slave.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	err = conn.Control(func(fd uintptr) {
		var t *unix.Termios
		if t, inner = unix.IoctlGetTermios(int(fd), unix.TCGETS); inner != nil {
			return
		}
		t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		inner = unix.IoctlSetTermios(int(fd), unix.TCSETS, t)
	})
	if err == nil {
		err = inner
	}
	return err
}

// unblock makes a file wait in the poller, where closing it ends the wait.
func unblock(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	err = conn.Control(func(fd uintptr) { inner = unix.SetNonblock(int(fd), true) })
	if err == nil {
		err = inner
	}
	return err
}

// pull closes both ends; the driver's own descriptor hangs up.
func (w *Wire) pull() {
	w.once.Do(func() {
		close(w.pulled)
		if w.slave != nil {
			w.slave.Close()
		}
		w.end.Close()
	})
}

// Pulled is closed when the line is pulled.
func (w *Wire) Pulled() <-chan struct{} { return w.pulled }

// Read reads what the driver wrote, waiting for it, in the line's manner. It fails
// only when the line is pulled, or the driver of a network hangs up.
func (w *Wire) Read(p []byte) (int, error) {
	w.mu.Lock()
	paced := w.manner.Paced
	w.mu.Unlock()
	baud := 0
	if paced {
		baud = w.Baud()
	}
	if baud <= 0 {
		return w.end.Read(p)
	}
	// A millisecond's worth at a time; what waits in the kernel is what a
	// real line still has to send.
	began := time.Now()
	n, err := w.end.Read(p[:min(len(p), max(baud/10/1000, 1))])
	if err != nil {
		return n, err
	}
	// Bytes that were there already came while this side slept: the line did not.
	if now := time.Now(); now.Sub(began) > time.Millisecond && w.due.Before(now) {
		w.due = now
	}
	w.due = w.due.Add(time.Duration(n*10) * time.Second / time.Duration(baud))
	return n, w.wait(time.Until(w.due))
}

// SetReadDeadline bounds the next Reads, as os.File has it.
func (w *Wire) SetReadDeadline(t time.Time) error { return w.end.SetReadDeadline(t) }

// Write sends bytes to the driver in the line's manner.
func (w *Wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	m := w.manner
	w.mu.Unlock()
	if err := w.wait(m.Latency); err != nil {
		return 0, err
	}
	chunk := m.Chunk
	if chunk <= 0 {
		chunk = max(len(p), 1)
	}
	sent, begun := 0, time.Now()
	for sent < len(p) {
		part := p[sent:min(sent+chunk, len(p))]
		if m.Paced {
			if baud := w.Baud(); baud > 0 {
				// By the time since the first byte: a timer that rings late once must not
				// make the whole line slow.
				due := begun.Add(time.Duration((sent+len(part))*10) * time.Second / time.Duration(baud))
				if err := w.wait(time.Until(due)); err != nil {
					return sent, err
				}
			}
		}
		n, err := w.end.Write(part)
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// wait lets time pass unless the line is pulled.
func (w *Wire) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-w.pulled:
		return os.ErrClosed
	}
}

func (w *Wire) setManner(m Manner) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.manner = m
}

// Baud is the speed that the driver has set, 0 when it cannot be told. A device
// that is spoken to at another speed hears nothing but noise.
func (w *Wire) Baud() int {
	if w.tty == nil {
		return 0
	}
	conn, err := w.tty.SyscallConn()
	if err != nil {
		return 0
	}
	baud := 0
	// TCGETS2 tells the speed as a number; on a master it asks the slave.
	_ = conn.Control(func(fd uintptr) {
		if t, err := unix.IoctlGetTermios(int(fd), unix.TCGETS2); err == nil {
			baud = int(t.Ospeed)
		}
	})
	return baud
}
