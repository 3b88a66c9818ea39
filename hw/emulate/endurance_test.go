package emulate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/idcard"
	"lintai/hw/scanner"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// cycles is how often each cable is pulled: LINTAI_CYCLES times, else few.
func cycles(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("LINTAI_CYCLES"))
	switch {
	case os.Getenv("LINTAI_CYCLES") == "":
		return 60
	case err != nil || n < 1:
		t.Fatalf("LINTAI_CYCLES=%s is no number of cycles", os.Getenv("LINTAI_CYCLES"))
	}
	return n
}

// hurried is the machine's clock for a supervisor whose pauses are a hundredth as long.
type hurried struct{ hw.SystemClock }

func (hurried) After(d time.Duration) <-chan time.Time { return time.After(d / 100) }

// cord is a line whose cable is pulled after so many bytes, in either direction, at
// exactly that byte as the driver sees it.
type cord struct {
	line *emulate.Line

	mu     sync.Mutex
	armed  bool
	left   int
	pulled chan error
}

// arm has the cable pulled after n more bytes.
func (c *cord) arm(n int) <-chan error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed, c.left, c.pulled = true, n, make(chan error, 1)
	return c.pulled
}

// room is how many of n bytes may pass before the pull.
func (c *cord) room(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.armed {
		return n
	}
	return min(n, c.left)
}

// passed counts bytes, and pulls the cable after the last one.
func (c *cord) passed(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.armed {
		return
	}
	if c.left -= n; c.left <= 0 {
		c.armed = false
		c.pulled <- c.line.Unplug()
	}
}

// open opens the line for a driver.
func (c *cord) open(baud int) (serialport.Port, error) {
	port, err := serialport.Open(serialport.Settings{Path: c.line.Path(), Baud: baud})
	if err != nil {
		return nil, err
	}
	return &corded{port, c}, nil
}

type corded struct {
	serialport.Port
	cord *cord
}

func (p *corded) Read(b []byte, within time.Duration) (int, error) {
	n, err := p.Port.Read(b[:p.cord.room(len(b))], within)
	p.cord.passed(n)
	return n, err
}

func (p *corded) Write(b []byte, within time.Duration) (int, error) {
	if room := p.cord.room(len(b)); room < len(b) {
		n, err := p.Port.Write(b[:room], within)
		p.cord.passed(n)
		if err != nil {
			return n, err
		}
		m, err := p.Port.Write(b[room:], within)
		return n + m, err
	}
	n, err := p.Port.Write(b, within)
	p.cord.passed(n)
	return n, err
}

// keep is what a process holds on to.
type keep struct {
	descriptors, goroutines int
	heap                    uint64
}

func (k keep) String() string {
	return fmt.Sprintf("%d descriptors, %d goroutines, %d kB of heap", k.descriptors, k.goroutines, k.heap/1024)
}

func kept(t *testing.T) keep {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	// Twice: what a finaliser held is free only then.
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return keep{len(entries), runtime.NumGoroutine(), m.HeapAlloc}
}

// heapSlack is what the heap may differ by, whatever the number of cycles: maps and
// channels of the test itself grow.
const heapSlack = 256 << 10

// checkKept compares. Goroutines that have closed their channels may still be on their
// last instruction, so they are given a moment.
func checkKept(t *testing.T, before keep, cycles int) {
	t.Helper()
	after := kept(t)
	for limit := time.After(endurancePatience); after.goroutines > before.goroutines || after.descriptors > before.descriptors; after = kept(t) {
		select {
		case <-limit:
			t.Fatalf("after %d cycles: %v; before: %v", cycles, after, before)
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Logf("%d cycles; before: %v; after: %v", cycles, before, after)
	if after.heap > before.heap+heapSlack {
		t.Errorf("the heap grew from %d to %d bytes in %d cycles", before.heap, after.heap, cycles)
	}
}

const endurancePatience = 20 * time.Second

// trial is a supervised device at a cord.
type trial struct {
	t       *testing.T
	cord    *cord
	healths chan hw.Health
}

func start(t *testing.T, cord *cord, open hw.Opener) *trial {
	t.Helper()
	r := &trial{t: t, cord: cord, healths: make(chan hw.Health, 1000)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	s := supervise.New(supervise.Config{Open: open, OnHealth: func(h hw.Health) { r.healths <- h }, Clock: hurried{}, ProbeEvery: 2 * time.Second})
	go func() {
		defer close(ended)
		s.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-ended; cord.line.Close() })
	r.until(hw.Ready)
	return r
}

func (r *trial) until(state hw.State) hw.Health {
	r.t.Helper()
	limit := time.After(endurancePatience)
	for {
		select {
		case h := <-r.healths:
			if h.State == state {
				return h
			}
		case <-limit:
			r.t.Fatalf("never %v", state)
		}
	}
}

// cycle pulls the cable after n bytes and puts it back. The health must say so, and
// then that all is well, by itself.
func (r *trial) cycle(n int) {
	r.t.Helper()
	pulled := r.cord.arm(n)
	select {
	case err := <-pulled:
		if err != nil {
			r.t.Fatal(err)
		}
	case <-time.After(endurancePatience):
		r.t.Fatalf("no %d bytes pass", n)
	}
	if h := r.until(hw.Absent); h.Code != fault.Unplugged {
		r.t.Fatalf("pulled after %d bytes: %+v", n, h)
	}
	if err := r.cord.line.Plug(); err != nil {
		r.t.Fatal(err)
	}
	if h := r.until(hw.Ready); h.Code != fault.None {
		r.t.Fatalf("plugged again: %+v", h)
	}
}

// warmUp is the number of cycles before the first count.
const warmUp = 5

// TestReaderEnduresPulledCables: a card lies on the reader and is read at each opening,
// so that the cable is pulled at any byte of any exchange.
func TestReaderEnduresPulledCables(t *testing.T) {
	device := emulate.NewReader(0)
	line, err := emulate.NewLine(filepath.Join(t.TempDir(), "card"), device)
	if err != nil {
		t.Fatal(err)
	}
	c := &cord{line: line}
	id := emulate.Synthetic(4)
	id.Moved = "虚构市样板区新路2号"
	var mu sync.Mutex
	read, lifted, wrong := 0, 0, 0
	reader := idcard.New(idcard.Config{
		OpenPort: func() (serialport.Port, error) { return c.open(115200) },
		Poll:     time.Millisecond,
		OnEvent: func(e idcard.Event) {
			mu.Lock()
			defer mu.Unlock()
			switch e := e.(type) {
			case idcard.Card:
				read++
				// The appended address alone may be cut off: the card itself is whole.
				if e.Name != id.Name || e.Number != id.Number || e.Address != id.Address || e.AppendedAddress != id.Moved && e.AppendedAddress != "" {
					wrong++
				}
			case idcard.Lifted:
				lifted++
			}
		},
	})
	reader.SetMode(idcard.Read)
	device.Lay(id)
	r := start(t, c, reader.Open)
	random, n := rand.New(rand.NewPCG(3, 1)), cycles(t)
	for range warmUp {
		r.cycle(1 + random.IntN(1600))
	}
	before := kept(t)
	for range n {
		r.cycle(1 + random.IntN(1600))
	}
	checkKept(t, before, n)
	mu.Lock()
	defer mu.Unlock()
	t.Logf("the card was read %d times and lifted with the cable %d times", read, lifted)
	if wrong > 0 || read == 0 || lifted < n/4 {
		t.Errorf("%d cards read altered", wrong)
	}
}

// TestScannerEnduresPulledCables: a hand shows codes without end, so that the cable is
// pulled within a command, a reply or a code.
func TestScannerEnduresPulledCables(t *testing.T) {
	for _, protocol := range []scanner.Protocol{scanner.Line, scanner.GM65} {
		t.Run(string(protocol), func(t *testing.T) {
			var device interface {
				emulate.Device
				Scan(string) error
			} = emulate.NewScanner("\r\n")
			if protocol == scanner.GM65 {
				device = emulate.NewGM65("\r\n")
			}
			line, err := emulate.NewLine(filepath.Join(t.TempDir(), "scanner"), device)
			if err != nil {
				t.Fatal(err)
			}
			const code = "https://127.0.0.1/t?c=001234567891"
			c := &cord{line: line}
			seen := make(chan string, 10_000)
			driver := scanner.New(scanner.Config{
				OpenPort: func() (serialport.Port, error) { return c.open(9600) },
				Protocol: protocol,
				OnCode:   func(code string) { seen <- code },
			})
			r := start(t, c, driver.Open)
			stop, ended := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(ended)
				for {
					select {
					case <-stop:
						return
					case <-time.After(time.Millisecond):
						_ = device.Scan(code) // a pulled scanner sees nothing
					}
				}
			}()
			t.Cleanup(func() { close(stop); <-ended })
			random, n := rand.New(rand.NewPCG(4, 1)), cycles(t)
			whole := 0
			count := func() {
				for len(seen) > 0 {
					switch got := <-seen; {
					case got == code:
						whole++
					case !strings.HasPrefix(code, got):
						// The beginning of one, ended by the pull, is what a line-mode scanner
						// without a tail looks like.
						t.Fatalf("%q was never shown", got)
					}
				}
			}
			for range warmUp {
				r.cycle(1 + random.IntN(200))
			}
			before := kept(t)
			for range n {
				r.cycle(1 + random.IntN(200))
				count()
			}
			checkKept(t, before, n)
			count()
			t.Logf("%d codes arrived whole", whole)
			if whole < n/4 {
				t.Errorf("only %d codes arrived", whole)
			}
		})
	}
}
