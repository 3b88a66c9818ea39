package printer

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lintai/hw/serialport"
)

// fifo stands for a device of usblp with a cable in one direction. It gives the
// near end, opened with flags, and the far one.
func fifo(t *testing.T, flags int) (near *stream, far *os.File) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lp0")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	far, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	file, err := os.OpenFile(path, flags|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	near = newStream(path, file)
	near.file = file
	t.Cleanup(func() { near.Close() })
	return near, far
}

func TestDeviceThatCannotBeReadIsSilent(t *testing.T) {
	s, far := fifo(t, os.O_WRONLY)
	for range 2 { // the second time it is known
		if n, err := s.Read(make([]byte, 8), time.Millisecond); n != 0 || !errors.Is(err, serialport.ErrTimeout) {
			t.Fatalf("read %d bytes, %v", n, err)
		}
	}
	if _, err := s.Write([]byte("slip"), time.Second); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(far, got); err != nil || string(got) != "slip" {
		t.Fatalf("%q arrived, %v", got, err)
	}
	ended := make(chan error)
	go func() {
		_, err := s.Read(make([]byte, 8), time.Hour)
		ended <- err
	}()
	s.Close()
	if err := <-ended; !errors.Is(err, serialport.ErrClosed) {
		t.Errorf("a Read that was waiting ends with %v", err)
	}
}

func TestWritesThatFindNoRoomEnd(t *testing.T) {
	s, _ := fifo(t, os.O_WRONLY)
	n, err := s.Write(make([]byte, 1<<20), 10*time.Millisecond)
	if n == 0 || n == 1<<20 || !errors.Is(err, serialport.ErrTimeout) {
		t.Errorf("wrote %d bytes, %v", n, err)
	}
	s.Close()
	if _, err := s.Write([]byte("x"), time.Second); !errors.Is(err, serialport.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestLostDevice(t *testing.T) {
	s, far := fifo(t, os.O_RDONLY)
	if n, err := s.Read(make([]byte, 8), time.Millisecond); n != 0 || !errors.Is(err, serialport.ErrTimeout) {
		t.Fatalf("read %d bytes, %v", n, err)
	}
	far.Close()
	if _, err := s.Read(make([]byte, 8), time.Second); !errors.Is(err, serialport.ErrUnplugged) {
		t.Errorf("with nobody at the other end: %v", err)
	}
}

func TestKindsOfLines(t *testing.T) {
	dir := t.TempDir()
	device := filepath.Join(dir, "lp3")
	if err := os.WriteFile(device, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"usb-printer": device, "tty-printer": "/dev/null"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for address, want := range map[string]kind{
		"/dev/ttyUSB0": onSerial, "/dev/usb/lp0": onUSB, "/dev/usb/lp12": onUSB, "/dev/lp": onSerial, "/dev/lpx": onSerial, "/dev/serial/by-id/lp0-if00": onSerial,
		"tcp://192.0.2.5:9100": onNetwork, filepath.Join(dir, "usb-printer"): onUSB, filepath.Join(dir, "tty-printer"): onSerial,
	} {
		if got := (Line{Address: address}).kind(); got != want {
			t.Errorf("%s: kind %d, want %d", address, got, want)
		}
	}
}
