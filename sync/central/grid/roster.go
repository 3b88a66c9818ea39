package grid

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lintai/kiosk/phrase"
)

// Minute is one of a day, from 0 to 1440.
type Minute int

// ParseMinute reads 8:30 or 08:30; 24:00 is the end of the day.
func ParseMinute(text string) (Minute, error) {
	h, m, ok := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), "：", ":"), ":")
	hour, err := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !ok || err != nil || err2 != nil || len(h) > 2 || len(m) != 2 || hour < 0 || minute < 0 || minute > 59 || hour*60+minute > 24*60 {
		return 0, wrong("%q is no time of a day", text)
	}
	return Minute(hour*60 + minute), nil
}

func (m Minute) String() string { return fmt.Sprintf("%02d:%02d", int(m)/60, int(m)%60) }

// Span is a part of a day. One that ends before it begins, or as it begins, goes on
// until the next day.
type Span struct {
	From  Minute `json:"from"`
	Until Minute `json:"until"`
}

func (s Span) valid() bool {
	return s.From >= 0 && s.From < 24*60 && s.Until >= 0 && s.Until <= 24*60
}

// Shift is a span of each week.
type Shift struct {
	Weekday time.Weekday `json:"weekday"`
	Span
}

// Usual are the shifts of whom nobody wrote a roster: half past eight to half past
// five on weekdays.
var Usual = []Shift{{time.Monday, usually}, {time.Tuesday, usually}, {time.Wednesday, usually}, {time.Thursday, usually}, {time.Friday, usually}}

var usually = Span{From: 8*60 + 30, Until: 17*60 + 30}

// Date is a day as the calendar on the wall has it: "2026-11-22".
type Date string

// DateOf is the day of a moment, here.
func DateOf(t time.Time) Date { return Date(t.In(phrase.Zone).Format(time.DateOnly)) }

// ParseDate reads 2026-11-22.
func ParseDate(text string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(text), phrase.Zone)
	if err != nil {
		return "", wrong("%q is no day", text)
	}
	return DateOf(t), nil
}

// Start is when the day begins.
func (d Date) Start() time.Time {
	t, _ := time.ParseInLocation(time.DateOnly, string(d), phrase.Zone)
	return t
}

// Day is one that differs from the week: those spans and no others. Without any she is
// off.
type Day struct {
	Date  Date   `json:"date"`
	Spans []Span `json:"spans,omitempty"`
}

// Absence is a time in which somebody is not there whatever her shifts say.
type Absence struct {
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"` // from then on she is back
	Reason string    `json:"reason,omitempty"`
}

// Roster is when somebody is on duty.
type Roster struct {
	Account  string    `json:"account"`
	Weekly   []Shift   `json:"weekly,omitempty"` // none: never, but on Days
	Days     []Day     `json:"days,omitempty"`
	Absences []Absence `json:"absences,omitempty"`
}

// Bounds of a roster.
const (
	MaxShifts   = 50
	MaxDays     = 400
	MaxAbsences = 200
)

// Absent tells whether she is away at a moment, and what for.
func (r Roster) Absent(at time.Time) (Absence, bool) {
	for _, a := range r.Absences {
		if !at.Before(a.From) && at.Before(a.Until) {
			return a, true
		}
	}
	return Absence{}, false
}

// OnDuty tells whether she is on duty at a moment.
func (r Roster) OnDuty(at time.Time) bool {
	if _, away := r.Absent(at); away {
		return false
	}
	local := at.In(phrase.Zone)
	minute := Minute(local.Hour()*60 + local.Minute())
	for _, s := range r.Spans(local) {
		if minute >= s.From && (minute < s.Until || s.Until <= s.From) {
			return true
		}
	}
	// The night from yesterday.
	for _, s := range r.Spans(local.AddDate(0, 0, -1)) {
		if s.Until <= s.From && minute < s.Until {
			return true
		}
	}
	return false
}

// Spans are those of the day of a moment, whether or not she is away.
func (r Roster) Spans(at time.Time) []Span {
	date := DateOf(at)
	if i := slices.IndexFunc(r.Days, func(d Day) bool { return d.Date == date }); i >= 0 {
		return r.Days[i].Spans
	}
	var all []Span
	for _, s := range r.Weekly {
		if s.Weekday == at.In(phrase.Zone).Weekday() {
			all = append(all, s.Span)
		}
	}
	return all
}

func (r Roster) check() error {
	if r.Account == "" || len(r.Weekly) > MaxShifts || len(r.Days) > MaxDays || len(r.Absences) > MaxAbsences {
		return wrong("a roster is of nobody, or too long")
	}
	for _, s := range r.Weekly {
		if s.Weekday < time.Sunday || s.Weekday > time.Saturday || !s.valid() {
			return wrong("a shift is at no time of a week")
		}
	}
	for i, d := range r.Days {
		if date, err := ParseDate(string(d.Date)); err != nil || date != d.Date {
			return wrong("%q is no day", d.Date)
		}
		if slices.ContainsFunc(r.Days[:i], func(o Day) bool { return o.Date == d.Date }) {
			return wrong("%s stands twice", d.Date)
		}
		if slices.ContainsFunc(d.Spans, func(s Span) bool { return !s.valid() }) || len(d.Spans) > 10 {
			return wrong("%s has no such times", d.Date)
		}
	}
	for _, a := range r.Absences {
		if a.From.IsZero() || !a.Until.After(a.From) || utf8.RuneCountInString(a.Reason) > MaxName || strings.ContainsFunc(a.Reason, unicode.IsControl) {
			return wrong("an absence ends before it begins")
		}
	}
	return nil
}
