// Package insight makes figures of cases: how long residents wait, how many are
// satisfied, what is overdue and what comes back, by grid, category and month; how much
// is asked for in the next days; and into which groups the use of the service falls.
//
// A case is a Fact in the figures, the fold of its events. Facts of one month, grid and
// category are a Cell, and cells add up, so that a page sums a few hundred cells however
// many cases there are. Medians survive the adding: a cell keeps its times in a Sketch, which
// is off by one in a hundred at most. A job (Keeper) keeps facts and cells up to date
// from what happened since the last time, and every page says as of when it is.
//
// What fewer than Smallest cases or residents stand behind is not shown: it would speak
// of somebody. Of residents only counts come out of the database, never who they are.
//
// The package is pure: Store is what a database must be able to do for it.
package insight

import (
	"fmt"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/deadline"
	"lintai/sync/central/docket"
)

// Smallest is how many cases or residents a figure speaks of at least.
const Smallest = 5

// Month is a month of the community's calendar, 202611 for November 2026.
type Month int

// MonthOf is the month in which a moment lies.
func MonthOf(t time.Time) Month {
	t = t.In(phrase.Zone)
	return Month(t.Year()*100 + int(t.Month()))
}

// Start is its first moment.
func (m Month) Start() time.Time {
	return time.Date(int(m)/100, time.Month(int(m)%100), 1, 0, 0, 0, 0, phrase.Zone)
}

// Add is the month so many months later.
func (m Month) Add(months int) Month { return MonthOf(m.Start().AddDate(0, months, 0)) }

func (m Month) String() string { return fmt.Sprintf("%04d-%02d", int(m)/100, int(m)%100) }

// Quarter is a quarter of a year, 20264 for the last one of 2026.
type Quarter int

// Quarter is the one in which a month lies.
func (m Month) Quarter() Quarter { return Quarter(int(m)/100*10 + (int(m)%100+2)/3) }

// First is its first month.
func (q Quarter) First() Month { return Month(int(q)/10*100 + int(q)%10*3 - 2) }

// Last is its last month.
func (q Quarter) Last() Month { return q.First().Add(2) }

// Add is the quarter so many quarters later.
func (q Quarter) Add(quarters int) Quarter { return q.First().Add(3 * quarters).Quarter() }

// Valid tells whether it is a quarter of this century.
func (q Quarter) Valid() bool { return q > 20000 && q < 21000 && q%10 >= 1 && q%10 <= 4 }

func (q Quarter) String() string { return fmt.Sprintf("%04dQ%d", int(q)/10, int(q)%10) }

// Source is what a fact is made of.
type Source struct {
	Case           docket.Case // without its body
	Events         []docket.Event
	Topic          string
	Place          int64 // see docket.Classification
	Grid, Building string
	// Reasons are those that its low ratings name.
	Reasons []Reason
}

// Fact is what one case comes to.
type Fact struct {
	Case     int64
	Events   int64 // number of the newest event that it was made of
	Month    Month // in which it was asked for; 0: it does not count
	Day      int   // of that month
	Category docket.Category
	Urgency  docket.Urgency
	Grid     string
	Building string
	Topic    string
	Place    int64
	// Response is from its arrival until it was given to somebody or begun, Fix until it
	// was completed for good; negative while it was not.
	Response, Fix time.Duration
	Stars         int       // of the newest rating; 0: none
	Overdue       bool      // a limit of any round was over before it was met
	Due           time.Time // the earliest limit that is open; zero: none
	Completed     bool      // at least once
	Reopened      bool      // after that
	Reasons       []Reason
}

// FactOf folds the events of a case. aside are services whose cases count in no figure:
// those that central answers by itself, at once.
func FactOf(s Source, rules *deadline.Rules, aside map[string]bool) Fact {
	f := Fact{Case: s.Case.Number, Events: s.Case.Events, Category: s.Case.Category, Urgency: s.Case.Urgency,
		Grid: s.Grid, Building: s.Building, Topic: s.Topic, Place: s.Place, Response: -1, Fix: -1, Reasons: s.Reasons}
	if len(s.Events) == 0 || aside[s.Case.Service] {
		return f
	}
	arrived := s.Events[0].At
	asked := s.Case.RequestedAt
	if asked.Year() < 2020 || asked.After(arrived) {
		asked = arrived // a clock that was wrong
	}
	f.Month, f.Day = MonthOf(asked), asked.In(phrase.Zone).Day()
	before := docket.Status("")
	var round deadline.Standing
	answered := false
	for i, e := range s.Events {
		began := before == "" || before.Closed() && !e.Status.Closed()
		if began {
			f.Reopened = f.Reopened || before == docket.Done || before == docket.Rated
			round, _ = rules.Of(s.Case.Category, s.Case.Urgency, s.Events[:i+1])
			answered = false
		}
		if inHand := e.Status == docket.Dispatched || e.Status == docket.Working; inHand && f.Response < 0 {
			f.Response = max(0, e.At.Sub(arrived))
		}
		if closes := !before.Closed() && e.Status.Closed(); closes || !answered && (e.Status == docket.Dispatched || e.Status == docket.Working) {
			f.Overdue = f.Overdue || !answered && e.At.After(round.Response.Due) || closes && e.At.After(round.Fix.Due)
			answered = true
		}
		if e.Status == docket.Done && before != docket.Done {
			f.Completed, f.Fix = true, max(0, e.At.Sub(arrived))
		}
		if e.Action == docket.Rate && e.Stars > 0 {
			f.Stars = e.Stars
		}
		before = e.Status
	}
	if before != docket.Done && before != docket.Rated {
		f.Fix = -1 // it was opened again, or never done
	}
	if standing, open := rules.Of(s.Case.Category, s.Case.Urgency, s.Events); open {
		_, f.Due = standing.Due()
	}
	return f
}
