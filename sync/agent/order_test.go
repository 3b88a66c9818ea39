package agent

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"lintai/sync/wire"
)

// A line that lets nobody through for long says nothing against what was sent
// over it: when it is back, what was saved first arrives first. (Found by
// deploy/proof many: calls arrived after later calls.)
func TestALineThatBreaksEverythingKeepsTheOrder(t *testing.T) {
	for broken := 5; broken <= 12; broken++ {
		c := newCentral(t)
		var mu sync.Mutex
		pushes := 0
		through := func(r *http.Request) bool {
			mu.Lock()
			defer mu.Unlock()
			if r.URL.Path == wire.PathPush {
				pushes++
			}
			return pushes > broken
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
}

// A line may carry a bare question and not a push.
func TestALineThatIsTooThinForAPushKeepsTheOrder(t *testing.T) {
	for broken := 5; broken <= 12; broken++ {
		c := newCentral(t)
		var mu sync.Mutex
		pushes := 0
		through := func(r *http.Request) bool {
			mu.Lock()
			defer mu.Unlock()
			if r.ContentLength > 300 {
				pushes++
			}
			return pushes > broken || r.ContentLength <= 300
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
}
