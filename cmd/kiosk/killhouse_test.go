package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lintai/hw/emulate"
	"lintai/offline"
	"lintai/sync/central"
)

// office is central: its program, its folder and its address.
type office struct {
	t       *testing.T
	program string
	data    string
	address string // host and port, for staff
	door    string // and for terminals
	key     string // of the invitation of the administrator
}

func newOffice(t *testing.T) *office {
	t.Helper()
	program, err := victimCentral()
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, program: program, data: filepath.Join(t.TempDir(), "data")}
	o.address, o.door = freeAddresses(t)
	l := o.serve(t, "")
	if !l.ready() {
		t.Fatalf("central did not start: %v\n%s", l.err, l.log())
	}
	o.end(l)
	out, err := exec.Command(o.program, "key", "--data", o.data).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, key, _ := strings.Cut(strings.TrimSpace(string(out)), "#")
	o.key = key
	return o
}

// victimCentralDir is removed when all tests are over.
var victimCentralDir string

// victimCentral builds central once for all proofs of this process. The tag lets it
// die at a named point; else it is the program of the house.
var victimCentral = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lintai-killed-")
	if err != nil {
		return "", err
	}
	victimCentralDir = dir
	program := filepath.Join(dir, "central")
	out, err := exec.Command("go", "build", "-tags", "failpoint", "-o", program, "lintai/cmd/central").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
})

// nextPort is the next that was not handed out to a proof.
var nextPort atomic.Int64

// freeAddresses are below the ports that the kernel hands out, so that nobody takes
// them while central is dead.
func freeAddresses(t *testing.T) (a, b string) {
	t.Helper()
	nextPort.CompareAndSwap(0, int64(20000+os.Getpid()%10000))
	for b == "" {
		port := nextPort.Add(1)
		if port >= 32000 {
			break
		}
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			l.Close()
			a, b = l.Addr().String(), a
		}
	}
	if b == "" {
		t.Fatal("no free ports")
	}
	return a, b
}

// serve starts central, to die at a point.
func (o *office) serve(t *testing.T, at string) *life {
	command := exec.Command(o.program, "serve", "--data", o.data, "--listen", o.address, "--kiosk-listen", o.door)
	command.Env = append(os.Environ(), "LINTAI_KILL_AT="+at)
	l := begin(t, "central", at, command, func(line []byte) bool { return strings.HasPrefix(string(line), "terminals reach it at") })
	t.Cleanup(func() { l.kill(); <-l.ended })
	return l
}

// end asks a process to stop, and gives it some time.
func (o *office) end(l *life) {
	o.t.Helper()
	_ = l.command.Process.Signal(os.Interrupt)
	l.mustEnd(o.t)
}

// mustEnd waits for a process that was asked to end. One that does not says where
// it stands.
func (l *life) mustEnd(t *testing.T) {
	t.Helper()
	select {
	case <-l.ended:
	case <-time.After(30 * time.Second):
		_ = l.command.Process.Signal(syscall.SIGQUIT)
		<-l.ended
		t.Errorf("%s was asked to end and did not:\n%s", l.name, l.log())
		return
	}
	if l.err != nil {
		t.Errorf("%s: asked to end: %v\n%s", l.name, l.err, l.log())
	}
}

func (o *office) docket() string { return filepath.Join(o.data, "central.db") }

// ask reads one value from a database that somebody else has open.
func ask(ctx context.Context, path, query string, into any, values ...any) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer db.Close()
	return db.QueryRowContext(ctx, query, values...).Scan(into)
}

// hall is where a terminal stands: its folder and its devices, which have a mains
// plug of their own.
type hall struct {
	t       *testing.T
	number  int
	folder  string
	config  string
	port    string // of the printer
	printer *emulate.Printer
	retains bool // what central had long ago is deleted there
}

func newHall(t *testing.T, o *office, number int) *hall {
	t.Helper()
	h := &hall{t: t, number: number, folder: t.TempDir(), printer: emulate.NewPrinter(576)}
	h.config = filepath.Join(h.folder, "kiosk.toml")
	h.port = filepath.Join(h.folder, "printer")
	socket := filepath.Join(h.folder, "camera.sock")
	line, err := emulate.NewLine(h.port, h.printer)
	if err != nil {
		t.Fatal(err)
	}
	newNoisyCamera(t, socket)
	t.Cleanup(func() { line.Close(); h.printer.Close() })
	section, err := exec.Command(o.program, "kiosk", "add", "--data", o.data, "--number", fmt.Sprint(number), "--name", "大厅").Output()
	if err != nil {
		t.Fatalf("kiosk add: %v", err)
	}
	text := fmt.Sprintf("[terminal]\nnumber = %d\nplace = \"幸福里\"\ndata = %q\n%s\n[panel]\nwidth = 720\nheight = 1280\npx_per_mm = 2.7\n[printer]\nport = %q\nbaud = 115200\n[camera]\nbench = %q\n[sound]\noutput = \"none\"\n",
		number, h.folder, section, h.port, socket)
	if err := os.WriteFile(h.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := offline.Create(h.queue(), time.Now); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *hall) queue() string { return filepath.Join(h.folder, offline.FileName) }

// drained tells whether nothing waits in the terminal's queue, and all that
// central has for it has come.
func (h *hall) drained(ctx context.Context, o *office, d *published) (bool, error) {
	if taken, err := d.taken(ctx, h.queue()); !taken {
		return false, err
	}
	var waiting, cursor, head int64
	if err := ask(ctx, h.queue(), `SELECT count(*) FROM outbox WHERE state NOT IN ('delivered', 'conflict', 'rejected')`, &waiting); err != nil {
		return false, err
	}
	if err := ask(ctx, h.queue(), `SELECT value FROM meta WHERE key = 'pull_cursor'`, &cursor); err != nil {
		return false, err
	}
	err := ask(ctx, o.docket(), `SELECT cursor FROM terminals WHERE number = ?`, &head, h.number)
	return waiting == 0 && cursor == head, err
}

// drain lets both programs run undisturbed until nothing waits, and ends them in
// order.
func (p *proof) drain() {
	p.t.Helper()
	central := p.office.serve(p.t, "")
	if !central.ready() {
		p.t.Fatalf("central did not start again: %v\n%s", central.err, central.log())
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), 3*time.Minute)
	defer cancel()
	var all sync.WaitGroup
	for _, h := range p.halls {
		all.Go(func() {
			l := p.start(h, victim{Life: p.life(), Quiet: true, Planted: p.planted})
			if !l.ready() {
				p.t.Errorf("terminal %d did not start again: %v\n%s", h.number, l.err, l.log())
				return
			}
			looks := time.NewTicker(100 * time.Millisecond)
			defer looks.Stop()
			for {
				done, err := h.drained(ctx, p.office, p.documents)
				if done {
					break
				}
				select {
				case <-looks.C:
					continue
				case <-ctx.Done():
					p.t.Errorf("terminal %d: its queue does not drain: %v\n%s", h.number, err, l.log())
				case <-l.ended:
					p.t.Errorf("terminal %d ended by itself: %v\n%s", h.number, l.err, l.log())
				}
				break
			}
			l.stdin.Close()
			l.mustEnd(p.t)
			p.examine(h)
		})
	}
	all.Wait()
	p.office.end(central)
}

// clerk is a member of staff: she accepts cases and answers calls as they come.
type clerk struct {
	office *office
	memory *memory
	client *http.Client
	news   chan told
	token  string // of the forms of its session
}

func newClerk(o *office, m *memory) *clerk {
	jar, _ := cookiejar.New(nil) // never fails
	return &clerk{office: o, memory: m, news: make(chan told, 1024), client: &http.Client{
		Jar: jar, Timeout: 5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (c *clerk) hear(t told) {
	if t.Kind == toldSaved && t.State == "delivered" || t.Kind == toldCall && t.State == "delivered" {
		select {
		case c.news <- t:
		default:
		}
	}
}

func (c *clerk) post(ctx context.Context, path string, form url.Values) (location string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.office.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := c.client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("%s", answer.Status)
	}
	return answer.Header.Get("Location"), nil
}

// readToken takes the token of the session's forms off a page.
func (c *clerk) readToken(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.office.address+"/console", nil)
	if err != nil {
		return err
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	_, after, found := strings.Cut(string(page), `name="token" value="`)
	if !found {
		return errors.New("the page has no form with a token")
	}
	c.token, _, _ = strings.Cut(after, `"`)
	return nil
}

// signIn signs in as the administrator; whoever comes first sets her password.
func (c *clerk) signIn(ctx context.Context) error {
	const password = "a long word of the proof"
	_, err := c.post(ctx, "/sign-in", url.Values{"login": {central.FirstLogin}, "password": {password}})
	if err != nil {
		_, err = c.post(ctx, "/invitation", url.Values{"code": {c.office.key}, "password": {password}, "again": {password}})
	}
	return err
}

// do posts a form, signing in where needed; nil says that central did it.
func (c *clerk) do(ctx context.Context, path string, form url.Values) error {
	form.Set("token", c.token)
	location, err := c.post(ctx, path, form)
	if err == nil && location == "/sign-in" {
		if err = c.signIn(ctx); err == nil {
			err = c.readToken(ctx)
		}
		if err == nil {
			form.Set("token", c.token)
			location, err = c.post(ctx, path, form)
		}
		if err == nil && location == "/sign-in" {
			err = fmt.Errorf("not signed in")
		}
	}
	return err
}

// work answers what comes until the context ends. What central did not take while
// it was dead is left.
func (c *clerk) work(ctx context.Context) {
	for {
		var t told
		select {
		case <-ctx.Done():
			return
		case t = <-c.news:
		}
		if t.Kind == toldCall {
			if id := c.memory.callOf(t.Press); id != "" {
				if c.do(ctx, "/console/calls/"+id+"/answer", url.Values{"answer": {"coming"}}) == nil {
					c.memory.staffAnswered(id)
				}
			}
			continue
		}
		var number int64
		if ask(ctx, c.office.docket(), `SELECT number FROM cases WHERE ticket = ?`, &number, t.Code) != nil {
			continue
		}
		if c.do(ctx, fmt.Sprintf("/console/cases/%d/move", number), url.Values{"seen": {"1"}, "status": {"accepted"}}) == nil {
			c.memory.staffMoved(t.Code)
		}
	}
}
