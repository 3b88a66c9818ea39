package kioskapi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"lintai/sync/central/limit"
)

// Of refusals of one kind for one terminal, so many are logged at once and then one a
// minute, with the number of those that were not: whoever is refused must not be able
// to fill the disk with it.
const (
	refusalBurst = 30
	refusalEvery = time.Minute
)

// refusals decides which refusals are logged.
type refusals struct {
	mu     sync.Mutex
	said   *limit.Guesses
	unsaid map[string]int
}

// say tells whether to log this one, and how many of its kind were not logged before
// it.
func (r *refusals) say(clock func() time.Time, kiosk int, route, code string) (say bool, unsaid int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.said == nil {
		r.said = &limit.Guesses{Burst: refusalBurst, Every: refusalEvery, Clock: clock}
		r.unsaid = map[string]int{}
	}
	kind := strconv.Itoa(kiosk) + " " + route + " " + code
	if !r.said.AllowedTo(kind) {
		r.unsaid[kind]++
		return false, 0
	}
	r.said.WrongBy(kind)
	unsaid = r.unsaid[kind]
	delete(r.unsaid, kind)
	return true, unsaid
}

// What can be wrong with a body that is not whole.
var (
	errBrokenOff = failure{http.StatusBadRequest, "bad_request", "the body broke off"}
	errSlow      = failure{http.StatusBadRequest, "bad_request", "the body did not come in time"}
	errChanged   = failure{http.StatusBadRequest, "bad_request", "the bytes of the connection were changed on the way"}
)

// notWhole says what an error of reading a body means.
func notWhole(err error) failure {
	var n *net.OpError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	case errors.As(err, &n) && n.Op == "local error": // crypto/tls: a record that does not verify
		return errChanged
	}
	return errBrokenOff
}

// isNotWhole tells whether some of a body came before it ended.
func isNotWhole(err error) bool {
	return errors.Is(err, errBrokenOff) || errors.Is(err, errSlow) || errors.Is(err, errChanged)
}

// smallTime is for a body of some kilobytes, and for what a larger one takes beside
// its bytes: longer than a terminal waits.
const smallTime = 15 * time.Second

// small reads the body of a request other than a push or a piece.
func (a *API) small(w http.ResponseWriter, r *http.Request, limit int) ([]byte, error) {
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(smallTime)); err != nil {
		a.Log.Debug("a request keeps the server's limits of time", "error", err)
	}
	return readUpTo(r.Body, r.ContentLength, limit)
}

type knownKey struct{}

// WithKnown is the context of a connection; known is called when it turns out to be
// that of a terminal whose certificate counts.
func WithKnown(ctx context.Context, known func()) context.Context {
	return context.WithValue(ctx, knownKey{}, known)
}

// Known says that the connection of a context is a terminal's.
func Known(ctx context.Context) {
	if known, ok := ctx.Value(knownKey{}).(func()); ok {
		known()
	}
}
