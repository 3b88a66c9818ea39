package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/catalog"
	"lintai/kiosk/failpoint"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/central/docket"
	"lintai/sync/central/store"
	"lintai/sync/wire"
)

// signals is a log from which a test hears what happened.
type signals struct {
	slog.Handler
	heard chan string
}

func (s signals) Enabled(context.Context, slog.Level) bool { return true }

func (s signals) Handle(_ context.Context, r slog.Record) error {
	select {
	case s.heard <- r.Message:
	default: // nobody waits for so many
	}
	return nil
}

// office is a central that serves a folder in this process, while the command line
// works on the same folder as another process would.
type office struct {
	t       *testing.T
	data    string
	central *central.Central
	address string
	door    string // of terminals
	heard   chan string
	stop    func()
}

func serveOffice(t *testing.T, data string) *office {
	t.Helper()
	o := &office{t: t, data: data, heard: make(chan string, 10_000)}
	var err error
	if o.central, err = central.Open(t.Context(), central.Config{Folder: data, Log: slog.New(signals{slog.DiscardHandler, o.heard})}); err != nil {
		t.Fatal(err)
	}
	listener, err := central.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	kiosks, err := central.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- o.central.Serve(ctx, listener, central.Options{Kiosk: kiosks, Ready: func(address string) { ready <- address }})
	}()
	select {
	case o.address = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	if o.door, err = o.central.KioskAddress(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-ended, o.central.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(o.stop)
	return o
}

// hears waits until central has logged this.
func (o *office) hears(message string) {
	o.t.Helper()
	for {
		select {
		case got := <-o.heard:
			if got == message {
				return
			}
		case <-o.t.Context().Done():
			o.t.Fatalf("central never said %q", message)
		}
	}
}

// command runs the command line on the folder.
func (o *office) command(args ...string) string {
	o.t.Helper()
	out, err := call(o.t, append(args[:2:2], append([]string{"--data", o.data}, args[2:]...)...)...)
	if err != nil {
		o.t.Fatalf("central %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// publish publishes a body from a file.
func (o *office) publish(kind wire.DocumentKind, body string, more ...string) string {
	o.t.Helper()
	name := filepath.Join(o.t.TempDir(), "body")
	if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return o.command(append(append([]string{"document", "publish", "--kind", string(kind)}, more...), name)...)
}

// lobby is a terminal without screen: its queue and its agent.
type lobby struct {
	t       *testing.T
	queue   *offline.Queue
	kept    chan wire.Document
	refused chan map[wire.DocumentKind]error
	events  chan visit.Event
}

func openQueue(t *testing.T, key seal.PublicKey) *offline.Queue {
	t.Helper()
	path := filepath.Join(t.TempDir(), offline.FileName)
	if err := offline.Create(path, time.Now); err != nil {
		t.Fatal(err)
	}
	queue, err := offline.Open(path, key, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { queue.Close() })
	return queue
}

// start runs the agent of a terminal until stop, which waits for its end.
func (o *office) start(queue *offline.Queue, who identity) (l *lobby, stop func()) {
	o.t.Helper()
	l = &lobby{t: o.t, queue: queue, kept: make(chan wire.Document, 100), refused: make(chan map[wire.DocumentKind]error, 100), events: make(chan visit.Event, 1000)}
	options := agent.Options{
		Queue: queue, Documents: queue, DocumentKey: o.central.DocumentKey(),
		Post:             func(e visit.Event) { l.events <- e },
		DocumentsRefused: func(wrong map[wire.DocumentKind]error) { l.refused <- wrong },
		DocumentKept: func(d wire.Document) {
			l.configure(d)
			l.kept <- d
		},
		Jitter: func(time.Duration) time.Duration { return 0 }, Log: slog.New(slog.DiscardHandler),
	}
	who.fill(o, &options)
	a, err := agent.New(options)
	if err != nil {
		o.t.Fatal(err)
	}
	a.Report([]wire.Device{{Name: "printer", State: "ready", Since: time.Now()}})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { a.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	o.t.Cleanup(stop)
	return l, stop
}

// configure is what cmd/kiosk does with a configuration.
func (l *lobby) configure(d wire.Document) {
	if d.Kind != wire.DocumentConfiguration {
		return
	}
	_, _, body, err := l.queue.Document(context.Background(), string(d.Kind))
	if err != nil {
		l.t.Error(err)
		return
	}
	c, err := wire.ParseConfiguration(body)
	if err != nil {
		l.t.Error(err)
		return
	}
	key, err := seal.ParsePublicKey(c.SealKey)
	if err == nil {
		err = l.queue.SealTo(key)
	}
	if err != nil {
		l.t.Error(err)
	}
}

// takes waits for the next document, which must be this one.
func (l *lobby) takes(kind wire.DocumentKind, version int64) {
	l.t.Helper()
	select {
	case d := <-l.kept:
		if d.Kind != kind || d.Version != version {
			l.t.Fatalf("took %s %d, want %s %d", d.Kind, d.Version, kind, version)
		}
	case wrong := <-l.refused:
		l.t.Fatalf("refused %v", wrong)
	case <-l.t.Context().Done():
		l.t.Fatalf("never took %s %d", kind, version)
	}
}

// save confirms a request.
func (l *lobby) save() string {
	l.t.Helper()
	code, err := ticket.New(12, rand.Reader)
	if err != nil {
		l.t.Fatal(err)
	}
	r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: code, Service: "repair", CatalogVersion: 1, MadeAt: time.Now()}
	if err := l.queue.SaveRequest(l.t.Context(), r); err != nil {
		l.t.Fatal(err)
	}
	return r.ID
}

// delivered waits until central has a request.
func (l *lobby) delivered(id string) {
	l.t.Helper()
	for {
		select {
		case e := <-l.events:
			if d, ok := e.(visit.Delivered); ok && d.ID == id {
				return
			}
		case <-l.t.Context().Done():
			l.t.Fatal("never delivered")
		}
	}
}

// What is published on the command line, beside a central that serves, is at a
// terminal by its stream, and central itself goes by it.
func TestPublishedDocumentsReachATerminal(t *testing.T) {
	o := serveOffice(t, t.TempDir())
	who := o.enrol(12)
	l, _ := o.start(openQueue(t, o.central.PublicKey()), who)
	l.takesNothing(o)
	o.publish(wire.DocumentCommunity, `{"version": 3}`)
	l.takes(wire.DocumentCommunity, 1)
	services, err := os.ReadFile(filepath.Join("..", "..", "kiosk", "catalog", "default.json"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(services), `"name": "报修"`, `"name": "报事报修"`, 1)
	if text == string(services) {
		t.Fatal("the built-in catalogue has another name for repairs")
	}
	o.publish(wire.DocumentCatalog, text)
	l.takes(wire.DocumentCatalog, 1)
	if page := get(t, o.address+"/open311/v2/services.json"); !strings.Contains(page, "报事报修") {
		t.Errorf("central goes by another catalogue: %.300s", page)
	}
	_, _, body, err := l.queue.Document(t.Context(), string(wire.DocumentCatalog))
	if err != nil || string(body) != text {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	if c, err := catalog.Parse(body); err != nil || c.Version != catalog.Default().Version {
		t.Error(err)
	}
	o.publish(wire.DocumentConfiguration, `{"phone": "12"}`, "--kiosk", "12")
	l.takes(wire.DocumentConfiguration, 1)
	out := o.publish(wire.DocumentConfiguration, `{"phone": "1"}`)
	if !strings.Contains(out, "terminal 12 has a configuration of its own and keeps it") {
		t.Error(out)
	}
	o.publish(wire.DocumentCommunity, `{"version": 4}`)
	l.takes(wire.DocumentCommunity, 2) // and not the configuration for all
	out = o.command("document", "withdraw", "--kind", "community")
	if !strings.Contains(out, "community 3") {
		t.Error(out)
	}
	l.takes(wire.DocumentCommunity, 3)
	list := o.command("document", "list")
	if !strings.Contains(list, "in force, as 1 was") || strings.Contains(list, "forgotten") {
		t.Error(list)
	}
}

// takesNothing waits until the terminal was heard of, which has taken nothing.
func (l *lobby) takesNothing(o *office) {
	l.t.Helper()
	for {
		select {
		case e := <-l.events:
			if c, ok := e.(visit.LinkChanged); ok && c.Online {
				return
			}
		case d := <-l.kept:
			l.t.Fatalf("took %s %d", d.Kind, d.Version)
		}
	}
}

// A new seal key: what was sealed to the old one is filed, the terminal seals to the
// new one as soon as it has the document, and a central that served all the while
// opens both.
func TestSealKeyRotation(t *testing.T) {
	o := serveOffice(t, t.TempDir())
	who := o.enrol(12)
	old := o.central.PublicKey()
	queue := openQueue(t, old)
	offlineLobby := &lobby{t: t, queue: queue}
	before := offlineLobby.save()
	o.command("key", "rotate")
	l, _ := o.start(queue, who)
	l.takes(wire.DocumentConfiguration, 1)
	l.delivered(before)
	after := l.save()
	l.delivered(after)
	if o.central.PublicKey().ID() == old.ID() {
		t.Error("the serving central still gives out the old key")
	}
	o.stop()
	book, err := store.Open(t.Context(), filepath.Join(o.data, "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	cases, err := book.Cases(t.Context(), docket.CaseQuery{})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := book.Quarantine(t.Context(), 10)
	if err != nil || len(kept) != 0 || len(cases) != 2 {
		t.Errorf("%d cases, %d in quarantine, %v", len(cases), len(kept), err)
	}
	for _, c := range cases {
		if c.ID != before && c.ID != after {
			t.Errorf("case of %s", c.ID)
		}
	}
	// A third key, and nothing to publish twice.
	if out, err := call(t, "key", "rotate", "--data", o.data); err != nil || !strings.Contains(out, "configuration 2") {
		t.Errorf("%s %v", out, err)
	}
	if out, err := call(t, "key", "rotate", "--data", o.data, "--again"); err != nil || strings.Contains(out, "published") {
		t.Errorf("%s %v", out, err)
	}
}

// A central that was put back from a backup offers what is older than what the
// terminal has. The terminal keeps the newer one and says so; central learns the
// terminal's version, says so to its operator, and publishes above it.
func TestCentralPutBackFromABackup(t *testing.T) {
	data := t.TempDir()
	o := serveOffice(t, data)
	who := o.enrol(12)
	queue := openQueue(t, o.central.PublicKey())
	o.publish(wire.DocumentCommunity, `{"version": 1}`)
	o.stop()
	backup, err := os.ReadFile(filepath.Join(data, "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	o = serveOffice(t, data)
	o.publish(wire.DocumentCommunity, `{"version": 2}`)
	o.publish(wire.DocumentCommunity, `{"version": 3}`)
	l, stop := o.start(queue, who)
	l.takes(wire.DocumentCommunity, 3)
	stop()
	o.stop()
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.RemoveAll(filepath.Join(data, "central.db"+suffix)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(data, "central.db"), backup, 0o600); err != nil {
		t.Fatal(err)
	}

	o = serveOffice(t, data)
	l, _ = o.start(queue, who)
	select {
	case wrong := <-l.refused:
		if err := wrong[wire.DocumentCommunity]; err == nil || !strings.Contains(err.Error(), "backup") {
			t.Errorf("told %v", wrong)
		}
	case d := <-l.kept:
		t.Fatalf("took %s %d", d.Kind, d.Version)
	}
	o.hears("a terminal has a newer document than central, which was put back from a backup: publish again")
	if list := o.command("document", "list"); !strings.Contains(list, "community: terminal 12 has version 3, which this central has forgotten: publish it again, it becomes version 4") {
		t.Error(list)
	}
	if version, _, _, err := queue.Document(t.Context(), string(wire.DocumentCommunity)); version != 3 || err != nil {
		t.Errorf("in use: %d, %v", version, err)
	}
	o.publish(wire.DocumentCommunity, `{"version": 5}`)
	for {
		select {
		case d := <-l.kept:
			if d.Version != 4 {
				t.Errorf("took version %d", d.Version)
			}
		case wrong := <-l.refused:
			if len(wrong) == 0 {
				return // well again
			}
		case <-t.Context().Done():
			t.Fatal("not well again")
		}
	}
}

// A terminal that dies when a document is kept and nothing is told yet has it when
// it starts again, and takes the next.
func TestKillBetweenKeepingAndUsing(t *testing.T) {
	o := serveOffice(t, t.TempDir())
	who := o.enrol(12)
	queue := openQueue(t, o.central.PublicKey())
	reached := make(chan struct{})
	var killed atomic.Bool
	failpoint.Install(func(p failpoint.Point) {
		if p == failpoint.DocumentKept && killed.CompareAndSwap(false, true) {
			close(reached)
			<-t.Context().Done() // this agent gets no further
		}
	})
	defer failpoint.Install(func(failpoint.Point) {})
	o.publish(wire.DocumentCommunity, `{"version": 1}`)
	a, err := newAgentOf(o, queue, who)
	if err != nil {
		t.Fatal(err)
	}
	go a.Run(t.Context())
	<-reached
	l, _ := o.start(queue, who) // its database is as the dead one left it
	if version, _, _, err := queue.Document(t.Context(), string(wire.DocumentCommunity)); version != 1 || err != nil {
		t.Errorf("version %d, %v", version, err)
	}
	o.publish(wire.DocumentCommunity, `{"version": 2}`)
	l.takes(wire.DocumentCommunity, 2)
}

func newAgentOf(o *office, queue *offline.Queue, who identity) (*agent.Agent, error) {
	options := agent.Options{Queue: queue, Documents: queue, DocumentKey: o.central.DocumentKey(), Log: slog.New(slog.DiscardHandler)}
	who.fill(o, &options)
	return agent.New(options)
}

func TestDocumentCommandsSayWhatIsWrong(t *testing.T) {
	data := t.TempDir()
	if _, err := call(t, "kiosk", "add", "--data", data, "--number", "12", "--name", "大厅"); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "community.json")
	if err := os.WriteFile(bad, []byte(`{"version": 1, "notises": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"notises":                   {"document", "publish", "--data", data, "--kind", "community", bad},
		"must be one of":            {"document", "publish", "--data", data, "--kind", "firmware", bad},
		"one FILE":                  {"document", "publish", "--data", data, "--kind", "community"},
		"no such file":              {"document", "publish", "--data", data, "--kind", "community", bad + "x"},
		"no document policy":        {"document", "withdraw", "--data", data, "--kind", "policy"},
		"--data is missing":         {"document", "list"},
		"only a configuration":      {"document", "publish", "--data", data, "--kind", "catalog", "--kiosk", "12", bad},
		"central document withdraw": {"document"},
	} {
		if _, err := call(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
	if err := os.Remove(filepath.Join(data, "keys", "document.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := call(t, "document", "list", "--data", data); err == nil || !strings.Contains(err.Error(), "document key is missing") {
		t.Errorf("without its key: %v", err)
	}
	if err := os.WriteFile(filepath.Join(data, "keys", "document.key"), []byte(fmt.Sprintf("%063x\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := call(t, "document", "list", "--data", data); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("with half a key: %v", err)
	}
}
