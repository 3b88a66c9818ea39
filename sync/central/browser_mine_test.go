package central_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"lintai/sync/central/staff"
)

// A worker starts and gives back a case with her thumb; her page and those of the grids
// fit a telephone and say nothing to the browser's console.
func TestAWorkersPageOnATelephone(t *testing.T) {
	h := setup(t)
	worker := h.colleague("陈静", staff.Worker, staff.Administrator)
	if r := worker.fill("/console/grids/import", "file", "grids.csv", []byte("网格编号,楼栋,网格员\n2,3号楼,"+worker.login+"\n"), url.Values{}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("import: %s", r.Status)
	}
	worker.post("/console/resources/usual", nil)
	need := h.request()
	need.Answers[0].Text = "水管漏水，要维修"
	h.push(need)
	if r := worker.post("/console/cases/1/give", url.Values{"seen": {"1"}, "to": {"worker:" + h.id(worker.login)}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("give: %s", r.Status)
	}
	tab, console := chromium(t)
	d := &desk{t: t, tab: tab}
	d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	d.enter(worker)
	for _, path := range []string{"/console/mine", "/console/cases/1", "/console/grids", "/console/grids/2", "/console/grids/new", "/console/grids/rules", "/console/grids/import",
		"/console/rosters/" + h.id(worker.login), "/console/resources"} {
		d.do(path, chromedp.Navigate(h.server.URL+path))
		d.sees("main .card")
		if wide := evaluate[int](d, "document.documentElement.scrollWidth"); wide > 375 {
			t.Errorf("%s is %d px wide on a screen of 375", path, wide)
		}
		if size := evaluate[int](d, "document.documentElement.outerHTML.length"); size > 100_000 {
			t.Errorf("%s has %d characters", path, size)
		}
	}
	d.do("mine", chromedp.Navigate(h.server.URL+"/console/mine"))
	d.sees(`[data-case="1"]`)
	if tall := evaluate[int](d, `document.querySelector('button[value=started]').getBoundingClientRect().height`); tall < 44 {
		t.Errorf("the button is %d px tall", tall)
	}
	d.picture("mine")
	d.click("button[value=started]")
	d.sees(`[data-case="1"][data-status=working] button[value=completed]`)
	d.picture("mine-working")
	if words := fmt.Sprint(console()); words != "[]" {
		t.Errorf("the browser's console: %s", words)
	}
}
