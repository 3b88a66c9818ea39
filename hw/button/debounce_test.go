package button

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// at is a level that begins at a time after the start.
type at struct {
	ms     int
	closed bool
}

// play feeds levels to a debouncer as the driver does: at each change, and at
// each time that the debouncer asked for.
func play(d *Debounce, levels []at, end int) []Event {
	zero := time.Unix(0, 0)
	var events []Event
	now, level := zero, levels[0].closed
	events = append(events, d.Step(level, now)...)
	until := func(t time.Time) {
		for {
			next, ok := d.Next()
			if !ok || !next.Before(t) {
				return
			}
			now = next
			events = append(events, d.Step(level, now)...)
		}
	}
	for _, l := range levels[1:] {
		t := zero.Add(time.Duration(l.ms) * time.Millisecond)
		until(t)
		level = l.closed
		events = append(events, d.Step(level, t)...)
	}
	t := zero.Add(time.Duration(end) * time.Millisecond)
	until(t)
	return append(events, d.Step(level, t)...)
}

func TestDebounce(t *testing.T) {
	for _, c := range []struct {
		name   string
		levels []at
		end    int
		want   []Event
	}{
		{"nothing", []at{{0, false}}, 60000, nil},
		{"a press", []at{{0, false}, {100, true}, {300, false}}, 1000, []Event{Pressed, Released}},
		{"told while still held", []at{{0, false}, {100, true}}, 125, []Event{Pressed}},
		{"not told before it is certain", []at{{0, false}, {100, true}}, 124, nil},
		{"bounces at both ends", []at{{0, false}, {100, true}, {103, false}, {105, true}, {109, false}, {110, true},
			{400, false}, {402, true}, {405, false}}, 1000, []Event{Pressed, Released}},
		{"a spike", []at{{0, false}, {100, true}, {110, false}}, 1000, nil},
		{"a gap in a press", []at{{0, false}, {100, true}, {500, false}, {510, true}, {900, false}}, 2000, []Event{Pressed, Released}},
		{"a long press", []at{{0, false}, {100, true}, {1700, false}}, 3000, []Event{Pressed, LongPressed, Released}},
		{"long after 1.5 s, while held", []at{{0, false}, {100, true}}, 1600, []Event{Pressed, LongPressed}},
		{"just too short to be long", []at{{0, false}, {100, true}, {1599, false}}, 3000, []Event{Pressed, Released}},
		{"held for 29 s", []at{{0, false}, {100, true}, {29100, false}}, 31000, []Event{Pressed, LongPressed, Released}},
		{"stuck", []at{{0, false}, {100, true}}, 90000, []Event{Pressed, LongPressed, Stuck}},
		{"stuck is ignored until it was open for 1 s", []at{{0, false}, {100, true}, {40000, false}, {40500, true}, {41000, false}, {41900, true}, {42000, false}}, 42900,
			[]Event{Pressed, LongPressed, Stuck}},
		{"healed and pressed again", []at{{0, false}, {100, true}, {40000, false}, {41500, true}, {41600, false}}, 42000,
			[]Event{Pressed, LongPressed, Stuck, Healed, Pressed, Released}},
		{"closed at the start", []at{{0, true}, {5000, false}, {5500, true}, {5600, false}}, 6500, nil},
		{"closed at the start, then good", []at{{0, true}, {5000, false}, {6100, true}, {6200, false}}, 7000, []Event{Pressed, Released}},
		{"closed at the start and for good", []at{{0, true}}, 60000, []Event{Stuck}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d Debounce
			if got := play(&d, c.levels, c.end); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestDebounceKeepsItsPromises plays random contacts and checks what must hold
// for each of them.
func TestDebounceKeepsItsPromises(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 7))
		levels := []at{{0, r.IntN(8) == 0}}
		ms := 0
		for range 1 + r.IntN(40) {
			switch r.IntN(4) {
			case 0:
				ms += 1 + r.IntN(24) // a bounce
			case 1:
				ms += 25 + r.IntN(300)
			case 2:
				ms += 1000 + r.IntN(2000)
			case 3:
				ms += 20000 + r.IntN(25000)
			}
			levels = append(levels, at{ms, !levels[len(levels)-1].closed})
		}
		end := ms + r.IntN(40000)
		var d Debounce
		events := play(&d, levels, end)
		check(t, seed, levels, end, events)
		if t.Failed() {
			t.Fatalf("seed %d: %v", seed, levels)
		}
	}
}

func check(t *testing.T, seed uint64, levels []at, end int, events []Event) {
	t.Helper()
	// Grammar: (Pressed [LongPressed] Released | Pressed LongPressed Stuck Healed |
	// Stuck Healed)*, cut off anywhere; Stuck without a press only first.
	down, distrust, wasLong := false, false, false
	presses := 0
	for i, e := range events {
		ok := false
		switch e {
		case Pressed:
			ok = !down && !distrust
			down, wasLong = true, false
			presses++
		case LongPressed:
			ok = down && !wasLong
			wasLong = true
		case Released:
			ok, down = down, false
		case Stuck:
			ok = down && wasLong || i == 0 && levels[0].closed
			down, distrust = false, true
		case Healed:
			ok, distrust = distrust, false
		}
		if !ok {
			t.Errorf("seed %d: event %d of %v cannot come here", seed, i, events)
			return
		}
	}
	// No more presses than times the contact was closed long enough.
	closings := 0
	for i, l := range levels {
		until := end
		if i+1 < len(levels) {
			until = levels[i+1].ms
		}
		if l.closed && until-l.ms >= 25 {
			closings++
		}
	}
	if presses > closings {
		t.Errorf("seed %d: %d presses of %d closings", seed, presses, closings)
	}
}
