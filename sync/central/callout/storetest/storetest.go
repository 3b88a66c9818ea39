// Package storetest says what a callout.Store must do, for every driver, and what
// becomes of calls whose steps Keepers of several processes make in it.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/callout"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// Store is one that has the calls, the cases and the accounts too.
type Store interface {
	docket.Store
	callout.Store
	WriteAccounts(ctx context.Context, f func(staff.Tx) error) error
}

// Run runs the suite over empty stores.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, *house){
		"StepByStep": steps, "WithoutGrids": withoutGrids, "NobodyWhoIsGone": gone, "ManyMakeOneStep": many,
		"StepsAgainstAnAnswer": race, "Records": records, "Sweep": sweep, "Lists": lists,
	} {
		t.Run(name, func(t *testing.T) { test(t, newHouse(t, open(t))) })
	}
}

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// job is one that waits.
type job struct {
	at   time.Time
	step callout.Step
}

// house is a store with staff and a clock.
type house struct {
	Store
	t      *testing.T
	keeper *callout.Keeper
	calls  int

	mu    sync.Mutex
	now   time.Time
	near  []string
	queue []job
}

func newHouse(t *testing.T, s Store) *house {
	h := &house{Store: s, t: t, now: noon, near: []string{"worker1", "worker2", "worker3"}}
	h.keeper = &callout.Keeper{Store: s, Clock: h.clock, Log: slog.New(slog.DiscardHandler),
		Near: func(context.Context, docket.Call, time.Time) ([]string, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			return slices.Clone(h.near), nil
		},
		// Outside of the transaction: what runs twice adds twice, and must do no harm.
		Later: func(_ context.Context, _ callout.Tx, at time.Time, s callout.Step) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.queue = append(h.queue, job{at, s})
			return nil
		},
	}
	h.must(s.AddTerminal(t.Context(), docket.Terminal{Number: 1, Name: "大厅", AddedAt: noon}, docket.Code{ID: "c", Kiosk: 1, MadeAt: noon, ExpiresAt: noon}))
	h.must(s.WriteAccounts(t.Context(), func(tx staff.Tx) error {
		for id, role := range map[string]staff.Role{"clerk1": staff.Clerk, "clerk2": staff.Clerk, "worker1": staff.Worker, "worker2": staff.Worker,
			"worker3": staff.Worker, "admin": staff.Administrator, "auditor": staff.Auditor} {
			if err := tx.AddAccount(staff.Account{ID: id, Login: id, Name: id, Roles: []staff.Role{role}, AddedAt: noon}); err != nil {
				return err
			}
		}
		return tx.AddAccount(staff.Account{ID: "gone", Login: "gone", Name: "gone", Roles: []staff.Role{staff.Clerk, staff.Worker}, Disabled: true, AddedAt: noon})
	}))
	return h
}

func (h *house) clock() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }

func (h *house) pass(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.now = h.now.Add(d) }

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) wants(what string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// call files one, with its first step or, as central did before there were any, without.
func (h *house) call(rings bool) string {
	h.t.Helper()
	h.calls++
	id := fmt.Sprintf("call%02d", h.calls)
	now := h.clock()
	h.must(h.Write(h.t.Context(), func(tx docket.Tx) error {
		if err := tx.FileCall(docket.Call{ID: id, Kiosk: 1, RaisedAt: now, ReceivedAt: now}); err != nil || !rings {
			return err
		}
		return h.keeper.Happened(h.t.Context(), tx.(callout.Tx), []string{id})
	}))
	return id
}

func (h *house) answer(id, account string) {
	h.t.Helper()
	now := h.clock()
	h.must(h.Write(h.t.Context(), func(tx docket.Tx) error {
		if err := tx.Answer(id, docket.CallAnswer{Answer: "coming", Words: "马上来", By: "她", Account: account, At: now}); err != nil {
			return err
		}
		return h.keeper.Happened(h.t.Context(), tx.(callout.Tx), []string{id})
	}))
}

// work does the jobs that are due.
func (h *house) work() {
	h.t.Helper()
	for {
		h.mu.Lock()
		i := slices.IndexFunc(h.queue, func(j job) bool { return !j.at.After(h.now) })
		if i < 0 {
			h.mu.Unlock()
			return
		}
		next := h.queue[i].step
		h.queue = slices.Delete(h.queue, i, i+1)
		h.mu.Unlock()
		h.must(h.keeper.Make(h.t.Context(), next, nil))
	}
}

func (h *house) entry(id string) callout.Entry {
	h.t.Helper()
	e, err := h.CallEntry(h.t.Context(), id)
	h.must(err)
	return e
}

func (h *house) rung(id string, want ...string) {
	h.t.Helper()
	s := h.entry(id).State
	if !slices.Equal(s.Rung(), want) || s.Everyone != (len(want) == 0 && s.Answered.IsZero()) {
		h.t.Errorf("%s rings for %q, everyone: %v; want %q", id, s.Rung(), s.Everyone, want)
	}
	kept, err := h.Callouts(h.t.Context(), []string{id, "no such call"})
	h.must(err)
	if len(kept) != 1 || !slices.Equal(kept[id].Rung(), want) {
		h.t.Errorf("%s is %+v in a list", id, kept)
	}
}

func steps(t *testing.T, h *house) {
	id := h.call(true)
	h.rung(id, "worker1")
	h.work()
	h.pass(callout.Patience - time.Millisecond)
	h.work()
	h.rung(id, "worker1")
	h.pass(time.Millisecond)
	// She goes off duty, and the next one is as near.
	h.mu.Lock()
	h.near = []string{"worker3", "worker1"}
	h.mu.Unlock()
	h.work()
	h.rung(id, "worker3")
	// A second call is its own.
	second := h.call(true)
	h.rung(second, "worker3")
	h.pass(callout.Patience)
	h.work()
	h.rung(id)
	h.rung(second, "worker1")
	h.answer(second, "worker1")
	h.pass(time.Hour)
	h.work()
	if s := h.entry(second).State; len(s.Rings) != 2 || s.Answered.IsZero() || !s.Next.IsZero() {
		t.Errorf("after the answer: %+v", s)
	}
	h.rung(id)
	if e := h.entry(id); len(e.State.Rings) != 3 || e.State.Rings[2].Account != "" || e.Answer != nil {
		t.Errorf("%+v", e)
	}
	if e := h.entry(second); e.Answer == nil || e.Answer.Account != "worker1" {
		t.Errorf("who answered: %+v", e.Answer)
	}
	if len(h.queue) > 0 {
		t.Errorf("jobs are left: %v", h.queue)
	}
}

func withoutGrids(t *testing.T, h *house) {
	h.keeper.Near = nil
	id := h.call(true)
	h.rung(id, "clerk1", "clerk2")
	h.pass(callout.Patience)
	h.work()
	h.rung(id)
	h.keeper.Near = func(context.Context, docket.Call, time.Time) ([]string, error) { return nil, errors.New("no line") }
	h.rung(h.call(true), "clerk1", "clerk2") // rings all the same
}

func gone(t *testing.T, h *house) {
	h.near = []string{"gone", "auditor", "nobody", "worker2"}
	id := h.call(true)
	h.rung(id, "worker2")
	h.pass(callout.Patience)
	h.work()
	h.rung(id)
}

// Several processes whose jobs are the same step.
func many(t *testing.T, h *house) {
	id := h.call(true)
	for step := 1; step <= callout.Alone; step++ {
		h.pass(callout.Patience)
		var together sync.WaitGroup
		for range 8 {
			together.Go(func() {
				if err := h.keeper.Make(t.Context(), callout.Step{Call: id, After: step}, nil); err != nil {
					t.Error(err)
				}
			})
		}
		together.Wait()
		if s := h.entry(id).State; s.Step != step+1 || len(s.Rings) != step+1 {
			t.Fatalf("after step %d: %+v", step, s)
		}
	}
	h.rung(id)
	// The transaction that ends the job is the step's: when it fails nothing is made.
	again := h.call(true)
	h.pass(callout.Patience)
	broken := errors.New("another process has it")
	h.wants("a job that is another's", h.keeper.Make(t.Context(), callout.Step{Call: again, After: 1}, func(callout.Tx) error { return broken }), broken)
	h.rung(again, "worker1")
	h.must(h.keeper.Make(t.Context(), callout.Step{Call: "no such call", After: 1}, nil))
}

// An answer in the middle of steps: nobody is rung after it, whichever was first.
func race(t *testing.T, h *house) {
	for range 12 {
		id := h.call(true)
		h.pass(callout.Patience)
		var together sync.WaitGroup
		for range 3 {
			together.Go(func() {
				if err := h.keeper.Make(t.Context(), callout.Step{Call: id, After: 1}, nil); err != nil {
					t.Error(err)
				}
			})
		}
		together.Go(func() { h.answer(id, "clerk1") })
		together.Wait()
		s := h.entry(id).State
		if s.Answered.IsZero() || !s.Next.IsZero() || len(s.Rings) != s.Step || s.Step > 2 {
			t.Fatalf("%+v", s)
		}
		h.must(h.keeper.Make(t.Context(), callout.Step{Call: id, After: s.Step}, nil))
		if later := h.entry(id).State; len(later.Rings) != len(s.Rings) || later.Answered.IsZero() {
			t.Fatalf("rung after the answer: %+v", later)
		}
	}
}

func records(t *testing.T, h *house) {
	id := h.call(true)
	record := callout.Record{Call: id, Came: "worker1", About: "扶老人回家", By: "clerk1"}
	h.wants("before the answer", h.keeper.Record(t.Context(), record), callout.ErrOpen)
	h.answer(id, "worker1")
	count := func(account string, want int) {
		t.Helper()
		if n, err := h.CountUnrecorded(t.Context(), account); err != nil || n != want {
			t.Errorf("%d of %q without a record, want %d: %v", n, account, want, err)
		}
	}
	count("", 1)
	count("worker1", 1)
	count("worker2", 0)
	for what, test := range map[string]struct {
		change func(*callout.Record)
		want   error
	}{
		"no call":    {func(r *callout.Record) { r.Call = "none" }, callout.ErrNotFound},
		"no words":   {func(r *callout.Record) { r.About = " " }, callout.ErrRecord},
		"no case":    {func(r *callout.Record) { r.Case = 7 }, callout.ErrCase},
		"nobody":     {func(r *callout.Record) { r.Came = "nobody" }, callout.ErrPerson},
		"an auditor": {func(r *callout.Record) { r.Came = "auditor" }, callout.ErrPerson},
	} {
		bad := record
		test.change(&bad)
		h.wants(what, h.keeper.Record(t.Context(), bad), test.want)
	}
	count("", 1)
	h.must(h.keeper.Record(t.Context(), record))
	count("", 0)
	// A second one corrects it; both stay.
	var filed []docket.Filed
	h.must(h.Write(t.Context(), func(tx docket.Tx) (err error) {
		filed, err = tx.FileCases(docket.Case{ID: "a", Kiosk: 1, Ticket: ticket.Code("1"), Service: "repair", Body: []byte("{}")})
		return err
	}))
	h.pass(time.Minute)
	h.must(h.keeper.Record(t.Context(), callout.Record{Call: id, About: "电梯坏了", Case: filed[0].Number, By: "clerk2"}))
	e := h.entry(id)
	if e.Record == nil || e.Record.Case != filed[0].Number || e.Record.About != "电梯坏了" || e.Record.Came != "" || !e.Record.At.Equal(noon.Add(time.Minute)) {
		t.Errorf("%+v", e.Record)
	}
	all, err := h.CallRecords(t.Context(), id)
	if err != nil || len(all) != 2 || all[0].About != "扶老人回家" || all[0].Came != "worker1" || all[1] != *e.Record {
		t.Errorf("%+v %v", all, err)
	}
	// An answer that comes to a call which was never rung makes it open work too.
	h.answer(h.call(false), "clerk1")
	count("clerk1", 1)
	_, err = h.CallEntry(t.Context(), "none")
	h.wants("no such call", err, callout.ErrNotFound)
}

func sweep(t *testing.T, h *house) {
	before := h.call(false) // from before there were steps
	lost := h.call(true)
	h.queue = nil // and one whose job is lost
	h.must(h.keeper.Sweep(t.Context()))
	h.rung(before, "worker1")
	h.rung(lost, "worker1")
	h.pass(callout.Patience)
	h.must(h.keeper.Sweep(t.Context())) // its job may be under way
	h.rung(lost, "worker1")
	h.pass(callout.Patience + time.Second)
	h.must(h.keeper.Sweep(t.Context()))
	h.rung(lost, "worker2")
	h.work() // a job that comes late all the same
	h.rung(before, "worker2")
	h.answer(lost, "clerk1")
	h.answer(before, "clerk1")
	h.pass(time.Hour)
	h.must(h.keeper.Sweep(t.Context()))
	if calls, err := h.UnrungCalls(t.Context(), h.now, 10); err != nil || len(calls) > 0 {
		t.Errorf("%q are left: %v", calls, err)
	}
}

func lists(t *testing.T, h *house) {
	var calls []string
	for range 4 {
		calls = append(calls, h.call(true))
		h.pass(time.Second)
	}
	h.answer(calls[1], "worker1")
	h.answer(calls[2], "worker1")
	h.must(h.keeper.Record(t.Context(), callout.Record{Call: calls[2], About: "问路", By: "worker1"}))
	list := func(which callout.Which, limit, offset int, want ...string) {
		t.Helper()
		all, err := h.CallEntries(t.Context(), which, limit, offset)
		h.must(err)
		var got []string
		for _, e := range all {
			got = append(got, e.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q from %d: %q, want %q", which, offset, got, want)
		}
	}
	list(callout.All, 10, 0, calls[3], calls[2], calls[1], calls[0])
	list(callout.All, 2, 1, calls[2], calls[1])
	list(callout.Unanswered, 10, 0, calls[3], calls[0])
	list(callout.Unrecorded, 10, 0, calls[1])
	times, err := h.CallTimes(t.Context(), noon.Add(time.Second), noon.Add(3*time.Second))
	h.must(err)
	if len(times) != 2 || times[0].Recorded || !times[1].Recorded || times[0].Step != 1 || !times[0].Answered.Equal(noon.Add(4*time.Second)) {
		t.Errorf("%+v", times)
	}
}
