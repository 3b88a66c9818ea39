package central_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"lintai/kiosk/ticket"
	"lintai/sync/central"
	"lintai/sync/central/limit"
	"lintai/sync/wire"
)

// operated is a central that serves as "central serve" does.
type operated struct {
	public, operators string
	stop              func() error
}

func operate(t *testing.T, h *house, o central.Options) *operated {
	t.Helper()
	listen := func() net.Listener {
		l, err := central.Listen("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	ctx, cancel := context.WithCancel(context.Background())
	public := listen()
	o.Operators, o.Kiosk = listen(), listen()
	ready, served := make(chan struct{}), make(chan error, 1)
	o.Ready = func(string) { close(ready) }
	s := &operated{public: "http://" + public.Addr().String(), operators: "http://" + o.Operators.Addr().String()}
	go func() { served <- h.central.Serve(ctx, public, o) }()
	stopped := false
	s.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-served
	}
	t.Cleanup(func() { s.stop() })
	select {
	case <-ready:
	case err := <-served:
		t.Fatal(err)
	}
	return s
}

func fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

func TestOperatorsSeeHowCentralIs(t *testing.T) {
	h := setup(t)
	s := operate(t, h, central.Options{})
	h.push(h.request(), h.call())
	for _, address := range []string{s.public, s.operators} {
		for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
			if status, text := fetch(t, address+path); status != http.StatusOK || text != want {
				t.Errorf("%s: %d %q", path, status, text)
			}
		}
	}
	if status, _ := fetch(t, s.public+"/metrics"); status != http.StatusNotFound {
		t.Errorf("metrics for the public: %d", status)
	}
	// What anybody asks for makes no series of its own.
	for i := range 20 {
		fetch(t, fmt.Sprintf("%s/nothing/%d", s.public, i))
		fetch(t, fmt.Sprintf("%s/t/%d", s.public, i))
	}
	_, text := fetch(t, s.operators+"/metrics")
	for _, line := range []string{
		`lintai_items_total{outcome="created"} 2`, "lintai_open_calls 1", "lintai_terminals 1", "lintai_database_answers 1",
		`lintai_http_request_seconds_count{door="public",route="GET /healthz",status="2xx"} 1`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	for _, personal := range []string{"nothing/", "张桂兰", "幸福里", "/t/1"} {
		if strings.Contains(text, personal) {
			t.Errorf("the metrics have %s", personal)
		}
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}

// Guesses are counted by the client behind a proxy that is believed, and by nothing
// that a client writes.
func TestGuessesAreCountedByTheClientBehindAProxy(t *testing.T) {
	guess := func(s *operated, client string) int {
		t.Helper()
		code, err := ticket.New(12, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest("GET", s.public+"/t/"+string(code), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Forwarded-For", client)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	for _, c := range []struct {
		name    string
		proxies limit.Proxies
		others  int // what another client is told when one has guessed too often
	}{
		{"believed", limit.Proxies{netip.MustParsePrefix("127.0.0.0/8")}, http.StatusNotFound},
		{"not believed", nil, http.StatusTooManyRequests},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := setup(t)
			s := operate(t, h, central.Options{Proxies: c.proxies})
			status := 0
			for range 40 {
				if status = guess(s, "192.0.2.1"); status == http.StatusTooManyRequests {
					break
				}
			}
			if status != http.StatusTooManyRequests {
				t.Fatalf("guesses go on: %d", status)
			}
			if got := guess(s, "192.0.2.2"); got != c.others {
				t.Errorf("another client: %d, want %d", got, c.others)
			}
		})
	}
}

// Asked to end, central ends the streams of terminals and pages and returns.
func TestServeEndsWithStreamsOpen(t *testing.T) {
	h := setup(t)
	s := operate(t, h, central.Options{})
	b := h.staff()
	page := h.stream(b.client, "/console/stream")
	h.await(page, "event: hello")
	terminal := h.stream(h.me, wire.PathStream)
	h.await(terminal, "data: changed")
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.public+"/console/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := url.Parse(h.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range b.client.Jar.Cookies(jar) {
		r.AddCookie(cookie)
	}
	open, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Body.Close()
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(open.Body); err != nil && !strings.Contains(err.Error(), "EOF") {
		t.Errorf("the page's stream: %v", err)
	}
}
