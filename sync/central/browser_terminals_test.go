package central_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lintai/kiosk/fault"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// A clerk looks after terminals: what waits appears and goes by itself, an alarm
// is acknowledged, and nothing runs out of a telephone's screen.
func TestTerminalsInARealBrowser(t *testing.T) {
	h := setup(t, func(c *central.Config) { c.Heartbeat = time.Second })
	tab, console := chromium(t)
	d := &desk{t: t, tab: tab}
	for number, name := range map[int]string{13: "三号楼东门门厅", 14: "社区卫生服务站"} {
		if _, err := h.central.AddTerminal(t.Context(), number, name); err != nil {
			t.Fatal(err)
		}
	}
	word := h.devices(wire.Device{Name: "card", State: "ready", Since: h.clock.Now()})
	word.Queue = &wire.QueueHealth{}
	word.Audit = &wire.AuditHealth{Sequence: 7, Hash: hash("a")}
	word.Versions = map[string]string{"program": "0f3c2a91d7", "catalog": "7", "community": "12", "policy": "3", "prompts": "2"}
	h.tell(word)
	d.signIn(h)
	d.sees("#terminals")
	d.picture("terminals-aside")
	d.click("#terminals h2 a")
	d.sees(`.terminals [data-terminal="14"]`)
	evaluate[bool](d, "window.notReloaded = true")
	d.picture("terminals-calm")

	// Everything at once, told by the terminal while the page is open.
	age := (50 * time.Hour).Milliseconds()
	word.Queue = &wire.QueueHealth{Waiting: 41, Attachments: 6, Held: 1, OldestAge: &age, LowSpace: true}
	word.Audit = &wire.AuditHealth{Sequence: 3, Hash: hash("b")}
	word.Devices = append(word.Devices, wire.Device{Name: "printer", State: "fault", Fault: fault.PaperOut, Since: word.DeviceTime.Add(-time.Hour)})
	h.tell(word)
	d.sees(".card.alarm[data-terminal='12'] .problem")
	d.sees(".card.alarm .fault.serious")
	d.sees(".card.alarm .waiting")
	d.picture("terminals-trouble")
	word.Queue = &wire.QueueHealth{}
	h.tell(word)
	d.do("it drained", chromedp.WaitNotPresent(chromedp.CSS(".card.alarm .waiting")))
	if !evaluate[bool](d, "window.notReloaded === true") {
		t.Error("the page was loaded anew")
	}

	d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	word.Queue = &wire.QueueHealth{Waiting: 41, Attachments: 6, Held: 1, OldestAge: &age, LowSpace: true}
	h.tell(word)
	for _, path := range []string{"/console", "/console/terminals"} {
		d.do(path, chromedp.Navigate(h.server.URL+path), chromedp.WaitVisible(chromedp.CSS("main")))
		if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
			t.Errorf("%s is %d px wide on a screen of 375", path, wide)
		}
		d.picture("terminals-phone")
	}
	d.click(".card.alarm .buttons button")
	d.do("the alarm ends", chromedp.WaitNotPresent(chromedp.CSS(".card.alarm")))
	for _, m := range console() {
		t.Errorf("browser console: %s", m)
	}
}
