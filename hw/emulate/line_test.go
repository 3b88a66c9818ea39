package emulate_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"lintai/hw/emulate"
)

// echo answers each read with the same bytes and tells when it lost power.
type echo struct{ off chan struct{} }

func (e echo) Serve(w *emulate.Wire) {
	buf := make([]byte, 256)
	for {
		n, err := w.Read(buf)
		if err != nil {
			e.off <- struct{}{}
			return
		}
		if _, err := w.Write(buf[:n]); err != nil {
			e.off <- struct{}{}
			return
		}
	}
}

func TestLineComesBackUnderAnotherName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "card")
	e := echo{off: make(chan struct{}, 1)}
	line, err := emulate.NewLine(path, e)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	before, err := os.Readlink(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := line.Unplug(); err != nil {
			t.Fatal(err)
		}
		<-e.off
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("the link is still there after the cable was pulled: %v", err)
		}
		if err := line.Plug(); err != nil {
			t.Fatal(err)
		}
		after, err := os.Readlink(path)
		if err != nil {
			t.Fatal(err)
		}
		if after == before {
			t.Fatalf("came back as %s again", after)
		}
		before = after
	}
}

// TestUnplugTakesThePowerFromADeviceThatListens: a driver that has the line open
// and says nothing does not keep the device alive.
func TestUnplugTakesThePowerFromADeviceThatListens(t *testing.T) {
	e := echo{off: make(chan struct{}, 1)}
	line, err := emulate.NewLine(filepath.Join(t.TempDir(), "card"), e)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	driver, err := os.OpenFile(line.Path(), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer driver.Close()
	if err := line.Unplug(); err != nil {
		t.Fatal(err)
	}
	<-e.off
}

func TestLineReplacesWhatAKilledBenchLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "card")
	if err := os.Symlink("/dev/pts/no-such-tty", path); err != nil {
		t.Fatal(err)
	}
	line, err := emulate.NewLine(path, echo{off: make(chan struct{}, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	if err := line.Plug(); err == nil {
		t.Fatal("a closed line was plugged")
	}
}
