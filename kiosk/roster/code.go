package roster

import (
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
)

// Code is a one-time code that central made for a terminal.
type Code struct {
	Number  int
	Code    string
	Address string // where the terminal reaches central; may be empty
	Until   time.Time
}

const day = "2006-01-02"

// CodeRows is the list that central writes.
func CodeRows(codes []Code) [][]string {
	rows := [][]string{{phrase.Text("roster.number"), phrase.Text("roster.code"), phrase.Text("roster.address"), phrase.Text("roster.until")}}
	for _, c := range codes {
		rows = append(rows, []string{strconv.Itoa(c.Number), c.Code, c.Address, c.Until.In(phrase.Zone).Format(day)})
	}
	return rows
}

// ReadCodes reads such a list, also after a spreadsheet saved it. The error, if any, is
// of type Problems; it never holds a code.
func ReadCodes(rows [][]string) ([]Code, error) {
	if len(rows) == 0 || len(rows[0]) < 4 || plain(rows[0][1]) != phrase.Text("roster.code") {
		return nil, Problems{{1, "", phrase.Text("roster.no_codes"), ""}}
	}
	var codes []Code
	var problems Problems
	for i, row := range rows[1:] {
		if strings.Join(row, "") == "" {
			continue
		}
		c := Code{}
		var err error
		if len(row) >= 4 {
			c.Code, c.Address = strings.TrimSpace(row[1]), strings.TrimSpace(row[2])
			if c.Number, err = strconv.Atoi(strings.TrimSpace(row[0])); err == nil {
				c.Until, err = readDay(strings.TrimSpace(row[3]))
			}
		}
		if err != nil || c.Number == 0 || c.Code == "" {
			problems = append(problems, Problem{i + 2, "", phrase.Text("roster.no_code_row"), ""})
			continue
		}
		codes = append(codes, c)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return codes, nil
}

// readDay reads a date as we and as spreadsheets write it. The code ends some time on
// that day: its beginning is the safe side.
func readDay(text string) (t time.Time, err error) {
	for _, layout := range []string{day, "2006/1/2", "2006-1-2"} {
		if t, err = time.ParseInLocation(layout, text, phrase.Zone); err == nil {
			return t, nil
		}
	}
	return t, err
}

// Entry is a row of the index of what was made.
type Entry struct {
	Number int
	Place  string
	File   string
	Until  time.Time // of its code
}

// IndexRows is the index of what was made.
func IndexRows(entries []Entry) [][]string {
	rows := [][]string{{phrase.Text("roster.number"), phrase.Text("roster.place"), phrase.Text("roster.file"), phrase.Text("roster.until")}}
	for _, e := range entries {
		rows = append(rows, []string{strconv.Itoa(e.Number), e.Place, e.File, e.Until.In(phrase.Zone).Format(day)})
	}
	return rows
}

// ReadIndex reads it again.
func ReadIndex(rows [][]string) ([]Entry, error) {
	var entries []Entry
	var problems Problems
	for i, row := range rows {
		if i == 0 || strings.Join(row, "") == "" {
			continue
		}
		e := Entry{}
		var err error
		if len(row) >= 4 {
			e.Place, e.File = row[1], row[2]
			if e.Number, err = strconv.Atoi(strings.TrimSpace(row[0])); err == nil {
				e.Until, err = readDay(strings.TrimSpace(row[3]))
			}
		}
		// The name is one that we gave: no path that leads elsewhere.
		if err != nil || e.Number < 1 || e.File != FileName(e.Number) {
			problems = append(problems, Problem{i + 1, "", phrase.Text("roster.no_index_row"), ""})
			continue
		}
		entries = append(entries, e)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return entries, nil
}

// FileName is the name of a terminal's file.
func FileName(number int) string {
	name := strconv.Itoa(number)
	return strings.Repeat("0", max(0, 3-len(name))) + name + ".toml"
}
