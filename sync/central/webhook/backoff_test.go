package webhook

import (
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	well, days := Subscription{}, Subscription{Failures: 9, FailingSince: now.Add(-Patience)}
	for _, c := range []struct {
		what     string
		s        Subscription
		attempts int
		a        answer
		want     Outcome
	}{
		{"taken", well, 3, answer{status: 204}, Outcome{Taken: true}},
		{"first failure", well, 0, answer{status: 500}, Outcome{Failed: true, Again: now.Add(5 * time.Second), PausedUntil: now.Add(5 * time.Second)}},
		{"no answer", well, 1, answer{}, Outcome{Failed: true, Again: now.Add(5 * time.Minute), PausedUntil: now.Add(5 * time.Second)}},
		{"redirect", well, 0, answer{status: 302}, Outcome{Failed: true, Again: now.Add(5 * time.Second)}},
		{"refused", well, 2, answer{status: 400}, Outcome{Failed: true, Again: now.Add(30 * time.Minute)}},
		{"refused to the end", well, 9, answer{status: 400}, Outcome{Failed: true, GivenUp: true}},
		{"ill at the end", well, 9, answer{status: 503}, Outcome{Failed: true, Again: now.Add(24 * time.Hour), PausedUntil: now.Add(5 * time.Second)}},
		{"busy, with a wish", well, 0, answer{429, 10 * time.Minute}, Outcome{Failed: true, Again: now.Add(10 * time.Minute), PausedUntil: now.Add(10 * time.Minute)}},
		{"a wish without end", well, 0, answer{503, 1000 * time.Hour}, Outcome{Failed: true, Again: now.Add(longestWish), PausedUntil: now.Add(longestWish)}},
		{"long rest is bounded", Subscription{Failures: 8, FailingSince: now.Add(-time.Hour)}, 0, answer{},
			Outcome{Failed: true, Again: now.Add(5 * time.Second), PausedUntil: now.Add(longestRest)}},
		{"gone", well, 0, answer{status: 410}, Outcome{Failed: true, Disable: Gone, Again: now}},
		{"for days", days, 4, answer{status: 502}, Outcome{Failed: true, Disable: Failing, Again: now}},
		{"taken after days", days, 4, answer{status: 200}, Outcome{Taken: true}},
	} {
		c.want.At = now
		if got := (Delivery{Attempts: c.attempts, Subscription: c.s}).judge(c.a, now, 0); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.what, got, c.want)
		}
	}
	a := Delivery{}.judge(answer{status: 500}, now, 1)
	if want := now.Add(6 * time.Second); !a.Again.Equal(want) {
		t.Errorf("with jitter it is tried at %v, want %v", a.Again, want)
	}
}

// The pauses are longer than the patience: a receiver that is ill all the time is
// disabled before a delivery is out of attempts.
func TestPausesOutlastPatience(t *testing.T) {
	var sum time.Duration
	for _, p := range pauses {
		sum += p
	}
	if sum <= Patience {
		t.Errorf("the pauses are %v together, patience is %v", sum, Patience)
	}
}

func TestWish(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, "-1": 0, "x": 0, "Sun, 22 Nov 2026 08:00:30 GMT": 30 * time.Second, "Sat, 21 Nov 2026 08:00:30 GMT": 0,
	} {
		if got := wish(text, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
