package central_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/catalog"
	"lintai/kiosk/request"
	"lintai/kiosk/seal"
	"lintai/kiosk/ticket"
	"lintai/sync/central"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

// clock is a time that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// house is a central with its server, and one terminal.
type house struct {
	t        *testing.T
	central  *central.Central
	folder   string
	server   *httptest.Server
	door     *httptest.Server // of terminals
	clock    *clock
	log      *syncBuffer
	me       *http.Client // terminal 12
	sequence int64
	// colleagues are how many were invited.
	colleagues int
	called     string // the call of people
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}
func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// timeout is the server's in these tests.
const timeout = 5 * time.Second

// setup starts a central over real HTTP, with terminal 12 registered.
func setup(t *testing.T, change ...func(*central.Config)) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{now: time.Date(2026, 11, 21, 4, 30, 15, 987654000, time.UTC)}, log: &syncBuffer{}}
	config := central.Config{Folder: t.TempDir(), Clock: h.clock.Now, Heartbeat: 50 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, c := range change {
		c(&config)
	}
	h.folder = config.Folder
	var err error
	if h.central, err = central.Open(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	h.server = httptest.NewUnstartedServer(h.central.Handler("http://lintai.example.cn"))
	h.server.Config.ReadTimeout = timeout
	h.server.Config.WriteTimeout = timeout
	h.server.Start()
	h.openDoor(timeout)
	t.Cleanup(func() {
		if err := h.central.Close(); err != nil { // ends the streams, so that the server can close
			t.Error(err)
		}
		h.server.Close()
	})
	h.me = h.enrol(12)
	return h
}

// openDoor opens a door for terminals whose server cuts off after a time.
func (h *house) openDoor(after time.Duration) {
	h.door = httptest.NewUnstartedServer(h.central.KioskHandler("http://lintai.example.cn"))
	h.door.Config.ReadTimeout, h.door.Config.WriteTimeout = after, after
	h.door.Config.ErrorLog = log.New(h.log, "", 0)
	h.door.TLS = h.central.KioskTLS()
	h.door.StartTLS()
	h.t.Cleanup(h.door.Close)
}

// enrol registers a terminal and returns it as a client with its certificate.
func (h *house) enrol(number int) *http.Client {
	h.t.Helper()
	if _, err := h.central.AddTerminal(h.t.Context(), number, "幸福里大厅"); err != nil {
		h.t.Fatal(err)
	}
	key, request := newRequest(h.t)
	answer, err := h.central.Admit(h.t.Context(), number, request)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.client(answer.Certificate, key)
}

// newRequest is a terminal's key and its certificate request.
func newRequest(t *testing.T) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	return key, request
}

// client shows a certificate, or none when it is nil.
func (h *house) client(certificate []byte, key *ecdsa.PrivateKey) *http.Client {
	h.t.Helper()
	config := &tls.Config{ServerName: wire.ServerName, InsecureSkipVerify: true} // what terminals check is tried with theirs
	if certificate != nil {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key}, nil
		}
	}
	transport := &http.Transport{TLSClientConfig: config}
	h.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// request is a sound request of terminal 12.
func (h *house) request() request.Request {
	h.t.Helper()
	code, err := ticket.New(12, rand.Reader)
	if err != nil {
		h.t.Fatal(err)
	}
	return request.Request{
		ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Ticket: code, Service: "repair", CatalogVersion: 1,
		Answers: []request.Answer{
			{Step: "what", Option: "water", Text: "水"}, {Step: "place", Option: "home", Text: "家里"},
			{Step: "urgency", Option: "urgent", Text: "很急"}, {Step: "room", Text: "502"},
		},
		Urgency: "urgent", Address: "幸福里3号楼502室", Person: &request.Person{Name: "张桂兰"}, MadeAt: h.clock.Now(),
	}
}

func (h *house) call() request.Call {
	return request.Call{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 12, Screen: "confirm", MadeAt: h.clock.Now()}
}

func (h *house) item(body any) wire.Item {
	h.t.Helper()
	var e seal.Envelope
	switch v := body.(type) {
	case request.Request:
		e = seal.Envelope{ID: v.ID, Kind: request.KindRequest, Kiosk: 12}
	case request.AttachmentBody:
		e = seal.Envelope{ID: v.ID, Kind: request.KindAttachment, Kiosk: 12}
	case request.Call:
		e = seal.Envelope{ID: v.ID, Kind: request.KindCall, Kiosk: 12}
	}
	plain, err := request.Encode(body)
	if err != nil {
		h.t.Fatal(err)
	}
	sealed, err := seal.Close(h.central.PublicKey(), e, plain)
	if err != nil {
		h.t.Fatal(err)
	}
	h.sequence++
	return wire.FromItem(request.Item{ID: e.ID, Kind: e.Kind, Kiosk: 12, Sequence: h.sequence, MadeAt: h.clock.Now(), Sealed: sealed})
}

// terminal speaks as a terminal.
func (h *house) terminal(who *http.Client, method, path string, body any) *http.Response {
	h.t.Helper()
	var b bytes.Buffer
	if text, ok := body.(string); ok {
		b.WriteString(text)
	} else if err := json.NewEncoder(&b).Encode(body); err != nil {
		h.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.door.URL+path, &b)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.do(who, r)
}

func (h *house) do(client *http.Client, r *http.Request) *http.Response {
	h.t.Helper()
	answer, err := client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// push pushes bodies and expects them all created.
func (h *house) push(bodies ...any) {
	h.t.Helper()
	p := wire.Push{Kiosk: 12, DeviceTime: h.clock.Now()}
	for _, b := range bodies {
		p.Items = append(p.Items, h.item(b))
	}
	got := decode[wire.PushAnswer](h.t, h.terminal(h.me, "POST", wire.PathPush, p), http.StatusOK)
	for _, a := range got.Answers {
		if a.Outcome != wire.Created {
			h.t.Fatalf("%s %s", a.Outcome, a.Reason)
		}
	}
}

func decode[T any](t *testing.T, r *http.Response, status int) T {
	t.Helper()
	var v T
	text := read(t, r)
	if r.StatusCode != status {
		t.Fatalf("%s %s: %s, want %d: %s", r.Request.Method, r.Request.URL.Path, r.Status, status, text)
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

func read(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// browser is a member of staff's browser without script: it keeps cookies and
// does not follow redirects.
type browser struct {
	h      *house
	client *http.Client
	token  string // of the forms of its session
	login  string
}

func (h *house) browser() *browser {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h: h, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// password is everybody's in these tests.
const password = "three words or more"

// staff is a browser in which 王芳, who may do most things, is signed in.
func (h *house) staff() *browser {
	h.t.Helper()
	return h.colleague("王芳", staff.Clerk, staff.Administrator)
}

// colleague is a browser in which somebody new is signed in.
func (h *house) colleague(name string, roles ...staff.Role) *browser {
	h.t.Helper()
	b := h.browser()
	h.colleagues++
	b.login = fmt.Sprint("colleague", h.colleagues)
	if r := b.post("/invitation", url.Values{"code": {h.invite(b.login, name, roles...)}, "password": {password}, "again": {password}}); r.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("invitation: %s", r.Status)
	}
	b.readToken("/console/me")
	return b
}

// invite makes an account and returns the code with which its password is set.
func (h *house) invite(login, name string, roles ...staff.Role) string {
	h.t.Helper()
	_, code, err := h.central.Office().Add(h.t.Context(), staff.Operator, staff.Account{Login: login, Name: name, Roles: roles})
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

// readToken takes the token of a page's forms, as the browser of a person would with
// the form itself.
func (b *browser) readToken(path string) {
	b.h.t.Helper()
	_, after, found := strings.Cut(b.page(path, http.StatusOK), `name="token" value="`)
	if b.token, _, _ = strings.Cut(after, `"`); !found {
		b.h.t.Fatalf("%s has no form with a token", path)
	}
}

func (b *browser) get(path string) *http.Response {
	b.h.t.Helper()
	r, err := http.NewRequestWithContext(b.h.t.Context(), "GET", b.h.server.URL+path, nil)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return b.send(r)
}

// post sends a form of one of its pages.
func (b *browser) post(path string, form url.Values, headers ...string) *http.Response {
	b.h.t.Helper()
	form = maps.Clone(form)
	if form == nil {
		form = url.Values{}
	}
	if b.token != "" && !form.Has("token") {
		form.Set("token", b.token)
	}
	r, err := http.NewRequestWithContext(b.h.t.Context(), "POST", b.h.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

func (b *browser) send(r *http.Request) *http.Response {
	b.h.t.Helper()
	return b.h.do(b.client, r)
}

// page expects a page and returns its text.
func (b *browser) page(path string, status int) string {
	b.h.t.Helper()
	r := b.get(path)
	text := read(b.h.t, r)
	if r.StatusCode != status {
		b.h.t.Fatalf("GET %s: %s, want %d", path, r.Status, status)
	}
	return text
}

// stream opens a text/event-stream and returns its lines; the channel closes
// when the stream ends.
func (h *house) stream(client *http.Client, path string) <-chan string {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	base := h.server.URL
	if strings.HasPrefix(path, "/kiosk/") {
		base = h.door.URL
	}
	r, err := http.NewRequestWithContext(ctx, "GET", base+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	answer := h.do(client, r)
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		h.t.Fatalf("stream: %s %s", answer.Status, answer.Header.Get("Content-Type"))
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(answer.Body); s.Scan(); {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// await reads lines until one is wanted.
func (h *house) await(lines <-chan string, want string) {
	h.t.Helper()
	for line := range lines {
		if line == want {
			return
		}
	}
	h.t.Fatalf("the stream ended before %q", want)
}

// privateCatalog is the default catalogue with a private service beside it.
func privateCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	c := *catalog.Default()
	secret := c.Services[0]
	secret.Code, secret.Name, secret.Private = "mediation", "调解", true
	c.Services = append(append([]catalog.Service{}, c.Services...), secret)
	return &c
}
