package visit

import (
	"testing"
	"time"

	"lintai/kiosk/phrase"
)

func TestGreeting(t *testing.T) {
	r := newReplay(t)
	come := func() int {
		r.feed(Presence{Here: true})
		say, n := find[Say](r.last)
		if n > 0 && say.Text != phrase.Text("start.greeting") {
			t.Fatalf("says %q", say.Text)
		}
		r.feed(Presence{Here: false})
		if len(r.last) > 0 {
			t.Fatalf("on going: %v", r.last)
		}
		return n
	}
	for _, c := range []struct {
		name string
		wait time.Duration
		want int
	}{
		{"the first who comes", 0, 1},
		{"again at once", 0, 0},
		{"59 seconds after the greeting", 59 * time.Second, 0},
		{"a minute after it", time.Second, 1},
		{"right behind", time.Second, 0},
	} {
		r.wait(c.wait)
		if got := come(); got != c.want {
			t.Errorf("%s: greeted %d times, want %d", c.name, got, c.want)
		}
		r.on(ScreenStart)
	}
}

func TestGreetingOnlyWhereNobodyIsAtIt(t *testing.T) {
	r := newReplay(t)
	silent := func(when string) {
		t.Helper()
		r.wait(30 * time.Second)
		if r.feed(Presence{Here: true}); len(r.last) > 0 {
			t.Errorf("%s: %v", when, r.last)
		}
	}
	r.feed(Wake{}).on(ScreenHome)
	silent("in a visit")
	r.feed(Finish{}, Back{}).on(ScreenStart)
	r.feed(ButtonPressed{}).on(ScreenCalling)
	silent("in a call")
	r.feed(Dismiss{}).on(ScreenStart)
	r.feed(Presence{Here: true})
	if _, n := find[Say](r.last); n != 1 {
		t.Error("not greeted when the call is over")
	}
}

// TestGreetingAfterTheClockWasSetBack: a clock without a battery starts in 1970 or in
// 2080, and is right some minutes later.
func TestGreetingAfterTheClockWasSetBack(t *testing.T) {
	r := newReplay(t)
	r.feed(Tick{begin.AddDate(50, 0, 0)}, Presence{Here: true}, Presence{}, Tick{begin}, Presence{Here: true})
	if _, n := find[Say](r.last); n != 1 {
		t.Error("silent for fifty years")
	}
}
