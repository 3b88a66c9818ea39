package central_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"lintai/sync/central/staff"
)

// Two workers of two grids: what one hears at a door becomes a case that the office has
// in its ordinary list, once, and the other never sees it.
func TestWhatIsHeardAtADoorBecomesACase(t *testing.T) {
	h := setup(t)
	clerk := h.colleague("王芳", staff.Clerk, staff.Administrator)
	chen, li := h.colleague("陈静", staff.Worker), h.colleague("李强", staff.Worker)
	if r := clerk.fill("/console/grids/import", "file", "grids.csv", []byte("网格编号,楼栋,网格员\n1,1号楼,"+chen.login+"\n2,2号楼,"+li.login+"\n"), url.Values{}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("import: %s", r.Status)
	}
	zhang := url.Values{"name": {"张桂兰"}, "address": {"1号楼301"}, "phone": {"13800001234"}, "reason": {"alone"}, "every": {"7"}, "due": {"2026-11-19"}}
	send := func(b *browser, path string, form url.Values, want int) string {
		t.Helper()
		r := b.post(path, form)
		text := read(t, r)
		if r.StatusCode != want {
			t.Fatalf("%s: %s\n%s", path, r.Status, text)
		}
		return r.Header.Get("Location")
	}
	send(clerk, "/console/care", zhang, http.StatusSeeOther)
	list := clerk.page("/console/care", 200)
	contains(t, list, `data-entry="1"`, "张**", "逾期 2 天", "逾期 1 人")
	lacks(t, list, "张桂兰")
	contains(t, chen.page("/console/care", 200), "张桂兰", "13800001234", "0 户")
	lacks(t, li.page("/console/care?which=all", 200), "张桂兰", "1号楼301")
	for _, path := range []string{"/console/care/1", "/console/visits/new?entry=1"} {
		li.page(path, 404)
	}
	send(li, "/console/care/1/end", url.Values{"revision": {"1"}, "why": {"搬走"}}, 404)
	zhang.Set("grid", "1")
	send(li, "/console/care", zhang, 400) // not her grid

	once := regexp.MustCompile(`name="once" value="([^"]+)"`).FindStringSubmatch(chen.page("/console/visits/new?entry=1", 200))[1]
	visit := url.Values{"once": {once}, "entry": {"1"}, "manner": {"met"}, "day": {"2026-11-21"}, "heard": {"一个人住，\r\n买菜不方便 <b>"}, "need": {"厨房水管漏水"}, "service": {"repair"}, "file": {"yes"}}
	send(li, "/console/visits", visit, 404)
	for range 2 { // she pressed twice
		if to := send(chen, "/console/visits", visit, http.StatusSeeOther); to != "/console/visits/1" {
			t.Fatal(to)
		}
	}
	send(chen, "/console/visits/1/needs/1", nil, http.StatusSeeOther)
	page := chen.page("/console/visits/1", 200)
	contains(t, page, "张桂兰", "买菜不方便 &lt;b&gt;", "已立案", `data-case="1"`)
	contains(t, chen.page("/console/visits", 200), `data-households="1"`, "未达标", "张**")
	contains(t, chen.page("/console/care?which=all", 200), "还有 7 天")
	lacks(t, li.page("/console/visits", 200), "买菜不方便", "1号楼301")
	li.page("/console/visits/1", 404)

	contains(t, clerk.page("/console", 200), `data-case="1"`, "网格走访")
	contains(t, clerk.page("/console/cases/1", 200), "厨房水管漏水", "张桂兰", "1号楼301")
	if text := clerk.page("/console", 200); regexp.MustCompile(`data-case="2"`).MatchString(text) {
		t.Error("one need is two cases")
	}
	send(chen, "/console/visits/1/needs", url.Values{"need": {"想学手机"}, "service": {"points_of_nobody"}}, 400)
	send(chen, "/console/visits/1/needs", url.Values{"need": {"想学手机"}, "service": {"home_service"}}, http.StatusSeeOther)
	send(chen, "/console/visits/1/needs/2", nil, http.StatusSeeOther)
	contains(t, clerk.page("/console/cases/2", 200), "想学手机", "13800001234")

	// The household becomes another grid's: the visit stays in her diary, and leads to no
	// entry that she may not open.
	contains(t, chen.page("/console/visits/1", 200), `href="/console/care/1"`)
	zhang.Set("grid", "2")
	zhang.Set("revision", "2")
	send(clerk, "/console/care/1", zhang, http.StatusSeeOther)
	chen.page("/console/care/1", 404)
	lacks(t, chen.page("/console/visits/1", 200), `"/console/care/1"`)
	lacks(t, li.page("/console/care/1", 200), `"/console/visits/1"`) // that was before it was hers
	li.page("/console/visits/1", 404)
	contains(t, clerk.page("/console/visits/1", 200), `href="/console/care/1"`)

	send(clerk, "/console/care/1/end", url.Values{"revision": {"3"}, "why": {"搬到女儿家"}}, http.StatusSeeOther)
	contains(t, clerk.page("/console/care?which=ended", 200), "张**")
	contains(t, clerk.page("/console/care/1", 200), "搬到女儿家")
}
