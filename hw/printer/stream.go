package printer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"lintai/hw/serialport"
)

// stream is an open line that is no tty: a device of usblp or a connection. Its
// errors are those of a serial line, so that a session need not know the
// difference.
type stream struct {
	address string
	conn    deadlined
	file    *os.File // of usblp; nil on a network

	// deaf is set for a device that cannot be read: usblp has those, for
	// printers with a cable in one direction.
	deaf   atomic.Bool
	closed chan struct{}
	once   sync.Once
}

// deadlined is what os.File and net.Conn have in common.
type deadlined interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

func newStream(address string, conn deadlined) *stream {
	return &stream{address: address, conn: conn, closed: make(chan struct{})}
}

// emptyPause is the time between two looks at a USB printer that answers with
// empty packets, which many do while they have nothing to say.
const emptyPause = 50 * time.Millisecond

// Read is as serialport.Port has it. A device that cannot be read is silent.
func (s *stream) Read(p []byte, within time.Duration) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if s.deaf.Load() {
		return 0, s.pause(within)
	}
	err := s.conn.SetReadDeadline(time.Now().Add(within))
	n := 0
	if err == nil {
		n, err = s.conn.Read(p)
	}
	switch {
	case n > 0:
		return n, nil
	case s.file != nil && (errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EBADF)):
		s.deaf.Store(true)
		return 0, s.pause(within)
	case s.file != nil && errors.Is(err, io.EOF) && !s.hungUp():
		return 0, s.pause(min(within, emptyPause))
	}
	return 0, s.reason("read", err)
}

// Write is as serialport.Port has it.
func (s *stream) Write(p []byte, within time.Duration) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return 0, s.reason("write", err)
	}
	n, err := s.conn.Write(p)
	if err != nil {
		return n, s.reason("write", err)
	}
	return n, nil
}

// Close ends a waiting Read and Write with ErrClosed. What was not sent yet is
// dropped.
func (s *stream) Close() error {
	s.once.Do(func() {
		close(s.closed)
		_ = s.conn.Close() // an unplugged one may refuse; it is gone either way
	})
	return nil
}

// pause waits as long as a Read of a silent line would.
func (s *stream) pause(d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return serialport.ErrTimeout
	case <-s.closed:
		return serialport.ErrClosed
	}
}

// hungUp asks the kernel whether there is still a device behind the file: an
// unplugged one reads as empty, too.
func (s *stream) hungUp() bool {
	conn, err := s.file.SyscallConn()
	if err != nil {
		return true
	}
	up := false
	err = conn.Control(func(fd uintptr) {
		set := []unix.PollFd{{Fd: int32(fd)}}
		_, err := unix.Poll(set, 0)
		up = err != nil || set[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0
	})
	return err != nil || up
}

// reason names what ended a Read or Write.
func (s *stream) reason(verb string, err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return serialport.ErrTimeout
	}
	// Our own flag decides: a Close and a loss can end a wait in the same way.
	select {
	case <-s.closed:
		return serialport.ErrClosed
	default:
	}
	return fmt.Errorf("%w: %s %s: %w", serialport.ErrUnplugged, verb, s.address, err)
}
