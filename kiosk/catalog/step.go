package catalog

import (
	"slices"
	"time"
)

// StepKind says what a step asks for. The confirm page and the result are not
// steps: they end every request.
type StepKind string

const (
	// Choose is one of the options, six large tiles on a page.
	Choose StepKind = "choose"
	// Place is one of the community's places, or at home.
	Place StepKind = "place"
	// Slot is a day and a part of it.
	Slot StepKind = "slot"
	// List is one of what the community announces: see Source.
	List StepKind = "list"
	// Number is a few digits typed on the large keypad, e.g. a room number.
	Number StepKind = "number"
	// Text is the resident's own words: spoken or typed.
	Text StepKind = "text"
	// Voice is a voice note, and nothing else.
	Voice StepKind = "voice"
	// Photo is a picture taken by the terminal's camera.
	Photo StepKind = "photo"
	// Requirements shows what the chosen option needs, before anything is asked.
	Requirements StepKind = "requirements"
	// Consent asks for one sensitive field of the ID card, yes or no.
	Consent StepKind = "consent"
	// Identify takes from the ID card what the service may take and what was
	// consented to, or goes on without.
	Identify StepKind = "identify"
	// Rating is one to five stars.
	Rating StepKind = "rating"
	// Ticket asks for the code of an earlier request and its rating code.
	Ticket StepKind = "ticket"
)

// Source is where a List step takes its rows from.
type Source string

// Activities are those of the community document that are still to come.
const Activities Source = "activities"

// Step is one screen of a service.
type Step struct {
	ID     string   `json:"id"`
	Kind   StepKind `json:"kind"`
	Title  string   `json:"title"`           // the question on the screen
	Label  string   `json:"label,omitempty"` // beside the answer on the confirm page and for staff
	Prompt string   `json:"prompt"`          // what the voice says
	Hint   string   `json:"hint,omitempty"`  // a sentence below the title

	// When shows the step only after certain choices.
	When *Condition `json:"when,omitempty"`
	// Optional steps can be passed over with one press.
	Optional bool `json:"optional,omitempty"`

	Options []Option `json:"options,omitempty"` // Choose
	Source  Source   `json:"source,omitempty"`  // List

	MinDigit int    `json:"min_digits,omitempty"` // Number; 0 means 1
	MaxDigit int    `json:"max_digits,omitempty"` // Number
	Suffix   string `json:"suffix,omitempty"`     // Number: "号楼", "室"
	// Address marks the Number steps whose answers together are the address;
	// they are skipped when the card gave one.
	Address bool `json:"address,omitempty"`
	// Field: Consent asks for this field of the card; a Number step fills it in
	// (phone).
	Field PersonalField `json:"field,omitempty"`
	// Behalf marks the Number step that takes the number of the member of staff
	// who helps.
	Behalf bool `json:"behalf,omitempty"`

	MaxRunes int `json:"max_runes,omitempty"` // Text; 0 means 100
	Seconds  int `json:"seconds,omitempty"`   // Text and Voice: longest voice note; 0 means 60

	Of string `json:"of,omitempty"` // Requirements: the Choose step whose option needs something

	FirstDay int      `json:"first_day,omitempty"` // Slot: 0 is today, 1 tomorrow
	Days     int      `json:"days,omitempty"`      // Slot: how many days are offered, at most six
	Weekdays []int    `json:"weekdays,omitempty"`  // Slot: 1 is Monday, 7 Sunday; empty means every day
	Periods  []Option `json:"periods,omitempty"`   // Slot: parts of a day
}

// Condition holds when one of the options was chosen at a step before.
type Condition struct {
	Step    string   `json:"step"`
	Options []string `json:"options"`
}

// Option is one tile of a Choose step.
type Option struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Detail  string `json:"detail,omitempty"` // a smaller second line
	Icon    string `json:"icon,omitempty"`
	Urgency string `json:"urgency,omitempty"` // urgent, soon, normal
	// Needs lists what to bring or to fulfil, for a Requirements step.
	Needs []string `json:"needs,omitempty"`
}

// Longest returns what a Text step takes at most, in characters.
func (st *Step) Longest() int {
	if st.MaxRunes == 0 {
		return 100
	}
	return st.MaxRunes
}

// LongestNote returns the seconds that a voice note of the step takes at most.
func (st *Step) LongestNote() int {
	if st.Seconds == 0 {
		return 60
	}
	return st.Seconds
}

// Option finds an option by its id.
func (st *Step) Option(id string) (*Option, bool) { return findOption(st.Options, id) }

// DaysFrom lists the days that a Slot step offers today, in today's zone.
func (st *Step) DaysFrom(today time.Time) []time.Time {
	var all []time.Time
	// Four weeks are enough to find as many days as asked for.
	for i := st.FirstDay; len(all) < st.Days && i < st.FirstDay+28; i++ {
		d := time.Date(today.Year(), today.Month(), today.Day()+i, 0, 0, 0, 0, today.Location())
		if len(st.Weekdays) == 0 || slices.Contains(st.Weekdays, (int(d.Weekday())+6)%7+1) {
			all = append(all, d)
		}
	}
	return all
}

// Period finds a part of a day by its id.
func (st *Step) Period(id string) (*Option, bool) { return findOption(st.Periods, id) }

func findOption(options []Option, id string) (*Option, bool) {
	for i := range options {
		if options[i].ID == id {
			return &options[i], true
		}
	}
	return nil, false
}
