// Package resource is the book of who can help beside staff: clinics, teams that mend,
// volunteers, kitchens, courses, funds. What a case needs is matched with them by
// keywords, distance, free places and hours, and each match shows its score with its
// parts, so that nobody has to believe it.
//
// A press of staff takes a match: a Booking, written in one transaction with an event
// of the case. It holds one place of the resource for as long as the case is open, or
// until staff give it back; so no place is ever lost with a case that ended.
//
// The package is pure: Store is what a database must be able to do for it.
package resource

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lintai/kiosk/phrase"
	"lintai/sync/central/grid"
)

// Errors of a Store and of the rules of this package.
var (
	ErrNotFound = errors.New("resource: no such resource or booking")
	ErrResource = errors.New("resource: no fit resource")
	ErrFull     = errors.New("resource: no place is free")
	ErrTaken    = errors.New("resource: the case has a place there")
	ErrClosed   = errors.New("resource: the case is over")
)

// Kind is what a resource is. The words are phrases of the section resource_kind.
type Kind string

const (
	Clinic     Kind = "clinic"     // 医疗站、医院
	Repair     Kind = "repair"     // 维修队、物业
	Volunteers Kind = "volunteers" // 志愿者、邻里互助队
	Meals      Kind = "meals"      // 助餐点
	Work       Kind = "work"       // 就业、培训
	Leisure    Kind = "leisure"    // 活动室、老年大学
	Fund       Kind = "fund"       // 社区基金、补贴
	Mediators  Kind = "mediators"  // 调解室、律师
)

// Kinds lists every kind.
var Kinds = []Kind{Clinic, Repair, Volunteers, Meals, Work, Leisure, Fund, Mediators}

// Resource is one of them.
type Resource struct {
	ID       string       `json:"id"` // UUIDv7
	Name     string       `json:"name"`
	Kind     Kind         `json:"kind"`
	Keywords []string     `json:"keywords"` // words of needs that it meets
	Where    string       `json:"where,omitempty"`
	Place    grid.Point   `json:"place,omitzero"`
	Phone    string       `json:"phone,omitempty"`
	Hours    []grid.Shift `json:"hours,omitempty"` // none: at any time
	Capacity int          `json:"capacity"`        // cases at a time
	Off      bool         `json:"off,omitempty"`   // not proposed any more
}

// Open tells whether it is open at a moment.
func (r Resource) Open(at time.Time) bool {
	return len(r.Hours) == 0 || grid.Roster{Weekly: r.Hours}.OnDuty(at)
}

// Bounds of a resource.
const (
	MaxName     = 40 // characters
	MaxKeywords = 60
	MaxCapacity = 10_000
)

// Check tells whether it can be kept. ErrResource.
func (r Resource) Check() error {
	if !fit(r.Name, MaxName) || r.Name == "" || !fit(r.Where, MaxName) || !fit(r.Phone, 20) {
		return fmt.Errorf("%w: name, place or telephone number", ErrResource)
	}
	if !slices.Contains(Kinds, r.Kind) {
		return fmt.Errorf("%w: no kind %q", ErrResource, r.Kind)
	}
	if len(r.Keywords) == 0 || len(r.Keywords) > MaxKeywords {
		return fmt.Errorf("%w: one to %d keywords", ErrResource, MaxKeywords)
	}
	for i, w := range r.Keywords {
		if n := utf8.RuneCountInString(w); n < 2 || n > 12 || !fit(w, 12) || slices.Contains(r.Keywords[:i], w) {
			return fmt.Errorf("%w: keyword %q: 2 to 12 characters, each once", ErrResource, w)
		}
	}
	if r.Capacity < 1 || r.Capacity > MaxCapacity {
		return fmt.Errorf("%w: capacity", ErrResource)
	}
	if r.Place.Latitude < -90 || r.Place.Latitude > 90 || r.Place.Longitude < -180 || r.Place.Longitude > 180 {
		return fmt.Errorf("%w: it is nowhere", ErrResource)
	}
	for _, h := range r.Hours {
		if h.Weekday < time.Sunday || h.Weekday > time.Saturday || h.From < 0 || h.From >= 24*60 || h.Until < 0 || h.Until > 24*60 || len(r.Hours) > grid.MaxShifts {
			return fmt.Errorf("%w: hours", ErrResource)
		}
	}
	return nil
}

func fit(text string, longest int) bool {
	return strings.TrimSpace(text) == text && utf8.RuneCountInString(text) <= longest && !strings.ContainsFunc(text, unicode.IsControl)
}

// Defaults are what a community begins with: those of every neighbourhood, without
// places and numbers, which staff add.
func Defaults() []Resource {
	week := func(from, until grid.Minute, days ...time.Weekday) (all []grid.Shift) {
		for _, d := range days {
			all = append(all, grid.Shift{Weekday: d, Span: grid.Span{From: from, Until: until}})
		}
		return all
	}
	workdays := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	daily := append(slices.Clone(workdays), time.Saturday, time.Sunday)
	all := []Resource{
		{Kind: Clinic, Capacity: 10, Hours: week(8*60, 17*60, daily...)},
		{Kind: Repair, Capacity: 6, Hours: week(8*60, 20*60, daily...)},
		{Kind: Volunteers, Capacity: 20, Hours: week(8*60, 20*60, daily...)},
		{Kind: Meals, Capacity: 60, Hours: week(7*60, 18*60, daily...)},
		{Kind: Work, Capacity: 15, Hours: week(9*60, 17*60, workdays...)},
		{Kind: Leisure, Capacity: 40, Hours: week(9*60, 21*60, daily...)},
		{Kind: Fund, Capacity: 20, Hours: week(9*60, 17*60, workdays...)},
		{Kind: Mediators, Capacity: 8, Hours: week(9*60, 18*60, workdays...)},
	}
	for i := range all {
		r := &all[i]
		r.ID = "00000000-0000-7000-8000-00000000000" + string(rune('1'+i))
		r.Name = phrase.Text(phrase.ID("resource_name." + string(r.Kind)))
		r.Keywords = strings.Fields(phrase.Text(phrase.ID("resource_words." + string(r.Kind))))
	}
	return all
}
