package central_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lintai/kiosk/fault"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// The administrator's way through a terminal's page and a version's, at a desk and on a
// telephone: nothing runs out of the screen, and the pages follow by themselves.
func TestFleetInARealBrowser(t *testing.T) {
	h := setup(t, func(c *central.Config) { c.Heartbeat = time.Second })
	tab, console := chromium(t)
	d := &desk{t: t, tab: tab}
	for kiosk := 20; kiosk < 31; kiosk++ {
		who := h.enrol(kiosk)
		h.answered(who, h.computer(kiosk, olderImage))
	}
	trouble := func(w *wire.Health) {
		warm, worn, free := 81, 86, int64(300)
		w.System.Celsius, w.System.WornPercent, w.System.FreeMB = &warm, &worn, &free
		w.System.Update = &wire.UpdateState{State: "failed", Version: "2026.11.9-1", Fault: fault.UpdateFailed}
		w.System.BootReason, w.System.Slot = "fallback", "B"
		w.Versions = map[string]string{"program": "0f3c2a91d7", "catalog": "7", "community": "12"}
		w.Devices = []wire.Device{{Name: "printer", State: "fault", Fault: fault.PaperOut, Since: w.DeviceTime.Add(-time.Hour)}, {Name: "card", State: "ready", Since: w.DeviceTime}}
	}
	h.answered(h.me, h.computer(12, olderImage, trouble))
	h.bundle(0)
	d.signIn(h)
	d.sees("#terminals")
	open := func(path string) {
		t.Helper()
		d.do(path, chromedp.Navigate(h.server.URL+path), chromedp.WaitVisible(chromedp.CSS("main")))
	}
	open("/console/terminals?sort=trouble")
	d.sees(`.terminals section:first-child[data-terminal="12"]`)
	d.picture("list")
	d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
		t.Errorf("what goes wrong is %d px wide on a screen of 375", wide)
	}
	d.do("desk", chromedp.EmulateViewport(1280, 900))
	d.click(`[data-terminal="12"] h2 a`)
	d.sees("#terminal")
	d.picture("terminal")
	d.click(`[data-kind="logs"] summary`)
	d.click(`[data-kind="logs"] input[type=checkbox]`)
	d.click(`[data-kind="logs"] button`)
	d.sees(`[data-order="logs"]`)
	order := h.answered(h.me, h.computer(12, olderImage, trouble)).Orders[0]
	text := ""
	for i := range 200 {
		text += fmt.Sprintf("time=2026-11-22T04:%02d:00Z level=INFO msg=\"%d a line of the log that is as long as they are\" kiosk=12\n", i%60, i)
	}
	packed, _ := wire.Compress([]byte(text))
	decode[wire.HealthAnswer](t, h.terminal(h.me, "POST", fmt.Sprint(wire.PathLogs, order.ID), string(packed)), http.StatusOK)
	d.sees(`[data-order="logs"] button`) // without a press
	d.picture("terminal-log-came")
	d.click(`[data-order="logs"] button`)
	d.sees("#log pre")
	d.picture("log")
	open("/console/terminals/12")
	d.click("#staff-number button")
	d.sees("#number .digits")
	d.picture("number")

	open("/console/updates/" + newerImage)
	d.picture("update-new")
	d.click("#start input[type=checkbox]")
	d.click("#start .primary")
	d.sees(`[data-state="running"]`)
	d.picture("update-running")
	h.answered(h.me, h.computer(12, olderImage))
	first, err := h.store().Members(t.Context(), newerImage)
	if err != nil || len(first) != 1 || first[0].Kiosk != 20 {
		t.Fatalf("%+v %v", first, err)
	}
	// The first one goes back while the page is open.
	key, private := newRequest(t)
	admitted, err := h.central.Admit(t.Context(), 20, private)
	if err != nil {
		t.Fatal(err)
	}
	twenty := h.client(admitted.Certificate, key)
	h.answered(twenty, h.computer(20, olderImage))
	h.clock.Add(time.Minute)
	h.answered(twenty, h.computer(20, olderImage, func(w *wire.Health) { w.System.BootReason = "fallback" }))
	d.sees(`[data-state="stopped"]`)
	d.sees("#go-on")
	d.picture("update-stopped")

	d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	for _, path := range []string{"/console/terminals?sort=trouble", "/console/terminals/12", "/console/updates", "/console/updates/" + newerImage} {
		open(path)
		if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
			t.Errorf("%s is %d px wide on a screen of 375", path, wide)
		}
		d.picture("phone")
	}
	open("/console/terminals/12")
	d.click("#staff-number button")
	d.sees("#number .digits")
	if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
		t.Errorf("the number is %d px wide on a screen of 375", wide)
	}
	d.picture("phone-number")
	for _, m := range console() {
		t.Errorf("browser console: %s", m)
	}
}
