package central_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"lintai/sync/central"
	"lintai/sync/central/staff"
)

// try signs in from a browser of its own.
func (h *house) try(login, password, code string) *http.Response {
	h.t.Helper()
	return h.browser().post("/sign-in", url.Values{"login": {login}, "password": {password}, "code": {code}})
}

func TestFirstAdministratorComesByAOneTimeAddress(t *testing.T) {
	h := setup(t)
	first, err := h.central.FirstInvitation(t.Context(), "https://central.example.cn/")
	if err != nil || !strings.HasPrefix(first, "https://central.example.cn/invitation#") {
		t.Fatalf("%q %v", first, err)
	}
	second, err := h.central.FirstInvitation(t.Context(), h.server.URL)
	if err != nil || second == "" {
		t.Fatalf("%q %v", second, err)
	}
	_, code, _ := strings.Cut(first, "#")
	b := h.browser()
	set := func(code, one, again string) *http.Response {
		return b.post("/invitation", url.Values{"code": {code}, "password": {one}, "again": {again}})
	}
	for _, c := range []struct{ code, one, again, says string }{
		{code, "short", "short", "至少要10个字符"},
		{code, "password123", "password123", "太常见"},
		{code, "13800001234", "13800001234", "生日"},
		{code, "administrator admin", "administrator admin", ""}, // long enough, and no one's
		{code, password, password + "!", "不一样"},
		{code + "a", password, password, "用过或过期"},
	} {
		if c.says == "" {
			continue
		}
		r := set(c.code, c.one, c.again)
		if text := read(t, r); r.StatusCode < 400 || r.StatusCode >= 500 || !strings.Contains(text, c.says) {
			t.Errorf("%q %q: %s", c.one, c.again, r.Status)
		}
	}
	// As people copy it: capitals, spaces, hyphens.
	if r := set(strings.ToUpper(code[:5])+"-"+code[5:]+" ", password, password); r.StatusCode != http.StatusSeeOther || len(r.Cookies()) != 1 {
		t.Fatalf("the right code: %s", r.Status)
	}
	contains(t, b.page("/console", 200), "管理员")
	for _, used := range []string{first, second} { // with it the other one is void
		_, code, _ := strings.Cut(used, "#")
		if r := set(code, password, password); r.StatusCode != http.StatusForbidden {
			t.Errorf("used again: %s", r.Status)
		}
	}
	if again, err := h.central.FirstInvitation(t.Context(), ""); again != "" || err != nil {
		t.Errorf("another one: %q %v", again, err)
	}
	if r := h.try(central.FirstLogin, password, ""); r.StatusCode != http.StatusSeeOther {
		t.Errorf("by password: %s", r.Status)
	}
	lacks(t, h.log.String(), password, code)
}

func TestInvitationEnds(t *testing.T) {
	h := setup(t)
	code := h.invite("late", "王芳", staff.Clerk)
	h.clock.Add(staff.Open)
	if r := h.browser().post("/invitation", url.Values{"code": {code}, "password": {password}, "again": {password}}); r.StatusCode != http.StatusForbidden {
		t.Errorf("after seven days: %s", r.Status)
	}
}

func TestSignInAndOut(t *testing.T) {
	h := setup(t)
	h.colleague("王 芳", staff.Clerk)
	b := h.browser()
	r := b.post("/sign-in", url.Values{"login": {" Colleague1"}, "password": {password}})
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/console" || len(r.Cookies()) != 1 {
		t.Fatalf("%s %v", r.Status, r.Cookies())
	}
	c := r.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge <= 0 || len(c.Value) < 40 {
		t.Errorf("cookie %+v", c)
	}
	b.readToken("/console")
	if r := b.post("/sign-out", nil); r.StatusCode != http.StatusSeeOther {
		t.Errorf("sign-out: %s", r.Status)
	}
	// The cookie is worth nothing any more, also for who kept it.
	old, _ := http.NewRequestWithContext(t.Context(), "GET", h.server.URL+"/console", nil)
	old.AddCookie(c)
	if r := h.do(h.browser().client, old); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after sign-out: %s", r.Status)
	}
}

// A session that somebody else put into the browser is not the one that begins there.
func TestSessionIsNewAtEachSignIn(t *testing.T) {
	h := setup(t)
	b := h.colleague("王芳", staff.Clerk)
	at, _ := url.Parse(h.server.URL)
	before := b.client.Jar.Cookies(at)[0].Value
	b.signIn()
	after := b.client.Jar.Cookies(at)[0].Value
	if before == after {
		t.Error("the session of before goes on")
	}
	planted := h.browser()
	planted.client.Jar.SetCookies(at, []*http.Cookie{{Name: "lintai_session", Value: before, Path: "/"}})
	if r := planted.get("/console"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the one of before still counts: %s", r.Status)
	}
	planted.client.Jar.SetCookies(at, []*http.Cookie{{Name: "lintai_session", Value: "chosen-by-somebody-else-chosen-by-somebody-else", Path: "/"}})
	planted.login = b.login
	planted.signIn()
	if now := planted.client.Jar.Cookies(at)[0].Value; strings.HasPrefix(now, "chosen") {
		t.Error("a planted session became hers")
	}
}

func TestSessionEnds(t *testing.T) {
	h := setup(t)
	b := h.staff()
	for range 11 { // somebody who works is signed in all day
		h.clock.Add(time.Hour + 5*time.Minute)
		b.page("/console", 200)
	}
	h.clock.Add(5 * time.Minute)
	if r := b.get("/console"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after the shift: %s", r.Status)
	}
	idle := h.staff()
	h.clock.Add(staff.Idle - time.Second)
	idle.page("/console", 200)
	h.clock.Add(staff.Idle)
	if r := idle.get("/console"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after two idle hours: %s", r.Status)
	}
}

// Whether the login, the password or the code was wrong, or the account is disabled or
// has no password, the answer is one.
func TestRefusedSignInTellsNothing(t *testing.T) {
	h := setup(t)
	h.colleague("王芳", staff.Clerk)
	h.invite("waiting", "李四", staff.Clerk)
	gone := h.colleague("赵六", staff.Clerk)
	a, err := h.central.Office().Store.AccountByLogin(t.Context(), gone.login)
	if err == nil {
		err = h.central.Office().Disable(t.Context(), staff.Operator, a.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := gone.get("/console"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("disabled, but signed in: %s", r.Status)
	}
	answers := map[string]bool{}
	for _, c := range [][2]string{{"colleague1", "wrong"}, {"nobody", "wrong"}, {"nobody", password}, {"waiting", ""}, {"waiting", password}, {gone.login, password}, {"", ""}} {
		r := h.try(c[0], c[1], "")
		answers[r.Status+strings.ReplaceAll(read(t, r), `value="`+c[0]+`"`, "")] = true
	}
	if len(answers) != 1 {
		t.Errorf("%d different answers", len(answers))
	}
}

func TestGuessesAreSlowedDown(t *testing.T) {
	h := setup(t)
	b := h.colleague("王芳", staff.Clerk)
	other := h.colleague("李四", staff.Clerk)
	wrong := func(login string, times int) {
		t.Helper()
		for range times {
			if r := h.try(login, "wrong", ""); r.StatusCode != http.StatusForbidden {
				t.Fatalf("wrong: %s", r.Status)
			}
		}
	}
	// Of an account.
	wrong(b.login, 10)
	if r := h.try(b.login, password, ""); r.StatusCode != http.StatusTooManyRequests {
		t.Errorf("after ten wrong passwords: %s", r.Status)
	}
	b.page("/console", 200) // who is signed in works on
	if r := h.try(other.login, password, ""); r.StatusCode != http.StatusSeeOther {
		t.Errorf("a colleague: %s", r.Status)
	}
	h.clock.Add(time.Minute)
	if r := h.try(b.login, password, ""); r.StatusCode != http.StatusSeeOther {
		t.Errorf("later: %s", r.Status)
	}
	// Of an address, whatever it guesses; a login that does not exist counts as well.
	h.clock.Add(time.Hour)
	wrong("nobody", 10)
	if r := h.try("nobody", "wrong", ""); r.StatusCode != http.StatusTooManyRequests {
		t.Errorf("nobody: %s", r.Status)
	}
	for i := range 10 {
		wrong(fmt.Sprint("guess", i), 1)
	}
	if r := h.try(other.login, password, ""); r.StatusCode != http.StatusTooManyRequests {
		t.Errorf("after twenty of one address: %s", r.Status)
	}
}

var secretOnPage = regexp.MustCompile(`<p class="address">([A-Z2-7]+)</p>`)

func TestSecondFactor(t *testing.T) {
	h := setup(t)
	b := h.colleague("王芳", staff.Clerk)
	elsewhere := h.browser()
	elsewhere.login = b.login
	elsewhere.signIn()
	m := secretOnPage.FindStringSubmatch(b.page("/console/me/second", 200))
	if m == nil {
		t.Fatal("no secret is shown")
	}
	if r := b.get("/console/me/second.png"); r.Header.Get("Content-Type") != "image/png" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the QR code: %s %v", r.Status, r.Header)
	}
	digits := func() string {
		code, err := totp.GenerateCode(m[1], h.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	on := func(password, code string) *http.Response {
		return b.post("/console/me/second", url.Values{"password": {password}, "code": {code}})
	}
	if r := on("wrong", digits()); r.StatusCode != http.StatusForbidden {
		t.Errorf("without the password: %s", r.Status)
	}
	if r := on(password, "000000"); r.StatusCode != http.StatusForbidden {
		t.Errorf("with other digits: %s", r.Status)
	}
	r := on(password, digits())
	papers := regexp.MustCompile(`<li>([a-z2-7-]{19})</li>`).FindAllStringSubmatch(read(t, r), -1)
	if r.StatusCode != http.StatusOK || len(papers) != 8 {
		t.Fatalf("%s, %d codes for paper", r.Status, len(papers))
	}
	if r := elsewhere.get("/console"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("a session from before goes on: %s", r.Status)
	}
	if r := b.get("/console/me/second.png"); r.StatusCode != http.StatusNotFound {
		t.Errorf("the secret is still shown: %s", r.Status)
	}
	for what, c := range map[string]string{"no code": "", "another": "123456", "those that were taken": digits()} {
		if r := h.try(b.login, password, c); r.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", what, r.Status)
		}
	}
	h.clock.Add(time.Minute)
	code := digits()
	if r := h.try(b.login, password, code[:3]+" "+code[3:]); r.StatusCode != http.StatusSeeOther {
		t.Errorf("the next digits: %s", r.Status)
	}
	if r := h.try(b.login, password, code); r.StatusCode != http.StatusForbidden {
		t.Errorf("the same digits again: %s", r.Status)
	}
	for want, times := http.StatusSeeOther, 2; times > 0; want, times = http.StatusForbidden, times-1 {
		if r := h.try(b.login, password, strings.ToUpper(papers[3][1])); r.StatusCode != want {
			t.Errorf("a code on paper: %s, want %d", r.Status, want)
		}
	}
	contains(t, b.page("/console/me", 200), "还剩 7 个备用码")
	if r := b.post("/console/me/second/off", url.Values{"password": {password}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("off: %s", r.Status)
	}
	if r := h.try(b.login, password, ""); r.StatusCode != http.StatusSeeOther {
		t.Errorf("without it: %s", r.Status)
	}
	log := h.colleague("审计员", staff.Auditor).page("/console/accounts/log", 200)
	contains(t, log, "启用动态码", "关闭动态码", "用备用码登录")
}
