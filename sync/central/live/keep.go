package live

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Keep is a Stream for very many listeners that say nothing: terminals. It takes
// the connection from the server, whose goroutines and buffers then end. What is
// left of a stream is one goroutine without buffers that waits for the other end
// to go, and a timer; what is to be said is said by goroutines that live as long
// as it takes, a few at a time.
type Keep struct {
	Heartbeat time.Duration
	Hello     string
	// Event is as in Stream; the context ends before the listener would count the
	// line as dead.
	Event func(context.Context, Word) string
	// Alive is as in Stream.
	Alive func(context.Context) bool
	// Left is called once, when everything has ended, or Serve with an error.
	Left func()
}

// keepHead begins an answer that goes on until the connection ends.
const keepHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"

// Serve opens the stream and returns; from then on the request belongs to nobody.
// hijacked tells whether there is still an answer to be given when it fails. The
// watcher is stopped when the stream ends, and the stream ends with the watcher.
func (k Keep) Serve(w http.ResponseWriter, watcher *Watcher) (hijacked bool, err error) {
	l := &line{Keep: k, watcher: watcher}
	if !watcher.hub.enter() {
		k.Left()
		return false, errors.New("live: stream: central is closing")
	}
	defer func() {
		if err != nil {
			l.end()
			err = fmt.Errorf("live: stream: %w", err)
		}
	}()
	if l.conn, _, err = http.NewResponseController(w).Hijack(); err != nil {
		return false, err
	}
	listen := l.read // on what is none of TCP there is no kernel that would notice
	if raw, err := rawOf(l.conn); err == nil {
		// See deathAfter: fifteen seconds together, as on the terminal's side.
		if err := noticeDeath(raw, deathAfter(k.Heartbeat)); err != nil {
			return true, err
		}
		listen = func() { l.listen(raw) }
	}
	if err := l.write(keepHead + k.Hello); err != nil {
		return true, err
	}
	l.mu.Lock()
	l.timer = time.AfterFunc(k.Heartbeat, l.beat)
	l.mu.Unlock()
	go listen()
	watcher.notify(func(over bool) {
		if over {
			go l.end()
		} else {
			go l.tell()
		}
	})
	return true, nil
}

// line is one kept stream.
type line struct {
	Keep
	watcher *Watcher
	conn    net.Conn
	over    atomic.Bool

	mu    sync.Mutex // held by who speaks
	timer *time.Timer
}

// listen waits until there is something to read, or nothing more. A terminal says
// nothing on a stream but that it goes, so what it says is not looked at: that
// would cost a buffer.
func (l *line) listen(raw syscall.RawConn) {
	raw.Read(func(fd uintptr) bool {
		var one [1]byte
		_, _, err := unix.Recvfrom(int(fd), one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		return err != unix.EAGAIN && err != unix.EINTR
	})
	l.end()
}

// read is listen on a connection that can only be read.
func (l *line) read() {
	var one [1]byte
	l.conn.Read(one[:])
	l.end()
}

// speaking bounds how many goroutines have the stack that a look into the docket
// and TLS take. One that a slow line holds up for longer than slow gives its place
// to another.
var speaking = make(chan struct{}, 8)

const slow = 100 * time.Millisecond

func (l *line) speak(say func(ctx context.Context) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over.Load() {
		return
	}
	speaking <- struct{}{}
	leave := sync.OnceFunc(func() { <-speaking })
	defer leave()
	defer time.AfterFunc(slow, leave).Stop()
	ctx, cancel := context.WithTimeout(context.Background(), 2*l.Heartbeat)
	defer cancel()
	if say(ctx) != nil {
		go l.end() // which waits for whoever speaks
	}
}

var errOver = errors.New("live: not to be served any more")

// beat says that central is there, and again after the heartbeat.
func (l *line) beat() {
	l.speak(func(ctx context.Context) error {
		if !l.Alive(ctx) {
			return errOver
		}
		l.timer.Reset(l.Heartbeat)
		return l.write(":")
	})
}

// tell says what the watcher has.
func (l *line) tell() {
	l.speak(func(ctx context.Context) error {
		text := ""
		for i, word := range l.watcher.Take() {
			if i > 0 {
				text += "\n\n"
			}
			text += l.Event(ctx, word)
		}
		if text == "" {
			return nil
		}
		return l.write(text)
	})
}

func (l *line) write(text string) error {
	if err := l.conn.SetWriteDeadline(time.Now().Add(2 * l.Heartbeat)); err != nil {
		return err
	}
	_, err := l.conn.Write([]byte(text + "\n\n"))
	return err
}

// end ends the stream. It may be called more than once.
func (l *line) end() {
	if l.over.Swap(true) {
		return
	}
	l.watcher.Stop()
	if l.conn != nil {
		l.conn.Close() // also ends a write that is stuck
	}
	l.mu.Lock()
	if l.timer != nil {
		l.timer.Stop()
	}
	l.mu.Unlock()
	l.Left()
	l.watcher.hub.leave()
}

// rawOf is the TCP connection under a connection.
func rawOf(c net.Conn) (syscall.RawConn, error) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	t, ok := c.(*net.TCPConn)
	if !ok {
		return nil, fmt.Errorf("a %T is no line to a terminal", c)
	}
	return t.SyscallConn()
}
