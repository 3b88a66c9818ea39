package ui

import (
	"slices"
	"testing"

	"lintai/kiosk/visit"
	"lintai/ui/theme"
)

// wordSize is the size in millimetres at which words stand on the screen.
func (st *stage) wordSize(t *testing.T, words string) float32 {
	t.Helper()
	for _, text := range st.screen.drawing().Texts {
		if text.Words == words {
			return text.Size / st.screen.panel.PxPerMM
		}
	}
	t.Errorf("%q does not stand on one line", words)
	return 0
}

func TestLongCandidatesStayAsLargeAsSentences(t *testing.T) {
	st := newStage(t, panels["1080x1920"])
	for _, words := range [][]string{
		{"漏水", "漏", "楼", "搂", "陋"},
		{"居民委员会", "居民楼门口", "居委会", "居民楼", "居民"},
		{"社区卫生服务中心", "社区服务中心站", "社区文化活动室", "社区居民委员会", "社区卫生服务站"},
		{"城乡居民基本养老保险", "城乡居民", "城乡", "城", "成"},
	} {
		v := sampleNamed(t, "text-candidates")
		board := *v.Keyboard
		board.Candidates = someWords(words...)
		v.Keyboard = &board
		before := keyPlaces(st, v)
		for _, size := range []visit.Size{visit.SizeStandard, visit.SizeLarge, visit.SizeLargest} {
			v.Manner.Size = size
			st.screen.show(v)
			for _, fault := range st.screen.drawing().Faults() {
				t.Errorf("%v: %s", words, fault)
			}
			for _, word := range words {
				if mm := st.wordSize(t, word); mm < theme.Body {
					t.Errorf("%s is %.1f mm", word, mm)
				}
			}
			if len(st.screen.Targets()) == 0 || st.target(t, "word.more").H < st.screen.panel.MM(theme.Key) {
				t.Error("the key to the next words is too small")
			}
		}
		v.Manner.Size = visit.SizeStandard
		board.Candidates, board.More = nil, nil
		if after := keyPlaces(st, v); !slices.Equal(before, after) {
			t.Errorf("the keys move when %v come up", words)
		}
	}
}

// keyPlaces is where the letters stand.
func keyPlaces(st *stage, v visit.View) (places []Target) {
	st.screen.show(v)
	for _, target := range st.screen.Targets() {
		if len(target.ID) > 4 && target.ID[:4] == "key." {
			places = append(places, target)
		}
	}
	return places
}
