package central_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/pquerna/otp/totp"

	"lintai/sync/central"
	"lintai/sync/central/staff"
)

// An administrator makes an account and looks at it by keyboard alone; the pages of
// accounts fit a telephone, and say nothing to the browser's console.
func TestAccountsInARealBrowser(t *testing.T) {
	h := setup(t, func(c *central.Config) { c.Heartbeat = time.Second })
	h.colleague("李大山", staff.Worker, staff.Mediator)
	h.invite("zhaoliu", "赵六", staff.Auditor)
	tab, console := chromium(t)
	d := &desk{t: t, tab: tab}
	d.signIn(h)
	d.sees("#cases")
	d.do("accounts", chromedp.Navigate(h.server.URL+"/console/accounts"))
	d.sees("#accounts")
	d.picture("accounts")

	// From the login on, everything by keyboard: type, Tab, Space, Enter.
	d.do("new", chromedp.Navigate(h.server.URL+"/console/accounts/new"))
	d.sees("#add")
	if at := evaluate[string](d, "document.activeElement.name"); at != "login" {
		t.Errorf("the focus is on %q", at)
	}
	d.do("type", chromedp.KeyEvent("sunqi"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("孙七"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("13800001234"),
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "))
	d.picture("add")
	d.do("send", chromedp.KeyEvent(kb.Enter))
	d.sees("#handed .address")
	// The address is shown only once: the page stays as it is while others change, and
	// rings all the same.
	d.sees("#line:not(.lost):not(:empty)")
	call := h.call()
	h.push(call)
	d.sees(`.call[data-call="` + call.ID + `"]`)
	if !evaluate[bool](d, "document.querySelector('#handed .address') !== null") {
		t.Error("the one-time address was replaced")
	}
	d.picture("handed")
	d.click(`.call button[value="coming"]`)
	d.do("the banner goes", chromedp.WaitNotPresent(chromedp.CSS(".call")))

	// Every control can be reached, and shows that it has the focus.
	d.do("account", chromedp.Navigate(h.server.URL+"/console/accounts/"+h.id("sunqi")))
	d.sees("#account")
	d.picture("account")
	want := evaluate[int](d, `document.querySelectorAll('main a, main button, main input:not([type=hidden])').length`)
	reached := map[string]bool{}
	for range want + 40 { // the menu stands before them
		d.do("tab", chromedp.KeyEvent(kb.Tab))
		if at := evaluate[string](d, `(e => document.querySelector('main').contains(e) && getComputedStyle(e).outlineStyle !== 'none' ? e.outerHTML : '')(document.activeElement)`); at != "" {
			reached[at] = true
		}
	}
	if len(reached) != want {
		t.Errorf("the keyboard reaches %d of %d controls", len(reached), want)
	}

	// Her own page: the second factor from the QR code to the codes on paper.
	d.do("own", chromedp.Navigate(h.server.URL+"/console/me"))
	d.sees("#password")
	d.picture("own")
	d.do("second", chromedp.Navigate(h.server.URL+"/console/me/second"))
	d.sees("#turn-on img")
	if size := evaluate[int](d, "document.querySelector('img.qr').naturalWidth"); size < 100 {
		t.Errorf("the QR code is %d px wide", size)
	}
	d.picture("second")
	secret := evaluate[string](d, "document.querySelector('.address').textContent")
	code, err := totp.GenerateCode(secret, h.clock.Now())
	if err != nil || !regexp.MustCompile(`^[A-Z2-7]{32}$`).MatchString(secret) {
		t.Fatalf("%q %v", secret, err)
	}

	d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	for _, path := range []string{"/console/accounts", "/console/accounts/new", "/console/accounts/log", "/console/accounts/" + h.id("sunqi"), "/console/me", "/console/me/second", "/console", "/console/terminals"} {
		d.do(path, chromedp.Navigate(h.server.URL+path), chromedp.WaitVisible(chromedp.CSS("main")))
		if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
			t.Errorf("%s is %d px wide on a screen of 375", path, wide)
		}
		d.picture("phone")
	}
	d.do("turn on", chromedp.Navigate(h.server.URL+"/console/me/second"), chromedp.SendKeys(chromedp.CSS("#turn-on input[name=code]"), code),
		chromedp.SendKeys(chromedp.CSS("#turn-on input[name=password]"), password), chromedp.KeyEvent(kb.Enter))
	d.sees("#paper li:nth-child(8)")
	if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
		t.Errorf("the codes are %d px wide on a screen of 375", wide)
	}
	d.picture("paper")
	d.do("out", chromedp.Click(chromedp.CSS(".top button")))
	d.sees("#sign-in")
	d.picture("sign-in")
	for _, m := range console() {
		t.Errorf("browser console: %s", m)
	}
}
