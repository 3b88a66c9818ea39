package limit

import (
	"testing"
	"time"
)

func TestTake(t *testing.T) {
	now := time.Unix(1000, 0)
	g := &Guesses{Burst: 3, Every: time.Second, Clock: func() time.Time { return now }}
	for i := range 3 {
		if !g.Take("a") {
			t.Errorf("%d was too much", i)
		}
	}
	if g.Take("a") || !g.Take("b") {
		t.Error("a fourth was let through, or another was not")
	}
	now = now.Add(time.Second)
	if !g.Take("a") || g.Take("a") {
		t.Error("one more a second, and only one")
	}
}
