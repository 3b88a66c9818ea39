package agent

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// The tests of this file run in bubbles of testing/synctest: the agent, central
// and the network between them live in one process, and time passes only when
// all of them wait. A day takes milliseconds, and every interval is exact.

// pass lets the bubble's time pass, and all that happens in it.
func pass(d time.Duration) { <-time.After(d) }

func longest(limit time.Duration) time.Duration { return limit }

// Central is away for a day: the terminal tries ever more seldom, but every two
// minutes at least, and delivers as soon as central is back.
func TestNeverGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, net, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = longest
		net.setDown(true)
		id := b.saveRequest()
		defer b.start()()
		pass(24 * time.Hour)
		synctest.Wait()
		net.mu.Lock()
		dials := slices.Clone(net.dials)
		net.mu.Unlock()
		for i := 1; i < len(dials); i++ {
			if gap := dials[i].Sub(dials[i-1]); gap > maxBackoff {
				t.Fatalf("nothing was tried for %v", gap)
			}
		}
		// Every two minutes: a push, a stream, and at most two pulls, one of its own
		// and one to see what the lost stream means.
		if n, most := len(dials), 24*30*4+50; n > most {
			t.Errorf("%d tries in a day, more than %d", n, most)
		}
		if b.logs.Len() > 20_000 || strings.Count(b.logs.String(), "push failed") < 5 {
			t.Errorf("a day of failures makes %d bytes of log", b.logs.Len())
		}
		net.setDown(false)
		back := time.Now()
		b.until(func() bool { return b.count(visit.Delivered{ID: id}) == 1 })
		if took := time.Since(back); took > maxBackoff {
			t.Errorf("delivered %v after central was back", took)
		}
	})
}

// Whatever is drawn as waiting times, a terminal whose central is away does not
// work without a pause.
func TestNeverSpins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, line, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = func(time.Duration) time.Duration { return 0 }
		// A push, a stream, a word on health, and a pull of its own and one for each
		// lost stream; and a few at the start.
		const most = 5*int(time.Minute/leastBackoff) + 10
		var tries atomic.Int64
		b.options.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if tries.Add(1) > int64(most) {
				<-ctx.Done() // else the bubble's time would never pass
			}
			return line.dial(ctx, network, address)
		}
		line.setDown(true)
		b.saveRequest()
		defer b.start()()
		b.Report([]wire.Device{device(fault.None)})
		pass(time.Minute)
		synctest.Wait()
		if n := tries.Load(); n > int64(most) || n < 100 {
			t.Errorf("%d tries in a minute without a line, want at most %d", n, most)
		}
	})
}

func TestNewSaveIsTriedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, net, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = longest
		net.setDown(true)
		old := b.saveRequest()
		defer b.start()()
		pass(time.Hour)
		synctest.Wait()
		net.setDown(false)
		saved := time.Now()
		call := b.saveCall()
		b.until(func() bool {
			return b.count(visit.CallDelivered{ID: call}) == 1 && b.count(visit.Delivered{ID: old}) == 1
		})
		if took := time.Since(saved); took != 0 {
			t.Errorf("delivered after %v of waiting", took)
		}
	})
}

// Any sign that central is back ends the waiting of all loops.
func TestReconnectTriesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, net, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = longest
		net.setDown(true)
		id := b.saveRequest()
		defer b.start()()
		pass(time.Hour)
		synctest.Wait()
		net.setDown(false)
		back := time.Now()
		if _, _, err := b.Find(t.Context(), b.code()); err != nil { // a resident asks
			t.Fatal(err)
		}
		b.until(func() bool { return b.count(visit.Delivered{ID: id}) == 1 })
		if took := time.Since(back); took != 0 {
			t.Errorf("delivered after %v of waiting", took)
		}
	})
}

func TestIdleTerminalIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, net, stopServer := inMemory(t)
		defer stopServer()
		defer b.start()()
		b.until(func() bool { return b.link().Online })
		b.Report([]wire.Device{device(fault.None)})
		pass(time.Hour + time.Minute)
		synctest.Wait()
		c := b.central
		c.mu.Lock()
		defer c.mu.Unlock()
		// A pull every five minutes, and a few at the start; health is
		// told by itself, six times. So one request in three minutes.
		if c.pulls < 12 || c.pulls > 16 || len(c.healths) < 7 || len(c.healths) > 8 || len(c.hellos) != 1 || len(c.pushes) != 0 {
			t.Errorf("an idle hour: %d pulls, %d words on health, %d streams, %d pushes", c.pulls, len(c.healths), len(c.hellos), len(c.pushes))
		}
		if n := len(net.dials); n > 21 {
			t.Errorf("an idle hour: %d connections", n)
		}
	})
}

// The line behind an open stream dies without a word: noticed after three
// heartbeats, and a new stream brings what was missed.
func TestHalfOpenStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = func(time.Duration) time.Duration { return 0 }
		c := b.central
		c.stream = func(w http.ResponseWriter, r *http.Request) bool {
			c.mu.Lock()
			first := len(c.hellos) == 1
			c.mu.Unlock()
			if first {
				w.Header().Set("Content-Type", "text/event-stream")
				fmt.Fprint(w, "event: changed\ndata: changed\n\n")
				w.(http.Flusher).Flush()
				<-r.Context().Done() // nothing more, ever
			}
			return first
		}
		defer b.start()()
		c.until(func() bool { return c.pulls > 0 })
		synctest.Wait()
		answer := wire.Answer{CallID: "c", Answer: "coming", Words: "已收到，马上来", At: time.Now()}
		c.set(func() { c.changes = append(c.changes, wire.Change{Cursor: 1, Answer: &answer}) }) // the stream does not say it
		b.until(func() bool {
			return b.count(visit.CallAnswered{ID: "c", Answer: "coming", Words: "已收到，马上来"}) == 1
		})
		c.until(func() bool { return len(c.hellos) > 1 })
		c.mu.Lock()
		defer c.mu.Unlock()
		if gap := c.hellos[1].Sub(c.hellos[0]); gap < maxSilence || gap > maxSilence+leastBackoff {
			t.Errorf("the next stream after %v, want it after %v and no more than a pause", gap, maxSilence)
		}
	})
}

// A line on which nothing comes through at all any more.
func TestHalfOpenLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		c := b.central
		dead := false
		hang := func(r <-chan struct{}) bool {
			c.mu.Lock()
			d := dead
			c.mu.Unlock()
			if d {
				<-r
			}
			return d
		}
		release := make(chan struct{})
		c.pull = func(http.ResponseWriter, int64) bool { return hang(release) }
		c.stream = func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", "text/event-stream")
			for !hang(r.Context().Done()) && r.Context().Err() == nil {
				fmt.Fprint(w, ":\n\n")
				w.(http.Flusher).Flush()
				select {
				case <-time.After(wire.Heartbeat):
				case <-r.Context().Done():
				}
			}
			return true
		}
		defer b.start()()
		b.until(func() bool { return b.link().Online })
		synctest.Wait()
		start := time.Now()
		c.set(func() { dead = true })
		b.until(func() bool { return !b.link().Online })
		if took := time.Since(start); took > maxSilence+requestTimeout {
			t.Errorf("the dead line was noticed after %v", took)
		}
		close(release)
		c.set(func() { dead = false })
		b.until(func() bool { return b.link().Online })
	})
}

func TestSlowCentral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		c := b.central
		first, tooLate := true, make(chan struct{})
		defer close(tooLate)
		c.after = func(http.ResponseWriter, *wire.PushAnswer) bool {
			c.mu.Lock()
			late := first
			first = false
			c.mu.Unlock()
			if late {
				<-tooLate // it was committed, the answer comes too late
			}
			return false
		}
		id := b.saveRequest()
		start := time.Now()
		defer b.start()()
		b.until(func() bool { return b.count(visit.Delivered{ID: id}) == 1 })
		if took := time.Since(start); took < requestTimeout || took > requestTimeout+firstBackoff {
			t.Errorf("delivered after %v", took)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.order) != 1 {
			t.Errorf("filed %d times", len(c.order))
		}
	})
}

func TestFindGivesUpSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, whole, stopServer := inMemory(t)
		var line atomic.Pointer[pipes]
		line.Store(whole)
		b.options.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			return line.Load().dial(ctx, network, address)
		}
		stop := b.start()
		b.until(func() bool { return b.link().Online })
		stopServer()           // nobody accepts any more
		line.Store(newPipes()) // accepts nothing: the dial hangs
		b.Agent.transport.CloseIdleConnections()
		start := time.Now()
		_, _, err := b.Find(t.Context(), b.code())
		if took := time.Since(start); err == nil || took != findTimeout {
			t.Errorf("find: %v after %v", err, took)
		}
		stop()
	})
}

// A terminal with no clock delivers all the same, and learns the true time.
func TestClockOf1970(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		began := time.Now()
		device := func() time.Time { return time.Unix(42, 0).Add(time.Since(began)) }
		b.options.Now = device
		id := b.saveRequest()
		defer b.start()()
		b.until(func() bool { return b.count(visit.Delivered{ID: id}) == 1 })
		offset, known := b.Offset()
		if want := time.Since(device()); !known || offset != want {
			t.Errorf("offset %v %v, want %v", offset, known, want)
		}
		b.central.mu.Lock()
		defer b.central.mu.Unlock()
		if at := b.central.pushes[0].DeviceTime; at.Year() != 1970 {
			t.Errorf("the push carries %v, not the device's own time", at)
		}
	})
}

func TestRefusedUntilAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = longest
		c := b.central
		blocked := true
		gate := func(w http.ResponseWriter) bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			if blocked {
				refuse(w, http.StatusForbidden, "forbidden")
			}
			return blocked
		}
		c.push = func(w http.ResponseWriter, _ wire.Push) bool { return gate(w) }
		c.pull = func(w http.ResponseWriter, _ int64) bool { return gate(w) }
		c.stream = func(w http.ResponseWriter, _ *http.Request) bool { return gate(w) }
		id := b.saveRequest()
		defer b.start()()
		pass(time.Hour)
		c.set(func() { blocked = false })
		b.until(func() bool { return b.count(visit.Delivered{ID: id}) == 1 })
		synctest.Wait()
		b.mu.Lock()
		defer b.mu.Unlock()
		if want := []fault.Code{fault.CentralRefused, fault.None}; !slices.Equal(b.faults, want) {
			t.Errorf("faults %q, want %q: each told once", b.faults, want)
		}
	})
}
