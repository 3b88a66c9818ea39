package readiness

import (
	"strconv"
	"time"

	"lintai/kiosk/phrase"
)

// Age says how long something has been, as staff and technicians say it: in whole
// minutes, hours or days, never more than it was.
func Age(d time.Duration) string {
	const day = 24 * time.Hour
	switch count := func(unit time.Duration) string { return strconv.Itoa(int(d / unit)) }; {
	case d < time.Minute:
		return phrase.Text("age.moment")
	case d < time.Hour:
		return phrase.Text("age.minutes", "count", count(time.Minute))
	case d < 2*day:
		return phrase.Text("age.hours", "count", count(time.Hour))
	}
	return phrase.Text("age.days", "count", strconv.Itoa(int(d/day)))
}
