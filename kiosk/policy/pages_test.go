package policy

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func joined(pages [][]string) string {
	var b strings.Builder
	for _, page := range pages {
		for _, piece := range page {
			b.WriteString(piece)
		}
	}
	return b.String()
}

func TestPages(t *testing.T) {
	for _, tt := range []struct {
		name       string
		runes      int
		paragraphs []string
		want       [][]string
	}{
		{"all on one", 50, []string{"一二三。", "四五。"}, [][]string{{"一二三。", "四五。"}}},
		{"a short paragraph takes a line", 50, []string{"一", "二", "三", "四", "五", "六"}, [][]string{{"一", "二", "三", "四", "五"}, {"六"}}},
		{"goes on after a sentence", 10, []string{"一二三四。六七八九十一二。"}, [][]string{{"一二三四。"}, {"六七八九十一二。"}}},
		{"a quotation mark stays with its sentence", 10, []string{"“一二三四五六。”七八九十一。"}, [][]string{{"“一二三四五六。”"}, {"七八九十一。"}}},
		{"a sentence that fits is not torn", 10, []string{"一。", "一二三，五六七八九。"}, [][]string{{"一。"}, {"一二三，五六七八九。"}}},
		{"too long a sentence, after a comma", 10, []string{"一二三，五六七八九十，二三四。"}, [][]string{{"一二三，"}, {"五六七八九十，二三四"[:len("五六七八九十，")]}, {"二三四。"}}},
		{"neither comma nor end", 10, []string{"一二三四五六七八九十甲乙丙"}, [][]string{{"一二三四五六七八九十"}, {"甲乙丙"}}},
		{"no room at all", 0, []string{"一二三四五六"}, [][]string{{"一二三四五"}, {"六"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := Article{Paragraphs: tt.paragraphs}
			if got := a.Pages(tt.runes); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}

// Whatever the screen holds: nothing is lost, no page is empty or too full, and
// a sentence is torn only when it is longer than a screen.
func TestPagesOfTheDefaultCorpus(t *testing.T) {
	for _, runes := range []int{1, 7, 20, 56, 80, 120, 400} {
		t.Run(fmt.Sprint(runes), func(t *testing.T) {
			line := max(1, runes/linesShown)
			for _, a := range Default().Articles {
				pages := a.Pages(runes)
				if got, want := joined(pages), strings.Join(a.Paragraphs, ""); got != want {
					t.Errorf("%s: pages hold %q", a.ID, got)
				}
				for i, page := range pages {
					lines := 0
					for _, piece := range page {
						n := len([]rune(piece))
						lines += (n + line - 1) / line
						if n == 0 {
							t.Errorf("%s, page %d: an empty paragraph", a.ID, i+1)
						}
					}
					if lines > linesShown || len(page) == 0 {
						t.Errorf("%s, page %d: %d lines in %q", a.ID, i+1, lines, page)
					}
					if i == len(pages)-1 {
						continue
					}
					last := []rune(page[len(page)-1])
					if !ends(append(last, 'x'), len(last), sentenceEnd) {
						// Torn: then the sentence, up to where it goes on to,
						// is longer than a screen.
						whole := torn(&a, pages, i)
						if len([]rune(whole)) <= linesShown*line {
							t.Errorf("%s, page %d: tore %q", a.ID, i+1, whole)
						}
					}
				}
			}
		})
	}
}

// torn is the sentence that goes on from one page to the next.
func torn(a *Article, pages [][]string, i int) string {
	at := len([]rune(joined(pages[:i+1])))
	all := []rune(strings.Join(a.Paragraphs, ""))
	from, to := at, at
	for from > 0 && !ends(all, from, sentenceEnd) {
		from--
	}
	for to < len(all) && !ends(all, to, sentenceEnd) {
		to++
	}
	return string(all[from:to])
}
