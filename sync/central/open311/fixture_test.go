package open311_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/catalog"
	"lintai/kiosk/community"
	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/channel"
	"lintai/sync/central/docket"
	"lintai/sync/central/limit"
	"lintai/sync/central/live"
	"lintai/sync/central/open311"
	"lintai/sync/central/open311/judge"
	"lintai/sync/central/store"
)

// desk is the API over a real store. Every answer it gives is judged when the test ends.
type desk struct {
	t      *testing.T
	store  *store.Store
	server *httptest.Server
	court  *judge.Court
	log    *logged
	mu     sync.Mutex
	now    time.Time
}

type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(p) }
func (l *logged) String() string              { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

func (d *desk) clock() time.Time         { d.mu.Lock(); defer d.mu.Unlock(); return d.now }
func (d *desk) advance(by time.Duration) { d.mu.Lock(); defer d.mu.Unlock(); d.now = d.now.Add(by) }

func setup(t *testing.T) *desk { return setupWith(t, catalog.Default(), community.Default()) }

func setupWith(t *testing.T, services *catalog.Catalog, places *community.Document) *desk {
	t.Helper()
	d := &desk{t: t, log: &logged{}, now: time.Date(2026, 11, 20, 4, 30, 15, 987654000, time.UTC)} // a Friday
	var err error
	if d.store, err = store.Create(t.Context(), filepath.Join(t.TempDir(), "central.db")); err != nil {
		t.Fatal(err)
	}
	if err := d.store.AddTerminal(t.Context(), docket.Terminal{Number: 12, Name: "大厅", AddedAt: d.now}, docket.Code{ID: "code", Kiosk: 12, MadeAt: d.now, ExpiresAt: d.now}); err != nil {
		t.Fatal(err)
	}
	d.court = judge.New(t, "../../../bin/judges")
	log := slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	bound := func(burst int, every time.Duration) *limit.Guesses {
		return &limit.Guesses{Burst: burst, Every: every, Clock: d.clock}
	}
	mux := http.NewServeMux()
	(&open311.API{Store: d.store, Channels: d.store, Catalog: func() *catalog.Catalog { return services }, Community: func() *community.Document { return places },
		Receiver: &channel.Receiver{Store: d.store, Hub: live.NewHub(), Clock: d.clock, Log: log},
		Clock:    d.clock, Log: log, Address: "https://lintai.example.cn", Changeset: d.now,
		Guesses: bound(5, time.Minute), Addresses: bound(open311.AddressBurst, open311.AddressEvery), Keys: bound(open311.KeyBurst, open311.KeyEvery)}).Register(mux)
	d.server = httptest.NewServer(mux)
	t.Cleanup(func() {
		d.server.Close()
		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// channel adds a channel and returns its key.
func (d *desk) channel(name string) string {
	d.t.Helper()
	key, err := channel.NewKey(rand.Reader)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.store.AddChannel(d.t.Context(), channel.Channel{Name: name, AddedAt: d.clock()}, key.Hash()); err != nil {
		d.t.Fatal(err)
	}
	return string(key)
}

// ask sends a request to the API and expects a status.
func (d *desk) ask(status int, method, path string, form url.Values, headers ...string) string {
	d.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.server.URL+"/open311/"+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	d.court.Hear(judge.Answer{Method: method, Path: r.URL.RequestURI(), Status: answer.StatusCode, ContentType: answer.Header.Get("Content-Type"), Body: string(text)})
	if answer.StatusCode != status {
		d.t.Errorf("%s %s: %d, want %d: %s", method, path, answer.StatusCode, status, text)
	}
	return string(text)
}

func (d *desk) get(status int, path string) string {
	d.t.Helper()
	return d.ask(status, "GET", path, nil)
}

// list reads a list of objects.
func (d *desk) list(path string) []map[string]any {
	d.t.Helper()
	return decode(d.t, d.get(200, path))
}

func decode(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return all
}

// post files a request and returns its code.
func (d *desk) post(form url.Values, headers ...string) string {
	d.t.Helper()
	got := decode(d.t, d.ask(200, "POST", "v2/requests.json", form, headers...))
	return got[0]["service_request_id"].(string)
}

// repair is a sound form.
func repair(key string, more ...string) url.Values {
	return form(append([]string{"api_key", key, "service_code", "repair", "attribute[what]", "water", "attribute[place]", "home", "attribute[urgency]", "urgent",
		"attribute[building]", "3", "attribute[room]", "502"}, more...)...)
}

func form(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			f.Del(pairs[i])
			continue
		}
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// stored reads the case of a code.
func (d *desk) stored(code string) (docket.Case, []docket.Event, request.Request) {
	d.t.Helper()
	c, events, err := d.store.CaseByTicket(d.t.Context(), ticket.Code(code))
	if err != nil {
		d.t.Fatal(err)
	}
	body, err := c.Request()
	if err != nil {
		d.t.Fatal(err)
	}
	return c, events, body
}

// terminal files a request as if a terminal had sent it.
func (d *desk) terminal(service string) docket.Case {
	d.t.Helper()
	code, err := ticket.New(12, rand.Reader)
	if err != nil {
		d.t.Fatal(err)
	}
	body := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: code, Service: service, RatingCode: "4711", Address: "幸福里3号楼502室",
		Person: &request.Person{Name: "张桂兰", Phone: "13800001234"}, Answers: []request.Answer{{Step: "what", Option: "water", Text: "水"}}, MadeAt: d.clock()}
	plain, err := request.Encode(body)
	if err != nil {
		d.t.Fatal(err)
	}
	c := docket.Case{ID: body.ID, Kiosk: 12, Ticket: code, Service: service, RequestedAt: d.clock(), ReceivedAt: d.clock(), Body: plain}
	if err := d.store.Write(d.t.Context(), func(tx docket.Tx) error {
		filed, err := tx.FileCases(c)
		c.Number = filed[0].Number
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	return c
}

// move appends an event.
func (d *desk) move(code string, action docket.Action, note string) {
	d.t.Helper()
	if err := d.store.Write(d.t.Context(), func(tx docket.Tx) error {
		c, err := tx.LockCaseByTicket(ticket.Code(code))
		if err != nil {
			return err
		}
		e := docket.Event{Action: action, At: d.clock(), By: "王芳", Note: note}
		if action == docket.Transfer {
			e.Assignee = docket.ToDepartment(docket.Property)
		}
		_, err = docket.Advance(tx, c, e)
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in %s", p, text)
		}
	}
}

func lacks(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) {
			t.Errorf("%q is in %s", p, text)
		}
	}
}
