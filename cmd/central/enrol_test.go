package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// gate is central's door for terminals, real terminals before it, and a clock that
// is central's alone: the terminals have the machine's.
type gate struct {
	t       *testing.T
	central *central.Central
	door    *httptest.Server

	mu  sync.Mutex
	now time.Time
	// before may answer in the door's place, and tells that it did.
	before func(w http.ResponseWriter, r *http.Request) bool
}

func (g *gate) set(change func()) { g.mu.Lock(); defer g.mu.Unlock(); change() }

func openGate(t *testing.T, now time.Time) *gate {
	t.Helper()
	g := &gate{t: t, now: now}
	var err error
	g.central, err = central.Open(t.Context(), central.Config{Folder: t.TempDir(), Heartbeat: 50 * time.Millisecond,
		Clock: func() time.Time { g.mu.Lock(); defer g.mu.Unlock(); return g.now }})
	if err != nil {
		t.Fatal(err)
	}
	handler := g.central.KioskHandler("https://c.example")
	g.door = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		before := g.before
		g.mu.Unlock()
		if before == nil || !before(w, r) {
			handler.ServeHTTP(w, r)
		}
	}))
	g.door.TLS = g.central.KioskTLS()
	g.door.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	g.door.StartTLS()
	t.Cleanup(func() {
		if err := g.central.Close(); err != nil {
			t.Error(err)
		}
		g.door.Close()
	})
	return g
}

// code registers terminal 12 and returns what the technician writes down for it.
func (g *gate) code() agent.Enrolment {
	g.t.Helper()
	e, err := g.central.AddTerminal(g.t.Context(), 12, "大厅")
	if err != nil {
		g.t.Fatal(err)
	}
	return agent.Enrolment{Address: g.door.URL, Code: e.Code.String(), Kiosk: 12, Folder: g.t.TempDir()}
}

// try enrols and expects this fault.
func (g *gate) try(e agent.Enrolment, want fault.Code) agent.Identity {
	g.t.Helper()
	i, err := agent.Enrol(g.t.Context(), e)
	if got := agent.FaultOf(err); got != want {
		g.t.Fatalf("enrolled with %v: %q, want %q", err, got, want)
	}
	kept, failed := agent.LoadIdentity(e.Folder)
	if err == nil && (failed != nil || !bytes.Equal(kept.Certificate, i.Certificate)) {
		g.t.Fatalf("the identity was not kept: %v", failed)
	}
	return i
}

func (g *gate) reach(i agent.Identity, want fault.Code) {
	g.t.Helper()
	if _, err := agent.Reach(g.t.Context(), g.door.URL, i); agent.FaultOf(err) != want {
		g.t.Fatalf("%v: %q, want %q", err, agent.FaultOf(err), want)
	}
}

func (g *gate) cutAnswers(path string, times int) (cut func() int) {
	done := 0
	handler := g.central.KioskHandler("https://c.example")
	g.set(func() {
		g.before = func(w http.ResponseWriter, r *http.Request) bool {
			g.mu.Lock()
			lose := r.URL.Path == path && done < times
			if lose {
				done++
			}
			g.mu.Unlock()
			if lose {
				handler.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			}
			return false
		}
	})
	return func() int { g.mu.Lock(); defer g.mu.Unlock(); return done }
}

func TestOneCodeIsForOneMachine(t *testing.T) {
	g := openGate(t, time.Now())
	e := g.code()
	elsewhere := e
	elsewhere.Folder = t.TempDir()
	wrong := elsewhere
	wrong.Code = wire.NewCode().String()
	g.try(wrong, fault.CodeRefused)
	number := elsewhere
	number.Kiosk = 13
	g.try(number, fault.NumberMismatch)
	i := g.try(e, fault.None)
	if i.PublicAddress != "https://c.example" || len(i.CardKey) != 32 || len(i.DocumentKey) != 32 || i.Seal().String() != g.central.PublicKey().String() || i.Door == 0 {
		t.Errorf("%+v", i)
	}
	g.reach(i, fault.None)
	g.try(elsewhere, fault.CodeUsed)
	g.reach(i, fault.None)
	// Nothing of the enrolment but the identity stays.
	entries, err := os.ReadDir(e.Folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	text, err := os.ReadFile(filepath.Join(e.Folder, agent.IdentityFile))
	if code, _ := wire.ParseCode(e.Code); err != nil || bytes.Contains(text, []byte(code)) || bytes.Contains(text, []byte(e.Code)) {
		t.Errorf("the identity holds the code, %v", err)
	}
}

func TestExpiredCode(t *testing.T) {
	g := openGate(t, time.Now())
	e := g.code()
	g.set(func() { g.now = g.now.Add(central.CodeLife) })
	g.try(e, fault.CodeExpired)
	renewed, err := g.central.RenewCode(t.Context(), 12)
	if err != nil {
		t.Fatal(err)
	}
	g.try(e, fault.CodeRefused) // void now
	e.Code = renewed.Code.String()
	g.reach(g.try(e, fault.None), fault.None)
}

// The answer to the enrolment is lost again and again, and the power goes in
// between: the same machine gets its certificate with the same code.
func TestLostAnswerToAnEnrolment(t *testing.T) {
	g := openGate(t, time.Now())
	e := g.code()
	cut := g.cutAnswers(wire.PathEnrol, 3)
	for range 3 {
		g.try(e, fault.NoCentral)
	}
	if cut() != 3 {
		t.Fatalf("%d answers were lost", cut())
	}
	// A cold start finds what was begun.
	i := g.try(e, fault.None)
	g.reach(i, fault.None)
	// Killed after the identity was saved and before what was begun was cleared away:
	// the same again.
	again := g.try(agent.Enrolment{Address: e.Address, Code: func() string {
		n, err := g.central.RenewCode(t.Context(), 12)
		if err != nil {
			t.Fatal(err)
		}
		return n.Code.String()
	}(), Kiosk: 12, Folder: e.Folder}, fault.None)
	if bytes.Equal(again.Certificate, i.Certificate) {
		t.Error("a new code gave the old certificate")
	}
	g.reach(i, fault.None) // until the next is used
	g.reach(again, fault.None)
	g.reach(i, fault.Revoked)
}

// middle terminates TLS on both sides, with a certificate of its own, and passes
// every byte on: it sees all and may change all.
func middle(t *testing.T, to string, seen func(enrol []byte)) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{wire.ServerName}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	onward := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: wire.ServerName}}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		seen(body)
		answer, err := onward.Post(to+r.URL.Path, "application/json", bytes.NewReader(body))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		io.Copy(w, answer.Body)
	}))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(func() { server.Close(); onward.CloseIdleConnections() })
	return server.URL
}

// Somebody on the line who passes the enrolment on to the real central gets no
// certificate, makes the terminal believe nothing, and does not use the code up.
func TestManInTheMiddleOfAnEnrolment(t *testing.T) {
	g := openGate(t, time.Now())
	e := g.code()
	var taken []byte
	through := e
	through.Address = middle(t, g.door.URL, func(body []byte) { taken = body })
	g.try(through, fault.CodeRefused)
	code, err := wire.ParseCode(e.Code)
	if err != nil || len(taken) == 0 || bytes.Contains(taken, []byte(code)) || bytes.Contains(taken, []byte(e.Code)) {
		t.Errorf("on the line: %s, %v", taken, err)
	}
	g.reach(g.try(e, fault.None), fault.None)
}

// A central of somebody else, that signs whatever it is asked, cannot prove that it
// made the code.
func TestAnotherCentralCannotEnrol(t *testing.T) {
	g, theirs := openGate(t, time.Now()), openGate(t, time.Now())
	e := g.code()
	e.Address = theirs.door.URL
	g.try(e, fault.CodeRefused)
	// It answers as a central does, with a proof of another code.
	theirs.set(func() {
		theirs.before = func(w http.ResponseWriter, r *http.Request) bool {
			exporter, err := r.TLS.ExportKeyingMaterial(wire.ExporterLabel, nil, wire.ExporterBytes)
			if err != nil {
				t.Error(err)
			}
			answer := forged(theirs, r)
			answer.Proof = wire.NewCode().Secret().AnswerProof(exporter, answer)
			if err := json.NewEncoder(w).Encode(answer); err != nil {
				t.Error(err)
			}
			return true
		}
	})
	g.try(e, fault.CentralForeign)
	if _, err := agent.LoadIdentity(e.Folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an identity was kept: %v", err)
	}
	// The terminal that enrolled does not speak with the other one either.
	e.Address = g.door.URL
	i := g.try(e, fault.None)
	if _, err := agent.Reach(t.Context(), theirs.door.URL, i); agent.FaultOf(err) != fault.CentralForeign {
		t.Errorf("another central is trusted: %v", err)
	}
}

// The terminal's clock may say 1970 or 2099: it is looked at nowhere. Central's
// clock stands a lifetime before or after the machine's here, which is the same.
func TestEnrolmentWithAClockThatIsWrong(t *testing.T) {
	for name, now := range map[string]time.Time{
		"the terminal is behind by decades": time.Date(2099, 6, 1, 0, 0, 0, 0, time.UTC),
		"the terminal is ahead by decades":  time.Date(1971, 6, 1, 0, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			g := openGate(t, now)
			e := g.code()
			i := g.try(e, fault.None)
			g.reach(i, fault.None)
			lived := newTerminal(t, g, i, e.Folder)
			lived.online()
			// At two thirds of the life, by central's time, it is renewed.
			g.set(func() { g.now = g.now.Add(61 * 24 * time.Hour) })
			lived.again()
			next := lived.renewed(i)
			g.reach(next, fault.None)
			g.reach(i, fault.Revoked)
			// Away for two years: the certificate is long over, and renewed first.
			lived.stop()
			g.set(func() { g.now = g.now.Add(2 * 365 * 24 * time.Hour) })
			back := newTerminal(t, g, next, e.Folder)
			back.renewed(next)
			back.online()
			back.stop()
		})
	}
}

// lived is an agent that runs.
type lived struct {
	t    *testing.T
	g    *gate
	stop func()
	kept chan agent.Identity
	up   chan struct{}
	a    *agent.Agent
}

func newTerminal(t *testing.T, g *gate, i agent.Identity, folder string) *lived {
	t.Helper()
	l := &lived{t: t, g: g, kept: make(chan agent.Identity, 100), up: make(chan struct{}, 100)}
	path := filepath.Join(folder, offline.FileName)
	if _, err := os.Stat(path); err != nil {
		if err := offline.Create(path, time.Now); err != nil {
			t.Fatal(err)
		}
	}
	queue, err := offline.Open(path, i.Seal(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	l.a, err = agent.New(agent.Options{Address: g.door.URL, Identity: i, Queue: queue, Log: slog.New(slog.DiscardHandler),
		Keep:   func(i agent.Identity) error { l.kept <- i; return i.Save(folder) },
		Jitter: func(time.Duration) time.Duration { return time.Millisecond },
		Post: func(e visit.Event) {
			if c, ok := e.(visit.LinkChanged); ok && c.Online {
				l.up <- struct{}{}
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.a.Run(ctx) }()
	l.stop = sync.OnceFunc(func() {
		cancel()
		<-done
		if err := queue.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(l.stop)
	return l
}

func (l *lived) online() { l.t.Helper(); <-l.up }

// again makes the agent hear central's time: a resident asks.
func (l *lived) again() {
	l.t.Helper()
	if _, err := l.a.FindByCard(l.t.Context(), "0123456789abcdef0123456789abcdef"); err != nil {
		l.t.Fatal(err)
	}
	l.g.door.CloseClientConnections() // the lost stream makes it pull
}

// renewed waits for a certificate that is another one than this identity's.
func (l *lived) renewed(before agent.Identity) agent.Identity {
	l.t.Helper()
	for i := range l.kept {
		if !bytes.Equal(i.Certificate, before.Certificate) {
			return i
		}
	}
	return before
}

func forged(g *gate, r *http.Request) wire.EnrolAnswer {
	g.t.Helper()
	var e wire.Enrol
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		g.t.Error(err)
	}
	answer, err := g.central.Admit(g.t.Context(), e.Kiosk, e.Request)
	if err != nil {
		g.t.Error(err)
	}
	return answer
}
