package grids

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"lintai/kiosk/phrase"
	"lintai/sync/central/grid"
)

// Lists are typed as lines, as one would write them on paper.

const minutes = "2006-01-02 15:04"

func fields(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，、;；", r) })
}

// lines gives each line that is not empty, with its number.
func lines(text string, each func(number int, line string) error) error {
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := each(i+1, line); err != nil {
			return err
		}
	}
	return nil
}

func wrongLine(number int, line string) error {
	return fmt.Errorf("%w: %s", grid.ErrBook, phrase.Text("grid.wrong_line", "line", strconv.Itoa(number), "text", line))
}

func writePoint(p grid.Point) string {
	if !p.Known() {
		return ""
	}
	return strconv.FormatFloat(p.Latitude, 'f', -1, 64) + ", " + strconv.FormatFloat(p.Longitude, 'f', -1, 64)
}

// readPoint reads "30.25, 120.15": latitude, longitude.
func readPoint(text string) (p grid.Point, err error) {
	parts := fields(text)
	if len(parts) == 0 {
		return p, nil
	}
	if len(parts) == 2 {
		latitude, wrong := strconv.ParseFloat(parts[0], 64)
		longitude, wrong2 := strconv.ParseFloat(parts[1], 64)
		if p = (grid.Point{Latitude: latitude, Longitude: longitude}); wrong == nil && wrong2 == nil && latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180 {
			return p, nil
		}
	}
	return grid.Point{}, fmt.Errorf("%w: %s", grid.ErrBook, phrase.Text("grid.wrong_point", "text", text))
}

// A building is a line: its name, other names behind =, and where it is behind @.
func writeBuildings(all []grid.Building) string {
	var b strings.Builder
	for _, one := range all {
		b.WriteString(one.Name)
		for _, also := range one.Also {
			b.WriteString(" = " + also)
		}
		if one.Place.Known() {
			b.WriteString(" @ " + writePoint(one.Place))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func readBuildings(text string) (all []grid.Building, err error) {
	err = lines(text, func(number int, line string) error {
		names, place, _ := strings.Cut(line, "@")
		point, err := readPoint(place)
		if err != nil {
			return wrongLine(number, line)
		}
		parts := strings.Split(names, "=")
		several := grid.Several(parts[0])
		if len(several) == 0 || len(several) > 1 && len(parts) > 1 {
			return wrongLine(number, line)
		}
		for _, name := range several {
			one := grid.Building{Name: name, Place: point}
			for _, also := range parts[1:] {
				one.Also = append(one.Also, strings.TrimSpace(also))
			}
			all = append(all, one)
		}
		return nil
	})
	return all, err
}

// weekdays are Monday first, as people here count.
var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func weekdayName(d time.Weekday) string {
	return []string{phrase.Text("weekday.sunday"), phrase.Text("weekday.monday"), phrase.Text("weekday.tuesday"), phrase.Text("weekday.wednesday"),
		phrase.Text("weekday.thursday"), phrase.Text("weekday.friday"), phrase.Text("weekday.saturday")}[d]
}

func writeSpan(s grid.Span) string { return s.From.String() + "-" + s.Until.String() }

// readSpan reads 8:30-17:30.
func readSpan(text string) (s grid.Span, err error) {
	from, until, ok := strings.Cut(strings.NewReplacer("－", "-", "–", "-", "—", "-", "~", "-", "～", "-", "至", "-").Replace(text), "-")
	if !ok {
		return s, grid.ErrBook
	}
	if s.From, err = grid.ParseMinute(from); err != nil {
		return s, err
	}
	s.Until, err = grid.ParseMinute(until)
	return s, err
}

// A week is lines as 周一 8:30-12:00 13:30-17:30.
func writeWeek(all []grid.Shift) string {
	var b strings.Builder
	for _, day := range weekdays {
		var spans []string
		for _, s := range all {
			if s.Weekday == day {
				spans = append(spans, writeSpan(s.Span))
			}
		}
		if len(spans) > 0 {
			b.WriteString(weekdayName(day) + " " + strings.Join(spans, " ") + "\n")
		}
	}
	return b.String()
}

func readWeek(text string) (all []grid.Shift, err error) {
	err = lines(text, func(number int, line string) error {
		parts := fields(line)
		if len(parts) < 2 {
			return wrongLine(number, line)
		}
		day := time.Weekday(-1)
		for _, d := range weekdays {
			if parts[0] == weekdayName(d) {
				day = d
			}
		}
		if day < 0 {
			return wrongLine(number, line)
		}
		for _, part := range parts[1:] {
			s, err := readSpan(part)
			if err != nil {
				return wrongLine(number, line)
			}
			all = append(all, grid.Shift{Weekday: day, Span: s})
		}
		return nil
	})
	return all, err
}

// Days that differ are lines as 2026-10-01 休息, or with times.
func writeDays(all []grid.Day) string {
	var b strings.Builder
	for _, d := range all {
		b.WriteString(string(d.Date))
		if len(d.Spans) == 0 {
			b.WriteString(" " + phrase.Text("grid.day_off"))
		}
		for _, s := range d.Spans {
			b.WriteString(" " + writeSpan(s))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func readDays(text string) (all []grid.Day, err error) {
	err = lines(text, func(number int, line string) error {
		parts := fields(line)
		if len(parts) < 2 {
			return wrongLine(number, line)
		}
		date, err := grid.ParseDate(parts[0])
		if err != nil {
			return wrongLine(number, line)
		}
		d := grid.Day{Date: date}
		if parts[1] != phrase.Text("grid.day_off") || len(parts) > 2 {
			for _, part := range parts[1:] {
				s, err := readSpan(part)
				if err != nil {
					return wrongLine(number, line)
				}
				d.Spans = append(d.Spans, s)
			}
		}
		all = append(all, d)
		return nil
	})
	return all, err
}

// Absences are lines as 2026-12-01 to 2026-12-03, both days included, or with times, and
// then what for.
func writeAbsences(all []grid.Absence) string {
	var b strings.Builder
	for _, a := range all {
		b.WriteString(strings.TrimSpace(a.From.In(phrase.Zone).Format(minutes)+" - "+a.Until.In(phrase.Zone).Format(minutes)+" "+a.Reason) + "\n")
	}
	return b.String()
}

func readAbsences(text string) (all []grid.Absence, err error) {
	err = lines(text, func(number int, line string) error {
		parts := strings.Fields(strings.NewReplacer("，", " ", "、", " ", "：", ":", "至", " ", "到", " ", " - ", " ", "—", " ").Replace(line))
		var at [2]time.Time
		for i := range at {
			if len(parts) == 0 {
				return wrongLine(number, line)
			}
			date, err := grid.ParseDate(parts[0])
			if err != nil {
				return wrongLine(number, line)
			}
			parts = parts[1:]
			at[i] = date.Start()
			if len(parts) > 0 && strings.Contains(parts[0], ":") {
				m, err := grid.ParseMinute(parts[0])
				if err != nil {
					return wrongLine(number, line)
				}
				at[i], parts = at[i].Add(time.Duration(m)*time.Minute), parts[1:]
			} else if i == 1 {
				at[i] = at[i].Add(24 * time.Hour) // the whole of that day
			}
		}
		if !at[1].After(at[0]) {
			return wrongLine(number, line)
		}
		all = append(all, grid.Absence{From: at[0].UTC(), Until: at[1].UTC(), Reason: strings.Join(parts, " ")})
		return nil
	})
	return all, err
}
