package load

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lintai/sync/central"
	"lintai/sync/central/deadline"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
)

// limits has a reminder rung a second after a case is filed.
func limits() string {
	text := "[hours]\nworkday = [\"08:30-17:30\"]\nweekdays = [1]\n"
	for _, urgency := range []string{"urgent", "soon", "normal"} {
		text += "[[limit]]\nurgency = \"" + urgency + `"
			response = "2m"
			fix = "2m"
			count = "always"
			remind = 99
			escalate = "24h"
			`
	}
	return text
}

// steps are those of a case of this proof that somebody outside is told of: it is filed,
// accepted and handed to the property management.
const steps = 3

// errands is what central does by itself for each case, and what of it can be counted: a
// clerk is told of a limit, the case goes out to a department, and a receiver of webhooks
// is told of each step.
type errands struct {
	store *store.Store

	mu     sync.Mutex
	posted map[string]int // by webhook-id
}

func newErrands(t *testing.T, c *central.Central, folder, database string) *errands {
	e := &errands{posted: map[string]int{}}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.posted[r.Header.Get("webhook-id")]++
	}))
	t.Cleanup(receiver.Close)
	_, err := c.AddChannel(t.Context(), staff.Operator, "hotline")
	if err == nil {
		err = c.AllowWebhooks(t.Context(), staff.Operator, "127.0.0.0/8")
	}
	if err == nil {
		_, _, err = c.Subscribe(t.Context(), staff.Operator, "hotline", receiver.URL)
	}
	if err != nil {
		t.Fatal(err)
	}
	if e.store, err = open(t, folder, database); err == nil {
		err = e.store.PutSetting(t.Context(), deadline.Setting, limits())
	}
	if err == nil { // what the property management has to do goes out, urgent or not
		err = e.store.PutSetting(t.Context(), dispatch.Setting, strings.Replace(dispatch.DefaultDocument, `["urgent"]`, `["urgent", "soon", "normal"]`, 1))
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func open(t *testing.T, folder, database string) (s *store.Store, err error) {
	if database == "" {
		s, err = store.Open(t.Context(), filepath.Join(folder, "central.db"))
	} else {
		s, err = store.OpenPostgres(t.Context(), database)
	}
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, err
}

// count asks for one number.
func (e *errands) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := e.store.Database().QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// worker is by which name the first process of a database takes up jobs: it looks after
// them as long as it lives.
func (e *errands) worker(t *testing.T, ctx context.Context) (name string) {
	t.Helper()
	until(t, ctx, "a process looks after jobs", func() bool {
		err := e.store.Database().QueryRowContext(t.Context(), "SELECT leader_id FROM river_leader").Scan(&name)
		if err != nil && err != sql.ErrNoRows {
			t.Fatal(err)
		}
		return err == nil
	})
	return name
}

// left is what a process that died was doing.
const left = "state = 'running' AND attempted_by[array_length(attempted_by, 1)] = $1"

// killAtWork kills a process while it does jobs, and tells how many it left. more makes
// some, when it is done with those before.
func (e *errands) killAtWork(t *testing.T, ctx context.Context, p *process, worker string, more func()) int {
	t.Helper()
	until(t, ctx, "it does jobs", func() bool {
		// It stands still while it is looked at, so that what it was doing stays undone.
		p.command.Process.Signal(syscall.SIGSTOP)
		if e.count(t, "SELECT count(*) FROM river_job WHERE "+left, worker) > 0 {
			return true
		}
		p.command.Process.Signal(syscall.SIGCONT)
		more()
		return false
	})
	if err := p.end(syscall.SIGKILL); err == nil {
		t.Error("the process was not killed")
	}
	return e.count(t, "SELECT count(*) FROM river_job WHERE "+left, worker)
}

// undone are cases for which something was not done that is to be done.
const undone = `SELECT count(*) FROM cases c WHERE NOT (
	EXISTS (SELECT 1 FROM staff_notifications n WHERE n.case_number = c.number AND n.what = 'fix')
	AND EXISTS (SELECT 1 FROM case_events e WHERE e.case_number = c.number AND e.status = 'dispatched'))`

// done waits until everything is, but for what a process that died has: that is taken up
// after a minute and a half, and webhooks after two minutes, for which only a long proof
// waits.
func (e *errands) done(t *testing.T, ctx context.Context, worker string, rescued bool) {
	t.Helper()
	if rescued || worker == "" {
		until(t, ctx, "everything is done", func() bool {
			return e.count(t, undone) == 0 && e.count(t, "SELECT count(*) FROM webhook_outbox") == 0
		})
		return
	}
	until(t, ctx, "all is done but what the dead one has", func() bool {
		return e.count(t, undone+` AND NOT EXISTS (SELECT 1 FROM river_job j WHERE `+left+` AND j.args->'cases' @> to_jsonb(c.number))`, worker) == 0 &&
			e.count(t, "SELECT count(*) FROM webhook_outbox WHERE due_at <= $1", time.Now().UnixMicro()) == 0
	})
}

// judge counts what was done. A process that died between a webhook and writing down that
// it was taken has it sent again, under the same id; nothing else is done twice.
func (e *errands) judge(t *testing.T, cases int, killed bool) {
	t.Helper()
	for what, query := range map[string]string{
		"told":  "SELECT count(*) FROM (SELECT 1 FROM staff_notifications GROUP BY case_number, account, round, what, stage HAVING count(*) > 1) twice",
		"moved": "SELECT count(*) FROM (SELECT 1 FROM case_events WHERE action <> 'noted' GROUP BY case_number, action HAVING count(*) > 1) twice",
	} {
		if twice := e.count(t, query); twice > 0 {
			t.Errorf("%d times somebody or something was %s twice", twice, what)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	again := 0
	for _, n := range e.posted {
		again += n - 1
	}
	const atOnce = 8 // that a process sends beside each other
	if again > 0 && !killed || again > atOnce {
		t.Errorf("%d webhooks came again", again)
	}
	// A case that is not done yet was not moved as often.
	moved := e.count(t, "SELECT count(*) FROM case_events WHERE status IN ('delivered', 'accepted', 'dispatched')")
	waiting := e.count(t, "SELECT count(*) FROM webhook_outbox")
	if got := len(e.posted) + waiting; got < moved || len(e.posted) > moved || moved > steps*cases {
		t.Errorf("%d webhooks came and %d wait, of %d steps of %d cases", len(e.posted), waiting, moved, cases)
	}
	t.Logf("of %d cases staff were told %d times, %d went out by themselves, and %d webhooks came, %d of them twice; %d wait", cases,
		e.count(t, "SELECT count(*) FROM staff_notifications"), e.count(t, "SELECT count(*) FROM case_events WHERE status = 'dispatched'"), len(e.posted), again, waiting)
}
