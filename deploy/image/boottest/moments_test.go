package main

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestWhatWasPromisedByAMoment(t *testing.T) {
	all := []promise{{100, 1}, {250, 2}, {300, 3}}
	for bytes, want := range map[int64]int{0: 0, 99: 0, 100: 1, 249: 1, 250: 2, 299: 2, 300: 3, 1000: 3} {
		if got := promised(all, bytes); got != want {
			t.Errorf("at byte %d: %d, and not %d", bytes, got, want)
		}
	}
}

func TestMomentsAreDrawnInOrderFromFirstToLast(t *testing.T) {
	all := anyCalls(rand.New(rand.NewPCG(1, 1)), 5, 7, 100)
	if len(all) != 100 || !slices.IsSorted(all) || all[0] != 5 || all[99] != 7 {
		t.Errorf("%v", all)
	}
	if got := anyCalls(rand.New(rand.NewPCG(1, 1)), 5, 5, 2); !slices.Equal(got, []int{5, 5}) {
		t.Errorf("%v", got)
	}
}

func TestAScreenSaysThatARequestIsSaved(t *testing.T) {
	for text, want := range map[string]bool{"请求已保存,待送达": true, "已送达 社区": true, "请核对": false, "": false} {
		if saysSaved(text) != want {
			t.Errorf("%q", text)
		}
	}
}
