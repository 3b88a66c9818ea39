package central

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/sync/central/kioskapi"
)

// lines is a log that tells each line.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(bytes.TrimSpace(p))
	return len(p), nil
}

// guarded is a server of TLS whose connections are watched; its handler knows who
// asks for /known.
func guarded(t *testing.T, most int) (address string, log lines, know func(net.Conn)) {
	log = make(lines, 100)
	var mu sync.Mutex
	known := map[string]func(){}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	s := newStrangers(time.Now, slog.New(slog.NewTextHandler(log, nil)), most)
	s.watch(server.Config)
	watched := server.Config.ConnContext
	server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		ctx = watched(ctx, conn)
		mu.Lock()
		defer mu.Unlock()
		known[conn.RemoteAddr().String()] = func() { kioskapi.Known(ctx) }
		return ctx
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), log, func(c net.Conn) {
		mu.Lock()
		defer mu.Unlock()
		known[c.LocalAddr().String()]()
	}
}

// asked is a connection over which one request was answered.
func asked(t *testing.T, address string) *tls.Conn {
	t.Helper()
	c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConnectionsThatComeToNothingAreSaid(t *testing.T) {
	address, log, _ := guarded(t, 10)
	for want, words := range map[string]string{unfinishedHandshake: "\x16\x03\x01", unfinishedRequest: ""} {
		var c net.Conn
		var err error
		if want == unfinishedRequest {
			c, err = tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
		} else {
			c, err = net.Dial("tcp", address)
		}
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, words)
		c.Close()
		if line := <-log; !strings.Contains(line, want) || !strings.Contains(line, "level=WARN") {
			t.Errorf("%s: %s", want, line)
		}
	}
	asked(t, address).Close() // is not worth a word
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if line := <-log; !strings.Contains(line, unfinishedHandshake) {
		t.Error(line)
	}
}

func TestWhoSaysNothingTakesNoTerminalsPlace(t *testing.T) {
	address, log, know := guarded(t, 2)
	terminal := asked(t, address)
	know(terminal)
	first := asked(t, address)
	second := asked(t, address)
	third := asked(t, address)
	if _, err := io.Copy(io.Discard, first); err == nil {
		t.Log("the oldest stranger was told the end of the connection")
	}
	if line := <-log; !strings.Contains(line, outnumbered) {
		t.Error(line)
	}
	for name, c := range map[string]*tls.Conn{"the terminal": terminal, "the second": second, "the third": third} {
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		if text, err := io.ReadAll(c); err != nil || !bytes.Contains(text, []byte("404")) {
			t.Errorf("%s was cut: %v %q", name, err, text)
		}
	}
}

func TestCountOfWhatWasNotLogged(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(1_800_000_000, 0)
	s := newStrangers(func() time.Time { return now }, slog.New(slog.NewTextHandler(&out, nil)), 2)
	for range 100 {
		a, b := net.Pipe()
		s.enter(a)
		s.leave(a)
		b.Close()
	}
	if n := strings.Count(out.String(), "\n"); n != strangersBurst {
		t.Errorf("%d lines for 100 connections", n)
	}
	out.Reset()
	now = now.Add(strangersEvery)
	a, _ := net.Pipe()
	s.enter(a)
	s.leave(a)
	if !strings.Contains(out.String(), fmt.Sprint("connections=", 100-strangersBurst+1)) {
		t.Error(out.String())
	}
}
