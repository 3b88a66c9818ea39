package agent

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// What is packed while a batch is on its way is neither sent before that batch is
// settled nor in the way of what is saved meanwhile, nor sent when it is old.
func TestPackedAhead(t *testing.T) {
	for name, slow := range map[string]time.Duration{"fast line": 0, "slow line": 2 * parcelLife} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, _, stopServer := inMemory(t)
				defer stopServer()
				var saved []string
				for range 2*wire.MaxItems + 50 {
					saved = append(saved, b.saveRequest())
				}
				var call string
				c := b.central
				var late []time.Duration
				c.push = func(_ http.ResponseWriter, p wire.Push) bool {
					late = append(late, time.Since(p.DeviceTime))
					if len(late) > 1 {
						if n, err := b.queue.Pending(t.Context()); err != nil || n > len(saved)+1-wire.MaxItems*(len(late)-1) {
							t.Errorf("push %d comes while %d wait: %v", len(late), n, err)
						}
					}
					if len(late) == 1 {
						call = b.saveCall()
					}
					pass(slow) // what was packed grows old
					return false
				}
				stop := b.start()
				b.until(func() bool { return b.count(visit.Delivered{ID: saved[len(saved)-1]}) == 1 })
				stop()
				want := append(append(slices.Clone(saved[:wire.MaxItems]), call), saved[wire.MaxItems:]...)
				if !slices.Equal(c.order, want) {
					t.Errorf("%d filed in another order than %d were saved in", len(c.order), len(want))
				}
				if len(c.pushes) != 3 || len(c.pushes[1].Items) != wire.MaxItems {
					t.Errorf("%d pushes", len(c.pushes))
				}
				for i, d := range late {
					if d > parcelLife {
						t.Errorf("push %d carries the time of %v ago", i+1, d)
					}
				}
			})
		})
	}
}
