package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	_ "modernc.org/sqlite"

	"lintai/hw/appliance"
	"lintai/kiosk/fault"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/wire"
)

// applianceEnv names the socket of the appliance's service to this test program, when
// that is the whole terminal.
const applianceEnv = "LINTAI_APPLIANCE"

// service answers in the place of the appliance's.
type service struct {
	socket string
	mu     sync.Mutex
	status appliance.Status
	asked  []appliance.Question // all but those for the status
	answer func(appliance.Question) appliance.Answer
	came   chan appliance.Question
}

func newService(t *testing.T, status appliance.Status) *service {
	t.Helper()
	s := &service{socket: filepath.Join(t.TempDir(), "appliance.sock"), status: status, came: make(chan appliance.Question, 64)}
	l, err := net.Listen("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.talk(conn)
		}
	}()
	return s
}

func (s *service) talk(conn net.Conn) {
	defer conn.Close()
	line, err := bufio.NewReader(conn).ReadBytes('\n')
	var q appliance.Question
	if err != nil || json.Unmarshal(line, &q) != nil {
		return
	}
	s.mu.Lock()
	var a appliance.Answer
	if s.answer != nil {
		a = s.answer(q)
	}
	switch q.Verb {
	case appliance.VerbStatus:
		status := s.status
		a.Status = &status
	case appliance.VerbPassed:
		s.status.Trial = false
	}
	if q.Verb != appliance.VerbStatus {
		s.asked = append(s.asked, q)
	}
	s.mu.Unlock()
	text, _ := json.Marshal(a)
	_, _ = conn.Write(append(text, '\n'))
	if q.Verb != appliance.VerbStatus {
		s.came <- q
	}
}

// had tells how often a verb was asked.
func (s *service) had(v appliance.Verb) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.asked {
		if q.Verb == v {
			n++
		}
	}
	return n
}

// older makes a queue one that an earlier version left: the last step of the schema can
// be taken twice.
func older(t *testing.T, data string) string {
	t.Helper()
	path := filepath.Join(data, offline.FileName)
	if err := offline.Create(path, time.Now); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version int
	if err := db.QueryRow(`PRAGMA user_version`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(fmt.Sprintf(`PRAGMA user_version = %d`, version-1)); err != nil {
		t.Fatal(err)
	}
	return path
}

func behind(t *testing.T, path string) bool {
	t.Helper()
	is, err := offline.Behind(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func tried(t *testing.T, b *beginner, more string) (config string) {
	t.Helper()
	config = filepath.Join(t.TempDir(), "kiosk.toml")
	text := fmt.Sprintf("[terminal]\nnumber = 12\nplace = \"幸福里\"\ndata = %q\n[central]\naddress = %q\ncode = %q\n[panel]\nfullscreen = false\n[sound]\noutput = \"none\"\n%s",
		b.s.Terminal.Data, b.s.Central.Address, b.code(12), more)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config
}

func TestANewVersionServesOnceItPassed(t *testing.T) {
	b := newBeginner(t)
	queue := older(t, b.s.Terminal.Data)
	s := newService(t, appliance.Status{Image: "2026.11.22-2", Slot: "B", Trial: true, BootReason: appliance.BootUpdate})
	f := openFront(t, tried(t, b, ""), applianceEnv+"="+s.socket)
	f.on(visit.ScreenHome) // nobody is served yet
	if s.had(appliance.VerbPassed) != 0 {
		t.Error("passed before the home screen was painted")
	}
	f.on(visit.ScreenStart)
	if s.had(appliance.VerbPassed) != 1 {
		t.Errorf("asked %v", s.asked)
	}
	if behind(t, queue) || !behind(t, queue+beforeSuffix) {
		t.Error("the queue is not brought to the new schema, or not copied before")
	}
	if _, err := os.Stat(filepath.Join(b.s.Terminal.Data, trialFolder)); !os.IsNotExist(err) {
		t.Errorf("the copy of the trial is left: %v", err)
	}
}

func TestAVersionThatDoesNotPassLeavesTheQueueAsItWas(t *testing.T) {
	b := newBeginner(t)
	queue := older(t, b.s.Terminal.Data)
	before, err := os.ReadFile(queue)
	if err != nil {
		t.Fatal(err)
	}
	// A printer that answered the version of before and does not answer this one.
	master, silent, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	name := silent.Name()
	silent.Close()
	s := newService(t, appliance.Status{Image: "2026.11.22-2", Slot: "B", Trial: true, BootReason: appliance.BootUpdate})
	f := openFront(t, tried(t, b, fmt.Sprintf("[printer]\nport = %q\n", name)), applianceEnv+"="+s.socket)
	f.on(visit.ScreenHome)
	f.touch(f.firstTile()) // in vain
	f.on(visit.ScreenOutOfService)
	if s.had(appliance.VerbPassed) != 0 {
		t.Error("passed")
	}
	after, err := os.ReadFile(queue)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) || !behind(t, queue) {
		t.Error("the queue was changed")
	}
	f.log.tells(t, "fault="+string(fault.NoAnswer))
}

// firstTile is something to touch on the home screen.
func (f *front) firstTile() string {
	f.t.Helper()
	for _, target := range f.view.Targets {
		if strings.HasPrefix(target.ID, "tile.") {
			return target.ID
		}
	}
	f.t.Fatalf("no tile on %s", f.view.Screen)
	return ""
}

func TestWhatAnswersAtCentralsAddress(t *testing.T) {
	b := newBeginner(t)
	b.s.Central.Code = b.code(12)
	identity := b.identify(fault.None)
	door := func(answer http.HandlerFunc) string {
		s := httptest.NewUnstartedServer(answer)
		s.TLS = b.office.KioskTLS()
		s.StartTLS()
		t.Cleanup(s.Close)
		return s.URL
	}
	refuses := func(code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(wire.Error{Protocol: wire.Protocol, Code: code})
		}
	}
	other := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	for name, c := range map[string]struct {
		address string
		before  handover
		want    fault.Code
	}{
		"central":                             {b.s.Central.Address, handover{}, fault.None},
		"it refuses this version":             {door(refuses("forbidden")), handover{}, fault.CentralRefused},
		"it has revoked the terminal":         {door(refuses(wire.ErrorRevoked)), handover{}, fault.None},
		"nobody":                              {"https://127.0.0.1:1", handover{Online: true}, fault.None},
		"a captive portal, as before":         {other.URL, handover{}, fault.None},
		"a stranger where central was before": {other.URL, handover{Online: true}, fault.CentralForeign},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, done := context.WithTimeout(t.Context(), 2*time.Second) // shorter than a version has
			defer done()
			if got, err := centralAnswers(ctx, c.address, identity, c.before); got != c.want {
				t.Errorf("%q, want %q (%v)", got, c.want, err)
			}
		})
	}
}
