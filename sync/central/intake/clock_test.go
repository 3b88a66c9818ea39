package intake

import (
	"testing"
	"time"
)

// "Clocks that travel in time": what counts is the age first, then the corrected
// clock, and never a time that cannot be.
func TestComplaintClocksThatTravelInTime(t *testing.T) {
	received := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ms := func(d time.Duration) *int64 { n := d.Milliseconds(); return &n }
	of1970 := time.Unix(500, 0)
	for name, c := range map[string]struct {
		made   time.Time
		age    *int64
		offset time.Duration
		want   time.Duration // before it was received
	}{
		"a right clock":                  {received.Add(-time.Hour), nil, 0, time.Hour},
		"an age beside it":               {received.Add(-time.Hour), ms(time.Hour), 0, time.Hour},
		"a clock of 1970":                {of1970, ms(3 * time.Hour), received.Sub(of1970.Add(3 * time.Hour)), 3 * time.Hour},
		"set between request and push":   {of1970, ms(2 * time.Hour), 0, 2 * time.Hour},
		"the same without an age":        {of1970, nil, 0, 0},
		"set back a year in between":     {received.Add(-time.Minute), ms(time.Minute), 365 * 24 * time.Hour, time.Minute},
		"set ahead":                      {received.Add(time.Hour), nil, 0, 0},
		"an age that cannot be":          {received.Add(-time.Hour), ms(-time.Second), 0, time.Hour},
		"an age of a broken counter":     {received.Add(-time.Hour), ms(50 * 365 * 24 * time.Hour), 0, time.Hour},
		"saved while it was pushed":      {received, ms(0), 0, 0},
		"an outage of a month, no reset": {of1970, ms(30 * 24 * time.Hour), 0, 30 * 24 * time.Hour},
	} {
		if got := received.Sub(trueTime(c.made, c.age, c.offset, received)); got != c.want {
			t.Errorf("%s: %v before it was received, want %v", name, got, c.want)
		}
	}
}
