package console

import (
	"net/http"
	"runtime"
)

// turns bounds how many pages are read anew at one time because something changed.
// Two hundred that were left open ask at the same moment, each for a page that takes
// all a processor can give, and what terminals send and people press would wait among
// them. Whoever opens a page or presses a button waits for no turn.
type turns chan struct{}

func newTurns() turns { return make(turns, runtime.GOMAXPROCS(0)) }

// take waits for a turn when a page's script asks; done ends it. Not ok is that the
// page went away meanwhile.
func (t turns) take(r *http.Request) (done func(), ok bool) {
	// What a browser says of fetch(); one that is too old to say so waits for nobody.
	if r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Dest") != "empty" {
		return func() {}, true
	}
	select {
	case t <- struct{}{}:
		return func() { <-t }, true
	case <-r.Context().Done():
		return nil, false
	}
}
