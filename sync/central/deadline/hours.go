package deadline

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"lintai/kiosk/phrase"
)

// hours are those in which people work.
type hours struct {
	spans    []span // of a working day, in order
	weekdays [7]bool
	// special says of days that are not as their weekday: true for worked, false for free.
	special map[date]bool
}

// span is a time of the day, as minutes since midnight.
type span struct{ from, until int }

type date struct {
	year  int
	month time.Month
	day   int
}

// leastSpan is how much of a working day there is at least, so that a limit has an end
// that is found.
const leastSpan = 30

func parseHours(d document) (hours, error) {
	h := hours{special: map[date]bool{}}
	total := 0
	for _, text := range d.Hours.Workday {
		var fromHour, fromMinute, untilHour, untilMinute int
		if n, err := fmt.Sscanf(text, "%02d:%02d-%02d:%02d", &fromHour, &fromMinute, &untilHour, &untilMinute); err != nil || n != 4 || len(text) != len("08:30-12:00") {
			return h, fmt.Errorf("%q is no time such as 08:30-12:00", text)
		}
		s := span{fromHour*60 + fromMinute, untilHour*60 + untilMinute}
		last := 0
		if len(h.spans) > 0 {
			last = h.spans[len(h.spans)-1].until
		}
		if fromHour < 0 || fromMinute < 0 || untilMinute < 0 || fromMinute > 59 || untilMinute > 59 || s.from < last || s.until <= s.from || s.until > 24*60 {
			return h, fmt.Errorf("%q does not follow what is before it, or is no time of a day", text)
		}
		h.spans = append(h.spans, s)
		total += s.until - s.from
	}
	if total < leastSpan {
		return h, errors.New("a working day has less than half an hour")
	}
	for _, n := range d.Hours.Weekdays {
		if n < 1 || n > 7 {
			return h, fmt.Errorf("there is no weekday %d: Monday is 1, Sunday 7", n)
		}
		h.weekdays[n%7] = true
	}
	if !slices.Contains(h.weekdays[:], true) {
		return h, errors.New("no weekday is a working day")
	}
	for _, day := range d.Hours.Holidays {
		h.special[date{day.Year, time.Month(day.Month), day.Day}] = false
	}
	for _, day := range d.Hours.Extra {
		key := date{day.Year, time.Month(day.Month), day.Day}
		if _, both := h.special[key]; both {
			return h, fmt.Errorf("%v is a holiday and a working day", day)
		}
		h.special[key] = true
	}
	return h, nil
}

func (h hours) works(day time.Time) bool {
	if works, special := h.special[date{day.Year(), day.Month(), day.Day()}]; special {
		return works
	}
	return h.weekdays[day.Weekday()]
}

// after is the moment at which so much working time has passed since from. The clocks
// of the zone are never changed, so a day has 24 hours.
func (h hours) after(from time.Time, length time.Duration) time.Time {
	local := from.In(phrase.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, phrase.Zone)
	for day := midnight; ; day = day.AddDate(0, 0, 1) {
		if !h.works(day) {
			continue
		}
		for _, s := range h.spans {
			begins, ends := day.Add(time.Duration(s.from)*time.Minute), day.Add(time.Duration(s.until)*time.Minute)
			if begins.Before(local) {
				begins = local
			}
			if left := ends.Sub(begins); left > 0 {
				if length <= left {
					return begins.Add(length).UTC()
				}
				length -= left
			}
		}
	}
}
