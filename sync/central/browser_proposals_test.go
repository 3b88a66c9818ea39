package central_test

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lintai/sync/central/staff"
)

// answers has central answer requests until it is stopped.
func (h *house) answers() (stop func()) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.central.AnswerRequests(ctx)
	}()
	stop = func() { cancel(); <-done }
	h.t.Cleanup(stop)
	return stop
}

// The pages of proposals and votes fit a telephone and say nothing to the browser's
// console; the vote is counted by one press.
func TestPagesOfAVoteInABrowser(t *testing.T) {
	h := setup(t)
	stop := h.answers()
	b, words := h.colleague("王芳", staff.Clerk, staff.Administrator), h.words()
	address := b.puts("给3号楼加装一部电梯，费用大家分摊怎么样", url.Values{"question": {"要不要给3号楼一单元加装一部无障碍的电梯？"}, "option": {"同意并且按面积分摊费用", "不同意", "再议一议"}})
	for i, option := range []string{"o1", "o1", "o2", "o3", "abstain"} {
		v := h.ballot(fmt.Sprintf("%032x", i+1), option, "407"+strconv.Itoa(i))
		h.push(v)
		words.until(v, "一票已经计入")
	}
	stop() // or it counts by itself
	b.does("/console/proposals", url.Values{"title": {"东门的路灯太暗"}})
	tab, console := chromium(t)
	d := &desk{t: t, tab: tab}
	d.do("desk", chromedp.EmulateViewport(1280, 900))
	h.clock.Add(48*time.Hour - time.Minute)
	b = h.colleague("李大山", staff.Clerk)
	d.enter(b)
	look := func(name, path, css string) {
		d.t.Helper()
		for _, wide := range []int64{1280, 375} {
			d.do("size", chromedp.EmulateViewport(wide, 800))
			d.do(path, chromedp.Navigate(h.server.URL+path))
			d.sees(css)
			if got := evaluate[int](d, "document.documentElement.scrollWidth"); int64(got) > wide {
				t.Errorf("%s is %d px wide on a screen of %d", path, got, wide)
			}
			if size := evaluate[int](d, "document.documentElement.outerHTML.length"); size > 100_000 {
				t.Errorf("%s has %d characters", path, size)
			}
			d.picture(fmt.Sprint("proposal-", name, "-", wide))
		}
	}
	look("list", "/console/proposals", "[data-proposal]")
	look("new", "/console/proposals/new", "#add")
	look("wishes", "/console/proposals/wishes", "#wishes")
	look("voting", address, "[data-turnout]")
	b.does("/console/proposals/2", url.Values{"action": {"discuss"}})
	look("put", "/console/proposals/2/vote", "#put")
	h.clock.Add(61 * time.Minute)
	look("due", address, "button[value=count]")
	d.click("button[value=count]")
	d.sees("[data-state=counted]")
	look("counted", address, "[data-state=counted] ~ section table")
	look("recount", address+"/1/recount", "[data-sound=true]")
	look("print", address+"/1/print", "#sheet")
	look("public-list", "/votes", "[data-stands]")
	look("public", "/votes/1/1?receipt=22222-22222", "#found")
	if words := fmt.Sprint(console()); words != "[]" {
		t.Errorf("the browser's console: %s", words)
	}
}
