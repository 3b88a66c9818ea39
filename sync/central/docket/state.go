package docket

import (
	"fmt"
	"slices"
	"time"
)

// State is what the events of a case come to.
type State struct {
	Status   Status
	Assignee Assignee  // who is to do it; nobody once it is closed
	Due      time.Time // when the next thing should have happened; zero when nothing is due, as once it is closed
	Into     int64     // the case that it was merged into, while it is
	// Told is the status that the holder of the ticket is told: that of the other case
	// while it is merged, else Status.
	Told         Status
	Chain        []Department // who has to approve
	Approved     int          // how many of them did
	Verification Verification // of the paper that was made, while it counts
	Prints       []Print      // of that paper, at terminals, each as it came out
	Correction   *Correction  // the newest, by staff
}

// Step is whose approval is asked for now.
func (s State) Step() (Department, bool) {
	if s.Approved >= len(s.Chain) {
		return "", false
	}
	return s.Chain[s.Approved], true
}

// Apply is the state after an event, but for the event's number. ErrMove when the
// table does not have it, ErrEvent when the event lacks something, ErrApproval.
func (s State) Apply(e Event) (State, error) {
	to, ok := s.Status.After(e.Action)
	if !ok {
		return s, fmt.Errorf("%w: %q when it is %q", ErrMove, e.Action, s.Status)
	}
	if e.Action == Rate && e.Status == Done && s.Status == Done {
		to = Done // from before central knew 已评价
	}
	if e.Status != to {
		return s, fmt.Errorf("%w: %q when it is %q leads to %q, not %q", ErrMove, e.Action, s.Status, to, e.Status)
	}
	if err := s.check(e); err != nil {
		return s, err
	}
	s.Status = to
	if to != Merged {
		s.Told = to
	}
	if !e.Due.IsZero() {
		s.Due = e.Due
	}
	s = s.with(e)
	if to.Closed() {
		s.Assignee, s.Due = "", time.Time{}
	}
	return s, nil
}

// with takes in what the action says beside the status.
func (s State) with(e Event) State {
	switch e.Action {
	case Dispatch, Redispatch, Transfer:
		s.Assignee, s.Chain, s.Approved = e.Assignee, nil, 0
	case Start:
		if e.Assignee != "" {
			s.Assignee = e.Assignee
		}
	case Return:
		s.Assignee, s.Chain, s.Approved = "", nil, 0
	case Submit:
		s.Chain, s.Approved = slices.Clone(e.Chain), 0
		s.Assignee = ToDepartment(e.Chain[0])
	case Approve:
		s.Approved++
		s.Assignee = ""
		if next, more := s.Step(); more {
			s.Assignee = ToDepartment(next)
		}
	case Complete:
		s.Verification, s.Prints = e.Verification, nil
	case Tell:
		if e.Print != nil {
			s.Prints = e.Print.into(s.Prints)
		}
	case Merge:
		s.Into, s.Chain, s.Approved = e.Other, nil, 0
		s.Told = e.OtherStatus
	case Reopen:
		s.Into, s.Chain, s.Approved, s.Verification, s.Prints = 0, nil, 0, "", nil
	case FollowOther:
		s.Told = e.OtherStatus
	case Correct:
		s.Correction = e.Correction
	}
	return s
}

// check holds what an event says against its action and the state before it.
func (s State) check(e Event) error {
	if (e.Stars != 0) != (e.Action == Rate) || e.Stars < 0 || e.Stars > 5 {
		return need(false, "stars of a rating, one to five")
	}
	switch e.Action {
	case Dispatch:
		return need(e.Assignee.valid(), "somebody to do it")
	case Redispatch:
		return need(e.Assignee.valid() && e.Assignee != s.Assignee, "somebody else to do it")
	case Transfer:
		_, department := e.Assignee.Department()
		return need(department && e.Assignee.valid() && e.Assignee != s.Assignee, "another department")
	case Start:
		return need(e.Assignee == "" || e.Assignee.valid() && (s.Assignee == "" || s.Assignee == e.Assignee), "who is to do it already")
	case Submit:
		return e.checkChain()
	case Approve, Decline:
		step, open := s.Step()
		if err := need(open && e.Step == step, "the step whose turn it is"); err != nil {
			return err
		}
		return need(e.Action == Approve || e.Note != "", "a reason for the resident")
	case Refuse:
		return need(e.Note != "", "a reason for the resident")
	case Complete:
		if _, open := s.Step(); open {
			return ErrApproval
		}
		return need(e.Verification == "" || len(s.Chain) > 0, "approvals before a paper")
	case Merge:
		return need(e.Other > 0 && e.OtherStatus.Known() && e.OtherStatus != Merged, "another case that stands by itself")
	case FollowOther:
		return need(e.Other == s.Into && e.OtherStatus.Known() && e.OtherStatus != Merged, "the case that it was merged into")
	case Tell:
		if e.Print != nil {
			return need(s.Verification != "" && e.Print.valid() && e.Inner != "", "a paper that can be printed")
		}
		return need(e.Note != "" || e.Inner != "", "a note")
	case Correct:
		return need(e.Correction.valid(), "a classification")
	}
	return nil
}

func (e Event) checkChain() error {
	for i, d := range e.Chain {
		if !slices.Contains(Departments, d) || slices.Contains(e.Chain[:i], d) {
			return need(false, "departments that approve once each")
		}
	}
	return need(len(e.Chain) > 0, "departments that approve")
}

// Fold derives the status of a case from its events: see Replay.
func Fold(events []Event) (Status, error) {
	s, err := Replay(events)
	return s.Status, err
}

// Replay derives the state of a case from its events, oldest first. It refuses a
// history with a gap in its numbers or an event that does not follow.
func Replay(events []Event) (State, error) {
	var s State
	for i, e := range events {
		if e.Number != int64(i+1) {
			return s, fmt.Errorf("docket: event %d stands where %d belongs", e.Number, i+1)
		}
		e.Action = e.action(s.Status)
		var err error
		if s, err = s.Apply(e); err != nil {
			return s, fmt.Errorf("event %d: %w", e.Number, err)
		}
	}
	return s, nil
}

// action is that of an event. One that was written before central knew actions
// has it by the statuses around it.
func (e Event) action(before Status) Action {
	if e.Action != "" {
		return e.Action
	}
	switch {
	case before == "":
		return File
	case e.Stars != 0:
		return Rate
	case before.Closed() && e.Status == Accepted:
		return Reopen
	case e.Status == Accepted:
		return Accept
	case e.Status == Working:
		return Start
	case e.Status == Done:
		return Complete
	}
	return ""
}
