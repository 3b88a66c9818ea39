package central_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lintai/sync/central"
	"lintai/sync/central/demodata"
	"lintai/sync/central/staff"
)

// A year of a community that does not exist, as its staff read it: every page of figures
// fits a telephone and says nothing to the browser's console, and the report of a quarter
// prints on a few sheets.
func TestFiguresOfAYear(t *testing.T) {
	folder := t.TempDir()
	if _, err := central.MakeDemo(t.Context(), central.Config{Folder: folder}, demodata.Options{Seed: 1, Cases: 300, Password: password, Until: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}); err != nil {
		t.Fatal(err)
	}
	h := setup(t, func(c *central.Config) { c.Folder = folder })
	if err := h.central.CountFigures(t.Context()); err != nil {
		t.Fatal(err)
	}
	auditor, clerk := h.colleague("吴审", staff.Auditor), h.colleague("林前", staff.Clerk)
	contains(t, auditor.page("/console/insight", 200), "统计到", "<svg", "按网格", "少于5件")
	contains(t, auditor.page("/console/insight/forecast", 200), "照搬上周", "MASE", "<svg")
	contains(t, auditor.page("/console/insight/residents", 200), "轮廓系数")
	if r := auditor.get("/console/report"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/console/report/2026Q3" {
		t.Errorf("%s to %s", r.Status, r.Header.Get("Location"))
	}
	for _, wrong := range []string{"2026Q5", "2026Q0", "1999Q1", "2026", "Q1", "02026Q1", "2026Q01"} {
		auditor.page("/console/report/"+wrong, 404)
	}
	const words = "增派<夜班>"
	if r := auditor.post("/console/report/2026Q3", url.Values{"words": {words}}); r.StatusCode != http.StatusForbidden {
		t.Errorf("the auditor writes: %s", r.Status)
	}
	if r := clerk.post("/console/report/2026Q3", url.Values{"words": {words}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the clerk writes: %s", r.Status)
	}
	if r := clerk.post("/console/report/2026Q3", url.Values{"words": {strings.Repeat("长", 4001)}}); r.StatusCode != http.StatusBadRequest {
		t.Errorf("too much: %s", r.Status)
	}
	contains(t, auditor.page("/console/report/2026Q3", 200), "增派&lt;夜班&gt;", "低分原因", "重复故障")

	tab, console := chromium(t)
	d := &desk{t: t, tab: tab}
	d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	d.enter(clerk)
	for _, path := range []string{"/console/insight", "/console/insight?map=overdue&months=36&category=living&grid=1", "/console/insight/forecast", "/console/insight/residents", "/console/report/2026Q3"} {
		d.do(path, chromedp.Navigate(h.server.URL+path))
		d.sees("main .card")
		if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
			t.Errorf("%s is %d px wide on a screen of 375", path, wide)
		}
		if size := evaluate[int](d, "document.documentElement.outerHTML.length"); size > 100_000 {
			t.Errorf("%s has %d characters", path, size)
		}
	}
	pdf, err := chromedp.Run(tab, chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	if pages := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1)); !bytes.HasPrefix(pdf, []byte("%PDF-")) || pages < 1 || pages > 6 {
		t.Errorf("%d bytes, %d sheets", len(pdf), pages)
	}
	if words := fmt.Sprint(console()); words != "[]" {
		t.Errorf("the browser's console: %s", words)
	}
}
