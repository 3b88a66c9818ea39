package visit

import (
	"strings"
	"unicode"

	"lintai/kiosk/catalog"

	"lintai/kiosk/phrase"
)

// A screen holds as much as large letters allow; the rest is on further pages.
// How much that is depends on the size of letters alone, so that a page's number
// means the same on every panel.

// tilesShown is the most tiles on a page.
const tilesShown = catalog.MaxTiles

var (
	rowsShown  = [...]int{SizeStandard: 4, SizeLarge: 3, SizeLargest: 2}
	itemsShown = [...]int{SizeStandard: 5, SizeLarge: 4, SizeLargest: 3}
	runesShown = [...]int{SizeStandard: 120, SizeLarge: 80, SizeLargest: 56}
)

// latinFactor is how many Latin letters stand where one Chinese character does.
const latinFactor = 2

func (s State) runes(paragraphs []string) int {
	n := runesShown[s.visit.manner.Size]
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
		return pagesOf(len(s.items()), itemsShown[s.visit.manner.Size])
	case ScreenConfirm:
		return pagesOf(len(s.confirmRows()), rowsShown[s.visit.manner.Size])
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
