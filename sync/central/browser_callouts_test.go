package central_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lintai/kiosk/request"
	"lintai/sync/central"
	"lintai/sync/central/callout"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

// enter signs a browser in as somebody who was invited without one.
func (d *desk) enter(b *browser) {
	d.t.Helper()
	d.do("open", chromedp.Navigate(b.h.server.URL+"/sign-in"))
	d.do("password", chromedp.SendKeys(chromedp.CSS("input[name=login]"), b.login), chromedp.SendKeys(chromedp.CSS("input[name=password]"), password))
	d.click("form[action='/sign-in'] button")
	d.sees("#line:not(.lost)")
}

// The worker who is nearest has her telephone before her: a press at the terminal rings
// there and stands quietly on the clerk's page; one touch, and the answer is on its way
// to the terminal.
func TestCallIsAnsweredWithOneTouchOnATelephone(t *testing.T) {
	h := setup(t, func(c *central.Config) { c.Heartbeat = time.Second })
	h.work()
	worker, clerk := h.colleague("李强", staff.Worker), h.colleague("王芳", staff.Clerk)
	h.grids(worker, worker)
	tab, said := chromium(t)
	phone := &desk{t: t, tab: tab}
	phone.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	phone.enter(worker)
	clerkTab, clerkSaid := chromium(t)
	office := &desk{t: t, tab: clerkTab}
	office.enter(clerk)
	terminal := h.stream(h.me, wire.PathStream)
	h.await(terminal, "event: changed")

	fits := func(what string) {
		t.Helper()
		if wide := evaluate[int](phone, "document.documentElement.scrollWidth"); wide > 375 {
			t.Errorf("%s: the page is %d px wide on a screen of 375", what, wide)
		}
	}
	var shown, told time.Duration
	press := func(call request.Call) {
		t.Helper()
		pressed := time.Now()
		h.push(call)
		phone.sees(`.call:not(.quiet)[data-call="` + call.ID + `"]`)
		shown = time.Since(pressed)
		if _, err := chromedp.Run(tab, chromedp.Poll[bool](`document.title.includes("呼叫！")`)); err != nil {
			t.Errorf("title: %v", err)
		}
	}
	first := h.call()
	press(first)
	fits("ringing")
	phone.picture("phone-rings")
	office.sees(`.call.quiet[data-call="` + first.ID + `"]`)
	if title := evaluate[string](office, "document.title"); title == "🔔 有人呼叫！" {
		t.Error("it rings on the clerk's page too")
	}
	office.picture("office-quiet")
	touched := time.Now()
	phone.click(`.call button[value="coming"]`)
	h.await(terminal, "event: changed")
	told = time.Since(touched)
	t.Logf("press to page: %v; touch to terminal: %v", shown.Round(time.Millisecond), told.Round(time.Millisecond))
	phone.do("the banner goes", chromedp.WaitNotPresent(chromedp.CSS(".call")))
	office.do("on the other page too", chromedp.WaitNotPresent(chromedp.CSS(".call")))

	// What became of it, on the telephone.
	phone.sees("#unrecorded a")
	phone.click("#unrecorded a")
	phone.sees(`li[data-listed="` + first.ID + `"]`)
	fits("list")
	phone.picture("phone-list")
	phone.click(`li[data-listed="` + first.ID + `"] a`)
	phone.do("words", chromedp.SendKeys(chromedp.CSS("#about"), "扶老人上楼"))
	fits("record")
	phone.picture("phone-record")
	phone.click("#record button")
	phone.sees("#records li")
	phone.do("nothing is left", chromedp.WaitNotPresent(chromedp.CSS("#unrecorded")))

	// One that nobody answers rings on the clerk's page too, once it is everyone's.
	second := h.call()
	press(second)
	office.sees(`.call.quiet[data-call="` + second.ID + `"]`)
	h.clock.Add(callout.Patience + time.Second)
	office.sees(`.call:not(.quiet)[data-call="` + second.ID + `"]`)
	office.picture("office-rings")
	for _, m := range append(said(), clerkSaid()...) {
		t.Errorf("browser console: %s", m)
	}
}
