package central

import (
	"container/list"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"lintai/sync/central/kioskapi"
	"lintai/sync/central/limit"
)

// maxStrangers is how many connections to the door for terminals may be open that
// have not shown a terminal's certificate that counts: all terminals of a large town
// at once, after central was away. One more cuts the oldest, so whoever opens
// connections and says nothing takes no terminal's place.
const maxStrangers = 2048

// Of connections that came to nothing in one way, so many are logged at once and then
// one a minute, with the number of all.
const (
	strangersBurst = 10
	strangersEvery = time.Minute
)

// How a connection came to nothing.
const (
	unfinishedHandshake = "unfinished_handshake" // none, one that broke off, or one whose bytes were not TLS or not whole
	unfinishedRequest   = "unfinished_request"   // no request, a head that broke off, or one that is too large
	outnumbered         = "outnumbered"          // cut, because there were maxStrangers
)

// strangers watches the connections of a server's door.
type strangers struct {
	log  *slog.Logger
	most int

	mu     sync.Mutex
	open   map[net.Conn]*stranger
	oldest *list.List // of *stranger, those that nobody knows yet
	failed map[string]int
	said   *limit.Guesses
}

type stranger struct {
	conn    net.Conn
	place   *list.Element // nil once it is known
	served  bool
	outcome string
}

func newStrangers(clock func() time.Time, log *slog.Logger, most int) *strangers {
	return &strangers{log: log, most: most, open: map[net.Conn]*stranger{}, oldest: list.New(), failed: map[string]int{},
		said: &limit.Guesses{Burst: strangersBurst, Every: strangersEvery, Clock: clock}}
}

// watch lets it see all connections of a server. To be called before it serves.
func (s *strangers) watch(server *http.Server) {
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return kioskapi.WithKnown(ctx, s.enter(conn))
	}
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		if state == http.StateClosed || state == http.StateHijacked { // a handler's from now on
			s.leave(conn)
		}
	}
	handler := server.Handler
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if served, ok := r.Context().Value(servedKey{}).(func()); ok {
			served()
		}
		handler.ServeHTTP(w, r)
	})
	enter := server.ConnContext
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(enter(ctx, conn), servedKey{}, func() { s.serve(conn) })
	}
}

type servedKey struct{}

// enter notes a connection, and returns what to call when it is known.
func (s *strangers) enter(conn net.Conn) (known func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := &stranger{conn: conn}
	one.place = s.oldest.PushBack(one)
	s.open[conn] = one
	if s.oldest.Len() > s.most {
		first := s.oldest.Remove(s.oldest.Front()).(*stranger)
		first.place, first.outcome = nil, outnumbered
		// Not Close of TLS: that would wait for the other end to read its farewell.
		if c, ok := first.conn.(*tls.Conn); ok {
			c.NetConn().Close()
		} else {
			first.conn.Close()
		}
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if one.place != nil {
			s.oldest.Remove(one.place)
			one.place = nil
		}
	}
}

// serve notes that a request came.
func (s *strangers) serve(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.open[conn]; one != nil {
		one.served = true
	}
}

// leave forgets a connection, and says so when it came to nothing.
func (s *strangers) leave(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.open[conn]
	if one == nil {
		return
	}
	delete(s.open, conn)
	if one.place != nil {
		s.oldest.Remove(one.place)
	}
	switch c, ok := conn.(*tls.Conn); {
	case one.outcome != "":
	case one.served:
		return
	case ok && !c.ConnectionState().HandshakeComplete:
		one.outcome = unfinishedHandshake
	default:
		one.outcome = unfinishedRequest
	}
	s.failed[one.outcome]++
	s.tell(one.outcome)
}

// tell logs how many connections came to nothing in this way since it last did.
func (s *strangers) tell(outcome string) {
	if !s.said.AllowedTo(outcome) {
		return
	}
	s.said.WrongBy(outcome)
	s.log.Warn("connections to the door for terminals came to nothing", "outcome", outcome, "connections", s.failed[outcome])
	s.failed[outcome] = 0
}
