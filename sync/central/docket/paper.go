package docket

import (
	"slices"

	"lintai/kiosk/slip"
)

// Print is one print of a case's paper at a terminal. It is noted as unknown when
// the terminal is given the paper, and again when the terminal says what became of it.
type Print struct {
	ID      string `json:"id"` // of the terminal, a UUID
	Kiosk   int    `json:"kiosk"`
	Outcome string `json:"outcome"` // as slip.Outcome names it
}

func (p *Print) valid() bool {
	return p.ID != "" && p.Kiosk > 0 && slices.Contains([]string{slip.Unknown.String(), slip.Printed.String(), slip.NotPrinted.String()}, p.Outcome)
}

// into takes a print in, in place of what was known of the same one.
func (p *Print) into(all []Print) []Print {
	all = slices.Clone(all)
	if i := slices.IndexFunc(all, func(old Print) bool { return old.ID == p.ID }); i >= 0 {
		all[i] = *p
		return all
	}
	return append(all, *p)
}

// Printed counts the prints that came out, or may have; beside one of them.
func (s State) Printed(beside string) int {
	n := 0
	for _, p := range s.Prints {
		if p.ID != beside && p.Outcome != slip.NotPrinted.String() {
			n++
		}
	}
	return n
}

// Print finds one.
func (s State) Print(id string) (Print, bool) {
	i := slices.IndexFunc(s.Prints, func(p Print) bool { return p.ID == id })
	if i < 0 {
		return Print{}, false
	}
	return s.Prints[i], true
}

// Paper tells whether there is a paper to be fetched: one that was made and counts.
func (s State) Paper() bool { return s.Verification != "" && (s.Status == Done || s.Status == Rated) }
