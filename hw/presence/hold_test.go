package presence

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// at is a level that begins so many milliseconds after the start.
type at struct {
	ms    int
	level bool
}

// change is Here becoming true or false.
type change struct {
	ms   int
	here bool
}

// play feeds levels as the driver does: at each change, and when it is asked for.
func play(levels []at, end int) []change {
	zero := time.Unix(0, 0)
	var h Hold
	var out []change
	level := false
	step := func(l bool, now time.Time) {
		if h.Step(l, now) {
			out = append(out, change{int(now.Sub(zero) / time.Millisecond), h.Here()})
		}
	}
	for _, l := range append(slices.Clone(levels), at{ms: end}) {
		t := zero.Add(time.Duration(l.ms) * time.Millisecond)
		for {
			next, ok := h.Next()
			if !ok || next.After(t) {
				break
			}
			step(level, next)
		}
		if l.ms == end {
			break
		}
		level = l.level
		step(level, t)
	}
	return out
}

func TestHold(t *testing.T) {
	for _, c := range []struct {
		name   string
		levels []at
		want   []change
	}{
		{"nobody", []at{{0, false}}, nil},
		{"somebody comes", []at{{0, false}, {5000, true}}, []change{{5200, true}}},
		{"somebody is there from the start", []at{{0, true}}, []change{{200, true}}},
		{"a flicker", []at{{0, false}, {5000, true}, {5150, false}}, nil},
		{"comes and goes", []at{{0, false}, {5000, true}, {8000, false}}, []change{{5200, true}, {18000, false}}},
		{"the sensor says yes and no while somebody stands there", []at{{0, false}, {1000, true}, {4000, false}, {9000, true}, {12000, false}, {21000, true}, {22000, false}},
			[]change{{1200, true}, {32000, false}}},
		{"a flicker keeps somebody here", []at{{0, false}, {1000, true}, {2000, false}, {11000, true}, {11010, false}}, []change{{1200, true}, {21010, false}}},
	} {
		if got := play(c.levels, 60_000); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestHoldNeverHurries: whatever the sensor says, changes alternate, somebody stays for
// at least the hold, and Here follows a level that stays.
func TestHoldNeverHurries(t *testing.T) {
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 1))
		var levels []at
		now := 0
		for range 40 {
			levels = append(levels, at{now, random.IntN(2) == 0})
			now += 1 + random.IntN([]int{50, 1000, 15000}[random.IntN(3)])
		}
		last := levels[len(levels)-1]
		end := last.ms + 60_000
		got := play(levels, end)
		here, since := false, 0
		for _, c := range got {
			if c.here == here {
				t.Fatalf("seed %d: %v twice in %v", seed, c.here, got)
			}
			if !c.here && c.ms-since < 10_000 {
				t.Fatalf("seed %d: here for %d ms only: %v", seed, c.ms-since, got)
			}
			here, since = c.here, c.ms
		}
		if here != last.level {
			t.Fatalf("seed %d: %v at the end, the sensor says %v", seed, here, last.level)
		}
	}
}
