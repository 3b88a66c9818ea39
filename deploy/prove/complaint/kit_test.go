package complaint

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lintai/deploy/prove/house"
	"lintai/kiosk/failpoint"
	"lintai/kiosk/request"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	people "lintai/sync/central/staff"
)

// TestMain also sees that nothing goes on after the tests.
func TestMain(m *testing.M) {
	code := m.Run()
	if left := leftBehind(); left != "" && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines are left:\n%s\n", left)
		code = 1
	}
	if path, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// leftBehind are the goroutines of ours that run on; those that are just ending are
// given a moment.
func leftBehind() string {
	deadline := time.Now().Add(10 * time.Second)
	for {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		var left []string
		for i, g := range strings.Split(string(stacks), "\n\n") {
			if i > 0 && strings.Contains(g, "lintai/") { // the first is this one
				left = append(left, g)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return strings.Join(left, "\n\n")
		}
		runtime.Gosched()
	}
}

// limit bounds everything that waits on a signal. Nothing waits for it to pass.
const limit = time.Minute

func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

// book keeps what was told, and wakes who waits for it.
type book[T any] struct {
	mu   sync.Mutex
	all  []T
	news chan struct{}
}

func (b *book[T]) add(v T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, v)
	if b.news != nil {
		close(b.news)
		b.news = nil
	}
}

func (b *book[T]) list() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]T(nil), b.all...)
}

func (b *book[T]) count(is func(T) bool) (n int) {
	for _, v := range b.list() {
		if is(v) {
			n++
		}
	}
	return n
}

// until waits for n of those that is accepts.
func (b *book[T]) until(t *testing.T, ctx context.Context, what string, n int, is func(T) bool) {
	t.Helper()
	for {
		b.mu.Lock()
		if b.news == nil {
			b.news = make(chan struct{})
		}
		news := b.news
		b.mu.Unlock()
		got := b.count(is)
		if got >= n {
			return
		}
		select {
		case <-news:
		case <-ctx.Done():
			t.Fatalf("%s: %d of %d; told was %v", what, got, n, b.list())
		}
	}
}

// entry is one line of a log.
type entry struct {
	at      time.Time
	level   slog.Level
	message string
	values  map[string]string
}

func (e entry) String() string { return fmt.Sprint(e.message, e.values) }

// journal is a log that is read. hear, if set, is called while the line is written.
type journal struct {
	book[entry]
	slog.Handler
	hear func(entry)
}

func (j *journal) Enabled(context.Context, slog.Level) bool { return true }

func (j *journal) Handle(_ context.Context, r slog.Record) error {
	e := entry{r.Time, r.Level, r.Message, map[string]string{}}
	r.Attrs(func(a slog.Attr) bool { e.values[a.Key] = a.Value.String(); return true })
	j.add(e)
	if j.hear != nil {
		j.hear(e)
	}
	return nil
}

func says(message string) func(entry) bool {
	return func(e entry) bool { return e.message == message }
}

// lobby is a house with one terminal, and what both ends said.
type lobby struct {
	*house.House
	t        *testing.T
	ctx      context.Context
	terminal *house.Terminal
	central  *journal // central's log
	log      *journal // the agent's
	events   *book[visit.Event]
}

// folder is an empty folder, its name short enough for a socket in it. It is in
// memory where there is such a place: no complaint here is about the disk, and a
// thousand syncs of one that others use take a minute. The proofs of power cuts and
// kills work on disks.
func folder(t *testing.T) string {
	t.Helper()
	const memory = "/dev/shm"
	path, err := os.MkdirTemp(memory, "lintai-lobby-")
	if err != nil {
		path, err = os.MkdirTemp("", "lintai-lobby-")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(path) })
	return path
}

// open makes a house with terminal 7, which is not started yet.
func open(t *testing.T) *lobby {
	t.Helper()
	l := &lobby{t: t, ctx: bounded(t), central: &journal{}, log: &journal{}, events: &book[visit.Event]{}}
	var err error
	if l.House, err = house.New(house.Options{Folder: folder(t), Seed: 1, Patience: 50 * time.Millisecond, Log: slog.New(l.central)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.House.Close(); err != nil {
			t.Error(err)
		}
	})
	if l.terminal, err = l.Add(l.ctx, 7); err != nil {
		t.Fatal(err)
	}
	l.adjust(nil)
	return l
}

// adjust has the next start change what the agent is made of.
func (l *lobby) adjust(change func(*agent.Options)) {
	l.terminal.Adjust = func(o *agent.Options) {
		o.Log, o.Post = slog.New(l.log), l.events.add
		o.Network = unchanging
		if change != nil {
			change(o)
		}
	}
}

// unchanging is a network that stays as it is, whatever happens on the machine.
func unchanging(ctx context.Context, _ func()) error { <-ctx.Done(); return ctx.Err() }

func (l *lobby) start() {
	l.t.Helper()
	if err := l.terminal.Start(l.House); err != nil {
		l.t.Fatal(err)
	}
}

// ready is a house whose terminal runs.
func ready(t *testing.T) *lobby {
	t.Helper()
	l := open(t)
	l.start()
	return l
}

func (l *lobby) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// request confirms requests, each with a photo of so many bytes.
func (l *lobby) request(photos ...int) {
	l.t.Helper()
	for _, bytes := range photos {
		l.must(l.terminal.Request(l.ctx, bytes))
	}
}

// faultless drains, and holds both ends against what was promised.
func (l *lobby) faultless() house.Report {
	l.t.Helper()
	l.must(l.Drain(l.ctx))
	r, err := l.Compare(l.ctx)
	l.must(err)
	if !r.Faultless() {
		l.t.Errorf("%s\n%s", r, strings.Join(r.Examples, "\n"))
	}
	return r
}

// entries are the rows of the terminal's queue, by id.
func (l *lobby) entries() map[string]offline.Entry {
	l.t.Helper()
	all := map[string]offline.Entry{}
	l.must(l.terminal.Queue.Entries(l.ctx, func(e offline.Entry) error { all[e.ID] = e; return nil }))
	return all
}

// at has something done whenever the point is reached; n counts from 1.
func at(t *testing.T, p failpoint.Point, do func(n int)) {
	var mu sync.Mutex
	n := 0
	failpoint.Install(func(reached failpoint.Point) {
		if reached != p {
			return
		}
		mu.Lock()
		n++
		now := n
		mu.Unlock()
		do(now)
	})
	t.Cleanup(func() { failpoint.Install(func(failpoint.Point) {}) })
}

// staff is a member of staff at central's pages.
type staff struct {
	t     *testing.T
	pages http.Handler
	token *http.Cookie
	form  string // the token of its session's forms
}

var colleagues atomic.Int64

func signIn(t *testing.T, c *central.Central) *staff {
	t.Helper()
	s := &staff{t: t, pages: c.Handler("http://central.example")}
	// Each a colleague of her own, of the same name.
	colleague := people.Account{Login: fmt.Sprint("colleague", colleagues.Add(1)), Name: "王芳", Roles: []people.Role{people.Clerk}}
	_, code, err := c.Office().Add(t.Context(), people.Operator, colleague)
	if err != nil {
		t.Fatal(err)
	}
	r := s.post("/invitation", url.Values{"code": {code}, "password": {"a long word"}, "again": {"a long word"}})
	if len(r.Cookies()) != 1 {
		t.Fatalf("sign-in: %s", r.Status)
	}
	s.token = r.Cookies()[0]
	_, after, _ := strings.Cut(s.page("/console"), `name="token" value="`)
	s.form, _, _ = strings.Cut(after, `"`)
	return s
}

func (s *staff) send(r *http.Request) *http.Response {
	if s.token != nil {
		r.AddCookie(s.token)
	}
	w := httptest.NewRecorder()
	s.pages.ServeHTTP(w, r.WithContext(s.t.Context()))
	return w.Result()
}

func (s *staff) post(path string, form url.Values) *http.Response {
	form.Set("token", s.form)
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(r)
}

// page is what a page says.
func (s *staff) page(path string) string {
	s.t.Helper()
	r := s.send(httptest.NewRequest(http.MethodGet, path, nil))
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s %v", path, r.Status, err)
	}
	return string(text)
}

// move moves a case on.
func (s *staff) move(number, seen int, status, note string) {
	s.t.Helper()
	r := s.post(fmt.Sprint("/console/cases/", number, "/move"), url.Values{"seen": {fmt.Sprint(seen)}, "status": {status}, "note": {note}})
	if r.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("move case %d to %s: %s", number, status, r.Status)
	}
}

func (s *staff) answer(call string) {
	s.t.Helper()
	if r := s.post("/console/calls/"+call+"/answer", url.Values{"answer": {"coming"}}); r.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("answer: %s", r.Status)
	}
}

// ofKind is the id of the first promise of a kind.
func (l *lobby) ofKind(kind request.Kind) string {
	l.t.Helper()
	for _, p := range l.terminal.Promised() {
		if p.Kind == kind {
			return p.ID
		}
	}
	l.t.Fatalf("no %s was promised", kind)
	return ""
}
