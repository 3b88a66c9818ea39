package central_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"lintai/sync/central/staff"
)

// work classifies and does central's jobs until the test is over.
func (h *house) work() {
	h.t.Helper()
	ctx, stop := context.WithCancel(h.t.Context())
	var working sync.WaitGroup
	working.Go(func() {
		if err := h.central.Work(ctx); err != nil {
			h.t.Error(err)
		}
	})
	working.Go(func() { h.central.Classify(ctx) })
	h.t.Cleanup(func() { stop(); working.Wait() })
}

// An urgent request that nobody takes: the clerk is reminded, it is on the list when its
// hour is over, and with the first press the banner is empty.
func TestTimeLimitsOnTheStaffPages(t *testing.T) {
	h := setup(t)
	h.work()
	clerk, worker := h.colleague("王芳", staff.Clerk), h.colleague("李强", staff.Worker)
	lines := h.stream(clerk.client, "/console/stream")
	h.await(lines, "event: hello")
	h.push(h.request())
	h.await(lines, "data: limits")
	contains(t, clerk.page("/console", 200), "响应 · 还剩")
	contains(t, clerk.page("/console/cases/1", 200), "响应 · 还剩", "办结 · 还剩")
	lacks(t, clerk.page("/console/overdue", 200), "/console/cases/1")
	h.clock.Add(46 * time.Minute)
	h.await(lines, "data: limits")
	text := clerk.page("/console/accounts", http.StatusForbidden) // the banner is on every page
	contains(t, text, "响应还剩")
	h.clock.Add(50 * time.Minute)
	h.await(lines, "data: limits")
	text = clerk.page("/console/overdue", 200)
	contains(t, text, "/console/cases/1", "响应 · 已超时 36 分钟", "未派单", "响应已超时 36 分钟", "办结还剩 24 分钟")
	contains(t, clerk.page("/console/cases/1", 200), "已超时 36 分钟", "提醒与升级", "王芳")
	lacks(t, worker.page("/console/overdue", 200), "/console/cases/1", "知道了")
	first := regexp.MustCompile(`/console/notifications/(\d+)/seen`).FindStringSubmatch(text)
	if first == nil {
		t.Fatal("no notification can be put away")
	}
	if r := worker.post("/console/notifications/"+first[1]+"/seen", url.Values{}); r.StatusCode != http.StatusNotFound {
		t.Errorf("somebody else's notification: %s", r.Status)
	}
	if n := strings.Count(text, "响应已超时"); n != 1 {
		t.Errorf("the banner says %d times that the case is late", n)
	}
	before := strings.Count(text, "知道了")
	if r := clerk.post("/console/notifications/"+first[1]+"/seen", url.Values{}); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	if n := strings.Count(clerk.page("/console", 200), "知道了"); n != before-1 {
		t.Errorf("%d notices, before %d", n, before)
	}
	clerk.move(1, 1, "accepted", "")
	clerk.move(1, 2, "working", "")
	clerk.move(1, 3, "done", "")
	h.await(lines, "data: limits")
	for text = clerk.page("/console", 200); strings.Contains(text, "知道了"); text = clerk.page("/console", 200) {
		h.await(lines, "data: limits")
	}
	lacks(t, clerk.page("/console/overdue", 200), "/console/cases/1")
}

func TestTheDocumentOfLimitsCanBeChanged(t *testing.T) {
	h := setup(t)
	h.work()
	boss := h.colleague("赵敏", staff.Administrator)
	lines := h.stream(boss.client, "/console/stream")
	h.await(lines, "event: hello")
	h.push(h.request())
	h.await(lines, "data: limits")
	text := boss.page("/console/limits", 200)
	contains(t, text, "workday", "现行的是默认时限")
	wrong := boss.post("/console/limits", url.Values{"text": {"[hours]\r\nworkday = [\"<b>\"]"}})
	if wrong.StatusCode != http.StatusBadRequest {
		t.Fatal(wrong.Status)
	}
	contains(t, read(t, wrong), "时限文件有错", "&lt;b&gt;")
	document := strings.ReplaceAll(defaultLimits(text), "\n", "\r\n")
	if r := boss.post("/console/limits", url.Values{"text": {strings.Replace(document, `response = "1h"`, `response = "10m"`, 1)}}); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	h.await(lines, "data: limits")
	contains(t, boss.page("/console", 200), "响应 · 还剩 10 分钟")
	contains(t, boss.page("/console/limits", 200), "恢复默认")
}

// defaultLimits takes the document out of its page.
func defaultLimits(page string) string {
	_, rest, _ := strings.Cut(page, `spellcheck="false">`)
	text, _, _ := strings.Cut(rest, "</textarea>")
	return strings.NewReplacer("&#34;", `"`, "&gt;", ">", "&lt;", "<").Replace(text)
}
