package demodata

import (
	"math/rand/v2"
	"slices"
	"time"

	"lintai/kiosk/phrase"
)

// How much is asked for by month, weekday and hour, against the mean.
var (
	months   = [...]float64{1.10, 0.75, 0.95, 0.90, 0.95, 1.05, 1.25, 1.20, 0.95, 0.85, 1.00, 1.15}
	weekdays = [...]float64{0.60, 1.30, 1.15, 1.10, 1.05, 1.05, 0.75} // from Sunday on
	hours    = [...]float64{1, 1, 1, 1, 1, 2, 5, 12, 22, 26, 22, 14, 8, 10, 18, 22, 19, 15, 16, 18, 12, 7, 3, 2}
)

// quiet are days around the spring festival: the first day and how many follow.
var quiet = []struct {
	month time.Month
	day   int
	days  int
}{{time.January, 28, 8}, {time.February, 10, 8}, {time.October, 1, 7}}

func weight(day time.Time) float64 {
	w := months[day.Month()-1] * weekdays[day.Weekday()]
	for _, q := range quiet {
		first := time.Date(day.Year(), q.month, q.day, 0, 0, 0, 0, phrase.Zone)
		if !day.Before(first) && day.Before(first.AddDate(0, 0, q.days)) {
			w *= 0.6
		}
	}
	return w
}

// moments are when residents ask, in order. More do from month to month.
func moments(n int, from, until time.Time, random *rand.Rand) []time.Time {
	var days []time.Time
	var sums []float64
	sum := 0.0
	first := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, phrase.Zone)
	for day := first; day.Before(until); day = day.AddDate(0, 0, 1) {
		grown := 1 + 0.15*float64(len(days))/365
		sum += weight(day) * grown
		days, sums = append(days, day), append(sums, sum)
	}
	all := make([]time.Time, 0, n)
	for len(all) < n {
		i, _ := slices.BinarySearch(sums, random.Float64()*sum)
		at := days[min(i, len(days)-1)].Add(time.Duration(hour(random))*time.Hour + time.Duration(random.Int64N(int64(time.Hour))).Truncate(time.Millisecond))
		if at.After(from) && at.Before(until) {
			all = append(all, at)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

func hour(random *rand.Rand) int {
	total := 0.0
	for _, w := range hours {
		total += w
	}
	r := random.Float64() * total
	for h, w := range hours {
		if r -= w; r < 0 {
			return h
		}
	}
	return 12
}

// working adds a time in which somebody works: 8:30 to 17:30, from Monday to Saturday.
func working(from time.Time, d time.Duration) time.Time {
	for t := from.In(phrase.Zone); ; {
		begin := time.Date(t.Year(), t.Month(), t.Day(), 8, 30, 0, 0, phrase.Zone)
		end := begin.Add(9 * time.Hour)
		if t.Before(begin) {
			t = begin
		}
		if t.Weekday() != time.Sunday && t.Before(end) {
			if left := end.Sub(t); d < left {
				return t.Add(d)
			} else {
				d -= left
			}
		}
		t = time.Date(t.Year(), t.Month(), t.Day()+1, 8, 30, 0, 0, phrase.Zone)
	}
}
