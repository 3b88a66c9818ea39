package terminals

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/rollout"
	"lintai/sync/central/staff"
)

// pageTerminals is how many stand on a page.
const pageTerminals = 24

// which are the lists that one can choose, with what belongs on each.
var which = []struct {
	name string
	has  func(v View) bool
}{
	{"all", func(View) bool { return true }},
	{"trouble", View.Troubled},
	{"silent", func(v View) bool { return !v.Online }},
	{"updating", func(v View) bool { return v.Computer != nil && v.Computer.changes() }},
}

// orders are how a list may be sorted; what they call the same stays by number.
var orders = []struct {
	name    string
	compare func(a, b View) int
}{
	{"number", func(View, View) int { return 0 }},
	{"trouble", func(a, b View) int { return rank(b) - rank(a) }},
	{"contact", func(a, b View) int {
		if a.Online != b.Online {
			return map[bool]int{true: 1, false: -1}[a.Online]
		}
		return a.Heard.Compare(b.Heard)
	}},
	{"version", func(a, b View) int { return -rollout.Newer(a.image(), b.image()) }},
	{"warm", by(celsius, false)},
	{"worn", by(wornPercent, false)},
	{"free", by(freeMB, true)},
}

// rank is how much somebody should look at a terminal.
func rank(v View) int {
	switch {
	case v.Alarm != "":
		return 3
	case v.Troubled():
		return 2
	case !v.Online || len(v.Faults) > 0:
		return 1
	}
	return 0
}

func (v View) image() string {
	if v.Computer == nil {
		return ""
	}
	return v.Computer.Image
}

// figure is one that a computer may tell; ok is false where it does not.
type figure func(*computer) (n int64, ok bool)

func celsius(c *computer) (int64, bool)     { return of(c.Celsius) }
func wornPercent(c *computer) (int64, bool) { return of(c.WornPercent) }
func freeMB(c *computer) (int64, bool)      { return of(c.FreeMB) }

func of[N int | int64](n *N) (int64, bool) {
	if n == nil {
		return 0, false
	}
	return int64(*n), true
}

// by compares figures, the least first; who does not tell stands last either way.
func by(f figure, least bool) func(a, b View) int {
	read := func(v View) (int64, bool) {
		if v.Computer == nil {
			return 0, false
		}
		return f(v.Computer)
	}
	return func(a, b View) int {
		x, is := read(a)
		y, also := read(b)
		switch {
		case is != also && is:
			return -1
		case is != also:
			return 1
		case least:
			return cmp.Compare(x, y)
		}
		return cmp.Compare(y, x)
	}
}

// pageView is the page of the terminals.
type pageView struct {
	Terminals    []View
	Any          bool // there are some at all
	Manages      bool // may end an alarm
	Filters      []choice
	Sorts        []choice
	Which, Query string
	Count        string
	Next, First  string // addresses, or ""
}

// choice is a list, or an order, to choose.
type choice struct {
	Name, Words, Address string
	Count                int
	Current              bool
}

func (a *Area) page(r *console.Request) error {
	all, err := a.Views(r.Context())
	if err != nil {
		return err
	}
	query := r.URL.Query()
	list, order, text := query.Get("which"), query.Get("sort"), strings.TrimSpace(query.Get("q"))
	v := pageView{Any: len(all) > 0, Manages: r.Who.Has(staff.Administrator), Query: text}
	address := func(list, order string, page int) string {
		values := url.Values{}
		for name, value := range map[string]string{"which": list, "sort": order, "q": text} {
			if value != "" && value != which[0].name && value != orders[0].name {
				values.Set(name, value)
			}
		}
		if page > 0 {
			values.Set("page", strconv.Itoa(page))
		}
		return strings.TrimSuffix("/console/terminals?"+values.Encode(), "?")
	}
	if text != "" {
		all = slices.DeleteFunc(all, func(v View) bool { return !v.fits(text) })
	}
	chosen, compare := which[0], orders[0]
	for _, w := range which {
		if w.name == list {
			chosen = w
		}
	}
	for _, o := range orders {
		if o.name == order {
			compare = o
		}
	}
	for _, w := range which {
		n := 0
		for _, one := range all {
			if w.has(one) {
				n++
			}
		}
		v.Filters = append(v.Filters, choice{w.name, phrase.Text(phrase.ID("fleet_which." + w.name)), address(w.name, compare.name, 0), n, w.name == chosen.name})
	}
	for _, o := range orders {
		v.Sorts = append(v.Sorts, choice{Name: o.name, Words: phrase.Text(phrase.ID("fleet_sort." + o.name)), Current: o.name == compare.name})
	}
	v.Which = chosen.name
	all = slices.DeleteFunc(all, func(one View) bool { return !chosen.has(one) })
	slices.SortStableFunc(all, compare.compare)
	page, err := strconv.Atoi(query.Get("page"))
	if err != nil || page < 0 || page > len(all)/pageTerminals {
		page = 0
	}
	if page > 0 {
		v.First = address(chosen.name, compare.name, 0)
	}
	v.Terminals = all[page*pageTerminals:]
	if len(v.Terminals) > pageTerminals {
		v.Terminals, v.Next = v.Terminals[:pageTerminals], address(chosen.name, compare.name, page+1)
	}
	return r.Show(terminalsPage, v)
}

// fits tells whether a terminal is what somebody looks for: its number, a part of its
// name, or of the version that it runs.
func (v View) fits(text string) bool {
	return strconv.Itoa(v.Number) == text || strings.Contains(v.Name, text) || strings.Contains(v.image(), text)
}
