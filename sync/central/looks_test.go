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

// A long menu takes one line of a telephone until it is pressed, which no script does; a
// short one stands open, and all do at a desk.
func TestLongMenuIsFoldedOnATelephone(t *testing.T) {
	h := setup(t)
	for _, b := range []*browser{h.colleague("徐甲", staff.Worker), h.colleague("陈甲", staff.Administrator)} {
		tab, _ := chromium(t)
		d := &desk{t: t, tab: tab}
		seen := func() int {
			return evaluate[int](d, "[...document.querySelectorAll('.menu a')].filter(a => a.offsetHeight > 0).length")
		}
		d.do("phone", chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
		d.enter(b)
		all := evaluate[int](d, "document.querySelectorAll('.menu a').length")
		folded := evaluate[bool](d, "!!document.getElementById('unfold')")
		if folded != (all > 7) {
			t.Errorf("%s has %d entries, folded: %v", b.login, all, folded)
		}
		if tall := evaluate[int](d, "document.querySelector('.menu').offsetHeight"); tall > 110 {
			t.Errorf("%s: the menu of %d entries is %d px tall", b.login, all, tall)
		}
		if !folded {
			if n := seen(); n != all {
				t.Errorf("%s sees %d of %d entries", b.login, n, all)
			}
			continue
		}
		if n := seen(); n != 1 {
			t.Errorf("folded, %s sees %d entries, not the one where she is", b.login, n)
		}
		d.click(".menu label")
		if n := seen(); n != all {
			t.Errorf("unfolded, %s sees %d of %d entries", b.login, n, all)
		}
		d.do("desk", chromedp.EmulateViewport(1280, 900))
		d.click(".top .brand") // loads it anew, folded
		d.sees(".menu a[aria-current]")
		if n := seen(); n != all {
			t.Errorf("at a desk %s sees %d of %d entries", b.login, n, all)
		}
	}
}
