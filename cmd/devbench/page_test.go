package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lintai/hw"
	"lintai/hw/emulate/bench"
	"lintai/hw/printer"
	"lintai/kiosk/slip"
)

// openPanel starts a bench with its page.
func openPanel(t *testing.T) (b *bench.Bench, dir, address string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "bench") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	glyphs, err := slipFont("../../ui/font/lintai-regular.otf", true)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = bench.Start(dir, bench.Options{Font: glyphs}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	address, end, err := showPage(b, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return b, dir, "http://" + address
}

// printOne prints a slip with a code by the real driver.
func printOne(t *testing.T, dir string) {
	t.Helper()
	profile, err := printer.ForWidth(80)
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{}, 64)
	p := printer.New(printer.Options{Line: printer.Line{Address: filepath.Join(dir, "printer"), Baud: 115200}, Profile: profile}, func(h hw.Health) {
		if h.State.Usable() {
			ready <- struct{}{}
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); p.Run(ctx) }()
	<-ready
	r := p.Print(ctx, slip.Slip{Blocks: []slip.Block{
		slip.Text{Text: "维修回执", Large: true, Align: slip.Center},
		slip.Text{Text: "0012 3456 7891", Large: true, Bold: true, Align: slip.Center},
		slip.QR{Data: "https://lintai.example.cn/t/001234567891"},
	}})
	stop()
	<-ended
	if r.Outcome != slip.Printed {
		t.Fatalf("%+v", r)
	}
}

// Every button of the page asks what the bench understands, except where the state
// of the bench refuses it.
func TestEveryButtonIsUnderstood(t *testing.T) {
	b, _, address := openPanel(t)
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	buttons := regexp.MustCompile(`data-do="([^"]*)"`).FindAllStringSubmatch(string(text), -1)
	if len(buttons) < 20 {
		t.Fatalf("%d buttons", len(buttons))
	}
	for _, m := range buttons {
		var r bench.Request
		if err := json.Unmarshal([]byte(strings.ReplaceAll(m[1], "&#34;", `"`)), &r); err != nil {
			t.Fatalf("%s: %v", m[1], err)
		}
		if _, err := b.Do(t.Context(), r); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
	for _, f := range bench.Faults("") {
		if !strings.Contains(string(text), `value="`+f.Device+" "+f.Kind+`"`) {
			t.Errorf("%s %s is not on the page", f.Device, f.Kind)
		}
	}
}

func TestPageIsOfThisMachineAlone(t *testing.T) {
	for _, at := range []string{"0.0.0.0:0", ":0", "192.168.0.2:0", "example.com:0", "127.0.0.1", "[::]:0"} {
		if _, _, err := showPage(nil, at); err == nil || exitStatus(err) != exitUsage {
			t.Errorf("%s: %v", at, err)
		}
	}
	_, _, address := openPanel(t)
	ask := func(change func(*http.Request)) int {
		r, err := http.NewRequestWithContext(t.Context(), "POST", address+"/do", strings.NewReader(`{"do":"card lift"}`))
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	if code := ask(func(*http.Request) {}); code != http.StatusOK {
		t.Errorf("from here: %d", code)
	}
	if code := ask(func(r *http.Request) { r.Host = "evil.example:80" }); code != http.StatusForbidden {
		t.Errorf("under another name: %d", code)
	}
	if code := ask(func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }); code != http.StatusForbidden {
		t.Errorf("from another page: %d", code)
	}
}

// The state is told as it changes, with the slip's code.
func TestPageFollowsTheBench(t *testing.T) {
	b, dir, address := openPanel(t)
	answer, err := http.Get(address + "/state")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	until := func(what string, ok func(benchState) bool) {
		t.Helper()
		for lines.Scan() {
			if data, is := strings.CutPrefix(lines.Text(), "data: "); is {
				var s benchState
				if err := json.Unmarshal([]byte(data), &s); err != nil {
					t.Fatal(err)
				}
				if ok(s) {
					return
				}
			}
		}
		t.Fatalf("the stream ended before: %s", what)
	}
	find := func(s benchState, name string) deviceState {
		for _, d := range s.Devices {
			if d.Name == name {
				return d
			}
		}
		return deviceState{}
	}
	until("all is plugged", func(s benchState) bool { return find(s, "card").Plugged && find(s, "printer").Plugged && s.Slips == 0 })
	if _, err := b.Do(t.Context(), bench.Request{Do: "unplug", Device: "card"}); err != nil {
		t.Fatal(err)
	}
	until("the card reader is out", func(s benchState) bool { return !find(s, "card").Plugged })
	printOne(t, dir)
	until("the slip", func(s benchState) bool { return s.Slips == 1 && s.Code == "0012 3456 7891" })
	picture, err := http.Get(address + "/slip/1")
	if err != nil {
		t.Fatal(err)
	}
	defer picture.Body.Close()
	if kind := picture.Header.Get("Content-Type"); picture.StatusCode != http.StatusOK || kind != "image/png" {
		t.Errorf("the slip: %s %s", picture.Status, kind)
	}
}

// A person's browser: one press of each kind, and what it shows then.
func TestPageInARealBrowser(t *testing.T) {
	_, dir, address := openPanel(t)
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath("chromium"), chromedp.UserDataDir(filepath.Join(t.TempDir(), "browser")),
		chromedp.WindowSize(1280, 1000), chromedp.WSURLReadTimeout(time.Minute),
	}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	defer endAllocator()
	tab, endTab := chromedp.NewContext(allocator)
	defer endTab()
	defer chromedp.Cancel(tab)               // waits for the browser to be gone
	if err := chromedp.Do(tab); err != nil { // starts it
		t.Fatal("chromium:", err)
	}
	do := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		ctx, cancel := context.WithTimeout(tab, time.Minute)
		defer cancel()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	shows := func(what, script string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(tab, time.Minute)
		defer cancel()
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](script)); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	printOne(t, dir)
	do("open", chromedp.Navigate(address))
	shows("the slip's picture", `document.getElementById('slip').naturalWidth > 500`)
	do("tap", chromedp.Click(chromedp.CSS(`button[data-do*="card tap"]`)))
	shows("the card", `document.querySelector('tr[data-device=card] .state').textContent.includes('card=laid')`)
	do("pull", chromedp.Click(chromedp.CSS(`button[data-cable=scanner]`)))
	shows("the scanner is out", `document.querySelector('tr[data-device=scanner]').className === 'out'`)
	do("scan", chromedp.Click(chromedp.CSS(`#again`)))
	shows("what was refused", `document.getElementById('said').textContent.includes('not plugged')`)
	if folder := os.Getenv("LINTAI_PICTURES"); folder != "" {
		png, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, "bench.png"), png, 0o644)
		}
		if err != nil {
			t.Error("picture:", err)
		}
	}
}
