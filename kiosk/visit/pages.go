package visit

import (
	"strings"
	"unicode"

	"lintai/kiosk/catalog"

	"lintai/kiosk/phrase"
)

// A screen holds as much as large letters allow; the rest is on further pages.

// Room is how much a panel has room for, by size of letters.
type Room struct {
	Rows   [3]int // of a confirm page
	Value  int    // Chinese characters that a row holds; a longer value counts as several rows. 0: any
	Notice int    // rows that give way to a notice
	Items  [3]int // of a list
	Item   int    // Chinese characters on a line of an item; with longer ones a page holds two. 0: any
	Runes  [3]int // Chinese characters to read
}

// LeastRoom is that of the smallest panel, 1280×800 on ten inches.
var LeastRoom = Room{Rows: [3]int{4, 3, 2}, Value: 12, Notice: 1, Items: [3]int{3, 3, 2}, Item: 18, Runes: [3]int{120, 80, 56}}

// tilesShown is the most tiles on a page.
const tilesShown = catalog.MaxTiles

// latinFactor is how many Latin letters stand where one Chinese character does.
const latinFactor = 2

func (s State) runes(paragraphs []string) int {
	n := s.rules.Room.Runes[s.visit.manner.Size]
	for _, p := range paragraphs {
		// Policies and notices stay in the language of their source.
		if strings.ContainsFunc(p, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			return n
		}
	}
	return n * latinFactor
}

// pagesNow is how many pages the current screen has.
func (s State) pagesNow() int {
	switch s.visit.screen {
	case ScreenHome, ScreenChoose:
		return pagesOf(len(s.tiles()), tilesShown)
	case ScreenList:
		items := s.items()
		return pagesOf(len(items), s.itemsShown(items))
	case ScreenConfirm:
		return max(1, len(s.confirmPages()))
	case ScreenArticle:
		return len(s.article().pages)
	}
	return 1
}

func pagesOf(n, on int) int { return max(1, (n+on-1)/on) }

// pageNow is the page that is shown: larger letters make more pages, smaller
// ones fewer.
func (s State) pageNow() int { return min(max(0, s.visit.page), s.pagesNow()-1) }

func (m *machine) turn(by int) {
	if to := m.pageNow() + by; to >= 0 && to < m.pagesNow() && by != 0 {
		m.visit.page = to
		m.visit.notice = notice{}
	}
}

func (s State) pager() *Pager {
	pages, page := s.pagesNow(), s.pageNow()
	if pages < 2 {
		return nil
	}
	l := s.visit.manner.Locale
	return &Pager{
		Page: page + 1, Pages: pages,
		Earlier: Control{ID: "page.earlier", Label: phrase.In(l, "pager.earlier"), Icon: "previous", Event: Turn{-1}, Disabled: page == 0},
		Later:   Control{ID: "page.later", Label: phrase.In(l, "pager.later"), Icon: "next", Event: Turn{1}, Disabled: page == pages-1},
	}
}

// cut is the part of a list on the page that is shown.
func cut[T any](all []T, page, on int) []T {
	from := min(page*on, len(all))
	return all[from:min(from+on, len(all))]
}

// confirmPages are the rows to confirm, page by page. A row that is higher than
// the others takes the place of several, and a page to itself where it must.
func (s State) confirmPages() [][]Row {
	room := s.rules.Room
	most := room.Rows[s.visit.manner.Size]
	pages := filled(s.confirmRows(), most, room)
	if n := len(pages); n > 0 && s.confirmNotice() != "" {
		// It stands on the last page, where one confirms, and takes its place there.
		if last := filled(pages[n-1], max(1, most-room.Notice), room); len(last) > 1 {
			pages = append(pages[:n-1], last...)
		}
	}
	for _, page := range pages {
		changes := "" // what changes the row above
		for i, row := range page {
			switch {
			case row.Edit == nil:
			case row.Edit.ID == changes:
				page[i].Edit = nil // what the card said is changed as one
			default:
				changes = row.Edit.ID
			}
		}
	}
	return pages
}

// filled fills pages with rows, in their order.
func filled(rows []Row, most int, room Room) [][]Row {
	var pages [][]Row
	left := 0
	for _, row := range rows {
		need := room.rowsFor(row.Value)
		if len(pages) == 0 || need > left {
			pages, left = append(pages, nil), most
		}
		left -= need
		page := &pages[len(pages)-1]
		*page = append(*page, row)
	}
	return pages
}

// rowsFor is how many rows a value counts as.
func (r Room) rowsFor(value string) int {
	if r.Value == 0 {
		return 1
	}
	return pagesOf(breadth(value), latinFactor*r.Value)
}

// breadth is how many Latin letters stand where a text does.
func breadth(text string) int {
	n := 0
	for _, c := range text {
		n++
		if c >= 0x2E80 {
			n += latinFactor - 1
		}
	}
	return n
}

// longItems is how many items stand on a page when one of the list needs more
// than a line for its name or what is said below it.
const longItems = 2

// itemsShown is how many of a list's items stand on a page.
func (s State) itemsShown(items []Control) int {
	room := s.rules.Room
	most := room.Items[s.visit.manner.Size]
	for _, c := range items {
		if room.Item > 0 && max(breadth(c.Label), breadth(c.Detail)) > latinFactor*room.Item {
			return min(most, longItems)
		}
	}
	return most
}
