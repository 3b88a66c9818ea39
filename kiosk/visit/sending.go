package visit

import "slices"

// here tells that a request is, for all that is known, on its terminal only.
func (st Status) here() bool { return st == StatusSaved || st == StatusSending }

// sending tells whether a request is on its way to central at this moment.
func (s State) sending(id string) bool { return id != "" && slices.Contains(s.house.sending, id) }

// progress is what was looked up, as it stands now: whether a request of this
// terminal is on its way changes while somebody reads about it.
func (s State) progress() Progress {
	p := s.visit.progress
	if p.ID == "" || !p.Status.here() {
		return p
	}
	p.Status = StatusSaved
	if s.sending(p.ID) {
		p.Status = StatusSending
	}
	return p
}

// progressSettled takes central's word on a request into what is shown of it: it may have
// come after the look-up began, or while its answer is on the screen.
func (m *machine) progressSettled() {
	p := &m.visit.progress
	if p.ID == "" || !p.Status.here() {
		return
	}
	switch m.reached(p.ID) {
	case reachedCentral:
		p.Status, p.At = StatusDelivered, m.now
	case heldForStaff:
		p.Status, p.At = StatusHeld, m.now
	}
}
