package complaint

import (
	"context"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// The stream is open for three hours, and then the line is dead without a word. Staff
// answer a call, and a case is moved.
//
// Fails when a stream without heartbeats counts as alive, or when nothing is asked
// after it was opened anew.
func TestLivePullDiesSilentlyAfterHours(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		defer b.start()()
		call := b.call()
		b.delivered(call)
		pass(3 * time.Hour)
		clerk := signIn(t, b.central)
		b.wire.forget()
		died := time.Now()
		clerk.answer(call)
		b.events.until(t, b.ctx, "the answer", 1, func(e visit.Event) bool { a, ok := e.(visit.CallAnswered); return ok && a.ID == call })
		// Three heartbeats until it is noticed, and the pause before the first try.
		if took := time.Since(died); took > 3*wire.Heartbeat+time.Second {
			t.Errorf("the answer came %v after the line died", took)
		}
	})
}

// Nobody touches anything: the network comes back, and the agent goes on at once
// although it would wait for an hour.
//
// Fails when a change of the network ends no waiting.
func TestNoAutomaticSendAfterReconnect(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		back := make(chan struct{})
		b.options.Jitter = func(time.Duration) time.Duration { return time.Hour }
		b.options.Network = func(ctx context.Context, changed func()) error {
			for {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-back:
					changed()
				}
			}
		}
		b.wire.set(down)
		defer b.start()()
		call := b.call()
		pass(time.Minute)
		b.wire.set(up)
		pass(time.Minute)
		if b.events.count(func(e visit.Event) bool { return e == visit.CallDelivered{ID: call} }) > 0 {
			t.Fatal("it was sent before the network said anything: nothing is tried")
		}
		told := time.Now()
		back <- struct{}{}
		b.delivered(call)
		if took := time.Since(told); took > time.Second {
			t.Errorf("sent %v after the network was back", took)
		}
	})
}

// Central is away for eight hours, the network is the same all the time, and nobody
// touches anything.
//
// Fails when the terminal gives up, or waits longer than the two minutes at most
// that a terminal waits.
func TestNoAutomaticSendAfterALongOutage(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		b.wire.set(down)
		defer b.start()()
		call := b.call()
		pass(8 * time.Hour)
		b.wire.set(up)
		back := time.Now()
		b.delivered(call)
		if took := time.Since(back); took > 2*time.Minute {
			t.Errorf("sent %v after central was back", took)
		}
	})
}

// An idle terminal asks at most once a minute beside its stream, and costs at most
// 200 bytes a second: of TLS, and with what TCP and IP add to it.
//
// Fails when an interval is shortened, when connections are not kept, or when a
// word grows.
func TestIdleTerminalCostsNearlyNothing(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		defer b.start()()
		b.online()
		devices := []wire.Device{}
		for _, name := range strings.Fields("card printer scanner button speaker nfc microphone camera board") {
			devices = append(devices, wire.Device{Name: name, State: "ready", Since: time.Now(), LastOK: time.Now()})
		}
		b.Agent.Report(devices)
		pass(10 * time.Minute)
		b.mu.Lock()
		clear(b.requests)
		b.mu.Unlock()
		bytes, packets, dials := b.wire.bytes.Load(), b.wire.packets.Load(), b.wire.dials
		const hours = 1
		for range hours * 3600 {
			b.Agent.Report(devices) // as the supervisor does
			pass(time.Second)
		}
		bytes, packets, dials = b.wire.bytes.Load()-bytes, b.wire.packets.Load()-packets, b.wire.dials-dials
		asked, streams := 0, 0
		b.mu.Lock()
		for what, n := range b.requests {
			if strings.HasSuffix(what, wire.PathStream) {
				streams += n
			} else {
				asked += n
			}
		}
		b.mu.Unlock()
		// A segment has 52 bytes of IPv4 and TCP with time stamps, and so has the
		// acknowledgement of each; a connection three to open and four to close it.
		const headers = 52
		total := bytes + 2*headers*packets + int64(7*headers*dials)
		second := float64(total) / (hours * 3600)
		t.Logf("%d hours: %d requests, %d streams, %d connections; %d bytes with TLS, %.1f a second; %.1f with TCP and IP", hours, asked, streams, dials,
			bytes, float64(bytes)/(hours*3600), second)
		if asked > hours*60 || asked == 0 || streams > 0 || second > 200 || bytes == 0 {
			t.Errorf("an idle terminal: %v", b.requests)
		}
	})
}
