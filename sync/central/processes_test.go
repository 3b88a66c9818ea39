package central_test

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintai/sync/central"
	"lintai/sync/central/authority"
	"lintai/sync/central/store/postgrestest"
	"lintai/sync/wire"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// onDatabase starts a central whose docket is in a PostgreSQL database.
func onDatabase(t *testing.T) (h *house, config central.Config) {
	t.Helper()
	h = setup(t, func(c *central.Config) {
		c.Database = postgrestest.Database(t)
		config = *c
	})
	return h, config
}

// beside starts another process of a central: the same database, and a copy of the
// keys in another folder.
func (h *house) beside(config central.Config) *house {
	h.t.Helper()
	config.Folder = h.t.TempDir()
	if err := os.CopyFS(filepath.Join(config.Folder, "keys"), os.DirFS(filepath.Join(h.folder, "keys"))); err != nil {
		h.t.Fatal(err)
	}
	other := &house{t: h.t, clock: h.clock, log: h.log, folder: config.Folder, me: h.me}
	var err error
	if other.central, err = central.Open(h.t.Context(), config); err != nil {
		h.t.Fatal(err)
	}
	other.server = httptest.NewServer(other.central.Handler("http://lintai.example.cn"))
	other.openDoor(timeout)
	h.t.Cleanup(func() {
		if err := other.central.Close(); err != nil {
			h.t.Error(err)
		}
		other.server.Close()
	})
	return other
}

func TestCaseThatIsMovedAtOneProcessIsHeardAtTheOther(t *testing.T) {
	one, config := onDatabase(t)
	two := one.beside(config)

	// The page is at the first, the terminal at the second.
	staff := one.staff()
	page := one.stream(staff.client, "/console/stream")
	one.await(page, "event: hello")
	terminal := two.stream(two.me, wire.PathStream)
	two.await(terminal, "data: changed") // the first word, which every stream begins with
	one.await(page, "data: terminal")
	// Who is there is the same on every process's page.
	contains(t, staff.page("/console", http.StatusOK), "在线")
	// Who signed in at one is known to the other: the session is in the database.
	there := &browser{h: two, client: staff.client, token: staff.token}
	contains(t, there.page("/console", http.StatusOK), "在线")

	// A request comes in at the second, and the page of the first hears of it.
	two.push(two.request())
	one.await(page, "data: case")
	// It is moved at the first, and the terminal hears of it at the second.
	staff.move(1, 1, "accepted", "师傅明天到")
	two.await(terminal, "data: changed")
	news := decode[wire.Pull](t, two.terminal(two.me, "GET", wire.PathPull+"?cursor=0", nil), http.StatusOK)
	if len(news.Changes) != 1 {
		t.Errorf("%+v", news)
	}
	// So with a call: raised at the second, answered at the first.
	call := two.call()
	two.push(call)
	one.await(page, "data: call")
	staff.answer(call.ID, "coming", http.StatusSeeOther)
	two.await(terminal, "data: changed")

	// A terminal that goes is gone on every page.
	if err := two.central.Close(); err != nil {
		t.Error(err)
	}
	one.await(page, "data: terminal")
	lacks(t, staff.page("/console", http.StatusOK), "在线")
}

// A terminal takes no door with a smaller number than one that it saw: if each process
// had its own, a terminal could go to none but the one that began last.
func TestDoorsOfAllProcessesHaveOneNumber(t *testing.T) {
	one, config := onDatabase(t)
	number := func(h *house) string {
		t.Helper()
		conn, err := tls.Dial("tcp", h.door.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: wire.ServerName})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	first := number(one)
	one.clock.Add(time.Hour)
	two := one.beside(config)
	if n := number(two); n != first {
		t.Errorf("%s at the first, %s at the second", first, n)
	}
	// When it is due, all go on to the next.
	one.clock.Add(authority.Life / 3)
	second := number(two)
	if n := number(one); n != second || n == first {
		t.Errorf("then %s at the second and %s at the first", second, n)
	}
}

func TestKeysAndDatabaseBelongTogether(t *testing.T) {
	one, config := onDatabase(t)
	refused := func(config central.Config, says string) {
		t.Helper()
		c, err := central.Open(t.Context(), config)
		if err == nil {
			c.Close()
			t.Fatalf("opened, instead of %q", says)
		}
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	none := config
	none.Folder = t.TempDir()
	refused(none, "copy the folder keys from another process")
	if _, err := os.Stat(filepath.Join(none.Folder, "keys")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that was refused has keys: %v", err)
	}
	// A folder with a docket of its own, and its keys.
	other := setup(t)
	both := config
	both.Folder = other.folder
	refused(both, "a data folder has one docket")
	foreign := config
	foreign.Folder = t.TempDir()
	if err := os.CopyFS(filepath.Join(foreign.Folder, "keys"), os.DirFS(filepath.Join(other.folder, "keys"))); err != nil {
		t.Fatal(err)
	}
	refused(foreign, "are not those that the database is served with")
	// Another database, an empty one, over keys that are in use.
	lost := config
	lost.Folder, lost.Database = one.folder, postgrestest.Database(t)
	refused(lost, "the database is empty, but there are keys")
	lost.Folder, lost.Existing = t.TempDir(), true
	refused(lost, "it was never served")
	// Without the address the keys alone are no central.
	plain := config
	plain.Database = ""
	refused(plain, "--database")
}
