package central_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// certificate is a request that goes by approvals.
func (h *house) certificate() request.Request {
	r := h.request()
	r.Service, r.Answers, r.Urgency = "certificate", []request.Answer{{Step: "which", Option: "residence", Text: "居住证明"}}, "normal"
	return r
}

func TestChainsOfApprovals(t *testing.T) {
	h := setup(t)
	h.push(h.certificate())
	b, clerk := h.staff(), h.colleague("李大山", staff.Clerk)
	contains(t, clerk.page("/console/approvals", 200), "内置的流程", "物业 → 居委会 → 街道", "不用审批，直接办理")
	lacks(t, clerk.page("/console/approvals", 200), "<select")
	steps := func(repair ...string) url.Values {
		return url.Values{"step_repair": repair, "step_certificate": {"committee", "", "", ""}}
	}
	// The form of each service stands on the page; what lacks the first is no form of it.
	for name, form := range map[string]url.Values{"other": {"step_mediation": {"street"}}, "no department": steps("army")} {
		if r := b.post("/console/approvals", form); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", name, r.Status)
		}
	}
	r := b.post("/console/approvals", steps("property", "", "property"))
	if r.StatusCode != http.StatusBadRequest {
		t.Error(r.Status)
	}
	contains(t, read(t, r), "没有保存", "报修：物业出现了两次")
	contains(t, b.page("/console/approvals", 200), "内置的流程")
	b.does("/console/approvals", steps("property", "", "street", ""))
	contains(t, b.page("/console/approvals?changed", 200), "已保存", "本社区的流程", "物业 → 街道")
	b.does("/console/approvals", url.Values{"default": {"yes"}})
	contains(t, b.page("/console/approvals", 200), "物业 → 居委会 → 街道")
}

// A case that needs approvals can be given to a worker first; she gives it back, it is
// submitted, and the last approval ends it.
func TestWhatNeedsApprovalsCanBeGivenToSomebody(t *testing.T) {
	h := setup(t)
	h.push(h.certificate(), h.certificate())
	b := h.staff()
	h.colleague("赵小兰", staff.Worker)
	accounts, err := h.central.Office().Store.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	worker := docket.ToWorker(accounts[len(accounts)-1].ID)
	b.does("/console/cases/1/give", url.Values{"seen": {"1"}, "to": {string(worker)}})
	stands := func(status docket.Status, to docket.Assignee) docket.Case {
		t.Helper()
		c, _, err := h.store().Case(t.Context(), 1)
		if err != nil || c.Status != status || c.Assignee != to {
			t.Fatalf("%s, %s, %v; want %s, %s", c.Status, c.Assignee, err, status, to)
		}
		return c
	}
	stands(docket.Dispatched, worker)
	contains(t, b.page("/console/cases/1", 200), "赵小兰")
	b.act(h.store(), 1, docket.Return, http.StatusSeeOther, "inner", "材料看过了")
	stands(docket.Accepted, "")
	contains(t, b.page("/console/cases/1", 200), "送审")
	b.act(h.store(), 1, docket.Submit, http.StatusSeeOther)
	stands(docket.Working, docket.ToDepartment(docket.Property))
	for _, d := range []docket.Department{docket.Property, docket.Committee, docket.Street} {
		b.act(h.store(), 1, docket.Approve, http.StatusSeeOther, "step", string(d))
	}
	stands(docket.Done, "")
	// To a department, too.
	b.does("/console/cases/2/give", url.Values{"seen": {"1"}, "to": {string(docket.ToDepartment(docket.Police))}})
}

// What waits for an approval shows that first, unfolded; its row in the list says nothing of
// the leave to read a number.
func TestAnApprovalIsTheFirstThingToDo(t *testing.T) {
	h := setup(t)
	r := h.certificate()
	r.Answers = append(r.Answers, request.Answer{Step: "consent", Option: "yes", Text: "同意"})
	h.push(r)
	b := h.staff()
	contains(t, b.page("/console", 200), "证明办理 · 居住证明<")
	b.does("/console/cases/1/move", url.Values{"seen": {"1"}, "status": {"accepted"}})
	page := b.page("/console/cases/1", 200)
	contains(t, page, `data-action="approved" open>`)
	if first, returned := strings.Index(page, `data-action="approved"`), strings.Index(page, `data-action="returned"`); first > returned {
		t.Error("it stands behind what is seldom done")
	}
}

// The forms of a case have fields of one name: a refusal's reason that is being typed stays in
// the refusal when the page is read anew, and what was folded stays folded.
func TestAReasonStaysInItsForm(t *testing.T) {
	h := setup(t)
	tab, _ := chromium(t)
	d := &desk{t: t, tab: tab}
	h.push(h.certificate())
	b := h.staff()
	b.does("/console/cases/1/move", url.Values{"seen": {"1"}, "status": {"accepted"}})
	d.signIn(h)
	d.sees("#line:not(.lost)")
	d.click(`li[data-case="1"] a`)
	d.sees(`details[data-action="approved"][open]`)
	d.sees("#line:not(.lost)")
	d.click(`details[data-action="approved"] > summary`)
	d.click(`details[data-action="declined"] > summary`)
	d.do("reason", chromedp.SendKeys(chromedp.CSS("#declined-note"), "材料"))
	seen := evaluate[string](d, "document.querySelector('[name=seen]').value")
	b.does("/console/cases/1/act", url.Values{"seen": {seen}, "action": {"noted"}, "note": {"已电话联系"}})
	if _, err := chromedp.Run(d.tab, chromedp.Poll[bool](`document.querySelector("main").textContent.includes("已电话联系")`)); err != nil {
		t.Fatal(err)
	}
	d.do("go on typing", chromedp.KeyEvent("不全"))
	for _, try := range []struct{ id, want string }{{"declined-note", "材料不全"}, {"approved-note", ""}} {
		if got := evaluate[string](d, "document.getElementById('"+try.id+"').value"); got != try.want {
			t.Errorf("%s holds %q, want %q", try.id, got, try.want)
		}
	}
	if evaluate[bool](d, `document.querySelector('details[data-action="approved"]').open`) {
		t.Error("what was folded is open again")
	}
}
