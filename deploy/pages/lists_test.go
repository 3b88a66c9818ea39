package main

import (
	"strings"
	"testing"
	"time"
)

func TestOption(t *testing.T) {
	const form = `<select name="grid"><option value="">全部</option><option value="g&amp;1" selected>一</option></select>
<select name="assignee"><option value="department:police">x</option>
<option value="worker:7">y</option></select>`
	for _, c := range []struct{ field, begins, want string }{{"grid", "", "g&1"}, {"assignee", "worker:", "worker:7"}, {"assignee", "nobody:", ""}, {"of", "", ""}} {
		if got := option(form, c.field, c.begins); got != c.want {
			t.Errorf("%s, %q: %q, want %q", c.field, c.begins, got, c.want)
		}
	}
}

func TestLinkToWhatComesAfterIsFound(t *testing.T) {
	const page = `<a class="more" href="/console">回到第一页</a> <a class="more" href="/console?a=1&amp;after=0.7">下一页</a>`
	if got := further.FindStringSubmatch(page); got == nil || got[1] != "/console?a=1&amp;after=0.7" {
		t.Errorf("%q", got)
	}
	if got := further.FindStringSubmatch(page[:strings.Index(page, "</a>")+4]); got != nil {
		t.Errorf("the last page leads on to %q", got)
	}
}

func TestListsThatGrowAreNamed(t *testing.T) {
	good := grown{Who: "clerk", Path: "/console", Page: 1, Rounds: 1, Small: time.Millisecond, Large: mostGrown * time.Millisecond}
	bad := grown{Who: "clerk", Path: "/console?status=rated", Page: 20, Rounds: 1, Small: time.Millisecond, Large: 2100 * time.Microsecond}
	for name, c := range map[string]struct {
		all  []grown
		want string
	}{
		"all keep within": {[]grown{good}, ""},
		"one grows":       {[]grown{good, bad}, "1 of 2 lists"},
		"it is named":     {[]grown{good, bad}, "clerk /console?status=rated, page 20: 2.10 ×"},
		"none":            {nil, "no list"},
		"it shows more":   {[]grown{with(bad, 10_000, 12_000)}, ""},
		"a little more":   {[]grown{with(bad, 10_000, 10_100)}, "1 of 1 lists"},
		"it shows less":   {[]grown{with(bad, 10_000, 100)}, "1 of 1 lists"},
	} {
		err := (&listReport{Lists: c.all}).write(t.TempDir(), &strings.Builder{})
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListsAreAskedForOnce(t *testing.T) {
	seen := map[list]bool{}
	for _, l := range lists {
		if seen[l] {
			t.Errorf("%v stands there twice", l)
		}
		seen[l] = true
	}
}

func with(g grown, small, large int) grown {
	g.Bytes = [2]int{small, large}
	return g
}
