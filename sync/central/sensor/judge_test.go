package sensor

import (
	"math/rand/v2"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// full is a rule like that of bins.
var full = Rule{ID: "full", Kind: Bin, Of: Fill, From: 80, Until: 60, Pause: 30 * time.Minute}

// course judges values one minute apart.
func course(r Rule, values []float64, closedAt int) (whys []Why) {
	var s State
	before := time.Time{}
	for i, v := range values {
		at := noon.Add(time.Duration(i) * time.Minute)
		var why Why
		s, why = Judge(r, s, Observation{Value: v, At: at, Before: before, Now: at, Closed: closedAt >= 0 && i >= closedAt})
		whys = append(whys, why)
		before = at
	}
	return whys
}

func equal(t *testing.T, name string, got []Why, want ...Why) {
	t.Helper()
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("%s: value %d: %q, want %q", name, i+1, got, want)
			return
		}
	}
}

func TestOneFaultMakesOneAlarm(t *testing.T) {
	equal(t, "full until it is emptied and closed", course(full, []float64{79, 80, 95, 59, 85, 40, 81, 50}, 5),
		WhyBand, WhyRaised, WhyOpen, WhyUnclosed, WhyUnclosed, WhyOver, WhyPausing, WhyNormal)
	equal(t, "closed and still full", course(full, []float64{90, 90, 70, 90, 30}, 1), WhyRaised, WhyUncured, WhyUncured, WhyUncured, WhyOver)
	loud := Rule{ID: "loud", Kind: Noise, Of: Decibels, From: 70, Until: 60, For: 3 * time.Minute}
	equal(t, "for some time", course(loud, []float64{75, 75, 75, 75, 75}, -1), WhyWaiting, WhyWaiting, WhyWaiting, WhyRaised, WhyOpen)
	equal(t, "flapping", course(loud, []float64{75, 75, 69, 75, 75, 75, 65, 75}, -1), WhyWaiting, WhyWaiting, WhyBand, WhyWaiting, WhyWaiting, WhyWaiting, WhyBand, WhyWaiting)
	low := Rule{ID: "low", Kind: Bin, Of: Battery, From: 10, Until: 20}
	equal(t, "too little", course(low, []float64{50, 15, 10, 5}, -1), WhyNormal, WhyBand, WhyRaised, WhyOpen)
}

func TestValuesThatCameLateAreNotJudgedAsNow(t *testing.T) {
	s, why := Judge(full, State{}, Observation{Value: 95, At: noon.Add(-time.Hour), Now: noon})
	if why != WhyStale || !s.Raised.IsZero() {
		t.Errorf("%q %+v", why, s)
	}
	if _, why = Judge(full, s, Observation{Value: 95, At: noon, Before: noon.Add(-time.Hour), Now: noon}); why != WhyRaised {
		t.Errorf("a fresh one: %q", why)
	}
	// What lies between two values far apart is not known.
	loud := Rule{Kind: Noise, Of: Decibels, From: 70, Until: 60, For: time.Hour}
	s, _ = Judge(loud, State{}, Observation{Value: 80, At: noon, Now: noon})
	later := noon.Add(Gap + time.Minute)
	if _, why = Judge(loud, s, Observation{Value: 80, At: later, Before: noon, Now: later}); why != WhyWaiting {
		t.Errorf("two values hours apart are one stretch: %q", why)
	}
}

// Whatever a device says, and whenever staff close cases: an alarm only of a value beyond
// the limit, and of a whole stretch of them; between two alarms the case was closed, a
// value was normal, and the pause went by; none while it is muted or the value is old.
func TestAnyCourse(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 22))
		rule := Rule{From: 80, Until: float64(60 + r.IntN(21)), For: time.Duration(r.IntN(4)) * 5 * time.Minute, Pause: time.Duration(r.IntN(3)) * 20 * time.Minute}
		var s State
		now, at, before := noon, time.Time{}, time.Time{}
		var since, raised, both time.Time // of the stretch beyond the limit; the alarm; closed and normal
		closed, normal, alarms := false, false, 0
		for range 200 {
			now = now.Add(time.Duration(r.IntN(15*60)) * time.Second)
			age := time.Duration(0)
			if r.IntN(8) == 0 {
				age = time.Duration(r.IntN(40)) * time.Minute
			}
			if at = now.Add(-age); at.Before(before) {
				at = before
			}
			v := float64(40 + r.IntN(60))
			if r.IntN(3) > 0 {
				v = 75 + float64(r.IntN(10)) // about the limit
			}
			closed = closed || !raised.IsZero() && r.IntN(6) == 0
			o := Observation{Value: v, At: at, Before: before, Now: now, Muted: r.IntN(10) == 0, Closed: closed}
			was := s
			var why Why
			s, why = Judge(rule, s, o)
			if v < rule.From {
				since = time.Time{}
			} else if since.IsZero() || at.Sub(before) > Gap {
				since = at
			}
			normal = normal || !raised.IsZero() && v < rule.Until
			if !raised.IsZero() && closed && normal && both.IsZero() {
				both = now
			}
			if (why == WhyRaised) != (was.Raised.IsZero() && !s.Raised.IsZero() || !was.Raised.IsZero() && s.Raised.After(was.Raised)) {
				t.Fatalf("seed %d: %q, and %+v became %+v", seed, why, was, s)
			}
			if why == WhyRaised {
				switch {
				case v < rule.From, o.Muted, now.Sub(at) > Fresh:
					t.Fatalf("seed %d: an alarm of %v, muted %v, %v old", seed, v, o.Muted, now.Sub(at))
				case !raised.IsZero() && both.IsZero():
					t.Fatalf("seed %d: a second alarm, closed %v, normal %v", seed, closed, normal)
				case !both.IsZero() && now.Sub(both) < rule.Pause:
					t.Fatalf("seed %d: %v after the fault before", seed, now.Sub(both))
				case rule.For > 0 && alarms == 0 && at.Sub(since) < rule.For:
					t.Fatalf("seed %d: after %v of %v", seed, at.Sub(since), rule.For)
				}
				alarms++
				raised, both, closed, normal = now, time.Time{}, false, false
			}
			before = at
		}
		if alarms == 0 && rule.For == 0 {
			t.Fatalf("seed %d: never an alarm", seed)
		}
	}
}
