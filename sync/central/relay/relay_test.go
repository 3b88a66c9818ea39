package relay_test

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/sync/central/live"
	"lintai/sync/central/relay"
	"lintai/sync/central/store"
	"lintai/sync/central/store/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

var pattern = postgrestest.Pattern{Fill: func(address string) error {
	s, err := store.OpenPostgres(context.Background(), address)
	if err != nil {
		return err
	}
	return s.Close()
}}

// process is one end of a relay.
type process struct {
	t     *testing.T
	hub   *live.Hub
	relay *relay.Relay
	store *store.Store
	words *live.Watcher
	end   func()

	mu   sync.Mutex
	here []int
}

// Heartbeats: one for tests that must not depend on it, and one for those that wait
// for the next.
const (
	slow  = time.Minute
	quick = 500 * time.Millisecond
)

func start(t *testing.T, address, name string, beat time.Duration) *process {
	t.Helper()
	s, err := store.OpenPostgres(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, hub: live.NewHub(), store: s}
	p.words = p.hub.Watch(func(live.Word) bool { return true })
	p.relay = &relay.Relay{Database: s, Hub: p.hub, Process: name, Beat: beat, Log: slog.New(slog.DiscardHandler),
		Here: func() []int { p.mu.Lock(); defer p.mu.Unlock(); return slices.Clone(p.here) }}
	var running sync.WaitGroup
	running.Go(p.relay.Run)
	p.end = sync.OnceFunc(func() {
		p.hub.Close()
		running.Wait()
		s.Close()
	})
	t.Cleanup(p.end)
	p.await(live.Word{Kind: live.Everything}) // it listens
	return p
}

// await waits until a word was heard.
func (p *process) await(want live.Word) {
	p.t.Helper()
	for {
		select {
		case <-p.words.Signal():
			if slices.Contains(p.words.Take(), want) {
				return
			}
		case <-p.t.Context().Done():
			p.t.Fatalf("never heard of %+v", want)
		}
	}
}

// hold changes whose streams are here.
func (p *process) hold(kiosk int, here ...int) {
	p.mu.Lock()
	p.here = here
	p.mu.Unlock()
	p.hub.Publish(live.Word{Kind: live.Terminal, Kiosk: kiosk})
}

func TestWordsReachTheOtherProcess(t *testing.T) {
	address := pattern.Database(t)
	a, b := start(t, address, "a", slow), start(t, address, "b", slow)
	word := live.Word{Kind: live.Case, ID: "7"}
	a.hub.Publish(word)
	b.await(word)
	// One that is longer than a notification may be.
	a.hub.Publish(live.Word{Kind: live.Call, ID: strings.Repeat("x", 9000)})
	b.await(live.Word{Kind: live.Everything})
	// So many that they need several.
	for i := range 200 {
		b.hub.Publish(live.Word{Kind: live.Call, ID: strings.Repeat("y", 100), Kiosk: i})
	}
	a.await(live.Word{Kind: live.Call, ID: strings.Repeat("y", 100), Kiosk: 199})
}

func TestWhoIsThereIsKnownEverywhere(t *testing.T) {
	address := pattern.Database(t)
	a, b := start(t, address, "a", slow), start(t, address, "b", slow)
	check := func(want bool) {
		t.Helper()
		if b.relay.Elsewhere(12) != want || a.relay.Elsewhere(12) {
			t.Errorf("at b %v, want %v; at a, which holds the stream, %v", b.relay.Elsewhere(12), want, a.relay.Elsewhere(12))
		}
	}
	word := live.Word{Kind: live.Terminal, Kiosk: 12}
	a.hold(12, 12)
	b.await(word)
	check(true)
	a.hold(12)
	b.await(word)
	check(false)
	a.hold(12, 12)
	b.await(word)
	check(true)
	// A process that begins later knows at once.
	if c := start(t, address, "c", slow); !c.relay.Elsewhere(12) {
		t.Error("c does not know")
	}
	// One that ends takes its streams with it.
	a.end()
	b.await(word)
	if b.relay.Elsewhere(12) {
		t.Error("the terminal of a process that ended is there")
	}
}

// mute stands for a process that dies: it says nothing any more, not even that it ends.
type mute struct {
	*store.Store
	dead chan struct{}
}

func (m mute) Beat(ctx context.Context, name string, within time.Duration) (bool, int, error) {
	select {
	case <-m.dead:
		return false, 0, context.Canceled
	default:
		return m.Store.Beat(ctx, name, within)
	}
}

func (m mute) Notify(ctx context.Context, text string) error {
	select {
	case <-m.dead:
		return context.Canceled
	default:
		return m.Store.Notify(ctx, text)
	}
}

func (m mute) Forget(context.Context, string) error { return nil }

// What a process committed and did not say is read all the same, and its terminals are
// not there any more.
func TestDeathOfAProcessIsNoticed(t *testing.T) {
	address := pattern.Database(t)
	b := start(t, address, "b", quick)
	s, err := store.OpenPostgres(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	m := mute{s, make(chan struct{})}
	hub := live.NewHub()
	a := &relay.Relay{Database: m, Hub: hub, Process: "a", Beat: quick, Log: slog.New(slog.DiscardHandler), Here: func() []int { return []int{12} }}
	var running sync.WaitGroup
	running.Go(a.Run)
	hub.Publish(live.Word{Kind: live.Terminal, Kiosk: 12})
	b.await(live.Word{Kind: live.Terminal, Kiosk: 12})
	if !b.relay.Elsewhere(12) {
		t.Error("b does not know")
	}
	close(m.dead)
	b.await(live.Word{Kind: live.Everything})
	if b.relay.Elsewhere(12) {
		t.Error("the terminal of a process that died is there")
	}
	hub.Close()
	running.Wait()
	s.Close()
}

// The server ends all connections, as when it is started anew.
func TestBrokenLineIsMadeUpFor(t *testing.T) {
	address := pattern.Database(t)
	a, b := start(t, address, "a", quick), start(t, address, "b", quick)
	a.hold(12, 12)
	b.await(live.Word{Kind: live.Terminal, Kiosk: 12})
	postgrestest.Disconnect(t, address)
	b.await(live.Word{Kind: live.Everything}) // it listens again
	word := live.Word{Kind: live.Case, ID: "8"}
	a.await(live.Word{Kind: live.Everything})
	a.hub.Publish(word)
	for {
		select {
		case <-b.words.Signal():
			got := b.words.Take()
			if slices.Contains(got, word) || slices.Contains(got, live.Word{Kind: live.Everything}) {
				return
			}
		case <-t.Context().Done():
			t.Fatal("nothing was heard")
		}
	}
}

// What the server kept in memory is gone after a crash.
func TestForgottenProcessSaysAllAnew(t *testing.T) {
	address := pattern.Database(t)
	a, b := start(t, address, "a", quick), start(t, address, "b", quick)
	a.hold(12, 12)
	b.await(live.Word{Kind: live.Terminal, Kiosk: 12})
	if _, err := a.store.Database().Exec("DELETE FROM processes"); err != nil {
		t.Fatal(err)
	}
	b.await(live.Word{Kind: live.Everything})
	if !b.relay.Elsewhere(12) {
		t.Error("the terminal is not there any more")
	}
}
