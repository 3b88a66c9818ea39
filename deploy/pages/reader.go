package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// house is central over one size of data, with everybody who asks for its lists signed in.
type house struct {
	served
	name    string
	readers map[string]*http.Client
	own     *strings.Replacer // what stands for one of its own in addresses
}

// enter signs everybody in and looks up what addresses need.
func (h *house) enter(ctx context.Context) error {
	h.readers = map[string]*http.Client{public: reader(nil)}
	for _, p := range people {
		if p.login == everything {
			continue
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			return err
		}
		who := reader(jar)
		form := url.Values{"login": {p.login}, "password": {password}}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address+"/sign-in", strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := who.Do(r)
		if err != nil {
			return err
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther {
			return fmt.Errorf("%s: %s could not sign in: %s", h.name, p.login, answer.Status)
		}
		h.readers[p.role] = who
	}
	first, err := h.read(ctx, "clerk", "/console")
	if err != nil {
		return err
	}
	grid, worker := option(first.text, "grid", ""), option(first.text, "assignee", "worker:")
	if grid == "" || worker == "" {
		return fmt.Errorf("%s: the list of cases offers no grid or no worker", h.name)
	}
	last := time.Now().AddDate(0, -3, 0)
	h.own = strings.NewReplacer("{quarter}", fmt.Sprintf("%dQ%d", last.Year(), (last.Month()+2)/3),
		"{grid}", url.QueryEscape(grid), "{worker}", url.QueryEscape(worker),
		"{account}", url.QueryEscape(strings.TrimPrefix(worker, "worker:")), "{yesterday}", time.Now().AddDate(0, 0, -1).UTC().Format(time.RFC3339))
	return nil
}

func reader(jar http.CookieJar) *http.Client {
	return &http.Client{Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

var choices = regexp.MustCompile(`(?s)<select name="([a-z]+)">(.*?)</select>`)
var choice = regexp.MustCompile(`<option value="([^"]+)"`)

// option is the first choice of a field whose value begins so.
func option(page, field, begins string) string {
	for _, s := range choices.FindAllStringSubmatch(page, -1) {
		if s[1] != field {
			continue
		}
		for _, o := range choice.FindAllStringSubmatch(s[2], -1) {
			if value := html.UnescapeString(o[1]); strings.HasPrefix(value, begins) {
				return value
			}
		}
	}
	return ""
}

// answer is a page as it came.
type answer struct {
	text string
	took time.Duration // to its last byte
}

// read asks for a page. Who is told to come later comes later, and that time does not count.
func (h *house) read(ctx context.Context, who, path string) (answer, error) {
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.address+path, nil)
		if err != nil {
			return answer{}, err
		}
		began := time.Now()
		got, err := h.readers[who].Do(r)
		if err != nil {
			return answer{}, err
		}
		text, err := io.ReadAll(got.Body)
		took := time.Since(began)
		if got.Body.Close(); err != nil {
			return answer{}, fmt.Errorf("%s: %s %s: %w", h.name, who, path, err)
		}
		switch got.StatusCode {
		case http.StatusOK:
			return answer{string(text), took}, nil
		case http.StatusTooManyRequests:
			select {
			case <-time.After(time.Second):
				continue
			case <-ctx.Done():
				return answer{}, context.Cause(ctx)
			}
		}
		return answer{}, fmt.Errorf("%s: %s %s: %s", h.name, who, path, got.Status)
	}
}

// further is the link of a list to what comes after it; others of its class lead back.
var further = regexp.MustCompile(`<a class="more" href="([^"]+)">(?:下一页|更多)</a>`)

// pages are the addresses of a list's pages, up to the one that is meant or the last one.
func (h *house) pages(ctx context.Context, l list) ([]string, error) {
	all := []string{h.own.Replace(l.path)}
	for len(all) < l.page {
		a, err := h.read(ctx, l.who, all[len(all)-1])
		if err != nil {
			return nil, err
		}
		link := further.FindStringSubmatch(a.text)
		if link == nil {
			break
		}
		all = append(all, html.UnescapeString(link[1]))
	}
	return all, nil
}
