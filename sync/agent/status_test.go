package agent

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lintai/sync/wire"
)

// trySync is Sync within a bound.
func (b *bench) trySync(limit time.Duration) Attempt {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return b.Sync(ctx)
}

// The complaint: “Sync now” says success on a timeout. It says so only when
// central has answered and nothing is left.
func TestSyncNowNeverSaysSuccessOnTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, net, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = longest
		net.setDown(true)
		var hang atomic.Bool
		release := make(chan struct{})
		b.central.push = func(http.ResponseWriter, wire.Push) bool {
			if hang.Load() {
				<-release
			}
			return false
		}
		defer b.start()()
		for range 3 {
			b.saveRequest()
		}
		pass(time.Hour) // it waits two minutes between its tries by now
		synctest.Wait()
		if at := b.trySync(time.Minute); at != (Attempt{Trouble: Unreachable}) {
			t.Errorf("without a network: %+v", at)
		}
		if s := b.Status(); s.Online || s.Trouble != Unreachable || !s.Last.IsZero() || time.Since(s.Since) < time.Hour || s.OffsetKnown {
			t.Errorf("status without a network: %+v", s)
		}
		net.setDown(false)
		hang.Store(true)
		if at := b.trySync(5 * time.Second); at != (Attempt{}) {
			t.Errorf("while central takes its time: %+v", at)
		}
		hang.Store(false)
		close(release)
		if at := b.trySync(time.Minute); !at.Finished || at.Trouble != "" {
			t.Errorf("when central answers: %+v", at)
		}
		s := b.Status()
		if !s.Online || s.Trouble != "" || !s.Since.IsZero() || time.Since(s.Last) > time.Minute || s.Delivered != 3 || !s.OffsetKnown {
			t.Errorf("status: %+v", s)
		}
		b.saveRequest()
		at := b.trySync(time.Minute)
		if !at.Finished || at.Delivered > 1 || b.Status().Delivered != 4 {
			t.Errorf("a request just saved: %+v, %+v", at, b.Status())
		}
	})
}

// What hides behind a captive portal is not delivered, and not called a success.
func TestSyncNowBehindACaptivePortal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = longest
		b.central.push = func(w http.ResponseWriter, _ wire.Push) bool {
			w.Write([]byte("<html>please accept our terms</html>"))
			return true
		}
		defer b.start()()
		b.saveRequest()
		if at := b.trySync(time.Minute); at != (Attempt{Trouble: Stranger}) {
			t.Errorf("%+v", at)
		}
	})
}

func TestTroubleOf(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want Trouble
	}{
		{nil, ""}, {errUnreachable, Unreachable}, {errBroken, Broken}, {stranger{200}, Stranger}, {refusal{401, ""}, Refused},
		{refusal{403, ""}, Refused}, {refusal{503, ""}, Unwilling}, {refusal{413, ""}, Unwilling}, {unusable("x"), Unusable}, {errors.New("disk"), QueueFails},
	} {
		if got := TroubleOf(tt.err); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.err, got, tt.want)
		}
	}
}

// What stands beside the devices is told with them; of the audit log central is
// shown the entry that it knows, once, as soon as it names it.
func TestWordsAreToldWithTheDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, net, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = longest
		var asked []int64
		b.options.Words = func(ctx context.Context, told int64) Words {
			asked = append(asked, told)
			n, err := b.queue.Pending(ctx)
			if err != nil {
				t.Error(err)
			}
			audit := &wire.AuditHealth{Sequence: 9, Hash: strings.Repeat("09", 32), ToldSequence: told}
			if told > 0 {
				audit.ToldHash = strings.Repeat("07", 32)
			}
			return Words{Queue: &wire.QueueHealth{Waiting: n}, Versions: map[string]string{"program": "1.2"}, Audit: audit}
		}
		b.central.set(func() { b.central.audit = 7 })
		stop := b.start()
		b.Report([]wire.Device{device("")})
		pass(wire.HealthEvery - time.Second)
		synctest.Wait()
		all := b.healths()
		if len(all) != 2 || all[0].Audit.ToldSequence != 0 || all[1].Audit.ToldSequence != 7 || all[1].Versions["program"] != "1.2" {
			t.Fatalf("%+v", all)
		}
		// What waited is told when the line is back, and that it waits no more.
		net.setDown(true)
		pass(time.Hour)
		b.saveRequest()
		pass(time.Hour)
		net.setDown(false)
		pass(maxBackoff + 2*healthPause)
		synctest.Wait()
		all = b.healths()
		if last := all[len(all)-1].Queue; last.Waiting != 0 || b.Status().Delivered != 1 {
			t.Errorf("central believes that %d wait", last.Waiting)
		}
		stop()
		if asked[0] != 0 || asked[1] != 7 {
			t.Errorf("asked for the entries %v", asked)
		}
	})
}
