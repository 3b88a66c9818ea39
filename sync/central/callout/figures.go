package callout

import (
	"slices"
	"time"
)

// Late is when a call counts as sent in later: the terminal had no line, and whoever
// pressed may be gone.
const Late = 2 * time.Minute

// IsLate tells whether a call took so long.
func IsLate(raised, received time.Time) bool { return received.Sub(raised) >= Late }

// Times are what the figures are counted from.
type Times struct {
	Raised, Received time.Time
	Answered         time.Time // zero while it was not
	Step             int       // at which it was answered; 0 when that is not known
	Recorded         bool
}

// Figures are how calls of a time were answered. Times to answer are counted from when
// central had the call.
type Figures struct {
	Calls, Unanswered, Unrecorded int
	Late                          int
	// Median and Tenth: half and nine tenths of the answered calls were answered within
	// it. Zero when none was.
	Median, Tenth time.Duration
	// Steps counts those answered at the first step, the second and so on.
	Steps []int
}

// Count makes figures.
func Count(all []Times) Figures {
	var f Figures
	var waits []time.Duration
	for _, t := range all {
		f.Calls++
		if IsLate(t.Raised, t.Received) {
			f.Late++
		}
		if t.Answered.IsZero() {
			f.Unanswered++
			continue
		}
		if !t.Recorded {
			f.Unrecorded++
		}
		waits = append(waits, max(0, t.Answered.Sub(t.Received)))
		for t.Step > len(f.Steps) {
			f.Steps = append(f.Steps, 0)
		}
		if t.Step > 0 {
			f.Steps[t.Step-1]++
		}
	}
	slices.Sort(waits)
	if n := len(waits); n > 0 {
		f.Median, f.Tenth = waits[(n-1)/2], waits[(n*9+9)/10-1]
	}
	return f
}
