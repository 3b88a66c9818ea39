package agent

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/fault"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/offline"
)

// bench is an agent over a real queue, and the central it speaks to.
type bench struct {
	*Agent
	t       *testing.T
	central *central
	queue   *offline.Queue
	options Options
	logs    *bytes.Buffer
	random  *mathrand.ChaCha8

	mu     sync.Mutex
	told   *sync.Cond
	events []visit.Event
	faults []fault.Code
}

// setup makes a queue and an agent that speaks to address; start runs it.
func setup(t *testing.T, c *central, address string) *bench {
	t.Helper()
	private, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), offline.FileName)
	if err := offline.Create(path, time.Now); err != nil {
		t.Fatal(err)
	}
	queue, err := offline.Open(path, private.Public(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, central: c, queue: queue, logs: &bytes.Buffer{}, random: mathrand.NewChaCha8([32]byte{7})}
	b.told = sync.NewCond(&b.mu)
	b.options = Options{
		Address: address, Identity: ours().identity(knownSerial, time.Now()), Queue: queue,
		Post: func(e visit.Event) { b.record(func() { b.events = append(b.events, e) }) },
		Fault: func(f fault.Code) {
			b.record(func() { b.faults = append(b.faults, f) })
		},
		// Short for tests on sockets; those of the waiting itself set their own.
		Jitter: func(time.Duration) time.Duration { return time.Millisecond },
		Log:    slog.New(slog.NewTextHandler(b.logs, nil)),
		// That of this machine is none of a test's.
		Network: func(ctx context.Context, _ func()) error { <-ctx.Done(); return nil },
	}
	return b
}

func (b *bench) record(fn func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fn()
	b.told.Broadcast()
}

// start runs the agent; the returned function ends it and closes the queue. A
// test calls it before it looks at what was recorded, and may call it again.
func (b *bench) start() (stop func()) {
	b.t.Helper()
	a, err := New(b.options)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Agent = a
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); a.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		<-done
		if err := b.queue.Close(); err != nil {
			b.t.Error(err)
		}
		b.central.set(func() {}) // what central did until now is seen from here on
	})
}

// until waits for something that the agent tells.
func (b *bench) until(what func() bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !what() {
		b.told.Wait()
	}
}

func (b *bench) link() visit.LinkChanged {
	for _, e := range slices.Backward(b.events) {
		if l, ok := e.(visit.LinkChanged); ok {
			return l
		}
	}
	return visit.LinkChanged{Pending: -1}
}

func (b *bench) count(e visit.Event) (n int) {
	for _, had := range b.events {
		if had == e {
			n++
		}
	}
	return n
}

func (b *bench) code() ticket.Code {
	code, err := ticket.New(kioskNumber, b.random)
	if err != nil {
		b.t.Fatal(err)
	}
	return code
}

func (b *bench) saveRequest() string {
	b.t.Helper()
	return b.saveRequestOf(kioskNumber)
}

func (b *bench) saveRequestOf(kiosk int) string {
	b.t.Helper()
	r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kiosk, Ticket: b.code(), Service: "repair", MadeAt: time.Now()}
	if err := b.queue.SaveRequest(context.Background(), r); err != nil {
		b.t.Fatal(err)
	}
	return r.ID
}

// saveWith saves a request with attachments of these sizes, and returns its id
// and theirs.
func (b *bench) saveWith(sizes ...int) (id string, attached []string) {
	b.t.Helper()
	r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, Ticket: b.code(), Service: "appeal", MadeAt: time.Now()}
	var all []request.Attachment
	for _, size := range sizes {
		a := request.NewAttachment(uuid.Must(uuid.NewV7()).String(), "audio/wav", bytes.Repeat([]byte{'v'}, size), 9)
		all, attached = append(all, a), append(attached, a.ID)
		r.Attachments = append(r.Attachments, a.Reference)
	}
	if err := b.queue.SaveRequest(context.Background(), r, all...); err != nil {
		b.t.Fatal(err)
	}
	return r.ID, attached
}

func (b *bench) saveCall() string {
	b.t.Helper()
	c := request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, MadeAt: time.Now()}
	if err := b.queue.SaveCall(context.Background(), c); err != nil {
		b.t.Fatal(err)
	}
	return c.ID
}

// serve runs central on a loopback socket.
func serve(t *testing.T, c *central) string { t.Helper(); return serveHandler(t, c) }

func serveHandler(t *testing.T, h http.Handler) string {
	t.Helper()
	return serveTLS(t, h, ours().server(1))
}

// pipes is a network in memory, for tests in a bubble of testing/synctest, in
// which time stands still while anything can move.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	mu     sync.Mutex
	down   bool
	dials  []time.Time
}

func newPipes() *pipes { return &pipes{accept: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	p.dials = append(p.dials, time.Now())
	down := p.down
	p.mu.Unlock()
	if down {
		return nil, errors.New("no network")
	}
	here, there := net.Pipe()
	select {
	case p.accept <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) setDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// inMemory makes central and an agent in a bubble; the returned function ends
// both, which the bubble insists on.
func inMemory(t *testing.T) (b *bench, p *pipes, stopServer func()) {
	c := newCentral(t)
	p = newPipes()
	server := &http.Server{Handler: c}
	served := make(chan error, 1)
	go func() { served <- server.Serve(tls.NewListener(p, ours().server(1))) }()
	b = setup(t, c, "https://127.0.0.1")
	b.options.Dial = p.dial
	return b, p, func() {
		server.Close()
		<-served
	}
}

func list(ids []string) string { return fmt.Sprint(ids) }
