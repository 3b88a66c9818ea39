// Package serialport is the one way to a serial line.
//
// go.bug.st/serial opens the line, sets speed and raw mode, and locks it against
// other programs. The bytes do not go through it: its Write has no time limit,
// a Write after Close goes to whatever file has taken the descriptor's number,
// and a timed-out Read looks like an empty one. They go through a second
// descriptor of the same line that belongs to Go's poller, which knows
// deadlines in both directions, wakes a waiting Read when the port is closed, and
// never touches a descriptor that is no longer its own.
//
// A line is opened by a path that stays the same, usually a link under
// /dev/serial/by-id, which is followed anew at each opening: the same device may
// come back under another name. Modem lines are left alone; what hangs on a
// pseudo-terminal has none.
package serialport

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// The errors of a line, each with its published code (hw.FaultOf).
var (
	// ErrTimeout: the time given to a Read or Write passed. Bytes may have been
	// written; none were read.
	ErrTimeout error = &hw.Error{Code: fault.NoAnswer, Text: "serialport: time is up"}
	// ErrUnplugged: the line went away while it was open, or is not there.
	ErrUnplugged error = &hw.Error{Code: fault.Unplugged, Text: "serialport: unplugged"}
	// ErrClosed: this side closed the port.
	ErrClosed error = &hw.Error{Code: fault.DeviceFailed, Text: "serialport: closed"}
	// ErrBusy: another program holds the line, or this user may not open it.
	ErrBusy error = &hw.Error{Code: fault.PortBusy, Text: "serialport: in use or not permitted"}
	// ErrUnsuitable: the path leads to something that is not a serial line, or
	// the line refuses the settings.
	ErrUnsuitable error = &hw.Error{Code: fault.DeviceFailed, Text: "serialport: not a usable serial line"}
)

// Port is an open line. One goroutine may read while another writes; Close may
// be called by anybody at any time and as often as one likes.
type Port interface {
	// Read waits until there is at least one byte, at most as long as within,
	// and reads what there is. It returns n > 0 with a nil error, or 0 with
	// ErrTimeout, ErrUnplugged or ErrClosed.
	Read(p []byte, within time.Duration) (n int, err error)
	// Write hands all of p to the line, waiting for room at most as long as
	// within. n bytes were handed over also when err is not nil.
	Write(p []byte, within time.Duration) (n int, err error)
	// FlushInput drops what arrived and was not read.
	FlushInput() error
	Close() error
}

// Settings says which line and how fast. All lines are 8N1 without flow control.
type Settings struct {
	// Path is followed through links at each opening.
	Path string
	Baud int
}

// Line is a Port on a tty.
type Line struct {
	settings Settings
	file     *os.File // carries the bytes

	mu     sync.Mutex
	lock   serial.Port // holds the settings and the exclusive lock; nil once closed
	closed bool
}

var _ Port = (*Line)(nil)

// Open opens and locks a line and drops what had arrived before. Errors wrap
// ErrUnplugged, ErrBusy or ErrUnsuitable.
func Open(s Settings) (*Line, error) {
	path, err := filepath.EvalSymlinks(s.Path)
	if err != nil {
		return nil, openError(s.Path, err)
	}
	// Ours comes first: once the library has locked the line, no second
	// descriptor can be had.
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, openError(s.Path, err)
	}
	lock, err := serial.Open(path, &serial.Mode{BaudRate: s.Baud, DataBits: 8, Parity: serial.NoParity, StopBits: serial.OneStopBit})
	if err != nil {
		file.Close()
		return nil, openError(s.Path, err)
	}
	l := &Line{settings: s, file: file, lock: lock}
	if err := l.check(); err != nil {
		l.Close()
		return nil, openError(s.Path, err)
	}
	return l, nil
}

// check proves that both descriptors are one line: what was set through one is
// seen through the other. Between the two openings a cable can be pulled and
// another device can take the name.
func (l *Line) check() error {
	if err := l.file.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("no deadlines: %w", err)
	}
	conn, err := l.file.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	err = conn.Control(func(fd uintptr) {
		var t *unix.Termios
		t, inner = unix.IoctlGetTermios(int(fd), unix.TCGETS)
		if inner == nil && t.Lflag&(unix.ICANON|unix.ECHO) != 0 {
			inner = unix.EIO
		}
	})
	if err == nil {
		err = inner
	}
	if err != nil {
		return err
	}
	return l.lock.ResetInputBuffer()
}

// Read is described at Port.
func (l *Line) Read(p []byte, within time.Duration) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := l.file.SetReadDeadline(time.Now().Add(within)); err != nil {
		return 0, l.inUse("read", err)
	}
	n, err := l.file.Read(p)
	if n > 0 {
		return n, nil
	}
	return 0, l.inUse("read", err)
}

// Write is described at Port.
func (l *Line) Write(p []byte, within time.Duration) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := l.file.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return 0, l.inUse("write", err)
	}
	n, err := l.file.Write(p)
	if err != nil {
		return n, l.inUse("write", err)
	}
	return n, nil
}

// FlushInput is described at Port.
func (l *Line) FlushInput() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if err := l.lock.ResetInputBuffer(); err != nil {
		return l.lost("flush", err)
	}
	return nil
}

// Close ends a waiting Read and Write with ErrClosed and frees the line.
func (l *Line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	// An unplugged line may refuse both; it is gone either way.
	_ = l.file.Close()
	_ = l.lock.Close()
	return nil
}

// inUse names what ended a Read or Write.
func (l *Line) inUse(verb string, err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ErrTimeout
	}
	// Our own flag decides: a hang-up and a Close can end a wait in the same way.
	l.mu.Lock()
	closed := l.closed
	l.mu.Unlock()
	if closed {
		return ErrClosed
	}
	return l.lost(verb, err)
}

// lost names an error of an open line. A hang-up reads as end of file and writes
// as EIO; both mean that the other end is gone.
func (l *Line) lost(verb string, err error) error {
	for _, gone := range []error{io.EOF, unix.EIO, unix.ENXIO, unix.ENODEV, unix.EPIPE} {
		if errors.Is(err, gone) {
			return fmt.Errorf("%w: %s %s", ErrUnplugged, verb, l.settings.Path)
		}
	}
	return fmt.Errorf("serialport: %s %s: %w", verb, l.settings.Path, err)
}

// openError names what kept a line from being opened.
func openError(path string, err error) error {
	kind := ErrUnsuitable
	var own *serial.PortError
	switch {
	case errors.As(err, &own) && (own.Code() == serial.PortBusy || own.Code() == serial.PermissionDenied),
		errors.Is(err, unix.EBUSY), errors.Is(err, fs.ErrPermission):
		kind = ErrBusy
	case errors.As(err, &own) && own.Code() == serial.PortNotFound,
		errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.EIO), errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENODEV):
		kind = ErrUnplugged
	}
	return fmt.Errorf("%w: open %s: %w", kind, path, err)
}
