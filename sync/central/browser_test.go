package central_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lintai/sync/central"
	"lintai/sync/central/staff"
	"lintai/sync/wire"
)

// patience is how long a browser may take on a busy machine; nothing waits for
// it to pass.
const patience = 60 * time.Second

// chromium starts Debian's browser with a profile of its own and collects what
// it writes to the console.
func chromium(t *testing.T) (ctx context.Context, console func() []string) {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath("chromium"), chromedp.UserDataDir(filepath.Join(t.TempDir(), "browser")),
		chromedp.WindowSize(1280, 900), chromedp.WSURLReadTimeout(patience),
	}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	tab, endTab := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		// Cancel waits for the browser to be gone, so that its profile can be.
		if err := chromedp.Cancel(tab); err != nil {
			t.Log("browser:", err)
		}
		endTab()
		endAllocator()
	})
	if err := chromedp.Do(tab); err != nil {
		t.Fatal("chromium:", err)
	}
	var mu sync.Mutex
	var messages []string
	said := chromedp.Console(tab)
	go func() {
		for m, err := range said {
			if err != nil {
				return
			}
			mu.Lock()
			messages = append(messages, m.String())
			mu.Unlock()
		}
	}()
	return tab, func() []string { mu.Lock(); defer mu.Unlock(); return append([]string(nil), messages...) }
}

// desk is a browser tab in front of a member of staff.
type desk struct {
	t   *testing.T
	tab context.Context
	n   int
}

func (d *desk) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		d.picture("failed")
		d.t.Fatalf("%s: %v", what, err)
	}
}

func (d *desk) sees(css string) {
	d.t.Helper()
	d.do("see "+css, chromedp.WaitVisible(chromedp.CSS(css)))
}
func (d *desk) click(css string) { d.t.Helper(); d.do("click "+css, chromedp.Click(chromedp.CSS(css))) }

func evaluate[T any](d *desk, script string) T {
	d.t.Helper()
	v, err := chromedp.Run(d.tab, chromedp.Evaluate[T](script))
	if err != nil {
		d.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// signIn opens a one-time address, sets a password, and is signed in as 王芳.
func (d *desk) signIn(h *house) {
	d.t.Helper()
	code := h.invite("wangfang", "王芳", staff.Clerk, staff.Administrator)
	d.do("open", chromedp.Navigate(central.Invitation(h.server.URL, code)))
	d.sees("#invitation")
	if left := evaluate[string](d, "location.hash"); left != "" {
		d.t.Errorf("the code stays in the address: %s", left)
	}
	d.picture("invitation")
	d.do("password", chromedp.SendKeys(chromedp.CSS("#invitation input[name=password]"), password),
		chromedp.SendKeys(chromedp.CSS("#invitation input[name=again]"), password))
	d.click("#invitation button")
}

// picture saves the page where LINTAI_PICTURES says, for people to look at.
func (d *desk) picture(name string) {
	d.t.Helper()
	folder := os.Getenv("LINTAI_PICTURES")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(d.tab, chromedp.FullScreenshot(100))
	if err == nil {
		d.n++
		err = os.WriteFile(filepath.Join(folder, string(rune('a'+d.n-1))+"-"+name+".png"), png, 0o644)
	}
	if err != nil {
		d.t.Log("picture:", err)
	}
}

func TestStaffWorkInARealBrowser(t *testing.T) {
	h := setup(t, func(c *central.Config) { c.Heartbeat = time.Second })
	tab, console := chromium(t)
	d := &desk{t: t, tab: tab}
	h.push(h.request())

	// Sign in by the printed address.
	d.signIn(h)
	d.sees(`li[data-case="1"]`)

	// A pushed case appears by itself; so does the terminal that comes online.
	d.sees("#line:not(.lost)")
	evaluate[bool](d, "window.notReloaded = true")
	calm := h.request()
	calm.Urgency, calm.Person, calm.Answers[2].Option, calm.Answers[2].Text = "normal", nil, "normal", "不急"
	h.push(calm)
	d.sees(`li[data-case="2"]`)
	stream := h.stream(h.me, wire.PathStream)
	h.await(stream, "event: changed")
	d.sees("#terminals .online")
	clash := h.request()
	clash.Ticket = calm.Ticket
	decode[wire.PushAnswer](t, h.terminal(h.me, "POST", wire.PathPush, wire.Push{Kiosk: 12, Items: []wire.Item{h.item(clash)}}), http.StatusOK)
	d.sees("#quarantine li")
	if !evaluate[bool](d, "window.notReloaded === true") {
		t.Error("the list was loaded anew")
	}
	if first := evaluate[string](d, "document.querySelector('#cases li').dataset.case"); first != "1" {
		t.Errorf("case %s stands first, not the urgent one", first)
	}
	d.picture("list")

	// The case to its end, with a note.
	d.click(`li[data-case="1"] a`)
	d.sees(`#case[data-status="delivered"]`)
	d.picture("case")
	d.do("note", chromedp.SendKeys(chromedp.CSS("#note"), "明天上午来修"))
	d.click(`#move button[value="accepted"]`)
	d.sees(`#case[data-status="accepted"]`)

	// Another clerk moves it: this page follows, and keeps what is typed.
	d.do("note", chromedp.SendKeys(chromedp.CSS("#note"), "零件已"))
	h.staff().move(1, 2, "working", "师傅在路上")
	d.sees(`#case[data-status="working"]`)
	if typed := evaluate[string](d, "document.getElementById('note').value"); typed != "零件已" {
		t.Errorf("the typed note became %q", typed)
	}
	d.do("go on typing", chromedp.KeyEvent("到"))
	if typed := evaluate[string](d, "document.getElementById('note').value"); typed != "零件已到" {
		t.Errorf("typing on gave %q: the focus was lost", typed)
	}

	// A call rings over whatever is open.
	call := h.call()
	h.push(call)
	d.sees(`.call[data-call="` + call.ID + `"]`)
	if _, err := chromedp.Run(tab, chromedp.Poll[bool](`document.title.includes("呼叫")`)); err != nil {
		t.Errorf("title: %v", err)
	}
	d.picture("call")
	d.click(`.call button[value="coming"]`)
	d.do("the banner goes", chromedp.WaitNotPresent(chromedp.CSS(".call")))
	h.await(stream, "event: changed")
	if typed := evaluate[string](d, "document.getElementById('note').value"); typed != "零件已到" {
		t.Errorf("answering a call made %q of the typed note", typed)
	}
	d.click(`#move button[value="done"]`)
	d.sees(`#case[data-status="done"]`)
	d.do("no more moves", chromedp.WaitNotPresent(chromedp.CSS("#move")))
	d.sees("#events li:nth-child(4) p") // with the note
	d.picture("done")
	d.click(".back")
	d.sees("#answered li")
	d.picture("list-after")

	// As wide as a telephone: nothing runs out of the screen.
	d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	second := h.call()
	h.push(second)
	d.sees(`.call[data-call="` + second.ID + `"]`)
	for _, path := range []string{"/console", "/console/cases/2", "/console/quarantine/1", "/t/" + string(calm.Ticket)} {
		d.do(path, chromedp.Navigate(h.server.URL+path), chromedp.WaitVisible(chromedp.CSS("main")))
		if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
			t.Errorf("%s is %d px wide on a screen of 375", path, wide)
		}
		d.picture("phone" + strings.ReplaceAll(path, "/", "-")[:5])
	}
	for _, m := range console() {
		t.Errorf("browser console: %s", m)
	}
}

func TestVoiceNoteAndPhotoInARealBrowser(t *testing.T) {
	h := setup(t, func(c *central.Config) { c.Heartbeat = time.Second })
	tab, console := chromium(t)
	d := &desk{t: t, tab: tab}
	r, note, picture := h.appeal()
	h.push(r, picture)
	d.signIn(h)
	d.sees(`li[data-case="1"]`)
	d.click(`li[data-case="1"] a`)

	// The photo is drawn; the note comes by itself, and plays.
	d.sees(".missing")
	poll := func(what, script string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(tab, patience)
		defer cancel()
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](script)); err != nil {
			d.picture("failed")
			t.Fatalf("%s: %v", what, err)
		}
	}
	poll("the photo", `document.querySelector('img.thumb').naturalWidth === 640`)
	h.push(note)
	d.sees("audio")
	if left := evaluate[int](d, "document.querySelectorAll('.missing').length"); left != 0 {
		t.Errorf("%d attachments are still said to be on their way", left)
	}
	poll("the length of the note", `document.querySelector('audio').duration === 1`)
	evaluate[bool](d, `(document.querySelector('audio').play(), true)`)
	poll("the note to its end", `document.querySelector('audio').ended`)
	d.picture("attachments")

	// The rating that opens it again.
	h.staff().finish(1, 1)
	d.sees(`#case[data-status="done"]`)
	h.push(h.rating(r, 2))
	d.sees(`#case[data-status="accepted"]`)
	d.sees("#ratings li")
	d.picture("rated")

	// The whole photo by itself, under its own policy.
	d.do("whole", chromedp.Navigate(h.server.URL+"/console/attachments/"+picture.ID))
	poll("the whole photo", `document.querySelector('img').naturalWidth === 640`)
	d.picture("whole")

	// The address in the slip's QR code, with the rating code that no server sees.
	d.do("slip", chromedp.Navigate(h.server.URL+"/t/"+string(r.Ticket)+"#r=4711"))
	d.sees(`li[aria-current="step"]`)
	if strings.Contains(h.log.String(), "4711") {
		t.Error("the rating code reached the server")
	}

	d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile), chromedp.Navigate(h.server.URL+"/console/cases/1"), chromedp.WaitVisible(chromedp.CSS("audio")))
	if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
		t.Errorf("the case is %d px wide on a screen of 375", wide)
	}
	d.picture("phone")
	for _, m := range console() {
		t.Errorf("browser console: %s", m)
	}
}
