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
	Rows  [3]int // of a confirm page
	Items [3]int // of a list
	Runes [3]int // Chinese characters to read
}

// LeastRoom is that of the smallest panel, 1280×800 on ten inches.
var LeastRoom = Room{Rows: [3]int{4, 3, 2}, Items: [3]int{5, 4, 3}, Runes: [3]int{120, 80, 56}}

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
		return pagesOf(len(s.items()), s.itemsShown())
	case ScreenConfirm:
		return pagesOf(len(s.confirmRows()), s.rowsShown())
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

func (s State) rowsShown() int { return s.rules.Room.Rows[s.visit.manner.Size] }

func (s State) itemsShown() int { return s.rules.Room.Items[s.visit.manner.Size] }
