package agent

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

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
	papers  map[string]wire.PaperAnswer // by ticket
	told    []wire.PaperOutcome
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
	// answers changes what a word on health is answered, under mu; bundle is what stands
	// at PathUpdates, and cut ends a connection after so many bytes of it.
	answers func(*wire.HealthAnswer)
	bundle  []byte
	cut     func() int
	ranges  []string
	logs    map[string][]byte // by order
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
	case strings.HasPrefix(r.URL.Path, wire.PathUpdates), strings.HasPrefix(r.URL.Path, wire.PathLogs):
		c.serveFleet(w, r)
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
	case r.URL.Path == wire.PathPapers && r.Method == http.MethodPost:
		var ask wire.PaperAsk
		if json.NewDecoder(r.Body).Decode(&ask) != nil || ask.Check() != nil {
			refuse(w, http.StatusBadRequest, "bad_request")
			return
		}
		c.mu.Lock()
		a := c.papers[string(ask.Ticket)]
		c.mu.Unlock()
		a.Protocol = wire.Protocol
		write(w, http.StatusOK, a)
	case r.URL.Path == wire.PathPaperOutcome && r.Method == http.MethodPost:
		var told wire.PaperOutcome
		if json.NewDecoder(r.Body).Decode(&told) != nil || told.Check() != nil {
			refuse(w, http.StatusBadRequest, "bad_request")
			return
		}
		c.mu.Lock()
		c.told = append(c.told, told)
		c.mu.Unlock()
		write(w, http.StatusOK, wire.PaperAnswer{Protocol: wire.Protocol})
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
