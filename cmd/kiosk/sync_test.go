package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/readiness"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/offline"
	"lintai/sync/wire"
)

// heldQueue is a new queue with calls in it.
func heldQueue(t *testing.T, calls int) *offline.Queue {
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
	t.Cleanup(func() { queue.Close() })
	for range calls {
		if err := queue.SaveCall(t.Context(), request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, MadeAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	return queue
}

// What is told is what central takes, with the entry of the audit log that it
// knows, and without one that is not there.
func TestWordsFitTheWire(t *testing.T) {
	queue := heldQueue(t, 2)
	words := wordsOf(queue, slog.New(slog.DiscardHandler))
	for _, told := range []int64{0, 1, 99} {
		w := words(t.Context(), told)
		h := wire.Health{Kiosk: 12, Queue: w.Queue, Versions: w.Versions, Audit: w.Audit}
		if err := h.Check(); err != nil {
			t.Errorf("told %d: %v", told, err)
		}
		if w.Queue == nil || w.Queue.Waiting != 2 || w.Queue.OldestAge == nil || w.Versions["program"] == "" || w.Audit == nil || w.Audit.Sequence < 2 {
			t.Errorf("told %d: %+v, %+v", told, w.Queue, w.Audit)
		}
		if want := told == 1; (w.Audit.ToldSequence == 1) != want {
			t.Errorf("told %d: it shows %d", told, w.Audit.ToldSequence)
		}
	}
	if got := plain("(devel)"); got != "devel" {
		t.Error(got)
	}
	if got := plain("版本"); got != "unknown" {
		t.Error(got)
	}
}

// The socket answers how the line is, as kioskctl asks it.
func TestQuestionsAboutTheLine(t *testing.T) {
	dir, err := os.MkdirTemp("", "kiosk") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	book := newHealthBook(nil)
	book.sync = func(_ context.Context, q readiness.SyncQuestion) readiness.Sync {
		r := readiness.Sync{Online: true, Queue: &readiness.Waiting{Waiting: 3}}
		if q == readiness.SyncNow {
			r.Attempt = &readiness.Attempt{Finished: true}
		}
		return r
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, path := make(chan struct{}), filepath.Join(dir, readiness.SocketName)
	var served sync.WaitGroup
	served.Go(func() {
		l, err := book.listen(dir, slog.New(slog.DiscardHandler))
		close(ready)
		if err == nil {
			book.serve(ctx, l, nil, slog.New(slog.DiscardHandler))
		}
	})
	defer served.Wait()
	defer cancel()
	<-ready
	ask := func(q readiness.Question) readiness.Snapshot {
		t.Helper()
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		var s readiness.Snapshot
		if err := json.NewEncoder(conn).Encode(q); err != nil {
			t.Fatal(err)
		}
		if err := json.NewDecoder(conn).Decode(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := ask(readiness.Question{}); s.Sync != nil {
		t.Errorf("not asked: %+v", s.Sync)
	}
	if s := ask(readiness.Question{Sync: readiness.SyncStatus}); s.Sync == nil || s.Sync.Attempt != nil || s.Sync.Queue.Waiting != 3 {
		t.Errorf("status: %+v", s.Sync)
	}
	if s := ask(readiness.Question{Sync: readiness.SyncNow}); s.Sync == nil || s.Sync.Attempt == nil {
		t.Errorf("now: %+v", s.Sync)
	}
}

// Through the real agent, queue and central: a try says what came of it, and
// staff see on their page what waited and that it arrived.
func TestSyncNowOfATerminalThatServes(t *testing.T) {
	b := openLobby(t)
	desk := b.openDesk()
	now := syncOf(b.agent, b.queue, slog.New(slog.DiscardHandler))
	b.line.set(func(l *line) { l.down = true })
	b.agent.Report([]wire.Device{{Name: "card", State: "ready", Since: time.Now()}})
	for range 3 {
		if err := b.queue.SaveCall(t.Context(), request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, MadeAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	r := now(t.Context(), readiness.SyncNow)
	if r.Attempt == nil || r.Attempt.Trouble == "" || r.Attempt.Finished || r.Queue == nil || r.Queue.Waiting != 3 {
		t.Errorf("while the line is down: %+v, %+v", r.Attempt, r.Queue)
	}
	b.line.set(func(l *line) { l.down = false })
	for r = now(t.Context(), readiness.SyncNow); r.Attempt.Trouble != "" || !r.Queue.Empty(); r = now(t.Context(), readiness.SyncNow) {
		if t.Context().Err() != nil {
			t.Fatal("it never arrives")
		}
	}
	if !r.Attempt.Finished || !r.Online || r.LastExchange.IsZero() || r.Versions["program"] == "" {
		t.Errorf("%+v", r)
	}
	desk.untilOn("/console/terminals", "全部送达", "待送达")
}
