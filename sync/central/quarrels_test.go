package central_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lintai/kiosk/request"
	"lintai/sync/central/staff"
)

// A quarrel from the terminal to a signed agreement: the mediator reads and writes all
// of it, a clerk sees that it is there and how it stands, and nobody else anything.
func TestAQuarrelIsSettled(t *testing.T) {
	h := setup(t)
	quarrel := h.request()
	quarrel.Service, quarrel.Address, quarrel.Urgency = "mediation", "", ""
	quarrel.Answers = []request.Answer{{Step: "kind", Option: "noise", Text: "吵闹"}, {Step: "words", Text: "楼上半夜放音乐"}}
	h.push(quarrel)
	h.push(h.request())
	zhou, clerk := h.colleague("周法官", staff.Mediator), h.colleague("王芳", staff.Clerk, staff.Administrator)
	auditor, worker := h.colleague("钱审", staff.Auditor), h.colleague("陈静", staff.Worker)
	do := func(b *browser, path string, form url.Values, want int) {
		t.Helper()
		r := b.post("/console/mediation/"+path, form)
		if text := read(t, r); r.StatusCode != want {
			t.Fatalf("%s: %s\n%s", path, r.Status, text)
		}
	}
	contains(t, zhou.page("/console/mediation", 200), `data-matter="1"`, "吵闹", "张**", "待受理")
	zhou.page("/console/mediation/2", 404) // no quarrel
	contains(t, zhou.page("/console/mediation/1", 200), "<h1>吵闹 ")
	do(clerk, "1/take", nil, http.StatusForbidden)
	do(zhou, "1/take", nil, http.StatusSeeOther)
	do(zhou, "1/take", nil, http.StatusConflict)
	do(zhou, "1/parties", url.Values{"side": {"respondent"}, "name": {"李强"}, "phone": {"13900001234"}, "address": {"3号楼602"}}, http.StatusSeeOther)
	do(zhou, "1/sessions", url.Values{"at": {"2026-11-23T14:30"}, "place": {"调解室"}}, http.StatusSeeOther)
	do(zhou, "1/sessions", url.Values{"at": {"2020-11-23T14:30"}, "place": {"调解室"}}, http.StatusBadRequest)
	do(zhou, "1/sessions/1", url.Values{"state": {"held"}, "present": {"双方"}, "minutes": {"李强愿意铺地毯 <b>"}}, http.StatusSeeOther)
	do(zhou, "1/outcome", url.Values{"outcome": {"agreed"}, "text": {"十点后不放音乐"}, "promise": {"铺地毯", ""}, "due": {"2026-11-28", ""}}, http.StatusSeeOther)
	contains(t, zhou.page("/console/mediation/1", 200), "李强", "13900001234", "李强愿意铺地毯 &lt;b&gt;", "十点后不放音乐", "铺地毯", "待履行", "已完成")
	contains(t, zhou.page("/console/mediation/1/agreement", 200), "人民调解协议书", "李强", "张桂兰", "十点后不放音乐", "签字")
	seen := clerk.page("/console/mediation/1", 200)
	contains(t, seen, "李**", "张**", "达成协议", "周法官")
	lacks(t, seen, "李强", "张桂兰", "13900001234", "地毯", "十点后", "楼上半夜")
	lacks(t, clerk.page("/console/mediation?list=past", 200), "张桂兰")
	do(clerk, "1/parties/1", nil, http.StatusForbidden)
	for _, path := range []string{"1", "1/agreement"} {
		auditor.page("/console/mediation/"+path, http.StatusForbidden)
		worker.page("/console/mediation/"+path, http.StatusForbidden)
	}
	clerk.page("/console/mediation/1/agreement", http.StatusForbidden)
	contains(t, auditor.page("/console/mediation/figures", 200), "100%", "吵闹")
	lacks(t, clerk.page("/console/cases/1", 200), "地毯", "十点后")
	do(zhou, "1/promises/1", url.Values{"keeping": {"kept"}}, http.StatusSeeOther)
	contains(t, zhou.page("/console/mediation/1", 200), `data-keeping="kept"`)
}

// The job of an agreement's day tells its mediator, in the morning of the day before.
func TestAMediatorIsToldOfAPromise(t *testing.T) {
	h := setup(t)
	quarrel := h.request()
	quarrel.Service, quarrel.Answers = "mediation", []request.Answer{{Step: "kind", Option: "noise", Text: "吵闹"}}
	h.push(quarrel)
	zhou := h.colleague("周法官", staff.Mediator)
	zhou.post("/console/mediation/1/take", nil)
	agreed := zhou.post("/console/mediation/1/outcome", url.Values{"outcome": {"agreed"}, "text": {"十点后不放音乐"}})
	if text := read(t, agreed); agreed.StatusCode != http.StatusBadRequest {
		t.Errorf("an agreement with nobody: %s", agreed.Status)
	} else {
		contains(t, text, "请先添加对方", "十点后不放音乐")
	}
	zhou.post("/console/mediation/1/parties", url.Values{"side": {"respondent"}, "name": {"李强"}})
	zhou.post("/console/mediation/1/outcome", url.Values{"outcome": {"agreed"}, "text": {"十点后不放音乐"}, "promise": {"铺地毯"}, "due": {"2026-11-22"}})
	lacks(t, zhou.page("/console/mediation", 200), `id="told"`)
	lines := h.stream(zhou.client, "/console/stream")
	h.await(lines, "event: hello")
	h.work() // its morning is over: the job is due at once
	for !strings.Contains(zhou.page("/console/mediation", 200), `id="told"`) {
		h.await(lines, "data: limits")
	}
	if r := zhou.post("/console/mediation/1/promises/1", url.Values{"keeping": {"seen"}}); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	lacks(t, zhou.page("/console/mediation", 200), `id="told"`)
}
