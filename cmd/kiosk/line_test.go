package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/slip"
	"lintai/kiosk/terminal"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// lobby is a terminal without window and devices: the real visits, queue and
// agent, and the real central behind a line that can be cut.
type lobby struct {
	t     *testing.T
	line  *line
	views chan visit.View
	slips chan slip.Slip
	term  *terminal.Terminal

	driver terminal.Printer // nil: slips holds what is printed
	office *central.Central
	agent  *agent.Agent
	queue  *offline.Queue
	folder string // of central
	log    *slog.Logger
}

// line stands before central. Cut, it lets central do its work and throws the
// answer away: the worst moment to lose a line.
type line struct {
	mu      sync.Mutex
	central http.Handler
	cut     int  // so many pushes lose their answer
	down    bool // nothing gets through
	pushes  int
	told    chan struct{} // central heard what became of a paper
}

func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	down, cut := l.down, false
	if r.URL.Path == wire.PathPush {
		l.pushes++
		if cut = l.cut > 0; cut {
			l.cut--
		}
	}
	l.mu.Unlock()
	if down {
		panic(http.ErrAbortHandler)
	}
	if cut {
		l.central.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
	l.central.ServeHTTP(w, r)
	if r.URL.Path == wire.PathPaperOutcome {
		l.told <- struct{}{}
	}
}

func (l *line) set(change func(*line)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(l)
}

func (b *lobby) Play(terminal.Note) {}
func (b *lobby) SetVolume(int)      {}

func (b *lobby) Print(ctx context.Context, s slip.Slip) slip.Result {
	if b.driver != nil {
		return b.driver.Print(ctx, s)
	}
	b.slips <- s
	return slip.Result{Outcome: slip.Printed, Method: "test"}
}
func (b *lobby) Say(visit.Say)            {}
func (b *lobby) Chime()                   {}
func (b *lobby) Hush()                    {}
func (b *lobby) SetMode(visit.CardMode)   {}
func (b *lobby) Show(v visit.View)        { b.views <- v }
func (b *lobby) Forget()                  {}
func (b *lobby) post(e visit.Event)       { b.term.Post(e) }
func (b *lobby) light(visit.LightPattern) {}

type lightFunc func(visit.LightPattern)

func (f lightFunc) Show(p visit.LightPattern) { f(p) }

func openLobby(t *testing.T) *lobby {
	t.Helper()
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	folder := t.TempDir()
	c, err := central.Open(t.Context(), central.Config{Folder: folder, Log: quiet, Heartbeat: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	identity, err := agent.Introduce(12, func(request []byte) (wire.EnrolAnswer, error) { return c.Admit(t.Context(), 12, request) })
	if err != nil {
		t.Fatal(err)
	}
	b := &lobby{t: t, folder: folder, log: quiet, line: &line{told: make(chan struct{}, 64), central: c.KioskHandler("https://c.example")}, views: make(chan visit.View, 4096), slips: make(chan slip.Slip, 64)}
	server := httptest.NewUnstartedServer(b.line)
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelError)
	server.TLS = c.KioskTLS()
	server.StartTLS()

	path := filepath.Join(t.TempDir(), offline.FileName)
	if err := offline.Create(path, time.Now); err != nil {
		t.Fatal(err)
	}
	queue, err := offline.Open(path, identity.Seal(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	a, err := agent.New(agent.Options{Address: server.URL, Identity: identity, Queue: queue, Log: quiet, Words: wordsOf(queue, quiet),
		Post: b.post, Jitter: func(time.Duration) time.Duration { return 20 * time.Millisecond }})
	if err != nil {
		t.Fatal(err)
	}
	rules := visit.DefaultRules()
	rules.PublicAddress = "https://c.example"
	rules.DeliverWait = 0
	b.office, b.agent, b.queue = c, a, queue
	b.term = terminal.New(terminal.Config{
		Number: 12, Rules: rules, Queue: queue, Central: a, Papers: a, Printer: b, Voice: b, Light: lightFunc(b.light), Cards: b, Display: b,
		Now: time.Now, NewID: newID, Random: rand.Reader, FaultOf: offline.FaultOf, Log: quiet,
	})
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	parts.Go(func() { a.Run(ctx) })
	parts.Go(func() { b.term.Run(ctx, nil) })
	t.Cleanup(func() {
		cancel()
		parts.Wait()
		queue.Close()
		server.CloseClientConnections()
		server.Close()
	})
	return b
}

// until waits for a view that satisfies the condition.
func (b *lobby) until(what string, ok func(visit.View) bool) visit.View {
	b.t.Helper()
	for v := range b.views {
		if ok(v) {
			return v
		}
	}
	b.t.Fatalf("never shown: %s", what)
	return visit.View{}
}

func (b *lobby) online() {
	b.until("online", func(v visit.View) bool { return v.Strip.Online })
}

// visit makes one request and returns its code as it stands on the screen.
func (b *lobby) visit() string {
	for _, e := range []visit.Event{visit.Wake{}, visit.Start{Service: "repair"}, visit.Pick{Option: "lift"}, visit.Pick{Option: "stairs"}, visit.Pick{Option: "urgent"},
		visit.CardRead{Person: request.Person{Name: "测试甲", Address: "虚构路九号"}}, visit.Turn{By: 1}, visit.Confirm{}} {
		b.post(e)
	}
	code := b.until("saved", func(v visit.View) bool { return v.Screen == visit.ScreenSaved }).Code
	b.until("printed", func(v visit.View) bool { return v.NoticeTone == visit.Good })
	b.post(visit.Finish{})
	b.until("start", func(v visit.View) bool { return v.Screen == visit.ScreenStart })
	return code
}

// public reads what central shows the other channels.
func (b *lobby) public() []map[string]any {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.office.Handler("https://c.example").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://c.example/open311/v2/requests.json?extensions=true", nil))
	var all []map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil {
		b.t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return all
}

func TestAnswerLostAfterCentralFiledItMakesNoSecondCase(t *testing.T) {
	b := openLobby(t)
	b.online()
	b.line.set(func(l *line) { l.cut = 3 })
	codes := map[string]bool{b.visit(): true, b.visit(): true}
	b.until("everything delivered", func(v visit.View) bool {
		return v.Strip.Online && v.Strip.Pending == "刚刚送达 2 件" || v.Strip.Pending == "刚刚送达 1 件"
	})
	b.line.set(func(l *line) {
		if l.cut > 0 {
			t.Errorf("%d cuts did not happen", l.cut)
		}
	})
	if all := b.public(); len(all) != len(codes) {
		t.Errorf("%d cases for %d requests: %v", len(all), len(codes), all)
	}
}

func TestRequestMadeWhileCentralIsDownArrivesByItself(t *testing.T) {
	b := openLobby(t)
	b.online()
	b.line.set(func(l *line) { l.down = true })
	code := b.visit()
	if all := b.public(); len(all) != 0 {
		t.Fatalf("central knows %v already", all)
	}
	// The terminal itself can tell what became of the slip.
	b.post(visit.Scanned{Text: code})
	v := b.until("that it waits, between two tries", func(v visit.View) bool {
		if v.Screen == visit.ScreenProgress && v.Headline != "已保存，待送达" && v.Headline != "正在送达" {
			t.Errorf("shows %q", v.Headline)
		}
		return v.Screen == visit.ScreenProgress && v.Headline == "已保存，待送达"
	})
	b.post(visit.Finish{})
	b.line.set(func(l *line) { l.down = false })
	b.until("it was delivered", func(v visit.View) bool { return v.Strip.Pending == "刚刚送达 1 件" })
	b.post(visit.Scanned{Text: code})
	v = b.until("progress", func(v visit.View) bool { return v.Screen == visit.ScreenProgress })
	if v.Headline != "已送达" || len(b.public()) != 1 {
		t.Errorf("shows %q, central knows %d", v.Headline, len(b.public()))
	}
}

func TestCallReachesStaffAndIsNotHeldUpByRequests(t *testing.T) {
	b := openLobby(t)
	b.online()
	b.post(visit.ButtonPressed{})
	b.until("staff have it", func(v visit.View) bool { return v.Hint == "呼叫已经送到社区，请在这里等一等。" })
}

func TestManyVisitsOverABadLine(t *testing.T) {
	b := openLobby(t)
	codes := map[string]bool{}
	for i := range 30 {
		b.line.set(func(l *line) { l.down, l.cut = i%3 == 1, i%2 })
		code := b.visit()
		if codes[code] {
			t.Fatalf("code %s twice", code)
		}
		codes[code] = true
	}
	b.line.set(func(l *line) { l.down, l.cut = false, 0 })
	// The last items go; then central has each request once, under its code.
	b.until("nothing pending", func(v visit.View) bool {
		return v.Strip.Online && v.Strip.Pending != "" && v.Strip.Pending[:len("刚刚送达")] == "刚刚送达"
	})
	for code := range codes {
		b.post(visit.Scanned{Text: code})
		v := b.until("progress", func(v visit.View) bool { return v.Screen == visit.ScreenProgress })
		if v.Headline != "已送达" || v.Code != code {
			t.Errorf("%s: %q %q", code, v.Headline, v.Notice)
		}
		b.post(visit.Finish{})
	}
	if all := b.public(); len(all) != len(codes) {
		t.Errorf("%d cases for %d requests", len(all), len(codes))
	}
}
