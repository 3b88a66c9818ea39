package central_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lintai/sync/central/staff"
)

var oneTime = regexp.MustCompile(`<p class="address">http://lintai.example.cn/invitation#([a-z2-7]{26})</p>`)

// id finds an account's id.
func (h *house) id(login string) string {
	h.t.Helper()
	a, err := h.central.Office().Store.AccountByLogin(h.t.Context(), login)
	if err != nil {
		h.t.Fatal(err)
	}
	return a.ID
}

func TestAdministratorKeepsAccounts(t *testing.T) {
	h := setup(t)
	boss := h.colleague("主任", staff.Administrator)
	add := func(login, name string, roles ...string) *http.Response {
		return boss.post("/console/accounts", url.Values{"login": {login}, "name": {name}, "phone": {""}, "role": roles})
	}
	for _, c := range []struct {
		login, name string
		roles       []string
		status      int
	}{
		{"li si", "李四", []string{"worker"}, http.StatusBadRequest},
		{"lisi", "", []string{"worker"}, http.StatusBadRequest},
		{"lisi", "李四", nil, http.StatusBadRequest},
		{"lisi", "李四", []string{"worker", "king"}, http.StatusBadRequest},
		{"colleague1", "李四", []string{"worker"}, http.StatusConflict},
	} {
		if r := add(c.login, c.name, c.roles...); r.StatusCode != c.status {
			t.Errorf("%q %q %v: %s", c.login, c.name, c.roles, r.Status)
		}
	}
	r := add("LiSi", " 李 四 ", "worker")
	m := oneTime.FindStringSubmatch(read(t, r))
	if r.StatusCode != http.StatusOK || m == nil || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%s, no one-time address", r.Status)
	}
	b := h.browser()
	b.login = "lisi"
	if r := b.post("/invitation", url.Values{"code": {m[1]}, "password": {password}, "again": {password}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("invitation: %s", r.Status)
	}
	b.page("/console/accounts", http.StatusForbidden)
	id := "/console/accounts/" + h.id("lisi")
	contains(t, boss.page(id, 200), "李 四", "网格员")

	// Another role counts at once.
	if r := boss.post(id, url.Values{"name": {"李四"}, "phone": {"138 0000 1234"}, "role": {"auditor", "worker"}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("change: %s", r.Status)
	}
	b.page("/console/accounts/log", 200)
	// Reset: signed out, the password void, another address.
	r = boss.post(id+"/reset", nil)
	if m = oneTime.FindStringSubmatch(read(t, r)); m == nil {
		t.Fatalf("reset: %s", r.Status)
	}
	if r := b.get("/console"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after reset: %s", r.Status)
	}
	if r := h.try("lisi", password, ""); r.StatusCode != http.StatusForbidden {
		t.Errorf("the old password: %s", r.Status)
	}
	// Disabled: the address is void as well.
	if r := boss.post(id+"/disable", url.Values{"disabled": {"yes"}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("disable: %s", r.Status)
	}
	if r := b.post("/invitation", url.Values{"code": {m[1]}, "password": {password}, "again": {password}}); r.StatusCode != http.StatusForbidden {
		t.Errorf("invited though disabled: %s", r.Status)
	}
	// Nobody shuts herself or the last administrator out.
	self := "/console/accounts/" + h.id(boss.login)
	for path, form := range map[string]url.Values{"/disable": {"disabled": {"yes"}}, "/reset": nil, "": {"name": {"主任"}, "role": {"clerk"}}} {
		if r := boss.post(self+path, form); r.StatusCode != http.StatusConflict {
			t.Errorf("%s of herself: %s", path, r.Status)
		}
	}
	// The auditor reads who did what, and nothing else.
	log := h.colleague("审计员", staff.Auditor).page("/console/accounts/log", 200)
	contains(t, log, "李四（lisi）", "新建账号", "修改岗位", "网格员 → 网格员 审计", "重设密码", "停用", "操作人 主任", "服务器命令行")
}

func TestOwnPasswordEndsOtherSessions(t *testing.T) {
	h := setup(t)
	b := h.colleague("王芳", staff.Mediator)
	other := h.browser()
	other.login = b.login
	other.signIn()
	set := func(old, one, again string) int {
		return b.post("/console/me/password", url.Values{"old": {old}, "password": {one}, "again": {again}}).StatusCode
	}
	const next = "another few words"
	for _, c := range []struct {
		old, one, again string
		want            int
	}{
		{"wrong", next, next, http.StatusForbidden}, {password, next, next + "x", http.StatusBadRequest}, {password, password, password, http.StatusBadRequest},
		{password, "王芳王芳王芳1", "王芳王芳王芳1", http.StatusBadRequest}, {password, next, next, http.StatusSeeOther},
	} {
		if got := set(c.old, c.one, c.again); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.old, c.one, got, c.want)
		}
	}
	b.page("/console/me", 200)
	if r := other.get("/console/me"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the other session goes on: %s", r.Status)
	}
	if r := h.try(b.login, next, ""); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the new password: %s", r.Status)
	}
	page := b.page("/console/me", 200)
	m := regexp.MustCompile(`name="session" value="([0-9a-f]{16})"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the other session is not listed")
	}
	if r := b.post("/console/me/sessions", url.Values{"session": {m[1]}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("end: %s", r.Status)
	}
	lacks(t, b.page("/console/me", 200), m[1])
}

// A worker sees what is hers while it is open, a mediator what asks for mediation, an
// auditor no case.
func TestSightOfCases(t *testing.T) {
	h := setup(t)
	repair, quarrel, done := h.request(), h.request(), h.request()
	quarrel.Service, quarrel.Answers = "mediation", nil
	h.push(repair, quarrel, done)
	clerk := h.staff()
	clerk.finish(3, 1)
	worker, other := h.colleague("李四", staff.Worker), h.colleague("周七", staff.Worker)
	if r := clerk.post("/console/cases/1/give", url.Values{"seen": {"1"}, "to": {"worker:" + h.id(worker.login)}}); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("give: %s", r.Status)
	}
	mediator, auditor := h.colleague("赵六", staff.Mediator), h.colleague("孙七", staff.Auditor)
	for _, c := range []struct {
		name string
		b    *browser
		sees [3]int
	}{{"clerk", clerk, [3]int{200, 200, 200}}, {"worker", worker, [3]int{200, 404, 404}}, {"another worker", other, [3]int{404, 404, 404}}, {"mediator", mediator, [3]int{404, 200, 404}}, {"auditor", auditor, [3]int{403, 403, 403}}} {
		for i, want := range c.sees {
			path := "/console/cases/" + string(rune('1'+i))
			if r := c.b.get(path); r.StatusCode != want {
				t.Errorf("%s: %s: %s, want %d", c.name, path, r.Status, want)
			}
		}
	}
	contains(t, worker.page("/console", 200), `data-case="1"`)
	lacks(t, worker.page("/console", 200), `data-case="2"`, `data-case="3"`)
	lacks(t, other.page("/console", 200), `data-case="1"`, `data-case="2"`, `data-case="3"`)
	for _, path := range []string{"/console/cases/1/move", "/console/cases/1/act", "/console/cases/2/act"} {
		if r := other.post(path, url.Values{"seen": {"3"}, "status": {"working"}, "action": {"started"}}); r.StatusCode != http.StatusNotFound {
			t.Errorf("another worker: %s: %s", path, r.Status)
		}
	}
	text := mediator.page("/console", 200)
	contains(t, text, `data-case="2"`)
	lacks(t, text, `data-case="1"`, `data-case="3"`, `id="terminals"`, "<b>2</b>")
	if r := mediator.post("/console/cases/1/move", url.Values{"seen": {"1"}, "status": {"accepted"}, "action": {"accepted"}}); r.StatusCode != http.StatusNotFound {
		t.Errorf("the mediator moves another's case: %s", r.Status)
	}
	if r := auditor.get("/"); r.Header.Get("Location") == "/console" {
		t.Error("the auditor begins where she may not be")
	}
}

// What people and browsers write of themselves stays text.
func TestHostileAccountsAreEscaped(t *testing.T) {
	h := setup(t)
	const hostile = `<b onclick=x>"'`
	b := h.browser()
	code := h.invite("hostile", hostile, staff.Administrator)
	r := b.post("/invitation", url.Values{"code": {code}, "password": {password}, "again": {password}}, "User-Agent", `<script>alert(1)</script>`)
	if r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	for _, path := range []string{"/console", "/console/me", "/console/accounts", "/console/accounts/log", "/console/accounts/" + h.id("hostile")} {
		text := b.page(path, 200)
		lacks(t, text, "<b onclick", "<script>alert")
		if !strings.Contains(text, "&lt;b onclick") {
			t.Errorf("%s does not show the name", path)
		}
	}
}
