package complaint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/deploy/prove/line"
	"lintai/kiosk/failpoint"
	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/kiosk/request"
	"lintai/sync/agent"
	"lintai/sync/wire"
)

// built is the technician's program, made once.
var built = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "lintai-complaint-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "kioskctl")
	out, err := exec.Command("go", "build", "-o", path, "lintai/cmd/kioskctl").CombinedOutput()
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})

// kioskctl runs the technician's program at the terminal.
func (l *lobby) kioskctl(command ...string) (out string, code int) {
	l.t.Helper()
	program, err := built()
	l.must(err)
	said, err := exec.CommandContext(l.ctx, program, append(command, "--data", filepath.Dir(l.terminal.Path))...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		l.t.Fatal(err)
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return string(said), code
}

// answerTechnicians is the running terminal's socket, as cmd/kiosk serves it; that
// program has a window. within bounds a try.
func (l *lobby) answerTechnicians(within func(context.Context) (context.Context, context.CancelFunc)) {
	l.t.Helper()
	socket, err := net.Listen("unix", filepath.Join(filepath.Dir(l.terminal.Path), readiness.SocketName))
	l.must(err)
	answer := func(q readiness.SyncQuestion) *readiness.Sync {
		s := &readiness.Sync{}
		if q == readiness.SyncNow {
			ctx, cancel := within(l.ctx)
			at := l.terminal.Agent.Sync(ctx)
			cancel()
			s.Attempt = &readiness.Attempt{Delivered: at.Delivered, Trouble: string(at.Trouble), Finished: at.Finished}
		}
		line := l.terminal.Agent.Status()
		s.Online, s.LastExchange, s.Trouble, s.Since = line.Online, line.Last, string(line.Trouble), line.Since
		if standing, err := l.terminal.Queue.Standing(l.ctx); err == nil {
			s.Queue = &readiness.Waiting{Waiting: standing.Waiting, Attachments: standing.Attachments, Held: standing.Held, Oldest: standing.Oldest}
		}
		return s
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			conn, err := socket.Accept()
			if err != nil {
				return
			}
			var q readiness.Question
			if json.NewDecoder(conn).Decode(&q) == nil {
				json.NewEncoder(conn).Encode(readiness.Snapshot{At: time.Now(), Sync: answer(q.Sync)})
			}
			conn.Close()
		}
	}()
	l.t.Cleanup(func() { socket.Close(); <-served })
}

// A technician asks for it now. First the line is half-open and the time runs out,
// then a captive portal answers everything, then it works.
//
// Fails when a try that ended with its time, or with somebody else's 200, counts
// as one that went well.
func TestSyncNowSaysSuccessOnTimeout(t *testing.T) {
	l := open(t)
	l.adjust(func(o *agent.Options) { o.Jitter = func(time.Duration) time.Duration { return time.Hour } })
	l.must(l.terminal.Line.Break(line.Cut, nil))
	l.start()
	l.request(0)
	l.log.until(t, l.ctx, "a failed push", 1, says("push failed"))
	var mu sync.Mutex
	timeout := func() {}
	l.answerTechnicians(func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		mu.Lock()
		defer mu.Unlock()
		if l.terminal.Line.String() == string(line.HalfOpen) {
			timeout = cancel
		}
		return ctx, cancel
	})
	// The time is up while the push hangs.
	at(t, failpoint.Sending, func(int) { mu.Lock(); defer mu.Unlock(); timeout() })
	l.must(l.terminal.Line.Break(line.HalfOpen, nil))
	out, code := l.kioskctl("sync", "now")
	if code != 3 || strings.Contains(out, "✓") || !strings.Contains(out, "不能算已送达") || !strings.Contains(out, "待送达 1 件") {
		t.Errorf("time ran out: %d\n%s", code, out)
	}
	l.must(l.terminal.Line.Break(line.Portal, nil))
	if out, code = l.kioskctl("sync", "now"); code != 1 || strings.Contains(out, "✓") || !strings.Contains(out, "没有送完") {
		t.Errorf("a captive portal: %d\n%s", code, out)
	}
	l.must(l.terminal.Line.Heal())
	if out, code = l.kioskctl("sync", "now"); code != 0 || !strings.Contains(out, "✓") {
		t.Errorf("it works: %d\n%s", code, out)
	}
	l.faultless()
}

// The request is through and its photo is not; then it is. The technician at the
// terminal, staff at central and both databases say the same.
//
// Fails when any of them forgets the photo, or when "all is sent" is said from the
// terminal's hopes instead of central's answers.
func TestHowDoIKnowADeviceHasFullySynced(t *testing.T) {
	t.Run("at the terminal", func(t *testing.T) {
		l := open(t)
		cut := make(chan error, 1)
		at(t, failpoint.PieceStored, func(n int) {
			if n == 1 {
				cut <- l.terminal.Line.Break(line.Cut, nil)
			}
		})
		l.start()
		l.answerTechnicians(func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} })
		l.request(100_000)
		select {
		case err := <-cut:
			l.must(err)
		case <-l.ctx.Done():
			t.Fatal("no piece of the photo came")
		}
		if out, code := l.kioskctl("sync", "status"); code != 3 || !strings.Contains(out, "待送达 0 件，附件 1 份") || strings.Contains(out, "没有待送达") {
			t.Errorf("%d\n%s", code, out)
		}
		l.must(l.terminal.Line.Heal())
		r := l.faultless()
		if a := l.terminal.Agent.Sync(l.ctx); !a.Finished {
			t.Errorf("%+v", a)
		}
		if out, code := l.kioskctl("sync", "status"); code != 0 || !strings.Contains(out, "没有待送达") {
			t.Errorf("%d\n%s", code, out)
		}
		if both := r.Accounts[7]; both.Terminal.Items != 2 || both.Terminal != both.Central {
			t.Errorf("%+v", both)
		}
	})
	t.Run("at central", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *bench) {
			b.serveAfter(func(w http.ResponseWriter, r *http.Request) bool {
				if refused := r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, wire.PathUploads); !refused {
					return false
				}
				w.WriteHeader(http.StatusServiceUnavailable)
				json.NewEncoder(w).Encode(wire.Error{Protocol: wire.Protocol, Code: "unavailable"})
				return true
			})
			defer b.start()()
			b.Agent.Report([]wire.Device{{Name: "card", State: "ready", Since: time.Now()}})
			a := request.NewAttachment(newID(), "image/jpeg", bytes.Repeat([]byte("photo"), 20_000), 0)
			r := request.Request{ID: newID(), Kiosk: 7, Ticket: newTicket(t), Service: "repair", CatalogVersion: 2, Urgency: "normal", MadeAt: time.Now(), Attachments: []request.Reference{a.Reference}}
			b.must(b.queue.SaveRequest(b.ctx, r, a))
			b.delivered(r.ID)
			pass(15 * time.Minute)
			clerk := signIn(t, b.central)
			sent, waits := phrase.Text("console.all_sent"), phrase.Text("console.attachments_waiting", "count", "1")
			if page := clerk.page("/console/terminals"); strings.Contains(page, sent) || !strings.Contains(page, waits) {
				t.Error("central does not say that a photo waits at the terminal")
			}
			b.serveAfter(nil)
			pass(wire.HealthEvery + 2*time.Minute)
			if page := clerk.page("/console/terminals"); !strings.Contains(page, sent) || strings.Contains(page, waits) {
				t.Error("central does not say that it has everything")
			}
		})
	})
}

// Central, or a proxy before it, falls over whenever one item comes by. The others
// get through, and that one is tried on.
//
// Fails when a batch that fails is sent again and again as it is, or when what
// makes central fail is dropped.
func TestOnePoisonedRecordThatCentralFallsOver(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		var poison string
		var mu sync.Mutex
		b.serveAfter(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != wire.PathPush {
				return false
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return false
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			plain := body
			if r.Header.Get("Content-Encoding") == wire.EncodingGzip {
				plain, _ = wire.Decompress(body, wire.MaxBodyBytes)
			}
			mu.Lock()
			defer mu.Unlock()
			if poison == "" || !bytes.Contains(plain, []byte(poison)) {
				return false
			}
			http.Error(w, "Bad Gateway", http.StatusBadGateway)
			return true
		})
		var all []string
		for range 30 {
			all = append(all, b.call())
		}
		poison = all[7]
		defer b.start()()
		for _, id := range all {
			if id != poison {
				b.delivered(id)
			}
		}
		if n, err := b.queue.Pending(b.ctx); n != 1 || err != nil {
			t.Errorf("%d wait: %v", n, err)
		}
		next := b.call() // and does not stand behind it
		b.delivered(next)
		mu.Lock()
		poison = ""
		mu.Unlock()
		b.delivered(all[7])
	})
}
