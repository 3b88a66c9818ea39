package setup

import "lintai/kiosk/visit"

// Progress is what outlives the program: how far a technician came. Nothing that was
// typed is in it; that is in her file.
type Progress struct {
	Begun   bool              `json:"begun,omitempty"`
	Step    string            `json:"step,omitempty"`
	Later   bool              `json:"later,omitempty"`
	Results map[string]Result `json:"results,omitempty"`
	Done    bool              `json:"done,omitempty"`
}

// Unfinished tells that somebody began, and that she is expected back.
func (p Progress) Unfinished() bool { return p.Begun && !p.Done }

// Progress is how far it is.
func (s State) Progress() Progress {
	p := Progress{Begun: s.begun, Step: s.resume, Later: s.later, Results: s.Results(), Done: s.phase == done}
	if s.Asking() {
		p.Step = all[s.step].id
	}
	return p
}

// Resume is a terminal that nobody has touched since it was switched on, but before.
func Resume(f Facts, p Progress) State {
	s := New(f)
	if !p.Unfinished() {
		return s
	}
	s.begun, s.resume, s.later = true, p.Step, p.Later
	for name, r := range p.Results {
		if n := deviceOf(name); n >= 0 {
			s.wares[n] = r
		}
	}
	return s
}

// Tests is a terminal in service whose staff asked for the tests of its devices.
func Tests(f Facts) (State, []Effect) {
	f.Enrolled = true
	return Update(New(f), Touch{visit.Wake{}})
}
