package central_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/sync/central"
	"lintai/sync/central/callout"
	"lintai/sync/central/grid"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
)

// rings tells whether a call rings on somebody's page, stands there quietly, or is not
// there.
func (b *browser) rings(id string) string {
	b.h.t.Helper()
	text := b.page("/console/calls", http.StatusOK)
	switch {
	case strings.Contains(text, `<section class="call" data-call="`+id+`">`):
		return "rings"
	case strings.Contains(text, `<section class="call quiet" data-call="`+id+`">`):
		return "quiet"
	}
	return ""
}

// expect compares the pages of some people with what they should be.
func expect(t *testing.T, what, id string, people map[*browser]string) {
	t.Helper()
	for b, want := range people {
		if got := b.rings(id); got != want {
			t.Errorf("%s: the page of %s has it %q, want %q", what, b.login, got, want)
		}
	}
}

// always is a roster that is on duty at any time.
func always(account string) grid.Roster {
	r := grid.Roster{Account: account}
	for day := range 7 {
		r.Weekly = append(r.Weekly, grid.Shift{Weekday: time.Weekday(day), Span: grid.Span{From: 0, Until: 24 * 60}})
	}
	return r
}

// account finds the id of somebody's account.
func (b *browser) account() string {
	b.h.t.Helper()
	a, err := b.h.central.Office().Store.AccountByLogin(b.h.t.Context(), b.login)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return a.ID
}

// grids has terminal 12 stand in a grid with one worker, beside another with another.
func (h *house) grids(near, next *browser) {
	h.t.Helper()
	keeper, ok := h.central.Office().Store.(*store.Store)
	if !ok {
		h.t.Fatal("central has another store")
	}
	_, err := keeper.ChangeGrids(h.t.Context(), func(b *grid.Book) error {
		b.Put(grid.Grid{ID: "1", Name: "一号网格", Terminals: []int{12}, Posts: []grid.Post{{Account: near.account()}}, Neighbours: []string{"2"}})
		b.Put(grid.Grid{ID: "2", Name: "二号网格", Posts: []grid.Post{{Account: next.account()}}})
		b.PutRoster(always(near.account()))
		b.PutRoster(always(next.account()))
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// A call rings for the nearest worker, then for the one of the next grid, then for
// everyone, until the first answer; then it is open work until it is recorded.
func TestCallRingsForTheNearestThenTheNextThenEveryone(t *testing.T) {
	h := setup(t)
	h.work()
	clerk, near, next := h.colleague("王芳", staff.Clerk), h.colleague("李强", staff.Worker), h.colleague("赵敏", staff.Worker)
	h.grids(near, next)
	page := h.stream(clerk.client, "/console/stream")
	h.await(page, "event: hello")
	call := h.call()
	h.push(call)
	h.await(page, "data: call")
	expect(t, "at once", call.ID, map[*browser]string{near: "rings", next: "quiet", clerk: "quiet"})
	contains(t, clerk.page("/console", http.StatusOK), "正在呼叫：李强")
	h.clock.Add(callout.Patience + time.Second)
	h.await(page, "data: call")
	expect(t, "a minute later", call.ID, map[*browser]string{near: "quiet", next: "rings", clerk: "quiet"})
	h.clock.Add(callout.Patience + time.Second)
	h.await(page, "data: call")
	expect(t, "then", call.ID, map[*browser]string{near: "rings", next: "rings", clerk: "rings"})

	next.answer(call.ID, "coming", http.StatusSeeOther)
	clerk.answer(call.ID, "busy", http.StatusConflict)
	expect(t, "answered", call.ID, map[*browser]string{near: "", next: "", clerk: ""})
	contains(t, clerk.page("/console", http.StatusOK), "1 次呼叫待登记")
	contains(t, next.page("/console", http.StatusOK), "1 次呼叫待登记")
	lacks(t, near.page("/console", http.StatusOK), "次呼叫待登记") // it is not hers
	contains(t, clerk.page("/console/calls?which=unrecorded", http.StatusOK), call.ID, "待登记", "2 分 2 秒后回应")
	one := clerk.page("/console/calls/"+call.ID, http.StatusOK)
	contains(t, one, "依次呼叫", "李强", "赵敏", "所有人", `value="`+next.account()+`" selected`)

	// The record.
	h.push(h.request())
	record := func(b *browser, about, number string, status int) string {
		t.Helper()
		r := b.post("/console/calls/"+call.ID+"/record", url.Values{"came": {next.account()}, "about": {about}, "case": {number}})
		text := read(t, r)
		if r.StatusCode != status {
			t.Fatalf("record %q of case %q: %s", about, number, r.Status)
		}
		return text
	}
	contains(t, record(next, "家里漏水", "99", http.StatusBadRequest), "没有这个编号的诉求", "家里漏水")
	contains(t, record(next, "", "1", http.StatusBadRequest), "请写明这次呼叫的事由")
	record(next, "<b>家里漏水</b>", "1", http.StatusSeeOther)
	one = clerk.page("/console/calls/"+call.ID, http.StatusOK)
	contains(t, one, "&lt;b&gt;家里漏水", "赵敏到场", "/console/cases/1", "更正登记")
	lacks(t, clerk.page("/console", http.StatusOK), "次呼叫待登记")
	contains(t, clerk.page("/console/calls", http.StatusOK), "已登记", "2 分 2 秒", "第 3 轮回应")
	// One that nobody answered has nothing to record, and one that is not there neither.
	open := h.call()
	h.push(open)
	r := clerk.post("/console/calls/"+open.ID+"/record", url.Values{"about": {"x"}})
	if text := read(t, r); r.StatusCode != http.StatusConflict || !strings.Contains(text, "还没有人回应") {
		t.Errorf("a record of an open call: %s", r.Status)
	}
	for _, id := range []string{uuid.NewString(), "x"} {
		if r := clerk.post("/console/calls/"+id+"/record", url.Values{"about": {"x"}}); r.StatusCode != http.StatusNotFound {
			t.Errorf("a record of %s: %s", id, r.Status)
		}
	}
}

// A terminal that had no line sends its calls later: they ring all the same, and say so.
func TestLateCallSaysHowLate(t *testing.T) {
	h := setup(t)
	clerk := h.staff()
	call := h.call()
	call.MadeAt = h.clock.Now().Add(-7 * time.Minute)
	h.push(call)
	contains(t, clerk.page("/console", http.StatusOK), "补送的呼叫，按下后 7 分钟 才送到，人可能已经离开")
	if how := clerk.rings(call.ID); how != "rings" {
		t.Errorf("it is there as %q", how)
	}
}

// Central ends while a call rings and is begun anew when its time is over: the step is
// made then.
func TestCallGoesOnAfterCentralWasBegunAnew(t *testing.T) {
	var config central.Config
	h := setup(t, func(c *central.Config) { config = *c })
	clerk, near := h.colleague("王芳", staff.Clerk), h.colleague("李强", staff.Worker)
	h.grids(near, near)
	call := h.call()
	h.push(call)
	expect(t, "at once", call.ID, map[*browser]string{near: "rings", clerk: "quiet"})
	if err := h.central.Close(); err != nil {
		t.Fatal(err)
	}
	h.server.Close()
	h.clock.Add(10 * time.Minute)
	again := &house{t: t, clock: h.clock, log: h.log, folder: h.folder, me: h.me}
	var err error
	if again.central, err = central.Open(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	again.server = httptest.NewServer(again.central.Handler("http://lintai.example.cn"))
	t.Cleanup(func() {
		again.central.Close()
		again.server.Close()
	})
	clerk.h, near.h = again, again
	clerk.signIn()
	near.signIn()
	page := again.stream(clerk.client, "/console/stream")
	again.await(page, "event: hello")
	expect(t, "before jobs are done", call.ID, map[*browser]string{near: "rings", clerk: "quiet"})
	again.work()
	again.await(page, "data: call")
	expect(t, "after", call.ID, map[*browser]string{near: "rings", clerk: "rings"})
}

// Two processes whose jobs are all calls': each step is made once, and heard at both.
func TestStepsOfCallsAreMadeOnceOnTwoProcesses(t *testing.T) {
	one, config := onDatabase(t)
	two := one.beside(config)
	clerk, near, next := one.colleague("王芳", staff.Clerk), one.colleague("李强", staff.Worker), one.colleague("赵敏", staff.Worker)
	one.grids(near, next)
	one.work()
	two.work()
	page := two.stream(clerk.client, "/console/stream")
	two.await(page, "event: hello")
	const many = 5
	var calls []string
	for range many {
		call := one.call()
		two.push(call)
		calls = append(calls, call.ID)
	}
	kept := one.central.Office().Store.(*store.Store)
	for step := 2; step <= callout.Alone+1; step++ {
		one.clock.Add(callout.Patience + time.Second)
		for made := 0; made < many; {
			two.await(page, "data: call")
			states, err := kept.Callouts(t.Context(), calls)
			if err != nil {
				t.Fatal(err)
			}
			made = 0
			for _, s := range states {
				if s.Step > step || len(s.Rings) != s.Step {
					t.Fatalf("step %d: %+v", step, s)
				}
				if s.Step == step {
					made++
				}
			}
		}
	}
	// A step is told after it was kept: both have said all they will once they ended.
	for _, c := range []*house{one, two} {
		if err := c.central.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(one.log.String(), "call rings for others"); n != many*callout.Alone {
		t.Errorf("%d steps were made, want %s", n, fmt.Sprint(many*callout.Alone))
	}
}
