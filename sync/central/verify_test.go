package central_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"

	actions "lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/central/store"
)

// A certificate goes through the house by itself after one submission, and whoever is
// shown the paper can ask whether it is real.
func TestPaperIsVerified(t *testing.T) {
	h := setup(t)
	r := h.request()
	r.Service = "certificate"
	h.push(r)
	book, err := store.Open(t.Context(), filepath.Join(h.folder, "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	work := &actions.Desk{Store: book, Hub: live.NewHub(), Clock: h.clock.Now, Log: slog.New(slog.DiscardHandler)}
	act := func(e docket.Event) {
		t.Helper()
		c, _, err := book.Case(t.Context(), 1)
		if err == nil {
			err = work.Act(t.Context(), 1, c.Events, e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	act(docket.Event{Action: docket.Accept, By: "王芳"})
	for _, step := range docket.DefaultChains()["certificate"] {
		act(docket.Event{Action: docket.Approve, By: "李强", Detail: docket.Detail{Step: step}})
	}
	c, _, err := book.Case(t.Context(), 1)
	if err != nil || c.Verification == "" {
		t.Fatalf("%+v, %v", c, err)
	}
	b := h.browser()
	lacks(t, b.page("/verify", http.StatusOK), "属实", "没有")
	shown := b.page("/verify?code="+c.Verification.String(), http.StatusOK)
	contains(t, shown, `class="genuine"`, "属实", "物业", "居委会", "街道", "幸福里3号楼***", c.Verification.String())
	lacks(t, shown, r.Person.Name, r.Address, string(r.Ticket))
	contains(t, b.page("/verify?code=00000-00000", http.StatusNotFound), "not-genuine", "没有这个验证码")
	contains(t, b.page("/verify?code=%3Cscript%3E", http.StatusNotFound), "没有这个验证码")
	act(docket.Event{Action: docket.Reopen, By: "王芳"})
	contains(t, b.page("/verify?code="+string(c.Verification), http.StatusNotFound), "没有这个验证码")
	// Whoever tries codes is asked to wait, soon.
	waits := 0
	for n := range 100 {
		v, err := docket.NewVerification(counter(n))
		if err != nil {
			t.Fatal(err)
		}
		if r := b.get("/verify?code=" + string(v)); r.StatusCode == http.StatusTooManyRequests {
			waits++
		} else if r.StatusCode != http.StatusNotFound {
			t.Fatal(r.Status)
		}
	}
	if waits < 50 {
		t.Errorf("%d of 100 codes were not looked up", waits)
	}
}

type counter byte

func (c counter) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(c) + byte(i)
	}
	return len(b), nil
}
