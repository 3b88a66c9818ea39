package central_test

import (
	"io"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lintai/sync/central/staff"
)

// A browser that has a file of the program already is not sent it again.
func TestFilesAreSentOnce(t *testing.T) {
	h := setup(t)
	for _, name := range []string{"console.css", "console.js", "icon.svg", "track.css", "votes.css"} {
		ask := func(tag string) *http.Response {
			r, err := http.NewRequestWithContext(t.Context(), "GET", h.server.URL+"/assets/"+name, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("If-None-Match", tag)
			answer, err := h.server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { answer.Body.Close() })
			return answer
		}
		first := ask("")
		body, err := io.ReadAll(first.Body)
		tag := first.Header.Get("ETag")
		if err != nil || first.StatusCode != http.StatusOK || len(body) == 0 || tag == "" || first.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %s, %d bytes, tag %s, %v", name, first.Status, len(body), tag, err)
		}
		if again := ask(tag); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %s", name, again.Status)
		}
		if changed := ask(`"another"`); changed.StatusCode != http.StatusOK {
			t.Errorf("%s after a change: %s", name, changed.Status)
		}
	}
}

// contrast is the ratio of two colours by WCAG 2, from 1 to 21.
func contrast(t *testing.T, one, other string) float64 {
	t.Helper()
	light := func(colour string) float64 {
		if len(colour) == 4 {
			colour = "#" + strings.Repeat(colour[1:2], 2) + strings.Repeat(colour[2:3], 2) + strings.Repeat(colour[3:4], 2)
		}
		n, err := strconv.ParseUint(colour[1:], 16, 32)
		if err != nil || len(colour) != 7 {
			t.Fatalf("%q is no colour", colour)
		}
		part := func(c uint64) float64 {
			v := float64(c&0xff) / 255
			if v <= 0.04045 {
				return v / 12.92
			}
			return math.Pow((v+0.055)/1.055, 2.4)
		}
		return 0.2126*part(n>>16) + 0.7152*part(n>>8) + 0.0722*part(n)
	}
	a, b := light(one), light(other)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// Words can be read by people who see badly: 4.5 to 1 at least, for every rule that names
// both colours, and for the others on all grounds that a page has.
func TestColoursCanBeRead(t *testing.T) {
	if ratio := contrast(t, "#000", "#ffffff"); ratio < 20.9 {
		t.Fatalf("black on white is %.1f", ratio)
	}
	if ratio := contrast(t, "#a9b4b2", "#fff"); ratio > 4.5 {
		t.Fatalf("light grey on white is %.1f", ratio)
	}
	h := setup(t)
	css := h.browser().page("/assets/console.css", 200)
	names := map[string]string{}
	for _, m := range regexp.MustCompile(`--(\w+): (#[0-9a-f]+)`).FindAllStringSubmatch(css, -1) {
		names["var(--"+m[1]+")"] = m[2]
	}
	if len(names) < 8 {
		t.Fatalf("%d colours have names", len(names))
	}
	colour := func(value string) (string, bool) {
		if named, ok := names[value]; ok {
			value = named
		}
		return value, strings.HasPrefix(value, "#") && (len(value) == 4 || len(value) == 7)
	}
	value := func(rule, property string) (string, bool) {
		m := regexp.MustCompile(`(?:^|[;\s])` + property + `: ?([^;]+)`).FindStringSubmatch(rule)
		if m == nil {
			return "", false
		}
		return colour(strings.TrimSpace(m[1]))
	}
	tried := 0
	for _, m := range regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`).FindAllStringSubmatch(css, -1) {
		ink, ok := value(m[2], "color")
		if !ok {
			continue
		}
		grounds := []string{"#fff", names["var(--ground)"]}
		if ground, ok := value(m[2], "background"); ok {
			grounds = []string{ground}
		} else if ink == "#fff" {
			continue // on a ground that another rule gives
		}
		for _, ground := range grounds {
			tried++
			if ratio := contrast(t, ink, ground); ratio < 4.5 {
				t.Errorf("%s: %s on %s is %.1f to 1", strings.TrimSpace(m[1]), ink, ground, ratio)
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d pairs of colours were found", tried)
	}
}

// Paper is as narrow as a telephone to a browser, but its tables are not to be.
func TestNarrowRulesAreForScreensOnly(t *testing.T) {
	h := setup(t)
	css := h.browser().page("/assets/console.css", 200)
	all := regexp.MustCompile(`@media [^{]*width[^{]*`).FindAllString(css, -1)
	if len(all) < 4 {
		t.Fatalf("%d rules for narrow screens", len(all))
	}
	for _, query := range all {
		if !strings.HasPrefix(query, "@media screen and ") {
			t.Errorf("%s counts for paper too", query)
		}
	}
}

// A long menu takes one line of a telephone until it is pressed, and then shows all
// groups with their entries; at a desk it takes one line, and a group shows its entries when
// it is pressed, by mouse or by key. A short one stands open everywhere, without groups.
func TestLongMenuIsGroupedAndFolded(t *testing.T) {
	h := setup(t)
	all := map[staff.Role]int{}
	for _, who := range []struct {
		name   string
		roles  []staff.Role
		first  string // the entry at which she begins
		there  string // a page within a group
		within string // the name of that group
	}{
		{"徐甲", []staff.Role{staff.Worker}, "", "", ""},
		{"王芳", []staff.Role{staff.Clerk}, "/console", "/console/points", "社区生活"},
		{"陈甲", []staff.Role{staff.Administrator}, "/console", "/console/limits", "管理"},
		{"林乙", []staff.Role{staff.Clerk, staff.Worker, staff.Mediator, staff.Auditor, staff.Administrator}, "/console/mine", "/console/visits", "走访和调解"},
	} {
		b := h.colleague(who.name, who.roles...)
		tab, _ := chromium(t)
		d := &desk{t: t, tab: tab}
		seen := func() int {
			return evaluate[int](d, "[...document.querySelectorAll('.menu a')].filter(a => a.checkVisibility({contentVisibilityAuto: true}) && a.offsetHeight > 0).length")
		}
		tall := func() int { return evaluate[int](d, "document.querySelector('.menu').offsetHeight") }
		wide := func() int { return evaluate[int](d, "document.documentElement.scrollWidth") }
		d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
		d.enter(b)
		entries := evaluate[int](d, "document.querySelectorAll('.menu a').length")
		all[who.roles[0]] = entries
		if folded := evaluate[bool](d, "!!document.getElementById('unfold')"); folded != (entries > 7) || folded != (who.first != "") {
			t.Fatalf("%s has %d entries, folded: %v", who.name, entries, folded)
		}
		if tall() > 110 {
			t.Errorf("%s: the menu of %d entries is %d px tall", who.name, entries, tall())
		}
		if who.first == "" {
			if n := seen(); n != entries {
				t.Errorf("%s sees %d of %d entries", who.name, n, entries)
			}
			continue
		}
		if n := seen(); n != 1 {
			t.Errorf("folded, %s sees %d entries, not the one where she is", who.name, n)
		}
		d.click(".menu label")
		if n := seen(); n != entries || wide() > 375 {
			t.Errorf("unfolded, %s sees %d of %d entries, %d px wide", who.name, n, entries, wide())
		}
		d.click(`.menu a[href="` + who.there + `"]`)
		d.sees(".menu details.here")
		if text := evaluate[string](d, "document.querySelector('.menu .here').innerText"); tall() > 60 || seen() != 0 || !strings.Contains(text, who.within) {
			t.Errorf("%s: within a group the menu is %d px tall and says %q", who.name, tall(), text)
		}

		d.do("desk", chromedp.EmulateViewport(1280, 900))
		d.click(".top .brand") // loads it anew, folded
		d.sees(`.menu a[aria-current][href="` + who.first + `"]`)
		if tall() > 60 {
			t.Errorf("at a desk the menu of %d entries is %d px tall for %s", entries, tall(), who.name)
		}
		before := seen()
		evaluate[bool](d, `([...document.querySelectorAll('.menu summary')].find(s => s.textContent.startsWith('`+who.within+`')).focus(), true)`)
		d.do("by key", chromedp.KeyEvent(kb.Enter))
		if n := seen(); n <= before || tall() > 60 {
			t.Errorf("%s pressed %s and sees %d entries, %d before", who.name, who.within, n, before)
		}
		d.do("escape", chromedp.KeyEvent(kb.Escape))
		if n := seen(); n != before {
			t.Errorf("after Escape %s sees %d entries", who.name, n)
		}
		d.do("by key", chromedp.KeyEvent(kb.Enter))
		evaluate[bool](d, `(document.querySelector('.menu a[href="`+who.there+`"]').focus(), true)`)
		d.do("by key", chromedp.KeyEvent(kb.Enter))
		d.sees(`.menu .here a[aria-current][href="` + who.there + `"]`)
	}
	if all[staff.Clerk] < 15 || all[staff.Administrator] < 20 {
		t.Errorf("%v entries: too few to tell", all)
	}
}
