package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"lintai/kiosk/visit"
)

// "No automatic send after reconnect": a cable that is plugged in again ends the
// waiting, and one that wobbles does not drive the loops round.
func TestComplaintNoAutomaticSendAfterReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, net, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = longest
		var changed func()
		b.options.Network = func(ctx context.Context, c func()) error { changed = c; <-ctx.Done(); return ctx.Err() }
		net.setDown(true)
		id := b.saveRequest()
		defer b.start()()
		pass(time.Hour)
		synctest.Wait()
		net.mu.Lock()
		before := len(net.dials)
		net.mu.Unlock()
		for range 600 { // a minute of a loose contact
			changed()
			pass(100 * time.Millisecond)
		}
		synctest.Wait()
		net.mu.Lock()
		tries := len(net.dials) - before
		net.mu.Unlock()
		if most := 4 * 61; tries == 0 || tries > most {
			t.Errorf("%d tries in a minute of changes, at most %d", tries, most)
		}
		pass(2 * networkPause)
		net.setDown(false)
		plugged := time.Now()
		changed()
		b.until(func() bool { return b.count(visit.Delivered{ID: id}) == 1 })
		if took := time.Since(plugged); took != 0 {
			t.Errorf("delivered after %v of waiting", took)
		}
	})
}

// The kernel's word is there to be had, and the watch ends with its context.
func TestWatchNetworkEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- watchNetwork(ctx, func() {}) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}
