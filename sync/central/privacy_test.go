package central_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/central/staff"
)

// A case is worked, closed and so masked; who looks behind the mask is noted, the
// auditor reads that, the resident gets her copy and has it deleted.
func TestPrivacyDesk(t *testing.T) {
	h := setup(t)
	body := h.request()
	body.Person.Phone = "13800001234"
	h.push(body)
	clerk, auditor := h.colleague("王芳", staff.Clerk), h.colleague("审计员", staff.Auditor)
	contains(t, clerk.page("/console/cases/1", 200), "张桂兰", "13800001234")
	for _, form := range []url.Values{{"action": {"accepted"}, "seen": {"1"}}, {"action": {"started"}, "seen": {"2"}}, {"action": {"completed"}, "seen": {"3"}, "record": {"张桂兰家已修好"}}} {
		if r := clerk.post("/console/cases/1/act", form); r.StatusCode != http.StatusSeeOther {
			t.Fatal(r.Status, read(t, r))
		}
	}
	masked := clerk.page("/console/cases/1", 200)
	contains(t, masked, "张**", "138****1234", `id="whole"`)
	for _, hidden := range []string{"<dd>张桂兰", "13800001234", "502"} {
		if strings.Contains(masked, hidden) {
			t.Errorf("a closed case shows %s", hidden)
		}
	}
	r := clerk.post("/console/cases/1/whole", url.Values{"why": {"complaint"}})
	contains(t, read(t, r), "张桂兰", "13800001234")
	if r := clerk.post("/console/cases/1/whole", url.Values{"why": {"因为张桂兰"}}); r.StatusCode != http.StatusBadRequest {
		t.Error("a reason of her own words:", r.Status)
	}
	contains(t, auditor.page("/console/privacy/log", 200), "王芳", "处理投诉", "事项的个人信息")

	code := body.Ticket.String()
	if r := clerk.post("/console/privacy/matters", url.Values{"kind": {"copy"}, "ticket": {code}, "name": {"李四"}}); r.StatusCode != http.StatusNotFound {
		t.Error("another's name:", r.Status)
	}
	r = clerk.post("/console/privacy/matters", url.Values{"kind": {"copy"}, "ticket": {code}, "name": {"张桂兰"}})
	matter := r.Header.Get("Location")
	contains(t, clerk.page(matter, 200), `data-case="1"`, "张**")
	r = clerk.post(matter+"/copy", nil)
	file := []byte(read(t, r))
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	data, err := z.Open("data.json")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(data)
	contains(t, string(text), "张桂兰", "13800001234", `"who": "王芳"`)
	contains(t, read(t, clerk.post(matter+"/paper", nil)), "张桂兰", `id="read-by"`)

	r = clerk.post("/console/privacy/matters", url.Values{"kind": {"delete"}, "ticket": {code}, "name": {"张桂兰"}})
	matter = r.Header.Get("Location")
	if r := clerk.post(matter+"/erase", nil); r.StatusCode != http.StatusBadRequest {
		t.Error("deleted though nobody was sure:", r.Status)
	}
	if r := clerk.post(matter+"/erase", url.Values{"sure": {"yes"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status, read(t, r))
	}
	contains(t, clerk.page(matter, 200), `data-outcome="done"`)
	left := clerk.page("/console/cases/1", 200)
	contains(t, left, `id="erased"`, code, `data-status="done"`)
	if strings.Contains(left, "张桂兰") || strings.Contains(h.log.String(), "张桂兰") {
		t.Error("the name is still there")
	}
	contains(t, read(t, h.browser().get("/t/"+string(body.Ticket))), "报修") // the slip is still followed
}

func TestOpenDataTellsNoSmallCount(t *testing.T) {
	h := setup(t)
	for range 7 {
		h.push(h.request())
	}
	other := h.request()
	other.Service, other.Answers = "policy", []request.Answer{}
	h.push(other)
	anybody := h.browser()
	if text := read(t, anybody.get("/open-data/cases.json")); !strings.Contains(text, `"cells":[]`) {
		t.Error("a month that runs is told:", text)
	}
	h.clock.Add(31 * 24 * time.Hour)
	contains(t, read(t, anybody.get("/open-data/cases.json")), `"month":"2026-11"`, `"count":`)
	contains(t, read(t, anybody.get("/open-data/cases.csv")), "2026-11,")
	contains(t, h.colleague("审计员", staff.Auditor).page("/console/privacy/data", 200), "2026-11")
}
