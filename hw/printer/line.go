package printer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"lintai/hw"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
)

// Line is the way to a printer: a serial line, a device of the kernel's usblp
// driver, or a raw TCP port as printers in a network have it.
type Line struct {
	// Address is the path of a serial line ("/dev/ttyUSB0"), the path of a USB
	// printer ("/dev/usb/lp0": its last element, as given or where links lead,
	// is lp and a number), or "tcp://192.0.2.5:9100".
	Address string
	// Baud is the speed of a serial line. The others know none.
	Baud int
}

// kind tells the ways apart.
type kind int

const (
	onSerial kind = iota
	onUSB
	onNetwork
)

const networkScheme = "tcp://"

// kind follows links, so it can change when another printer is plugged in.
func (l Line) kind() kind {
	if strings.HasPrefix(l.Address, networkScheme) {
		return onNetwork
	}
	if isUSB(l.Address) {
		return onUSB
	}
	if path, err := filepath.EvalSymlinks(l.Address); err == nil && isUSB(path) {
		return onUSB
	}
	return onSerial
}

// isUSB tells whether a path is named as usblp names its devices.
func isUSB(path string) bool {
	number, ok := strings.CutPrefix(filepath.Base(path), "lp")
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}

// port is what a session needs of an open line; serialport.Port is one.
type port interface {
	Read(p []byte, within time.Duration) (n int, err error)
	Write(p []byte, within time.Duration) (n int, err error)
	Close() error
}

// dialTime bounds the opening of a connection: a printer in the same building
// answers within milliseconds, or it is off.
const dialTime = 3 * time.Second

// open opens the line. Errors are those of serialport.Open.
func (l Line) open(ctx context.Context, k kind) (port, error) {
	switch k {
	case onNetwork:
		return dial(ctx, l.Address)
	case onUSB:
		return openUSB(l.Address)
	}
	line, err := serialport.Open(serialport.Settings{Path: l.Address, Baud: l.Baud})
	if err != nil {
		return nil, err // a nil *Line in an interface would not be nil
	}
	return line, nil
}

func dial(ctx context.Context, address string) (port, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Port() == "" {
		return nil, &hw.Error{Code: fault.DeviceFailed, Text: "printer: " + address + " is not tcp://host:port"}
	}
	d := net.Dialer{Timeout: dialTime}
	conn, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		kind := serialport.ErrUnplugged
		// The machine is there and its port is not: most printers take one
		// connection at a time.
		if errors.Is(err, unix.ECONNREFUSED) {
			kind = serialport.ErrBusy
		}
		return nil, fmt.Errorf("%w: %w", kind, err)
	}
	s := newStream(address, conn)
	if tcp, ok := conn.(*net.TCPConn); ok {
		// What the kernel holds must not reach the printer after this side gave
		// the slip up, and there should be little of it.
		err = errors.Join(tcp.SetLinger(0), tcp.SetWriteBuffer(networkBuffer))
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("%w: %w", serialport.ErrUnsuitable, err)
	}
	return s, nil
}

// networkBuffer is how much of a slip the kernel may hold for the network.
const networkBuffer = 4096

// openUSB opens a device of usblp through Go's poller, which gives reads and
// writes their deadlines.
func openUSB(address string) (port, error) {
	const flags = syscall.O_NOCTTY | syscall.O_NONBLOCK
	file, err := os.OpenFile(address, os.O_RDWR|flags, 0)
	deaf := false
	if errors.Is(err, fs.ErrPermission) { // it may be for writing only
		file, err = os.OpenFile(address, os.O_WRONLY|flags, 0)
		deaf = true
	}
	if err == nil {
		if err = file.SetDeadline(time.Time{}); err != nil { // a plain file, say
			file.Close()
			return nil, fmt.Errorf("%w: open %s: %w", serialport.ErrUnsuitable, address, err)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EIO):
		return nil, fmt.Errorf("%w: %w", serialport.ErrUnplugged, err)
	case errors.Is(err, unix.EBUSY), errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w: %w", serialport.ErrBusy, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", serialport.ErrUnsuitable, err)
	}
	s := newStream(address, file)
	s.file = file
	s.deaf.Store(deaf)
	return s, nil
}
