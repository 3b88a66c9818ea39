package idcard

import (
	"cmp"
	"strings"
	"time"
)

// Date is a day of the civil calendar, without place or time. The zero Date is
// none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of a moment, in that moment's place.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// After tells whether d is a later day than e.
func (d Date) After(e Date) bool {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day)) > 0
}

// parseDate reads YYYYMMDD; a day that is not in the calendar is none.
func parseDate(s string) Date {
	t, err := time.Parse("20060102", s)
	if err != nil {
		return Date{}
	}
	return DateOf(t)
}

// longTerm is what stands in place of a last day on a card that never expires.
const longTerm = "长期"

// parseEnd reads the end of a card's validity. Cards of older people have the
// word for "long-term"; some readers are said to give only its beginning.
func parseEnd(s string) (end Date, long bool) {
	if s != "" && strings.HasPrefix(longTerm, s) || strings.HasPrefix(s, longTerm) {
		return Date{}, true
	}
	return parseDate(s), false
}
