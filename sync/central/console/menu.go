package console

import "lintai/sync/central/staff"

// menu is the menu as one sees it.
type menu struct {
	Blocks []block
	Long   bool // it is grouped, and folded on a telephone
}

// block is an entry that stands by itself, or a group of several.
type block struct {
	Group   Group // "": by itself
	Lines   []menuLine
	Current *menuLine // the one where one is, or nil
}

// menuLine is an entry as one sees it.
type menuLine struct {
	Entry
	Current bool
}

// manyLines is how many entries have room on two lines of a telephone, and can be
// taken in at a glance. A menu that has no more is not grouped.
const manyLines = 7

// menu is the menu of who asks. The entry whose address is the longest beginning of
// the path is the current one.
func (h *Host) menu(r *Request) menu {
	var all []menuLine
	best, length := -1, 0
	for _, area := range h.Areas {
		for _, e := range area.Menu() {
			if !r.Who.Has(e.Roles...) {
				continue
			}
			if e.covers(r.URL.Path) && len(e.Address) > length {
				best, length = len(all), len(e.Address)
			}
			all = append(all, menuLine{Entry: e})
		}
	}
	if best >= 0 {
		all[best].Current = true
	}
	return grouped(all)
}

// grouped puts a long menu in groups. A group of which one sees a single entry is none.
func grouped(all []menuLine) menu {
	m := menu{Long: len(all) > manyLines}
	alone := func(lines []menuLine) {
		for _, l := range lines {
			m.Blocks = append(m.Blocks, newBlock(Daily, []menuLine{l}))
		}
	}
	if !m.Long {
		alone(all)
		return m
	}
	for _, g := range groups {
		var lines []menuLine
		for _, l := range all {
			if l.Group == g {
				lines = append(lines, l)
			}
		}
		if g == Daily || len(lines) < 2 {
			alone(lines)
			continue
		}
		m.Blocks = append(m.Blocks, newBlock(g, lines))
	}
	return m
}

func newBlock(g Group, lines []menuLine) block {
	b := block{Group: g, Lines: lines}
	for i := range lines {
		if lines[i].Current {
			b.Current = &lines[i]
		}
	}
	return b
}

// covers tells whether a page belongs to the entry.
func (e Entry) covers(path string) bool {
	if e.Below != "" {
		return path == e.Address || below(path, e.Below)
	}
	return below(path, e.Address)
}

// below tells whether a path is an address or stands below it.
func below(path, address string) bool {
	return path == address || len(path) > len(address) && path[:len(address)] == address && path[len(address)] == '/'
}

// home is where somebody begins: her first entry of the menu.
func (h *Host) home(who staff.Account) string {
	for _, area := range h.Areas {
		for _, e := range area.Menu() {
			if who.Has(e.Roles...) {
				return e.Address
			}
		}
	}
	return "/console/me"
}
