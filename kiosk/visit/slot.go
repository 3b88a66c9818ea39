package visit

import (
	"slices"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/request"
)

// A time slot is asked for in two screens: the day, then the part of the day. On
// a terminal whose clock was never set there are no days to offer; then only the
// part of the day is asked, and staff agree on the day.

const (
	dayLayout = "2006-01-02"
	dayLater  = "later" // staff agree on the day
)

// days are those that a step offers, as of now.
func (s State) days(st *catalog.Step) []time.Time {
	if s.now.Year() < clockSet {
		return nil
	}
	return st.DaysFrom(s.now.In(phrase.Zone))
}

func (m *machine) pickSlot(st *catalog.Step, option string) {
	v := &m.visit
	days := m.days(st)
	if v.day == "" && len(days) > 0 {
		if slices.ContainsFunc(days, func(d time.Time) bool { return d.Format(dayLayout) == option }) {
			v.day, v.page, v.notice = option, 0, notice{}
		}
		return
	}
	period, ok := m.writtenStep().Period(option)
	if !ok {
		return
	}
	day := v.day
	if day == "" {
		day = dayLater
	}
	v.setAnswer(m.written(), request.Answer{Step: st.ID, Option: day + "." + period.ID, Text: slotText(day, period.Name, phrase.Chinese)})
	m.stepForward()
}

func slotText(day, period string, l phrase.Locale) string {
	d, err := time.ParseInLocation(dayLayout, day, phrase.Zone)
	if err != nil {
		return phrase.In(l, "slot.later", "period", period)
	}
	return phrase.In(l, "slot.text", "day", dayText(d, l), "period", period)
}

var weekdays = [...]phrase.ID{"slot.sunday", "slot.monday", "slot.tuesday", "slot.wednesday", "slot.thursday", "slot.friday", "slot.saturday"}

func dayText(d time.Time, l phrase.Locale) string {
	return phrase.In(l, "slot.day", "date", d.In(phrase.Zone).Format(phrase.In(l, "slot.date")), "weekday", phrase.In(l, weekdays[d.Weekday()]))
}

// slotTiles are the days, or the parts of the chosen day.
func (s State) slotTiles(st *catalog.Step) []Control {
	var all []Control
	l := s.visit.manner.Locale
	if days := s.days(st); s.visit.day == "" && len(days) > 0 {
		for _, d := range days {
			all = append(all, Control{
				ID: "tile." + d.Format(dayLayout), Label: d.Format(phrase.In(l, "slot.date")), Detail: phrase.In(l, weekdays[d.Weekday()]),
				Icon: "calendar", Event: Pick{d.Format(dayLayout)},
			})
		}
		return all
	}
	for _, p := range st.Periods {
		all = append(all, Control{ID: "tile." + p.ID, Label: p.Name, Detail: p.Detail, Icon: p.Icon, Event: Pick{p.ID}})
	}
	return all
}

func (s State) slotAnswer(st catalog.Step, a request.Answer) string {
	day, id, _ := strings.Cut(a.Option, ".")
	period, ok := st.Period(id)
	if !ok {
		return a.Text
	}
	return slotText(day, period.Name, s.visit.manner.Locale)
}
