package complaint

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func newTicket(t *testing.T) ticket.Code {
	t.Helper()
	code, err := ticket.New(7, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// bench is central and one terminal in a bubble, where time passes only when all of
// them wait: real queue, real agent, real docket, real TLS, and a wire of memory.
type bench struct {
	*agent.Agent
	t       *testing.T
	ctx     context.Context
	central *central.Central
	heard   *journal // central's log
	queue   *offline.Queue
	wire    *pipes
	log     *journal
	events  *book[visit.Event]
	options agent.Options
	// before is asked before central serves a terminal; true means that it has
	// answered.
	before func(w http.ResponseWriter, r *http.Request) bool
	// requests counts what the terminal asks, by method and path.
	requests map[string]int
	mu       sync.Mutex // of the two above
}

// pass lets the bubble's time pass, and all that happens in it.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func bubble(t *testing.T, test func(*testing.T, *bench)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*24*time.Hour) // of the bubble's time
		defer cancel()
		b := &bench{t: t, ctx: ctx, heard: &journal{}, log: &journal{}, events: &book[visit.Event]{}, wire: newPipes(), requests: map[string]int{}}
		var err error
		b.central, err = central.Open(t.Context(), central.Config{Folder: folder(t), Log: slog.New(b.heard)})
		b.must(err)
		handler := b.central.KioskHandler("http://central.example")
		server := &http.Server{TLSConfig: b.central.KioskTLS(), IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(b.heard, slog.LevelDebug),
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				b.mu.Lock()
				b.requests[r.Method+" "+r.URL.Path]++
				before := b.before
				b.mu.Unlock()
				if before == nil || !before(w, r) {
					handler.ServeHTTP(w, r)
				}
			})}
		served := make(chan error, 1)
		go func() { served <- server.ServeTLS(b.wire, "", "") }()
		data := folder(t)
		identity, err := agent.Introduce(7, func(r []byte) (wire.EnrolAnswer, error) { return b.central.Admit(t.Context(), 7, r) })
		b.must(err)
		path := filepath.Join(data, offline.FileName)
		b.must(offline.Create(path, time.Now))
		b.queue, err = offline.Open(path, identity.Seal(), time.Now)
		b.must(err)
		b.options = agent.Options{
			Address: "https://central.example", Identity: identity, Keep: func(i agent.Identity) error { return i.Save(data) },
			Queue: b.queue, Post: b.events.add, Log: slog.New(b.log), Dial: b.wire.dial, Network: unchanging,
			Documents: b.queue, DocumentKey: identity.DocumentKey,
			Words: func(ctx context.Context, _ int64) agent.Words {
				s, err := b.queue.Standing(ctx)
				if err != nil {
					return agent.Words{}
				}
				return agent.Words{Queue: &wire.QueueHealth{Waiting: s.Waiting, Attachments: s.Attachments, Held: s.Held, Oldest: s.Oldest}}
			},
		}
		test(t, b)
		b.must(errors.Join(b.queue.Close(), b.central.Close(), server.Close()))
		<-served
	})
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// start lets the agent work until the returned function is called.
func (b *bench) start() (stop func()) {
	b.t.Helper()
	var err error
	b.Agent, err = agent.New(b.options)
	b.must(err)
	ctx, cancel := context.WithCancel(b.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.Agent.Run(ctx) }()
	return func() { cancel(); <-done }
}

// serveAfter sets before.
func (b *bench) serveAfter(f func(w http.ResponseWriter, r *http.Request) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.before = f
}

// call saves a call for help.
func (b *bench) call() string {
	b.t.Helper()
	c := request.Call{ID: newID(), Kiosk: 7, Screen: "home", MadeAt: time.Now()}
	b.must(b.queue.SaveCall(b.ctx, c))
	return c.ID
}

// delivered waits until central has an item.
func (b *bench) delivered(id string) {
	b.t.Helper()
	b.events.until(b.t, b.ctx, "delivered", 1, func(e visit.Event) bool {
		return e == visit.CallDelivered{ID: id} || e == visit.Delivered{ID: id}
	})
}

func (b *bench) online() {
	b.t.Helper()
	b.events.until(b.t, b.ctx, "online", 1, func(e visit.Event) bool { l, ok := e.(visit.LinkChanged); return ok && l.Online })
}

// state of the wire.
type state int

const (
	up   state = iota
	down       // no connection can be made, and none holds
)

// pipes is the network: a listener and a dialer in memory.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex
	state   state
	open    map[*pipe]bool
	dials   int
	bytes   atomic.Int64 // both ways, with TLS
	packets atomic.Int64 // at most; one write is one, or several of 1,400 bytes
}

func newPipes() *pipes {
	return &pipes{accept: make(chan net.Conn), closed: make(chan struct{}), open: map[*pipe]bool{}}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

var errDown = errors.New("no network")

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	p.dials++
	isDown := p.state == down
	p.mu.Unlock()
	if isDown {
		return nil, errDown
	}
	here, there := net.Pipe()
	c, s := &pipe{Conn: here, pipes: p, dead: make(chan struct{})}, &pipe{Conn: there, pipes: p, dead: make(chan struct{})}
	select {
	case p.accept <- s:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, net.ErrClosed
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[c], p.open[s] = true, true
	return c, nil
}

func (p *pipes) set(s state) {
	p.mu.Lock()
	p.state = s
	all := p.conns()
	p.mu.Unlock()
	if s == down {
		for _, c := range all {
			c.Close()
		}
	}
}

func (p *pipes) conns() (all []*pipe) {
	for c := range p.open {
		all = append(all, c)
	}
	return all
}

// forget makes every connection that is open now half-open: what is written gets
// nowhere, nothing comes, and nobody says so.
func (p *pipes) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.forget.Do(func() { close(c.dead) })
	}
}

// pipe is one end of a connection.
type pipe struct {
	net.Conn
	pipes  *pipes
	dead   chan struct{}
	forget sync.Once
}

func (c *pipe) isDead() bool {
	select {
	case <-c.dead:
		return true
	default:
		return false
	}
}

func (c *pipe) Write(b []byte) (int, error) {
	if c.isDead() {
		return len(b), nil
	}
	n, err := c.Conn.Write(b)
	c.pipes.bytes.Add(int64(n))
	c.pipes.packets.Add(int64(n+1399) / 1400)
	return n, err
}

func (c *pipe) Close() error {
	c.pipes.mu.Lock()
	delete(c.pipes.open, c)
	c.pipes.mu.Unlock()
	if c.isDead() {
		// The other end hears nothing of it either; its own limits end it.
		return c.Conn.SetDeadline(time.Now())
	}
	return c.Conn.Close()
}
