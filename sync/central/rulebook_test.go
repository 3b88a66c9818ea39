package central_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lintai/sync/central/classify"
	actions "lintai/sync/central/desk"
	"lintai/sync/central/live"
	"lintai/sync/central/staff"
)

// The rules of the classification: everybody of the office reads and tries them, the
// administrator edits them, errors are named by line, and the default comes back.
func TestRulesOfClassification(t *testing.T) {
	h := setup(t)
	h.push(h.request())
	b, clerk := h.staff(), h.colleague("李大山", staff.Clerk)
	work := &actions.Desk{Store: h.store(), Hub: live.NewHub(), Clock: h.clock.Now, Log: slog.New(slog.DiscardHandler)}
	if n, err := work.Classify(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if len(clerk.page("/console/classification", 200)) > 100_000 {
		t.Fatal("the page is too large")
	}
	contains(t, clerk.page("/console/classification", 200), "正在使用内置的规则", `data-rule="lift_trapped"`, "<b>电梯困人 →", "反复发生", `data-rule="service_repair" data-fired="1" data-corrected="0"`)
	lacks(t, clerk.page("/console/classification", 200), "/console/classification/document")

	made := read(t, clerk.post("/console/classification", url.Values{"sentence": {"电梯把<b>老人</b>困住了"}, "service": {"repair"}}))
	contains(t, made, "安全应急", "lift_trapped", "依据：电梯", "&lt;b&gt;")
	contains(t, read(t, clerk.post("/console/classification", url.Values{"sentence": {"嗯"}})), "没有规则说话")

	const one = `{"version":7,"duplicate_days":7,"duplicate_score":60,
"rules":[{"id":"hedgehog","words":["刺猬"],"category":"social","concern":"hope"}]}`
	r := b.post("/console/classification/document", url.Values{"text": {strings.Replace(one, "social", "animals", 1)}})
	text := read(t, r)
	if r.StatusCode != http.StatusBadRequest {
		t.Errorf("a wrong document: %s", r.Status)
	}
	contains(t, text, "没有保存", "第 2 行：", "animals")
	contains(t, read(t, b.post("/console/classification/document", url.Values{"text": {one}, "try": {"yes"}, "sentence": {"楼下来了刺猬"}})), "社交文化", "依据：刺猬")
	contains(t, b.page("/console/classification", 200), "正在使用内置的规则") // it was tried only
	b.does("/console/classification/document", url.Values{"text": {one}})
	contains(t, clerk.page("/console/classification", 200), "正在使用本社区的规则", "第 7 版", `data-rule="hedgehog"`, "已经删去的规则", `data-rule="service_repair"`)
	contains(t, b.page("/console/classification/document?changed", 200), "规则已保存", "刺猬")

	// A case says which rules of the community spoke, by their names, or the words of one
	// that has none.
	const named = `{"version":8,"duplicate_days":7,"duplicate_score":60,"rules":[{"id":"own_1","name":"家里报修","services":["repair"],"category":"living"},
{"id":"own_2","words":["水","电","煤气"],"category":"living"}]}`
	b.does("/console/classification/document", url.Values{"text": {named}})
	h.push(h.request())
	if n, err := work.Classify(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	second := clerk.page("/console/cases/2", 200)
	contains(t, second, "家里报修")
	lacks(t, second, "own_1")
	contains(t, clerk.page("/console/classification", 200), "含“水，电…”")

	b.does("/console/classification/document", url.Values{"default": {"yes"}})
	contains(t, clerk.page("/console/classification", 200), "正在使用内置的规则")
	if len(b.page("/console/classification/document", 200)) > 5*len(classify.BuiltIn()) {
		t.Error("the page of the document is too large")
	}
}
