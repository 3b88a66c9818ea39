package agent

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"lintai/sync/wire"
)

// A line that lets no push through for long says nothing against what was pushed:
// when it is back, what was saved first arrives first. (Found by deploy/proof many:
// calls arrived after later calls.)
func TestALineThatLetsNoPushThroughKeepsTheOrder(t *testing.T) {
	for name, line := range map[string]struct {
		counts  func(*http.Request) bool // towards the requests after which the line is back
		carries func(*http.Request) bool // also before
	}{
		"nothing at all": {
			counts:  func(r *http.Request) bool { return r.URL.Path == wire.PathPush },
			carries: func(*http.Request) bool { return false },
		},
		"bare questions": {
			counts:  func(r *http.Request) bool { return r.ContentLength > 300 },
			carries: func(r *http.Request) bool { return r.ContentLength <= 300 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			for broken := 5; broken <= 12; broken++ {
				c := newCentral(t)
				var mu sync.Mutex
				count := 0
				through := func(r *http.Request) bool {
					mu.Lock()
					defer mu.Unlock()
					if line.counts(r) {
						count++
					}
					return count > broken || line.carries(r)
				}
				address := serveHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !through(r) {
						hangUp(w, false)
						return
					}
					c.ServeHTTP(w, r)
				}))
				b := setup(t, c, address)
				var saved []string
				for range 6 {
					saved = append(saved, b.saveCall())
				}
				stop := b.start()
				c.until(func() bool { return len(c.order) == len(saved) })
				stop()
				if !slices.Equal(c.order, saved) {
					t.Errorf("after %d broken pushes: filed %v, saved %v", broken, c.order, saved)
				}
			}
		})
	}
}
