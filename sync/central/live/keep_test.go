package live

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const testBeat = 100 * time.Millisecond

// office is a server that keeps a stream for each request.
type office struct {
	t     *testing.T
	hub   *Hub
	at    string
	dead  atomic.Bool   // what Alive says
	left  chan struct{} // one for each stream that ended
	event func(Word) string
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, hub: NewHub(), left: make(chan struct{}, 100), event: func(w Word) string { return "data: " + w.ID }}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate()}, MinVersion: tls.VersionTLS13})
	if err != nil {
		t.Fatal(err)
	}
	o.at = l.Addr().String()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Keep{Heartbeat: testBeat, Hello: "data: hello", Left: func() { o.left <- struct{}{} },
			Event: func(_ context.Context, w Word) string { return o.event(w) },
			Alive: func(context.Context) bool { return !o.dead.Load() },
		}.Serve(w, o.hub.Watch(all))
	})}
	served := make(chan struct{})
	go func() { defer close(served); server.Serve(l) }()
	t.Cleanup(func() {
		o.hub.Close()
		o.hub.Wait()
		server.Close()
		<-served
	})
	return o
}

// listener is a terminal's end.
type listener struct {
	*office
	conn  *tls.Conn
	lines *bufio.Scanner
}

func (o *office) open() *listener {
	o.t.Helper()
	raw, err := net.Dial("tcp", o.at)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { raw.Close() })
	raw.SetDeadline(time.Now().Add(time.Minute))
	c := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
	if _, err := c.Write([]byte("GET / HTTP/1.1\r\nHost: central\r\n\r\n")); err != nil {
		o.t.Fatal(err)
	}
	l := &listener{o, c, bufio.NewScanner(c)}
	l.hears("data: hello")
	return l
}

// hears waits for a line.
func (l *listener) hears(want string) {
	l.t.Helper()
	for l.lines.Scan() {
		if l.lines.Text() == want {
			return
		}
	}
	l.t.Fatalf("the stream ended before %q: %v", want, l.lines.Err())
}

// ends waits for the end of the stream, on this end and on that one.
func (l *listener) ends() {
	l.t.Helper()
	for l.lines.Scan() {
	}
	if err := l.lines.Err(); err != nil {
		l.t.Error("the stream did not end in order: ", err)
	}
	l.over()
}

// over waits until the office knows that one is gone.
func (o *office) over() {
	o.t.Helper()
	select {
	case <-o.left:
	case <-time.After(time.Minute):
		o.t.Fatal("the stream is still kept")
	}
}

func TestKeptStreamBeatsAndTells(t *testing.T) {
	o := newOffice(t)
	a, b := o.open(), o.open()
	for _, l := range []*listener{a, b} {
		l.hears(":")
		l.hears(":")
	}
	o.hub.Publish(Word{Kind: Call, ID: "1"}, Word{Kind: Call, ID: "2"})
	for _, l := range []*listener{a, b} {
		l.hears("data: 1")
		l.hears("data: 2")
		l.hears(":")
	}
	o.dead.Store(true)
	a.ends()
	b.ends()
}

func TestKeptStreamEndsWhenTheTerminalGoes(t *testing.T) {
	for name, leave := range map[string]func(*tls.Conn) error{
		"in order":        func(c *tls.Conn) error { return c.Close() },
		"without a word":  func(c *tls.Conn) error { return c.NetConn().Close() },
		"its line resets": func(c *tls.Conn) error { c.NetConn().(*net.TCPConn).SetLinger(0); return c.NetConn().Close() },
		// One that talks does not listen.
		"it goes on talking": func(c *tls.Conn) error { _, err := c.Write([]byte("GET / HTTP/1.1\r\n\r\n")); return err },
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			l := o.open()
			if err := leave(l.conn); err != nil {
				t.Fatal(err)
			}
			o.over()
		})
	}
}

func TestKeptStreamEndsWithTheHub(t *testing.T) {
	o := newOffice(t)
	l := o.open()
	o.hub.Close()
	o.hub.Wait()
	l.ends()
	// From now on there is none.
	r, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}).Get("https://" + o.at)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	o.over()
}

// The terminal's machine lost its power or its cable: nothing that is sent to it
// is acknowledged any more, and nothing comes from it. A filter on its socket
// (socket(7), SO_ATTACH_FILTER) that lets no segment in does the same.
func TestKeptStreamNoticesADeadLine(t *testing.T) {
	o := newOffice(t)
	dead, healthy := o.open(), o.open()
	raw, err := dead.conn.NetConn().(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	nothing := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 0}}
	var failed error
	if err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing[0]})
	}); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	began := time.Now()
	o.over()
	t.Logf("noticed after %s with a heartbeat of %s", time.Since(began).Round(time.Millisecond), testBeat)
	healthy.hears(":")
	healthy.hears(":")
}

func TestTerminalsThatDoNotReadHoldUpNoOther(t *testing.T) {
	o := newOffice(t)
	long := "data: " + strings.Repeat("x", 8<<20) // more than the kernel takes
	o.event = func(w Word) string { return long }
	for range 2 * cap(speaking) {
		o.open()
	}
	o.hub.Publish(Word{Kind: Call, ID: "1"})
	l := o.open()
	l.hears(":")
	for range 2 * cap(speaking) {
		o.over()
	}
	l.hears(":")
}
