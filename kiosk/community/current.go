package community

import (
	"cmp"
	"slices"
	"time"
)

// Upcoming returns the activities that have not begun, the next one first.
// Nobody can sign up for one that has. The zero time, of a terminal whose clock
// was never set, returns all.
func (d *Document) Upcoming(now time.Time) []Activity {
	var coming []Activity
	for _, a := range d.Activities {
		if now.IsZero() || a.Start.After(now) {
			coming = append(coming, a)
		}
	}
	slices.SortStableFunc(coming, func(a, b Activity) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
	return coming
}

// Current returns the notices that are to be shown, the newest first. The zero
// time, of a terminal whose clock was never set, returns all.
func (d *Document) Current(now time.Time) []Notice {
	var current []Notice
	for _, n := range d.Notices {
		if now.IsZero() || !n.Date.After(now) && (n.Until.IsZero() || n.Until.After(now)) {
			current = append(current, n)
		}
	}
	slices.SortStableFunc(current, func(a, b Notice) int {
		return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(a.ID, b.ID))
	})
	return current
}
