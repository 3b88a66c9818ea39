// Package report makes the improvement report of a quarter: how satisfied residents
// were and why not, what was overdue, where the same broke again and again, and what
// became better since the quarter before. It is made of the figures of package insight and
// says nothing that they do not; what staff did about it they write themselves.
package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/insight"
)

// Report is one quarter.
type Report struct {
	Quarter insight.Quarter
	AsOf    time.Time
	// Over tells that the quarter is over; else it is a look ahead.
	Over        bool
	Now, Before insight.Figures
	Changes     []Change
	// Low is how many ratings were low, and Reasons why, the most frequent first.
	Low        insight.Share
	Reasons    []Count
	Categories []Row
	Grids      []Row
	Again      []insight.Place // where it broke again and again
	Mended     []insight.Place // where it did so in the quarter before, and no more
}

// Count is how often a reason was given.
type Count struct {
	Reason insight.Reason
	Times  int
}

// Shown tells whether the number may be said.
func (c Count) Shown() bool { return c.Times >= insight.Smallest }

// Row is one category or grid in two quarters.
type Row struct {
	Name        string // the id; "": not known
	Now, Before insight.Figures
}

// What is a figure that is compared. The words are keys of the section figure of the phrases.
type What string

// Figures that are compared.
const (
	Response  What = "response"
	Fix       What = "fix"
	Satisfied What = "satisfied"
	Overdue   What = "overdue"
	Reopened  What = "reopened"
)

// Way is where a figure went.
type Way string

const (
	Better Way = "better"
	Worse  Way = "worse"
	Same   Way = "same"
)

// Change is where a figure went since the quarter before.
type Change struct {
	What What
	Way  Way
}

const (
	// A time that went by less than a tenth, and a share that went by less than two in a
	// hundred, count as the same: they would go so by chance.
	sameTime  = 0.1
	sameShare = 0.02
)

// Make makes the report of a quarter.
func Make(c *insight.Cube, places []insight.Place, q insight.Quarter) Report {
	r := Report{Quarter: q, AsOf: c.AsOf, Over: !c.AsOf.Before(q.Add(1).First().Start())}
	in := func(q insight.Quarter) func(insight.Key) bool {
		return func(k insight.Key) bool { return k.Month.Quarter() == q }
	}
	now := c.Sum(in(q))
	r.Now, r.Before = now.Figures(), c.Sum(in(q.Add(-1))).Figures()
	r.Changes = changes(r.Now, r.Before)
	r.Low = insight.Share{Part: r.Now.Satisfied.Of - highRatings(now), Of: r.Now.Satisfied.Of}
	for reason, n := range now.Reasons {
		r.Reasons = append(r.Reasons, Count{reason, n})
	}
	slices.SortFunc(r.Reasons, func(a, b Count) int { return cmp.Or(b.Times-a.Times, cmp.Compare(a.Reason, b.Reason)) })
	r.Categories = rows(c, in(q), in(q.Add(-1)), func(k insight.Key) string { return string(k.Category) })
	slices.SortStableFunc(r.Categories, func(a, b Row) int { return rank(a.Name) - rank(b.Name) })
	r.Grids = rows(c, in(q), in(q.Add(-1)), func(k insight.Key) string { return k.Grid })
	for _, p := range places {
		if p.Times > 0 {
			r.Again = append(r.Again, p)
		} else {
			r.Mended = append(r.Mended, p)
		}
	}
	return r
}

func highRatings(c *insight.Cell) (n int) {
	for _, stars := range c.Stars[insight.LowStars:] {
		n += stars
	}
	return n
}

// rank puts categories into their order, those without one last.
func rank(name string) int {
	if i := slices.Index(docket.Categories, docket.Category(name)); i >= 0 {
		return i
	}
	return len(docket.Categories)
}

func rows(c *insight.Cube, now, before func(insight.Key) bool, of func(insight.Key) string) []Row {
	is, was := insight.By(c, now, of), insight.By(c, before, of)
	var all []Row
	for _, name := range slices.Sorted(maps.Keys(is)) {
		row := Row{Name: name, Now: is[name].Figures()}
		if w := was[name]; w != nil {
			row.Before = w.Figures()
		}
		all = append(all, row)
	}
	slices.SortStableFunc(all, func(a, b Row) int { return cmp.Or(len(a.Name)-len(b.Name), cmp.Compare(a.Name, b.Name)) })
	return all
}

// changes compares what both quarters have enough cases for.
func changes(now, before insight.Figures) []Change {
	var all []Change
	add := func(what What, shown bool, lower, same bool) {
		way := Same
		switch {
		case !shown:
			return
		case same:
		case lower == (what != Satisfied):
			way = Better
		default:
			way = Worse
		}
		all = append(all, Change{what, way})
	}
	for what, pair := range map[What][2]insight.Spread{Response: {now.Response, before.Response}, Fix: {now.Fix, before.Fix}} {
		is, was := float64(pair[0].Median), float64(pair[1].Median)
		add(what, pair[0].Shown() && pair[1].Shown(), is < was, is >= was*(1-sameTime) && is <= was*(1+sameTime))
	}
	for what, pair := range map[What][2]insight.Share{Satisfied: {now.Satisfied, before.Satisfied}, Overdue: {now.Overdue, before.Overdue}, Reopened: {now.Reopened, before.Reopened}} {
		difference := pair[0].Value() - pair[1].Value()
		add(what, pair[0].Shown() && pair[1].Shown(), difference < 0, difference > -sameShare && difference < sameShare)
	}
	order := []What{Response, Fix, Satisfied, Overdue, Reopened}
	slices.SortFunc(all, func(a, b Change) int { return slices.Index(order, a.What) - slices.Index(order, b.What) })
	return all
}

// MaxWords is how long what staff write to a report may be, in characters.
const MaxWords = 4000

// Setting is the name of the setting in which the words of staff to a quarter stand.
func Setting(q insight.Quarter) string { return "report.words " + q.String() }
