package setup

import "lintai/kiosk/visit"

// Progress is what outlives the program: how far a technician came. Nothing that was
// typed is in it; that is in her file.
type Progress struct {
	Begun    bool              `json:"begun,omitempty"`
	Asking   bool              `json:"asking,omitempty"` // she stood there
	Step     string            `json:"step,omitempty"`
	Answered []string          `json:"answered,omitempty"`
	Later    bool              `json:"later,omitempty"`
	Results  map[string]Result `json:"results,omitempty"`
	// Turned is a picture that nobody found right yet, and how it was before: for that
	// the program starts anew.
	Turned *[2]int `json:"turned,omitempty"`
	Done   bool    `json:"done,omitempty"`
}

// Unfinished tells that somebody began, and that she is expected back.
func (p Progress) Unfinished() bool { return p.Begun && !p.Done }

// Progress is how far it is.
func (s State) Progress() Progress {
	p := Progress{Begun: s.begun, Asking: s.Asking(), Step: s.resume, Later: s.later, Results: s.Results(), Done: s.phase == done}
	if p.Asking {
		p.Step = all[s.step].id
	}
	for n := range all {
		if s.answered&(1<<n) != 0 && all[n].stays {
			p.Answered = append(p.Answered, all[n].id)
		}
	}
	if s.turning.pending {
		p.Turned = &[2]int{s.turning.from, s.turning.to}
	}
	return p
}

// Resume is a terminal that starts anew: at the step where somebody stood.
func Resume(f Facts, p Progress) State {
	s := New(f)
	if !p.Unfinished() {
		return s
	}
	s.begun, s.resume, s.later = true, p.Step, p.Later
	for _, id := range p.Answered {
		if n := stepOf(id); n >= 0 {
			s.answered |= 1 << n
		}
	}
	for name, r := range p.Results {
		if n := deviceOf(name); n >= 0 {
			s.wares[n] = r
		}
	}
	if turn := stepOf("turn"); p.Turned != nil && f.Appliance {
		s.phase, s.step, s.resume = typing, turn, ""
		s.turning = turning{pending: true, from: p.Turned[0], to: p.Turned[1]}
	}
	return s
}

// Welcome goes on at once where somebody stood when the program ended. Whoever is not
// there any more is away after a while.
func Welcome(s State, p Progress) (State, []Effect) {
	if !p.Unfinished() || !p.Asking || s.phase != waiting {
		return s, nil
	}
	return Update(s, Touch{visit.Wake{}})
}

// Tests is the progress of somebody who is about to try the devices of a terminal in
// service once more.
func Tests() Progress { return Progress{Begun: true, Asking: true, Step: all[stepOf("enrol")].id} }
