package sensor

import "time"

// State is how a device stands by one rule. The zero State is one of which nothing is
// wrong.
type State struct {
	Over   time.Time `json:"over,omitzero"`   // since when the value is beyond the limit without a break
	Raised time.Time `json:"raised,omitzero"` // when the alarm was made; zero: there is none
	Case   int64     `json:"case,omitempty"`  // that was filed for it
	Closed bool      `json:"closed,omitempty"`
	Normal bool      `json:"normal,omitempty"` // the value was seen normal since
	Pause  time.Time `json:"pause,omitzero"`   // until then no other alarm is made
	Why    Why       `json:"why,omitempty"`    // of the last verdict
	Told   Why       `json:"told,omitempty"`   // the last that stands in the history
}

// Why is the reason of a verdict. The words are phrases of the section sensor_why.
type Why string

const (
	WhyNormal   Why = "normal"   // within the limit
	WhyBand     Why = "band"     // not beyond the limit, and not quite normal
	WhyWaiting  Why = "waiting"  // beyond it, and not yet for long enough
	WhyPausing  Why = "pausing"  // beyond it again too soon after the last fault
	WhyMuted    Why = "muted"    // staff want no alarm now
	WhyStale    Why = "stale"    // it was beyond the limit; the value came too late to tell whether it is
	WhyRaised   Why = "raised"   // an alarm was made
	WhyOpen     Why = "open"     // the alarm before is not dealt with
	WhyUncured  Why = "uncured"  // its case is closed, and the value was not seen normal since
	WhyUnclosed Why = "unclosed" // the value is normal again, and the case is open
	WhyOver     Why = "over"     // the fault is over: closed, and normal
)

// Whys lists every Why.
var Whys = []Why{WhyNormal, WhyBand, WhyWaiting, WhyPausing, WhyMuted, WhyStale, WhyRaised, WhyOpen, WhyUncured, WhyUnclosed, WhyOver}

// telling are those that are written into the history when they begin.
func (w Why) telling() bool {
	switch w {
	case WhyPausing, WhyMuted, WhyStale, WhyRaised, WhyUncured, WhyUnclosed, WhyOver:
		return true
	}
	return false
}

const (
	// Fresh is how old a value may be of which an alarm is made: older ones, which a
	// device sends when its line is back, tell how it was.
	Fresh = 15 * time.Minute
	// Gap is the longest time between two values that counts as one stretch.
	Gap = 2 * time.Hour
)

// Observation is a value to be judged.
type Observation struct {
	Value  float64
	At     time.Time // when it was measured, by central's clock; never before Before
	Before time.Time // when the one before was; zero for the first
	Now    time.Time
	Muted  bool
	Closed bool // the case of the State is closed
}

// Judge says what follows from a value by a rule. With WhyRaised the caller makes the
// alarm, and notes the case in the State.
func Judge(r Rule, s State, o Observation) (State, Why) {
	s, why := r.judge(s, o)
	s.Why = why
	return s, why
}

func (r Rule) judge(s State, o Observation) (State, Why) {
	over, normal := r.Over(o.Value), r.Normal(o.Value)
	if !s.Raised.IsZero() {
		s.Closed, s.Normal = s.Closed || o.Closed, s.Normal || normal
		switch {
		case s.Closed && s.Normal:
			s = State{Pause: o.Now.Add(r.Pause), Told: s.Told}
			if !over {
				return s, WhyOver
			}
		case s.Closed:
			return s, WhyUncured
		case s.Normal:
			return s, WhyUnclosed
		default:
			return s, WhyOpen
		}
	}
	if !over {
		s.Over = time.Time{}
		if normal {
			return s, WhyNormal
		}
		return s, WhyBand
	}
	if s.Over.IsZero() || o.At.Sub(o.Before) > Gap {
		s.Over = o.At
	}
	switch {
	case o.At.Sub(s.Over) < r.For:
		return s, WhyWaiting
	case o.Now.Before(s.Pause):
		return s, WhyPausing
	case o.Muted:
		return s, WhyMuted
	case o.Now.Sub(o.At) > Fresh:
		return s, WhyStale
	}
	s.Raised, s.Closed, s.Normal, s.Pause = o.Now, false, false, time.Time{}
	return s, WhyRaised
}

// Over tells whether a value is beyond the limit.
func (r Rule) Over(v float64) bool {
	if r.From >= r.Until {
		return v >= r.From
	}
	return v <= r.From
}

// Normal tells whether a value is clearly within it.
func (r Rule) Normal(v float64) bool {
	if r.From >= r.Until {
		return v < r.Until
	}
	return v > r.Until
}
