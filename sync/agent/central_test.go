package agent

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	"lintai/sync/wire"
)

const kioskNumber = 12

// central speaks the wire as the real one does, with faults where a test wants
// them, and remembers everything that happened.
type central struct {
	t *testing.T

	mu      sync.Mutex
	changed *sync.Cond
	filed   map[string]string // id → hash
	order   []string          // ids as they were filed
	tries   map[string]int    // id → pushes that held it
	pushes  []wire.Push       // as decoded
	changes []wire.Change
	tickets map[string]wire.Ticket
	cards   map[string][]wire.CardTicket
	streams int
	pulls   int
	healths []wire.Health
	audit   int64       // the newest entry of the audit log that it knows
	hellos  []time.Time // when streams were opened
	notify  map[chan struct{}]struct{}
	uploads map[string]*upload
	carried map[string]int // hash → bytes of it that arrived
	now     func() time.Time

	// push, pull and stream may answer in central's place; they return true when
	// they did. after is called when a push was filed, before it is answered.
	push   func(w http.ResponseWriter, p wire.Push) bool
	pull   func(w http.ResponseWriter, cursor int64) bool
	stream func(w http.ResponseWriter, r *http.Request) bool
	// piece may answer in place of an upload's door; bytes are those that came of the
	// piece, and stored tells that they were kept.
	piece func(w http.ResponseWriter, r *http.Request, hash string, bytes int, stored bool) bool
	// says goes out on every stream beside "changed".
	says  string
	after func(w http.ResponseWriter, answer *wire.PushAnswer) bool
}

func newCentral(t *testing.T) *central {
	c := &central{t: t, filed: map[string]string{}, tries: map[string]int{}, tickets: map[string]wire.Ticket{}, uploads: map[string]*upload{}, carried: map[string]int{}, notify: map[chan struct{}]struct{}{}, now: time.Now}
	c.changed = sync.NewCond(&c.mu)
	return c
}

func (c *central) set(fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fn()
	c.changed.Broadcast()
}

// until waits for something to become true at central.
func (c *central) until(what func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !what() {
		c.changed.Wait()
	}
}

func (c *central) tell(change wire.Change) {
	c.set(func() {
		change.Cursor = int64(len(c.changes) + 1)
		c.changes = append(c.changes, change)
		for n := range c.notify {
			select {
			case n <- struct{}{}:
			default:
			}
		}
	})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, code string) {
	write(w, status, wire.Error{Protocol: wire.Protocol, Code: code})
}

// hangUp cuts the connection; with reset the other end sees RST, not EOF.
func hangUp(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		tcp.SetLinger(0)
	}
	conn.Close()
}

func (c *central) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !ours().accepted(r) {
		refuse(w, http.StatusUnauthorized, "unauthorised")
		return
	}
	switch {
	case r.URL.Path == wire.PathPush && r.Method == http.MethodPost:
		c.servePush(w, r)
	case r.URL.Path == wire.PathPull:
		c.servePull(w, r)
	case r.URL.Path == wire.PathStream:
		c.serveStream(w, r)
	case r.URL.Path == wire.PathHealth:
		c.serveHealth(w, r)
	case strings.HasPrefix(r.URL.Path, wire.PathUploads):
		c.serveUpload(w, r)
	case r.URL.Path == wire.PathCard && r.Method == http.MethodPost:
		var card wire.Card
		if json.NewDecoder(r.Body).Decode(&card) != nil || card.Token == "" || r.URL.RawQuery != "" {
			refuse(w, http.StatusBadRequest, "bad_request")
			return
		}
		c.mu.Lock()
		mine := c.cards[card.Token]
		c.mu.Unlock()
		write(w, http.StatusOK, wire.Tickets{Protocol: wire.Protocol, Tickets: mine})
	case strings.HasPrefix(r.URL.Path, wire.PathTickets):
		c.mu.Lock()
		t := c.tickets[strings.TrimPrefix(r.URL.Path, wire.PathTickets)]
		c.mu.Unlock()
		t.Protocol = wire.Protocol
		write(w, http.StatusOK, t)
	default:
		http.NotFound(w, r)
	}
}

func (c *central) servePush(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBodyBytes))
	if err == nil && r.Header.Get("Content-Encoding") == wire.EncodingGzip {
		body, err = wire.Decompress(body, wire.MaxBodyBytes)
	}
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "too_large")
		return
	}
	var p wire.Push
	if err := json.Unmarshal(body, &p); err != nil {
		refuse(w, http.StatusBadRequest, "bad_request")
		return
	}
	c.mu.Lock()
	c.pushes = append(c.pushes, p)
	for _, i := range p.Items {
		c.tries[i.ID]++
	}
	push, after := c.push, c.after
	c.changed.Broadcast()
	c.mu.Unlock()
	if push != nil && push(w, p) {
		return
	}
	if p.Kiosk != kioskNumber {
		refuse(w, http.StatusForbidden, "forbidden")
		return
	}
	if len(p.Items) > wire.MaxItems {
		refuse(w, http.StatusRequestEntityTooLarge, "too_large")
		return
	}
	answer := wire.PushAnswer{Protocol: wire.Protocol, ServerTime: c.now()}
	c.set(func() {
		for _, i := range p.Items {
			ia := wire.ItemAnswer{ID: i.ID, Outcome: wire.Created}
			if hash, ok := c.filed[i.ID]; ok && hash == i.Hash {
				ia.Outcome = wire.Duplicate
			} else if ok {
				ia.Outcome = wire.Conflict
			} else if i.Uploaded && !c.uploads[i.Hash].complete(i.Hash) {
				ia.Outcome = wire.Missing
			} else if err := i.Check(); err != nil {
				ia.Outcome, ia.Reason = wire.Rejected, "bad_item"
			} else {
				c.filed[i.ID] = i.Hash
				c.order = append(c.order, i.ID)
			}
			answer.Answers = append(answer.Answers, ia)
		}
	})
	if after != nil && after(w, &answer) {
		return
	}
	write(w, http.StatusOK, answer)
}

func (c *central) servePull(w http.ResponseWriter, r *http.Request) {
	cursor, err := strconv.ParseInt(r.URL.Query().Get("cursor"), 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, "bad_request")
		return
	}
	c.mu.Lock()
	c.pulls++
	pull := c.pull
	c.changed.Broadcast()
	c.mu.Unlock()
	if pull != nil && pull(w, cursor) {
		return
	}
	c.mu.Lock()
	const page = 3
	a := wire.Pull{Protocol: wire.Protocol, ServerTime: c.now(), Cursor: cursor, Changes: []wire.Change{}}
	for _, change := range c.changes {
		if change.Cursor > cursor && len(a.Changes) < page {
			a.Changes = append(a.Changes, change)
			a.Cursor = change.Cursor
		}
	}
	a.More = a.Cursor < int64(len(c.changes))
	c.mu.Unlock()
	write(w, http.StatusOK, a)
}

func (c *central) serveStream(w http.ResponseWriter, r *http.Request) {
	wake := make(chan struct{}, 1)
	c.mu.Lock()
	c.streams++
	c.hellos = append(c.hellos, time.Now())
	c.notify[wake] = struct{}{}
	stream := c.stream
	c.changed.Broadcast()
	c.mu.Unlock()
	defer c.set(func() { c.streams--; delete(c.notify, wake) })
	if stream != nil && stream(w, r) {
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(wire.Heartbeat)
	defer beat.Stop()
	for text := "event: changed\ndata: changed\n\n"; ; {
		if _, err := io.WriteString(w, text); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-wake:
			c.mu.Lock()
			text = c.says + "event: changed\ndata: changed\n\n"
			c.mu.Unlock()
		case <-beat.C:
			text = ":\n\n"
		}
	}
}

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
