package central_test

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/sync/central/console"
	"lintai/sync/central/staff"
)

// Words of the pages that refuse.
const (
	notForYou = "您的岗位不能使用这一页"
	oldPage   = "这个页面已经过期"
)

// ask sends a request of a row, with its form and the values of its path.
func (b *browser) ask(route console.Route, value string, form url.Values) (status int, location, text string) {
	b.h.t.Helper()
	path := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllLiteralString(strings.TrimSuffix(route.Pattern, "{$}"), url.PathEscape(value))
	var r *http.Response
	if route.Method == "POST" {
		r = b.post(path, form)
	} else {
		r = b.get(path)
	}
	if route.Script && r.StatusCode == http.StatusOK { // a stream does not end
		r.Body.Close()
		return r.StatusCode, "", ""
	}
	return r.StatusCode, r.Header.Get("Location"), read(b.h.t, r)
}

// Every row of the table, tried by every role and by nobody.
func TestEveryRouteIsForItsRolesOnly(t *testing.T) {
	h := setup(t)
	h.push(h.request())
	nobody := h.browser()
	rows := h.central.Routes()
	if len(rows) < 25 {
		t.Fatalf("the table has %d rows", len(rows))
	}
	for _, row := range rows {
		status, location, _ := nobody.ask(row, "1", nil)
		if want := http.StatusSeeOther; !row.Script && (status != want || location != "/sign-in") || row.Script && status != http.StatusUnauthorized {
			t.Errorf("%s %s of nobody: %d to %q", row.Method, row.Pattern, status, location)
		}
	}
	for _, role := range staff.Roles {
		b := h.colleague("王芳", role)
		for _, row := range rows {
			h.clock.Add(3 * time.Minute) // wrong passwords in these forms are forgotten
			status, location, text := b.ask(row, "1", nil)
			name := string(role) + ": " + row.Method + " " + row.Pattern
			switch refused := strings.Contains(text, notForYou); {
			case !slices.Contains(row.Roles, role) && (status != http.StatusForbidden || !refused):
				t.Errorf("%s is let in: %d", name, status)
			case slices.Contains(row.Roles, role) && (refused || location == "/sign-in" && row.Pattern != "/sign-out" || status >= 500):
				t.Errorf("%s is refused: %d %s", name, status, location)
			}
			if row.Pattern == "/sign-out" {
				b.signIn()
				continue
			}
			if row.Method != "POST" {
				continue
			}
			token := b.token
			for what, wrong := range map[string]string{"no token": "", "another's": strings.Repeat("A", len(token))} {
				status, _, text := b.ask(row, "1", url.Values{"token": {wrong}})
				if status != http.StatusForbidden || !strings.Contains(text, oldPage) && !strings.Contains(text, notForYou) {
					t.Errorf("%s with %s: %d", name, what, status)
				}
			}
		}
	}
	contains(t, h.staff().page("/console/cases/1", 200), `data-status="delivered"`) // nothing was moved
}

// signIn signs in again, by the password.
func (b *browser) signIn() {
	b.h.t.Helper()
	b.token = ""
	if r := b.post("/sign-in", url.Values{"login": {b.login}, "password": {password}}); r.StatusCode != http.StatusSeeOther {
		b.h.t.Fatalf("sign-in: %s", r.Status)
	}
	b.readToken("/console/me")
}

// What the roles mean, held against the table, whoever adds rows to it.
func TestRolesMeanWhatTheySay(t *testing.T) {
	h := setup(t)
	for _, row := range h.central.Routes() {
		own := row.Pattern == "/{$}" || row.Pattern == "/sign-out" || row.Pattern == "/console/stream" || strings.HasPrefix(row.Pattern, "/console/me")
		for _, role := range row.Roles {
			switch {
			case !role.Known():
				t.Errorf("%s: no role %q", row.Pattern, role)
			case own:
			case role == staff.Auditor && row.Method != "GET":
				t.Errorf("the auditor may %s %s: she moves nothing", row.Method, row.Pattern)
			case strings.HasPrefix(row.Pattern, "/console/accounts") && role != staff.Administrator && !(role == staff.Auditor && row.Pattern == "/console/accounts/log"):
				t.Errorf("%s may %s %s", role, row.Method, row.Pattern)
			case role == staff.Clerk && !slices.Contains(row.Roles, staff.Administrator):
				t.Errorf("the administrator may not %s %s, which a clerk may", row.Method, row.Pattern)
			}
		}
	}
}

// templates calls f with each template of the console.
func templates(t *testing.T, f func(name, text string)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir("console", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".html" {
			return err
		}
		text, err := os.ReadFile(path)
		n++
		f(path, string(text))
		return err
	})
	if err != nil || n < 10 {
		t.Fatalf("%d templates, %v", n, err)
	}
}

func TestEveryFormCarriesItsToken(t *testing.T) {
	forms := regexp.MustCompile(`<form[^>]*method="post"[^>]*>(\{\{(?:\$(?:page)?)?\.Token\}\})?`)
	templates(t, func(name, text string) {
		if base := filepath.Base(name); base == "signin.html" || base == "invitation.html" {
			return // nobody is signed in
		}
		for _, m := range forms.FindAllStringSubmatch(text, -1) {
			if m[1] == "" {
				t.Errorf("%s: %s has no token", name, m[0])
			}
		}
	})
}

// What a hostile or broken client writes into any field, path or query, signed in as
// somebody who may do everything: never a failure, and nothing is lost.
func TestNoTextReachesTheDatabaseAsSQL(t *testing.T) {
	h := setup(t)
	h.push(h.request())
	names := map[string]bool{}
	field := regexp.MustCompile(`name="([a-z_]+)"`)
	templates(t, func(_, text string) {
		for _, m := range field.FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
	})
	other := h.colleague("李大山", staff.Clerk)
	for _, text := range []string{`' OR '1'='1`, `1; DROP TABLE accounts; --`, `") UNION SELECT password FROM accounts --`, "a\x00b", "\xff\xfe", `%' ESCAPE '`, `?1 $1 :a`, strings.Repeat("9", 40), `{{.}}`} {
		b := h.colleague("王芳", staff.Roles...) // the shift of the one before is over
		for _, row := range h.central.Routes() {
			h.clock.Add(5 * time.Minute) // wrong passwords are forgotten
			if row.Script || row.Pattern == "/sign-out" {
				continue
			}
			form := url.Values{}
			for name := range names {
				form.Set(name, text)
			}
			form.Del("token")
			if status, _, _ := b.ask(row, text, form); status >= 500 {
				t.Errorf("%s %s with %q: %d", row.Method, row.Pattern, text, status)
			}
		}
		for _, path := range []string{"/console?status=", "/console?page=", "/console/accounts/log?before=", "/console/attachments/1?case=", "/console/me?changed=", "/t/"} {
			if r := b.get(path + url.QueryEscape(text)); r.StatusCode >= 500 {
				t.Errorf("%s with %q: %s", path, text, r.Status)
			}
		}
		h.clock.Add(time.Hour)
		for _, form := range []url.Values{{"login": {text}, "password": {text}, "code": {text}}, {"login": {other.login}, "password": {text}}} {
			if r := h.browser().post("/sign-in", form); r.StatusCode != http.StatusForbidden {
				t.Errorf("sign-in with %q: %s", text, r.Status)
			}
		}
		if r := h.browser().post("/invitation", url.Values{"code": {text}, "password": {password}, "again": {password}}); r.StatusCode != http.StatusForbidden {
			t.Errorf("invitation with %q: %s", text, r.Status)
		}
	}
	b := h.staff()
	contains(t, b.page("/console/accounts", 200), "李大山", "colleague1")
	contains(t, b.page("/console/cases/1", 200), "张桂兰")
}
