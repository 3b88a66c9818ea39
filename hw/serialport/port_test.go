package serialport_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
)

// patience bounds waits that end by themselves when the code is right.
const patience = 10 * time.Second

// bench is a far end whose wires a test takes into its own hands.
type bench struct{ wires chan *emulate.Wire }

func (b bench) Serve(w *emulate.Wire) {
	b.wires <- w
	<-w.Pulled()
}

func setup(t *testing.T) (*emulate.Line, bench) {
	t.Helper()
	b := bench{wires: make(chan *emulate.Wire, 1)}
	line, err := emulate.NewLine(filepath.Join(t.TempDir(), "device"), b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { line.Close() })
	return line, b
}

func open(t *testing.T, path string, baud int) *serialport.Line {
	t.Helper()
	p, err := serialport.Open(serialport.Settings{Path: path, Baud: baud})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestBytesTravelUnchangedBothWays(t *testing.T) {
	line, b := setup(t)
	w := <-b.wires
	p := open(t, line.Path(), 115200)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	if n, err := p.Write(all, patience); n != 256 || err != nil {
		t.Fatalf("wrote %d: %v", n, err)
	}
	got := make([]byte, 0, 256)
	buf := make([]byte, 64)
	for len(got) < 256 {
		n, err := w.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, buf[:n]...)
	}
	if !bytes.Equal(got, all) {
		t.Fatalf("the device got % x", got)
	}
	if _, err := w.Write(all); err != nil {
		t.Fatal(err)
	}
	got = got[:0]
	for len(got) < 256 {
		n, err := p.Read(buf, patience)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, buf[:n]...)
	}
	if !bytes.Equal(got, all) {
		t.Fatalf("the terminal got % x", got)
	}
}

func TestSpeedIsSeenAtTheFarEnd(t *testing.T) {
	line, b := setup(t)
	w := <-b.wires
	for _, baud := range []int{9600, 115200, 38400} {
		p := open(t, line.Path(), baud)
		if got := w.Baud(); got != baud {
			t.Errorf("the device sees %d baud, want %d", got, baud)
		}
		p.Close()
	}
}

func TestSilenceIsATimeout(t *testing.T) {
	line, _ := setup(t)
	p := open(t, line.Path(), 9600)
	n, err := p.Read(make([]byte, 8), time.Millisecond)
	if n != 0 || !errors.Is(err, serialport.ErrTimeout) {
		t.Fatalf("read %d, %v", n, err)
	}
	if got := hw.FaultOf(err); got != fault.NoAnswer {
		t.Errorf("fault %q", got)
	}
}

func TestWriteToAFullLineIsATimeout(t *testing.T) {
	line, _ := setup(t) // nobody reads at the far end
	p := open(t, line.Path(), 9600)
	big := make([]byte, 1<<20)
	n, err := p.Write(big, 20*time.Millisecond)
	if n == 0 || n == len(big) || !errors.Is(err, serialport.ErrTimeout) {
		t.Fatalf("wrote %d, %v", n, err)
	}
}

// TestCloseEndsWaits pulls nothing: the waits must say that we closed.
func TestCloseEndsWaits(t *testing.T) {
	line, _ := setup(t)
	p := open(t, line.Path(), 9600)
	reads, writes := make(chan error, 1), make(chan error, 1)
	go func() { _, err := p.Read(make([]byte, 8), time.Hour); reads <- err }()
	go func() { _, err := p.Write(make([]byte, 1<<20), time.Hour); writes <- err }()
	p.Close()
	for name, c := range map[string]chan error{"read": reads, "write": writes} {
		if err := <-c; !errors.Is(err, serialport.ErrClosed) {
			t.Errorf("%s ended with %v", name, err)
		}
	}
	if err := p.FlushInput(); !errors.Is(err, serialport.ErrClosed) {
		t.Errorf("flush after close: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestUnplugIsNotClose(t *testing.T) {
	line, _ := setup(t)
	p := open(t, line.Path(), 9600)
	reads := make(chan error, 1)
	go func() { _, err := p.Read(make([]byte, 8), time.Hour); reads <- err }()
	if err := line.Unplug(); err != nil {
		t.Fatal(err)
	}
	err := <-reads
	if !errors.Is(err, serialport.ErrUnplugged) || hw.FaultOf(err) != fault.Unplugged {
		t.Errorf("read ended with %v", err)
	}
	if _, err := p.Write([]byte("x"), patience); !errors.Is(err, serialport.ErrUnplugged) {
		t.Errorf("write: %v", err)
	}
	if err := p.FlushInput(); !errors.Is(err, serialport.ErrUnplugged) {
		t.Errorf("flush: %v", err)
	}
	if _, err := serialport.Open(serialport.Settings{Path: line.Path(), Baud: 9600}); !errors.Is(err, serialport.ErrUnplugged) {
		t.Errorf("open: %v", err)
	}
}

// TestUnplugEndsAFullLine: a write that waits for room must not wait on for a
// device that is gone.
func TestUnplugEndsAFullLine(t *testing.T) {
	for range 20 {
		line, b := setup(t)
		w := <-b.wires
		p := open(t, line.Path(), 9600)
		writes := make(chan error, 1)
		go func() { _, err := p.Write(make([]byte, 1<<20), patience); writes <- err }()
		// Once this much has come, the rest waits for somebody to read on.
		if _, err := io.ReadFull(w, make([]byte, 600)); err != nil {
			t.Fatal(err)
		}
		if err := line.Unplug(); err != nil {
			t.Fatal(err)
		}
		if err := <-writes; !errors.Is(err, serialport.ErrUnplugged) {
			t.Errorf("write ended with %v", err)
		}
	}
}

func TestReopenFollowsTheLink(t *testing.T) {
	line, b := setup(t)
	<-b.wires
	for range 20 {
		p := open(t, line.Path(), 9600)
		if err := line.Unplug(); err != nil {
			t.Fatal(err)
		}
		p.Close()
		if err := line.Plug(); err != nil {
			t.Fatal(err)
		}
		w := <-b.wires
		p = open(t, line.Path(), 9600)
		if _, err := w.Write([]byte("hello")); err != nil {
			t.Fatal(err)
		}
		if n, err := p.Read(make([]byte, 8), patience); n == 0 || err != nil {
			t.Fatalf("read %d, %v", n, err)
		}
		p.Close()
	}
}

// TestAClosedPortNeverWritesIntoAnotherFile is the library's known trap: the
// descriptor's number goes to the next file that is opened.
func TestAClosedPortNeverWritesIntoAnotherFile(t *testing.T) {
	line, _ := setup(t)
	p := open(t, line.Path(), 9600)
	p.Close()
	var files []*os.File
	for range 8 { // take all the numbers that the port had
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files = append(files, f)
	}
	if n, err := p.Write([]byte("stray"), patience); n != 0 || !errors.Is(err, serialport.ErrClosed) {
		t.Errorf("wrote %d, %v", n, err)
	}
	for _, f := range files {
		if info, err := f.Stat(); err != nil || info.Size() != 0 {
			t.Errorf("%d stray bytes, %v", info.Size(), err)
		}
	}
}

func TestOldBytesAreDroppedAtOpen(t *testing.T) {
	line, b := setup(t)
	w := <-b.wires
	if _, err := w.Write([]byte("from before")); err != nil {
		t.Fatal(err)
	}
	p := open(t, line.Path(), 9600)
	if n, err := p.Read(make([]byte, 32), time.Millisecond); n != 0 || !errors.Is(err, serialport.ErrTimeout) {
		t.Fatalf("read %d, %v", n, err)
	}
}

func TestOpenErrorsHaveNames(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		want       error
		fault      fault.Code
	}{
		{"nothing there", filepath.Join(dir, "none"), serialport.ErrUnplugged, fault.Unplugged},
		{"a plain file", plain, serialport.ErrUnsuitable, fault.DeviceFailed},
		{"a device that is no line", "/dev/null", serialport.ErrUnsuitable, fault.DeviceFailed},
	} {
		_, err := serialport.Open(serialport.Settings{Path: c.path, Baud: 9600})
		if !errors.Is(err, c.want) || hw.FaultOf(err) != c.fault {
			t.Errorf("%s: %v (fault %q)", c.name, err, hw.FaultOf(err))
		}
	}
}
