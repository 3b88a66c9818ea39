package activity

import (
	"slices"
	"strings"
	"time"
)

// Volunteer is somebody who helps.
type Volunteer struct {
	Number       int64  // counts up; names her to staff and to herself
	Token        string // of her card, or "": without one no points are booked
	Name         string
	Phone        string
	Fields       []string // what she can do: options of the service's step "field"
	Times        []string // when: options of its step "when"
	Case         int64    // the newest request, or 0
	Resting      bool     // not to be asked for now
	RegisteredAt time.Time
}

// Any is the option that stands for all others.
const Any = "any"

// Suits tells whether she offered to do something; "" is everything.
func (v Volunteer) Suits(field string) bool {
	return !v.Resting && (field == "" || slices.Contains(v.Fields, field) || slices.Contains(v.Fields, Any))
}

// with takes in what a second registration says.
func (v Volunteer) with(w Volunteer) Volunteer {
	for _, f := range w.Fields {
		if !slices.Contains(v.Fields, f) {
			v.Fields = append(v.Fields, f)
		}
	}
	for _, t := range w.Times {
		if !slices.Contains(v.Times, t) {
			v.Times = append(v.Times, t)
		}
	}
	if w.Name != "" {
		v.Name = w.Name
	}
	if w.Phone != "" {
		v.Phone = w.Phone
	}
	if w.Case != 0 {
		v.Case = w.Case
	}
	v.Resting = false
	return v
}

// Check tells what is wrong with a volunteer.
func (v Volunteer) Check() error {
	if !tidy(v.Name, 40) || !tidy(v.Phone, 20) || strings.Trim(v.Phone, "0123456789 -+") != "" || len(v.Fields) > 20 || len(v.Times) > 20 {
		return ErrText
	}
	for _, id := range slices.Concat(v.Fields, v.Times) {
		if !identifier.MatchString(id) {
			return ErrText
		}
	}
	return nil
}

// Task is something that volunteers are wanted for.
type Task struct {
	Number int64 // counts up
	Title  string
	Place  string
	Field  string // what one must be able to do; "" anything
	Start  time.Time
	End    time.Time
	Wanted int
	Case   int64 // the request that it helps with, or 0
	MadeAt time.Time
	MadeBy string
}

// Check tells what is wrong with a task.
func (t Task) Check() error {
	if t.Title == "" || !tidy(t.Title, 40) || !tidy(t.Place, 40) || t.Field != "" && !identifier.MatchString(t.Field) {
		return ErrText
	}
	if t.Start.IsZero() || !t.End.After(t.Start) {
		return ErrTime
	}
	if t.Wanted < 1 || t.Wanted > 500 || t.Case < 0 {
		return ErrPlaces
	}
	return nil
}

// Duty is how a volunteer stands to a task.
type Duty string

const (
	Assigned  Duty = "assigned"
	Confirmed Duty = "confirmed" // it was done, and the points are booked
	Missed    Duty = "missed"
	Released  Duty = "released" // she is not to do it
)

// Duties lists every Duty.
var Duties = []Duty{Assigned, Confirmed, Missed, Released}

// MostMinutes of one task count.
const MostMinutes = 24 * 60

// Assignment is a volunteer at a task.
type Assignment struct {
	Task      int64
	Volunteer int64
	Duty      Duty
	Minutes   int
	Entry     int64 // of the ledger, while it counts; 0: none is booked
	Round     int   // how often a confirmation was taken back
	At        time.Time
	By        string
}
