package printer_test

import (
	"context"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/printer"
	"lintai/kiosk/slip"
)

// TestEnduresPulledCables pulls the cable at a random byte of a slip and puts it
// back under another name, 40 times or $LINTAI_CYCLES times. Each time the result
// must be true and the printer ready again, and at the end nothing may be left
// behind: no goroutine, no descriptor, no memory.
func TestEnduresPulledCables(t *testing.T) {
	cycles := 40
	if text := os.Getenv("LINTAI_CYCLES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("LINTAI_CYCLES=%s: want a number of cycles", text)
		}
		cycles = n
	}
	limits := shortLimits
	limits.Margin = patient + time.Millisecond
	limits.Answer++
	b := newBenchWith(t, bySerial, printer.Options{Profile: printer.Paper80, Limits: limits, Clock: hurried{}}, emulate.PrinterKnobs{})
	b.awaitUsable()
	job := printer.Encode(example("0012 3456 7891"), printer.Paper80, nil).Data
	random := rand.New(rand.NewPCG(3, 14))
	outcomes := map[slip.Outcome]int{}
	var before use
	for i := range cycles {
		if i == 5 { // whatever is made once has been made
			before = inUse(t)
		}
		slips := len(b.machine.Slips())
		// The questions before it are bytes, too.
		bytes := b.machine.Received() + 1 + random.IntN(len(job))
		got := b.during(example("0012 3456 7891"), func(ctx context.Context) error { return b.machine.WaitBytes(ctx, bytes) }, b.line.Unplug)
		outcomes[got.Outcome]++
		if got.Outcome == slip.Printed && len(b.machine.Slips()) == slips {
			t.Fatalf("cycle %d: printed, and no slip came out", i)
		}
		b.await("gone", func(h hw.Health) bool { return h.State == hw.Absent })
		if err := b.line.Plug(); err != nil {
			t.Fatal(err)
		}
		b.await("ready again", func(h hw.Health) bool { return h.State == hw.Ready })
	}
	t.Logf("%d cycles: %v", cycles, outcomes)
	if got := b.driver.Print(context.Background(), example("0012 3456 7908")); got.Outcome != slip.Printed {
		t.Errorf("after %d cycles: %+v", cycles, got)
	}
	after := inUse(t)
	t.Logf("in use before: %+v, after: %+v", before, after)
	if after.files > before.files || after.goroutines > before.goroutines {
		t.Errorf("in use before: %+v, after: %+v", before, after)
	}
	// The emulator keeps every slip: some kilobytes each.
	if grown := after.heap - before.heap; grown > 1<<20+int64(cycles)*16<<10 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// use is what a process holds.
type use struct {
	files, goroutines int
	heap              int64
}

// inUse counts. Nothing is on its way out: a session that is replaced has ended.
func inUse(t *testing.T) use {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return use{len(entries), runtime.NumGoroutine(), int64(m.HeapAlloc)}
}

// hurried is the machine's clock, but for the pauses of the supervisor: those are
// full half seconds.
type hurried struct{ hw.SystemClock }

func (c hurried) After(d time.Duration) <-chan time.Time {
	if d%(500*time.Millisecond) == 0 {
		d = time.Millisecond
	}
	return c.SystemClock.After(d)
}
