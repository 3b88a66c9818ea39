package central_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lintai/sync/central"
	"lintai/sync/central/store"
	"lintai/sync/central/store/postgrestest"
)

// filled is a data folder on SQLite with something in many tables, closed.
func filled(t *testing.T) (h *house, config central.Config) {
	t.Helper()
	h = setup(t, func(c *central.Config) { config = *c })
	h.push(h.request(), h.request(), h.call())
	b := h.staff()
	b.move(1, 1, "accepted", "师傅明天到")
	// A text that PostgreSQL does not take as it is.
	b.move(2, 1, "accepted", "一\x00二")
	if err := h.central.Close(); err != nil {
		t.Fatal(err)
	}
	return h, config
}

func rows(t *testing.T, address, query string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestADocketGoesToPostgreSQL(t *testing.T) {
	h, config := filled(t)
	at := func(name string) string { return filepath.Join(h.folder, name) }
	before, err := os.ReadFile(at("central.db"))
	if err != nil {
		t.Fatal(err)
	}
	target := postgrestest.Database(t)
	moved, err := central.Move(t.Context(), h.folder, target)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for _, one := range moved.Tables {
		counts[one.Table] = one.Rows
	}
	if counts["cases"] != 2 || counts["case_events"] < 4 || counts["calls"] != 1 || counts["terminals"] != 1 || counts["accounts"] != 2 || moved.Jobs == 0 {
		t.Errorf("moved %v and %d jobs", counts, moved.Jobs)
	}
	if waiting := rows(t, target, "SELECT count(*) FROM river_job"); waiting != moved.Jobs {
		t.Errorf("%d jobs wait", waiting)
	}
	after, err := os.ReadFile(at("central.db.moved"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the source was changed: %v", err)
	}
	// Nobody serves the file any more, neither by mistake nor as a new one.
	if c, err := central.Open(t.Context(), config); err == nil || !strings.Contains(err.Error(), "was moved to PostgreSQL") {
		t.Errorf("opened again: %v", err)
		if err == nil {
			c.Close()
		}
	}
	if _, err := central.Move(t.Context(), h.folder, target); err == nil || !strings.Contains(err.Error(), "moved already") {
		t.Errorf("moved twice: %v", err)
	}
	// The whole of central goes on there, and numbers go on.
	config.Database = target
	h.reopen(config)
	h.push(h.request())
	if n := rows(t, target, "SELECT max(number) FROM cases"); n != 3 {
		t.Errorf("the next case has the number %d", n)
	}
	if n := rows(t, target, "SELECT count(*) FROM tickets"); n != 3 {
		t.Errorf("%d tickets are taken", n)
	}
	if status, text := fetch(t, h.server.URL+"/open311/v2/requests.json"); status != http.StatusOK || strings.Count(text, "service_request_id") != 3 {
		t.Errorf("Open311: %d %s", status, text)
	}
}

// reopen opens the folder again, at the same terminal.
func (h *house) reopen(config central.Config) {
	h.t.Helper()
	var err error
	if h.central, err = central.Open(h.t.Context(), config); err != nil {
		h.t.Fatal(err)
	}
	// Before the house closes: what it closed last is closed again without harm.
	h.server.Config.Handler = h.central.Handler("http://lintai.example.cn")
	h.openDoor(timeout)
	c := h.central
	h.t.Cleanup(func() { c.Close() })
}

func TestAMoveThatCannotBe(t *testing.T) {
	h, config := filled(t)
	at := func(name string) string { return filepath.Join(h.folder, name) }
	there := func(want string) {
		t.Helper()
		for _, name := range []string{"central.db", "central.db.moving", "central.db.moved"} {
			if _, err := os.Stat(at(name)); (err == nil) != (name == want) {
				t.Errorf("%s: %v, want %s alone", name, err, want)
			}
		}
	}
	// Into what is in use.
	used := postgrestest.Database(t)
	setup(t, func(c *central.Config) { c.Database = used })
	if _, err := central.Move(t.Context(), h.folder, used); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("over another docket: %v", err)
	}
	there("central.db")
	// Into what does not answer.
	if _, err := central.Move(t.Context(), h.folder, "postgres://nobody@127.0.0.1:1/none"); err == nil {
		t.Error("moved to nowhere")
	}
	there("central.db")
	// While it is served.
	h.reopen(config)
	s := operate(t, h, central.Options{})
	if _, err := central.Move(t.Context(), h.folder, postgrestest.Database(t)); !errors.Is(err, central.ErrServed) {
		t.Errorf("moved while served: %v", err)
	}
	if err := errors.Join(s.stop(), h.central.Close()); err != nil {
		t.Fatal(err)
	}
	there("central.db")
	// PostgreSQL refuses in the middle: nothing of it is there, and central goes on as
	// it was.
	target := postgrestest.Database(t)
	conn, err := pgx.Connect(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if s, err := store.OpenPostgres(t.Context(), target); err != nil {
		t.Fatal(err)
	} else if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "ALTER TABLE case_events ADD CONSTRAINT refused CHECK (number < 2)"); err != nil {
		t.Fatal(err)
	}
	if _, err := central.Move(t.Context(), h.folder, target); err == nil {
		t.Error("moved what PostgreSQL refused")
	}
	there("central.db")
	if n := rows(t, target, "SELECT (SELECT count(*) FROM cases) + (SELECT count(*) FROM settings)"); n != 0 {
		t.Errorf("%d rows are there", n)
	}
	// Once it does not, it is moved. The process dies before it says so.
	if _, err := conn.Exec(t.Context(), "ALTER TABLE case_events DROP CONSTRAINT refused"); err != nil {
		t.Fatal(err)
	}
	if _, err := central.Move(t.Context(), h.folder, target); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(at("central.db.moved"), at("central.db.moving")); err != nil {
		t.Fatal(err)
	}
	if c, err := central.Open(t.Context(), config); err == nil || !strings.Contains(err.Error(), "on its way") {
		t.Errorf("opened: %v", err)
		if err == nil {
			c.Close()
		}
	}
	moved, err := central.Move(t.Context(), h.folder, target)
	if err != nil || !moved.Before {
		t.Errorf("again: %+v, %v", fmt.Sprint(moved.Before), err)
	}
	there("central.db.moved")
}
