package presence

import "time"

const (
	// steady is how long the sensor must say yes; a flicker of the light or the mains
	// is shorter.
	steady = 200 * time.Millisecond
	// hold is how long it must say no before somebody is gone.
	hold = 10 * time.Second
)

// Hold turns levels at times into somebody being here or not. The zero value is a sensor
// before which nobody stands. It keeps no clock: times must not go backwards, and Next
// tells when it wants to be stepped even if the level stays the same.
type Hold struct {
	started bool
	level   bool      // as last seen
	since   time.Time // when it became so
	here    bool
}

// Here tells whether somebody is here.
func (h *Hold) Here() bool { return h.here }

// Step tells the level at a time, and whether Here has changed by then.
func (h *Hold) Step(level bool, now time.Time) (changed bool) {
	if !h.started {
		h.started, h.level, h.since = true, level, now
		return false
	}
	// The level as it was seen before counts up to now.
	if h.level != h.here && now.Sub(h.since) >= h.patience() {
		h.here = h.level
		changed = true
	}
	if level != h.level {
		h.level, h.since = level, now
	}
	return changed
}

// patience is how long the level must stay to be believed.
func (h *Hold) patience() time.Duration {
	if h.level {
		return steady
	}
	return hold
}

// Next is the time at which Step has something to say although the level stays as it
// is; ok is false when there is none.
func (h *Hold) Next() (at time.Time, ok bool) {
	return h.since.Add(h.patience()), h.started && h.level != h.here
}
