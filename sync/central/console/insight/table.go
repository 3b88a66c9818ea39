package insight

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	figures "lintai/sync/central/insight"
)

// Table is figures in rows.
type Table struct {
	Title string
	Rows  []Row
}

// Row is one line of a table: figures as they are read.
type Row struct {
	Name                                                            string
	Cases, Response, ResponseTail, Fix, FixTail, Satisfied, Overdue string
	Reopened                                                        string
}

// few stands for a number that is too small to be told.
func few() string { return phrase.Text("insight.few", "count", strconv.Itoa(figures.Smallest)) }

// Line writes figures; what too few stand behind stays away.
func Line(name string, f figures.Figures) Row {
	r := Row{Name: name, Cases: strconv.Itoa(f.Cases), Response: few(), ResponseTail: few(), Fix: few(), FixTail: few(),
		Satisfied: Percent(f.Satisfied), Overdue: Percent(f.Overdue), Reopened: Percent(f.Reopened)}
	if !f.Shown() && f.Cases > 0 {
		r.Cases = few()
	}
	if f.Response.Shown() {
		r.Response, r.ResponseTail = Length(f.Response.Median), Length(f.Response.Tail)
	}
	if f.Fix.Shown() {
		r.Fix, r.FixTail = Length(f.Fix.Median), Length(f.Fix.Tail)
	}
	return r
}

// Percent writes a share.
func Percent(s figures.Share) string {
	if !s.Shown() {
		return few()
	}
	return fmt.Sprintf("%.1f%%", 100*s.Value())
}

// Length writes how long something took, as people say it.
func Length(d time.Duration) string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	switch {
	case d < 100*time.Minute:
		return phrase.Text("insight.minutes", "count", strconv.Itoa(int(d.Round(time.Minute)/time.Minute)))
	case d < 48*time.Hour:
		return phrase.Text("insight.hours", "count", number(d.Hours()))
	}
	return phrase.Text("insight.days", "count", number(d.Hours()/24))
}

func monthTable(months map[figures.Month]*figures.Cell, first, last figures.Month) Table {
	t := Table{Title: phrase.Text("insight.by_month")}
	for m := last; m >= first; m = m.Add(-1) {
		if cell := months[m]; cell != nil {
			t.Rows = append(t.Rows, Line(m.String(), cell.Figures()))
		}
	}
	return t
}

// mostRows bounds a table of grids: a page stays small.
const mostRows = 100

func gridTable(grids map[string]*figures.Cell, known []string, name func(string) string) Table {
	t := Table{Title: phrase.Text("insight.by_grid")}
	ids := slices.SortedFunc(maps.Keys(grids), func(a, b string) int {
		return cmp.Or(grids[b].Cases-grids[a].Cases, slices.Index(known, a)-slices.Index(known, b))
	})
	for _, id := range ids[:min(len(ids), mostRows)] {
		t.Rows = append(t.Rows, Line(name(id), grids[id].Figures()))
	}
	return t
}

func categoryTable(categories map[docket.Category]*figures.Cell) Table {
	t := Table{Title: phrase.Text("insight.by_category")}
	for _, c := range append(slices.Clone(docket.Categories), "") {
		if cell := categories[c]; cell != nil {
			t.Rows = append(t.Rows, Line(CategoryName(string(c)), cell.Figures()))
		}
	}
	return t
}

// Definition says what a figure is.
type Definition struct{ Name, Words string }

// Definitions are those of every figure.
func Definitions() []Definition {
	return []Definition{
		{phrase.Text("figure.cases"), phrase.Text("figure_means.cases")},
		{phrase.Text("figure.response"), phrase.Text("figure_means.response")},
		{phrase.Text("figure.fix"), phrase.Text("figure_means.fix")},
		{phrase.Text("figure.satisfied"), phrase.Text("figure_means.satisfied")},
		{phrase.Text("figure.overdue"), phrase.Text("figure_means.overdue")},
		{phrase.Text("figure.reopened"), phrase.Text("figure_means.reopened")},
		{phrase.Text("figure.middle"), phrase.Text("figure_means.middle")},
	}
}
