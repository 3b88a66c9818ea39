// Package deadline says until when a case has to be answered and until when it has to
// be done, and tells those whose it is before that time and after it.
//
// A case that is filed has two limits: the response, the first time that it is given
// to somebody or begun, and the fix, when it is completed. How long they are stands in a
// document that staff may change (Rules), by category and urgency, counted around the
// clock or in working hours. A case that is given back or to somebody else keeps its
// limits; one that is closed has none; one that is opened again begins a new round.
//
// Before a limit whoever has the case is reminded. From the limit on the case is
// overdue: she is told, after a while the clerks, then the administrators. Everybody is
// told of a limit once. Telling is a job (package jobs) at the time of the alarm, and it
// looks at the case as it is then: of a case that is done nobody is reminded, however
// long the job was under way.
//
// What is told stands in notifications and not among the case's events: they would come
// between a page that a clerk has before her and what she presses there.
//
// The package is pure: Store is what a database must be able to do for it.
package deadline

import (
	"slices"
	"time"

	"lintai/sync/central/docket"
)

// What is which of a case's two limits. The words stand in databases.
type What string

const (
	Response What = "response" // 响应
	Fix      What = "fix"      // 办结
)

// Stage is how far an alarm goes. The words stand in databases.
type Stage string

const (
	Reminder         Stage = "reminder"      // before the limit, to who has the case
	Overdue          Stage = "overdue"       // at the limit, to her
	ToClerks         Stage = "clerk"         // a while later, to the clerks
	ToAdministrators Stage = "administrator" // and later still, to the administrators
)

// Stages lists every stage, in their order.
var Stages = []Stage{Reminder, Overdue, ToClerks, ToAdministrators}

// Late tells whether the limit is over by then.
func (s Stage) Late() bool { return s != Reminder }

// Alarm is a time at which somebody is told.
type Alarm struct {
	What  What
	Stage Stage
	At    time.Time
	Due   time.Time // the limit itself
}

// Term is one limit of a case.
type Term struct {
	Due time.Time
	Met time.Time // zero while it is open
}

// Standing is how a case stands against its limits.
type Standing struct {
	Round         int // 1 since it was filed, one more each time that it was opened again
	Began         time.Time
	Response, Fix Term
	// Alarms are those of the open limits, in the order of their times.
	Alarms []Alarm
}

// Of finds how a case stands by its events, oldest first; false when it is closed and
// has no limit. An action is known by where it led, so that events from before central
// kept actions count too.
func (r *Rules) Of(category docket.Category, urgency docket.Urgency, events []docket.Event) (Standing, bool) {
	var s Standing
	before := docket.Status("")
	for _, e := range events {
		switch {
		case before == "" || before.Closed() && !e.Status.Closed():
			s.Round++
			s.Began, s.Response.Met = e.At, time.Time{}
		case e.Status != before && answers(e.Status) && s.Response.Met.IsZero():
			s.Response.Met = e.At
		}
		before = e.Status
	}
	if before == "" || before.Closed() {
		return Standing{}, false
	}
	limit := r.limit(category, urgency)
	s.Response.Due = r.after(limit, s.Began, limit.Response)
	s.Fix.Due = r.after(limit, s.Began, limit.Fix)
	if s.Response.Met.IsZero() {
		s.Alarms = r.alarms(limit, Response, s.Began, limit.Response)
	}
	s.Alarms = append(s.Alarms, r.alarms(limit, Fix, s.Began, limit.Fix)...)
	slices.SortStableFunc(s.Alarms, func(a, b Alarm) int { return a.At.Compare(b.At) })
	return s, true
}

// answers tells whether somebody has taken a case in hand that stands so.
func answers(s docket.Status) bool { return s == docket.Dispatched || s == docket.Working }

// Due is the earliest open limit.
func (s Standing) Due() (What, time.Time) {
	if s.Response.Met.IsZero() && s.Response.Due.Before(s.Fix.Due) {
		return Response, s.Response.Due
	}
	return Fix, s.Fix.Due
}

// Overdue tells whether an open limit is over.
func (s Standing) Overdue(now time.Time) bool {
	_, due := s.Due()
	return !now.Before(due)
}

// Rung are the alarms whose time has come. A reminder of a limit that is over by now
// would remind of nothing.
func (s Standing) Rung(now time.Time) []Alarm {
	var rung []Alarm
	for _, a := range s.Alarms {
		if !a.At.After(now) && (a.Stage.Late() || a.Due.After(now)) {
			rung = append(rung, a)
		}
	}
	return rung
}

// Next is when the next alarm rings after now; zero when none does.
func (s Standing) Next(now time.Time) time.Time {
	for _, a := range s.Alarms {
		if a.At.After(now) {
			return a.At
		}
	}
	return time.Time{}
}

// alarms are those of one limit.
func (r *Rules) alarms(l Limit, what What, began time.Time, length time.Duration) []Alarm {
	due := r.after(l, began, length)
	return []Alarm{
		{what, Reminder, r.after(l, began, length-length*time.Duration(l.Remind)/100), due},
		{what, Overdue, due, due},
		{what, ToClerks, r.after(l, began, length+l.Escalate), due},
		{what, ToAdministrators, r.after(l, began, length+2*l.Escalate), due},
	}
}

func (r *Rules) after(l Limit, from time.Time, length time.Duration) time.Time {
	if l.Always {
		return from.Add(length)
	}
	return r.hours.after(from, length)
}
