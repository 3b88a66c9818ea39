package agent

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

func (c *central) serveFleet(w http.ResponseWriter, r *http.Request) {
	if order, ok := strings.CutPrefix(r.URL.Path, wire.PathLogs); ok {
		text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxLogBytes))
		if err != nil || r.Header.Get("Content-Encoding") != "" {
			refuse(w, http.StatusBadRequest, "bad_request")
			return
		}
		c.set(func() {
			if c.logs == nil {
				c.logs = map[string][]byte{}
			}
			c.logs[order] = text
		})
		write(w, http.StatusOK, wire.HealthAnswer{Protocol: wire.Protocol, ServerTime: c.now().UTC()})
		return
	}
	c.mu.Lock()
	text, cut := c.bundle, -1
	c.ranges = append(c.ranges, r.Header.Get("Range"))
	if c.cut != nil {
		cut = c.cut()
	}
	c.mu.Unlock()
	if text == nil {
		refuse(w, http.StatusNotFound, "bad_request")
		return
	}
	if cut >= 0 {
		w = &cutting{w, cut}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
}

// cutting is a line that ends after some bytes.
type cutting struct {
	http.ResponseWriter
	left int
}

func (c *cutting) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	if c.left -= n; c.left == 0 && err == nil {
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// machine is the computer of a terminal in these tests.
type machine struct {
	mu        sync.Mutex
	system    wire.System
	room      int64
	installs  []string
	restarts  []string
	times     []time.Time
	log       string
	refuses   fault.Code
	quiet     chan struct{} // closed: nobody is there
	asked     chan string   // each restart
	installed func(file string)
}

func newMachine() *machine {
	m := &machine{system: wire.System{Image: "2026.11.22-1", Slot: "A", BootReason: "power"}, room: 1 << 40, quiet: make(chan struct{}), asked: make(chan string, 16)}
	close(m.quiet)
	return m
}

func (m *machine) System(context.Context) *wire.System {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.system
	return &s
}

func (m *machine) Room() (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.room, nil
}

func (m *machine) Install(_ context.Context, file string, o wire.UpdateOffer) fault.Code {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.installs = append(m.installs, file)
	if m.installed != nil {
		m.installed(file)
	}
	if m.refuses == fault.None {
		m.system.Update = &wire.UpdateState{State: "installed", Version: o.Version}
	}
	return m.refuses
}

func (m *machine) Quiet(ctx context.Context) error {
	select {
	case <-m.quiet:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *machine) Restart(_ context.Context, what string) fault.Code {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.restarts = append(m.restarts, what)
	m.asked <- what
	return fault.None
}

func (m *machine) Log(most int) []byte { return []byte(m.log[max(0, len(m.log)-most):]) }

func (m *machine) Time(_ context.Context, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.times = append(m.times, at)
}

// fleetBench is a terminal with a computer and a central that looks after it.
func fleetBench(t *testing.T) (b *bench, m *machine, stop func()) {
	b, _, stopServer := inMemory(t)
	m = newMachine()
	b.options.Computer, b.options.UpdateFolder = m, filepath.Join(t.TempDir(), "update")
	return b, m, stopServer
}

func (b *bench) offers(text []byte) wire.UpdateOffer {
	sum := sha256.Sum256(text)
	o := wire.UpdateOffer{Version: "2026.11.23-1", Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
	b.central.bundle = text
	b.central.answers = func(a *wire.HealthAnswer) { a.Offer = &o }
	return o
}

func noise(n int) []byte {
	text := make([]byte, n)
	mathrand.NewChaCha8([32]byte{7}).Read(text)
	return text
}

func TestUpdateArrivesOverALineThatBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, m, stopServer := fleetBench(t)
		defer stopServer()
		text := noise(5<<20 + 17)
		o := b.offers(text)
		cuts := mathrand.New(mathrand.NewPCG(1, 2))
		tries := 0
		b.central.cut = func() int {
			if tries++; tries%2 == 0 {
				return -1
			}
			return 1 + cuts.IntN(bundlePiece)
		}
		m.installed = func(file string) {
			if got, err := os.ReadFile(filepath.Join(b.options.UpdateFolder, file)); err != nil || !bytes.Equal(got, text) {
				t.Errorf("another bundle was handed over: %d bytes, %v", len(got), err)
			}
		}
		defer b.start()()
		b.Report([]wire.Device{device(fault.None)})
		if what := <-m.asked; what != "machine" {
			t.Errorf("started anew: %s", what)
		}
		if !slices.Equal(m.installs, []string{o.SHA256}) {
			t.Errorf("installed %v", m.installs)
		}
		// What arrived before a cut was not asked for again.
		b.central.mu.Lock()
		asked := 0
		for i, r := range b.central.ranges {
			if i > 0 && r == b.central.ranges[i-1] {
				asked++
			}
		}
		b.central.mu.Unlock()
		if asked > 0 {
			t.Errorf("%d pieces were asked for twice", asked)
		}
		entries, err := os.ReadDir(b.options.UpdateFolder)
		if err != nil || len(entries) != 1 || entries[0].Name() != fleetFile {
			t.Errorf("left: %v %v", entries, err)
		}
	})
}

// A call goes between: the piece that is under way gives way to it.
func TestACallDoesNotWaitForAnUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, m, stopServer := fleetBench(t)
		defer stopServer()
		b.offers(noise(8 << 20))
		var id string
		calls := 0
		b.central.cut = func() int {
			if calls++; calls == 2 {
				go func() { id = b.saveCall() }()
			}
			return -1
		}
		defer b.start()()
		b.Report([]wire.Device{device(fault.None)})
		<-m.asked
		b.central.mu.Lock()
		_, filed := b.central.filed[id]
		b.central.mu.Unlock()
		if id == "" || !filed {
			t.Error("the call is not at central before the update is installed")
		}
	})
}

func TestAnUpdateLeavesTheQueueItsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, m, stopServer := fleetBench(t)
		defer stopServer()
		b.offers(noise(3 << 20))
		m.room = 3<<20 - 1
		defer b.start()()
		b.Report([]wire.Device{device(fault.None)})
		pass(time.Hour)
		synctest.Wait()
		if b.central.mu.Lock(); len(b.central.ranges) != 0 {
			t.Errorf("fetched %v", b.central.ranges)
		}
		b.central.mu.Unlock()
		m.mu.Lock()
		m.room++
		m.mu.Unlock()
		<-m.asked
	})
}

// What was refused, and what was tried and did not pass, is not installed again.
func TestAnUpdateIsNotTakenTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, m, stopServer := fleetBench(t)
		defer stopServer()
		o := b.offers(noise(100))
		m.refuses = fault.UpdateRefused
		stop := b.start()
		b.Report([]wire.Device{device(fault.None)})
		pass(2 * time.Hour)
		synctest.Wait()
		stop()
		if len(m.installs) != 1 || len(m.restarts) != 0 {
			t.Errorf("installed %v, started anew %v", m.installs, m.restarts)
		}
		all := b.healths()
		if u := all[len(all)-1].System.Update; u == nil || u.State != "failed" || u.Fault != fault.UpdateRefused || u.Version != o.Version {
			t.Errorf("central hears %+v", u)
		}
		// The program is started anew, and knows it still.
		f, err := newFleet(b.options)
		if err != nil {
			t.Fatal(err)
		}
		f.heard(nil, wire.HealthAnswer{Offer: &o})
		if again, _ := f.wanted(t.Context()); again != nil {
			t.Error("it is taken again")
		}
	})
}

func TestADamagedBundleIsNotHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, m, stopServer := fleetBench(t)
		defer stopServer()
		b.offers(noise(1000))
		b.central.bundle = slices.Clone(b.central.bundle)
		b.central.bundle[500] ^= 1
		defer b.start()()
		b.Report([]wire.Device{device(fault.None)})
		pass(time.Hour)
		synctest.Wait()
		if len(m.installs) != 0 {
			t.Errorf("installed %v", m.installs)
		}
	})
}

// Whoever orders a restart gets one, also when central forgets that it heard of it and
// the terminal was started anew in between.
func TestAnOrderIsDoneOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, m, stopServer := fleetBench(t)
		defer stopServer()
		m.log = strings.Repeat("level=INFO msg=serving terminal=12\n", 60_000)
		b.central.answers = func(a *wire.HealthAnswer) {
			a.Orders = []wire.Order{{ID: 3, Kind: wire.OrderLogs}, {ID: 4, Kind: wire.OrderRestart}, {ID: 5, Kind: "erase"}}
		}
		m.quiet = make(chan struct{})
		stop := b.start()
		b.Report([]wire.Device{device(fault.None)})
		b.central.until(func() bool { return len(b.central.logs) == 1 })
		pass(time.Hour)
		synctest.Wait()
		if m.mu.Lock(); len(m.restarts) != 0 {
			t.Error("started anew while somebody is there")
		}
		close(m.quiet)
		m.mu.Unlock()
		<-m.asked
		pass(time.Hour)
		synctest.Wait()
		stop()
		f, err := newFleet(b.options)
		if err != nil {
			t.Fatal(err)
		}
		if answer := (wire.HealthAnswer{}); true {
			b.central.answers(&answer)
			if f.heard(nil, answer); len(f.next()) != 0 {
				t.Errorf("begun again: %v", f.next())
			}
		}
		if !slices.Equal(m.restarts, []string{"program"}) {
			t.Errorf("started anew: %v", m.restarts)
		}
		done := map[int64]fault.Code{}
		for _, h := range b.healths() {
			for _, d := range h.Done {
				done[d.ID] = d.Fault
			}
		}
		if len(done) != 3 || done[3] != fault.None || done[4] != fault.None || done[5] == fault.None {
			t.Errorf("central hears %v", done)
		}
		z, err := gzip.NewReader(bytes.NewReader(b.central.logs["3"]))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(z); err != nil || !strings.HasSuffix(m.log, string(text)) || len(text) < 500_000 {
			t.Errorf("a log of %d bytes: %v", len(text), err)
		}
	})
}

func TestStaffKeyAndTimeComeWithHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, m, stopServer := fleetBench(t)
		defer stopServer()
		var kept []Identity
		b.options.Keep = func(i Identity) error { kept = append(kept, i); return nil }
		key := []byte("that only two have")
		b.central.answers = func(a *wire.HealthAnswer) { a.StaffKey = key }
		b.central.now = func() time.Time { return time.Now().Add(3 * time.Hour) }
		defer b.start()()
		b.Report([]wire.Device{device(fault.None)})
		b.until(func() bool { return b.count(visit.LinkChanged{Online: true}) > 0 })
		pass(time.Hour)
		synctest.Wait()
		n := 0
		for _, i := range kept {
			if bytes.Equal(i.StaffKey, key) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the key was kept %d times", n)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if len(m.times) == 0 || time.Until(m.times[0]).Round(time.Hour) != 2*time.Hour {
			t.Errorf("the computer heard %v at %v", m.times, time.Now())
		}
	})
}
