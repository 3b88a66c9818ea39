package central_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lintai/kiosk/request"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

func callID(body any) string { return body.(request.Call).ID }

func (b *browser) move(number, seen int, status, note string) {
	b.h.t.Helper()
	r := b.post(fmt.Sprint("/console/cases/", number, "/move"), url.Values{"seen": {fmt.Sprint(seen)}, "status": {status}, "note": {note}})
	if r.StatusCode != http.StatusSeeOther {
		b.h.t.Fatalf("move case %d to %s: %s", number, status, r.Status)
	}
}

func (b *browser) answer(id, answer string, status int) {
	b.h.t.Helper()
	r := b.post("/console/calls/"+id+"/answer", url.Values{"answer": {answer}})
	read(b.h.t, r) // so that the connection is used again
	if r.StatusCode != status {
		b.h.t.Fatalf("answer %s: %s, want %d", answer, r.Status, status)
	}
}

func contains(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("the page does not hold %q", w)
		}
	}
}

func lacks(t *testing.T, text string, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(text, w) {
			t.Errorf("the page holds %q", w)
		}
	}
}

func TestConsoleIsForStaffOnly(t *testing.T) {
	h := setup(t)
	h.push(h.request())
	b := h.browser()
	for _, path := range []string{"/console", "/console/cases/1", "/console/quarantine/1"} {
		if r := b.get(path); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/sign-in" {
			t.Errorf("GET %s: %s to %q", path, r.Status, r.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/console/cases/1/move", "/console/calls/x/answer", "/console/quarantine/1/handle"} {
		if r := b.post(path, url.Values{"seen": {"1"}, "status": {"accepted"}, "answer": {"coming"}}); r.Header.Get("Location") != "/sign-in" {
			t.Errorf("POST %s: %s to %q", path, r.Status, r.Header.Get("Location"))
		}
	}
	if r := b.get("/console/stream"); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("stream: %s", r.Status)
	}
	contains(t, h.staff().page("/console/cases/1", 200), `data-status="delivered"`) // nothing was moved
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := setup(t)
	h.push(h.request())
	b := h.staff()
	form := url.Values{"seen": {"1"}, "status": {"accepted"}}
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		if r := b.post("/console/cases/1/move", form, headers...); r.StatusCode != http.StatusForbidden {
			t.Errorf("%v: %s", headers, r.Status)
		}
	}
	if r := b.post("/console/cases/1/move", form, "Origin", h.server.URL); r.StatusCode != http.StatusSeeOther {
		t.Errorf("our own form: %s", r.Status)
	}
}

func TestListAndCase(t *testing.T) {
	h := setup(t)
	h.push(h.request())
	b := h.staff()
	list := b.page("/console", 200)
	contains(t, list, "报修", "水，家里，很急", "张**", "幸福里3号楼502室", "幸福里大厅", "已送达", `data-case="1"`)
	lacks(t, list, "张桂兰")
	one := b.page("/console/cases/1", 200)
	contains(t, one, "张桂兰", "什么坏了", "幸福里3号楼502室", `value="accepted"`)
	lacks(t, one, `value="working"`, `value="done"`)
	b.page("/console/cases/2", http.StatusNotFound)
	b.page("/console/cases/x", http.StatusNotFound)
	b.page("/console?status=nonsense", http.StatusBadRequest)
}

func TestCaseIsWorkedToItsEnd(t *testing.T) {
	h := setup(t)
	h.push(h.request())
	b := h.staff()
	for i, step := range []struct{ status, word string }{{"accepted", "已受理"}, {"working", "处理中"}, {"done", "已完成"}} {
		b.move(1, i+1, step.status, "第"+step.word+"步")
		contains(t, b.page("/console/cases/1", 200), `data-status="`+step.status+`"`, "第"+step.word+"步", "王芳")
	}
	lacks(t, b.page("/console/cases/1", 200), `name="status"`)
	lacks(t, b.page("/console", 200), `data-case="1"`)
	contains(t, b.page("/console?status=done", 200), `data-case="1"`)
}

func TestIllegalAndStaleMovesAreRefused(t *testing.T) {
	h := setup(t)
	h.push(h.request())
	b := h.staff()
	try := func(seen, status, note string) int {
		return b.post("/console/cases/1/move", url.Values{"seen": {seen}, "status": {status}, "note": {note}}).StatusCode
	}
	for _, c := range []struct {
		seen, status, note string
		want               int
	}{
		{"1", "working", "", http.StatusConflict},
		{"1", "done", "", http.StatusConflict},
		{"1", "delivered", "", http.StatusConflict},
		{"1", "", "", http.StatusConflict},
		{"1", "lost", "", http.StatusConflict},
		{"0", "accepted", "", http.StatusConflict},
		{"x", "accepted", "", http.StatusBadRequest},
		{"1", "accepted", strings.Repeat("长", 201), http.StatusBadRequest},
	} {
		if got := try(c.seen, c.status, c.note); got != c.want {
			t.Errorf("seen %s to %q: %d, want %d", c.seen, c.status, got, c.want)
		}
	}
	contains(t, b.page("/console/cases/1", 200), `data-status="delivered"`)
	b.move(1, 1, "accepted", strings.Repeat("长", 200))
	// The other clerk's page is older than the move: it must not move twice.
	if got := try("1", "working", ""); got != http.StatusConflict {
		t.Errorf("stale page: %d", got)
	}
}

func TestCallIsAnsweredOnce(t *testing.T) {
	h := setup(t)
	call := h.call()
	h.push(call)
	b := h.staff()
	for _, path := range []string{"/console", "/console?status=done"} {
		contains(t, b.page(path, 200), "有居民正在呼叫", call.ID, "已收到，马上来", "已收到，请稍等五分钟", "正在忙，忙完马上过来")
	}
	b.answer(call.ID, "nonsense", http.StatusBadRequest)
	b.answer("unknown", "coming", http.StatusNotFound)
	b.answer(call.ID, "five_minutes", http.StatusSeeOther)
	b.answer(call.ID, "coming", http.StatusConflict)
	list := b.page("/console", 200)
	lacks(t, list, "有居民正在呼叫")
	contains(t, list, "王芳 · 已收到，请稍等五分钟")
	p := decode[wire.Pull](t, h.terminal(h.me, "GET", wire.PathPull+"?cursor=0", nil), http.StatusOK)
	if len(p.Changes) != 1 || p.Changes[0].Answer == nil {
		t.Fatalf("%+v", p)
	}
	if a := p.Changes[0].Answer; a.CallID != call.ID || a.Answer != "five_minutes" || a.Words != "已收到，请稍等五分钟" {
		t.Errorf("%+v", a)
	}
}

func TestQuarantineIsVisibleUntilHandled(t *testing.T) {
	h := setup(t)
	first, clash := h.request(), h.request()
	clash.Ticket = first.Ticket
	clash.Person.Name = "李大山"
	h.push(first)
	p := wire.Push{Kiosk: 12, Items: []wire.Item{h.item(clash), {ID: "<script>alert(1)</script>", Kind: "x"}}}
	decode[wire.PushAnswer](t, h.terminal(h.me, "POST", wire.PathPush, p), http.StatusOK)
	b := h.staff()
	contains(t, b.page("/console", 200), "查询码已被另一件诉求使用", "收到的内容格式不对")
	contains(t, b.page("/console/quarantine/1", 200), "李大山", "幸福里3号楼502室", "什么坏了")
	contains(t, b.page("/console/quarantine/2", 200), "内容无法显示")
	if r := b.post("/console/quarantine/1/handle", nil); r.StatusCode != http.StatusSeeOther {
		t.Errorf("handle: %s", r.Status)
	}
	lacks(t, b.page("/console", 200), "查询码已被另一件诉求使用")
	contains(t, b.page("/console/quarantine/1", 200), "已由工作人员处理", "王芳")
	b.page("/console/quarantine/9", http.StatusNotFound)
}

// Whatever a terminal, a clerk or a technician writes stays text.
func TestHostileTextIsEscaped(t *testing.T) {
	const hostile = `<script>alert('x')</script><img src=x onerror=alert(1)>"'{{.}}`
	h := setup(t)
	r := h.request()
	r.Service, r.Address, r.Person.Name = hostile, hostile, hostile
	r.Answers = append(r.Answers, request.Answer{Step: hostile, Option: hostile, Text: hostile})
	call := h.call()
	call.Screen = hostile
	if _, err := h.central.AddTerminal(t.Context(), 14, hostile); err != nil {
		t.Fatal(err)
	}
	clash := h.request()
	clash.Ticket, clash.Service, clash.Address = r.Ticket, hostile, hostile
	h.push(r, call)
	decode[wire.PushAnswer](t, h.terminal(h.me, "POST", wire.PathPush, wire.Push{Kiosk: 12, Items: []wire.Item{h.item(clash)}}), http.StatusOK)
	b := h.colleague(`<b>王"芳`, staff.Clerk)
	b.move(1, 1, "accepted", hostile)
	for _, path := range []string{"/console", "/console/cases/1", "/console/quarantine/1", "/t/" + string(r.Ticket)} {
		text := b.page(path, 200)
		contains(t, text, "&lt;script&gt;alert(")
		lacks(t, text, "<script>alert", "<img", "<b>王")
	}
}

func TestHeadersOfPages(t *testing.T) {
	h := setup(t)
	b := h.staff()
	for _, path := range []string{"/console", "/sign-in", "/t/123", "/assets/console.js"} {
		head := b.get(path).Header
		csp := head.Get("Content-Security-Policy")
		for _, w := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, w) {
				t.Errorf("%s: policy %q lacks %s", path, csp, w)
			}
		}
		if head.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: sniffed", path)
		}
		if path != "/assets/console.js" && path != "/sign-in" && head.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, head.Get("Cache-Control"))
		}
	}
}

func TestStaffPageHearsAtOnce(t *testing.T) {
	h := setup(t)
	b := h.staff()
	lines := h.stream(b.client, "/console/stream")
	h.await(lines, "event: hello")
	call := h.call()
	h.push(call)
	h.await(lines, "data: call")
	h.push(h.request())
	h.await(lines, "data: case")
	b.move(1, 1, "accepted", "")
	h.await(lines, "data: case")
	b.answer(call.ID, "coming", http.StatusSeeOther)
	h.await(lines, "data: call")
	stream := h.stream(h.me, wire.PathStream)
	h.await(stream, "event: changed")
	h.await(lines, "data: terminal")
	contains(t, b.page("/console", 200), "在线")
	contains(t, h.log.String(), "call received", "call shown", call.ID)
	if r := b.post("/sign-out", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	for range lines { // ends at the next heartbeat
	}
}

func TestNoteOfSeveralLinesIsTakenAsTheBrowserCountsIt(t *testing.T) {
	h := setup(t)
	r := h.request()
	h.push(r)
	first, second := strings.Repeat("好", 100), strings.Repeat("来", 99)
	h.staff().move(1, 1, "accepted", first+"\r\n"+second) // 200 characters for the browser
	ticket := decode[wire.Ticket](t, h.terminal(h.me, "GET", wire.PathTickets+string(r.Ticket), nil), http.StatusOK)
	if want := first + "\n" + second; ticket.Note != want {
		t.Errorf("the note is %q", ticket.Note)
	}
}
