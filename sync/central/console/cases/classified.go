package cases

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/classify"
	"lintai/sync/central/console"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// classified is a classification as staff read it.
type classified struct {
	Reasons    []reason
	Duplicates []docket.Duplicate
}

// reason is one rule that fired, and what it spoke for.
type reason struct {
	Rule   string
	Words  string
	Spoken string
}

// repeated says that something broke again; "" the first time.
func repeated(times int) string {
	if times < 2 {
		return ""
	}
	return phrase.Text("console.repeat", "days", strconv.Itoa(docket.RepeatDays), "count", strconv.Itoa(times))
}

func (a *Area) classified(ctx context.Context, c docket.Case) (*classified, error) {
	made, err := a.Reader.Store.Classification(ctx, c.Number)
	if errors.Is(err, docket.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rules, err := a.Desk.Rules(ctx)
	if errors.Is(err, classify.ErrRules) { // a newer central's
		rules, err = classify.Default(), nil
	}
	if err != nil {
		return nil, err
	}
	v := classified{Duplicates: made.Duplicates}
	for _, f := range made.Reasons {
		r := reason{Rule: rules.NameOf(f.Rule), Words: strings.Join(f.Words, phrase.Text("console.separator"))}
		if f.Rule == classify.RepeatRule {
			r.Words = repeated(made.Repeat)
		}
		var spoken []string
		if f.Category != "" {
			spoken = append(spoken, phrase.Text(phrase.ID("category."+string(f.Category))))
		}
		if f.Concern != "" {
			spoken = append(spoken, phrase.Text(phrase.ID("concern."+string(f.Concern))))
		}
		if f.Priority != nil {
			spoken = append(spoken, phrase.Text(phrase.ID("urgency."+f.Priority.String())))
		}
		r.Spoken = strings.Join(spoken, phrase.Text("console.separator"))
		v.Reasons = append(v.Reasons, r)
	}
	return &v, nil
}

// choices are what the forms of the page offer.
type choices struct {
	Workers     []staff.Account
	Departments []docket.Department
	Categories  []docket.Category
	Concerns    []docket.Concern
	Priorities  []string
}

func (a *Area) choices(ctx context.Context) (choices, error) {
	c := choices{Departments: docket.Departments, Categories: docket.Categories, Concerns: docket.Concerns, Priorities: urgencies}
	all, err := a.Accounts(ctx)
	c.Workers = slices.DeleteFunc(all, func(w staff.Account) bool {
		return w.Disabled || !w.Has(staff.Worker, staff.Clerk, staff.Mediator)
	})
	return c, err
}

// assignee is who is to do a case, by name.
func (c choices) assignee(to docket.Assignee) string {
	if d, ok := to.Department(); ok {
		return desk.Department(d)
	}
	id, _ := to.Worker()
	for _, w := range c.Workers {
		if w.ID == id {
			return w.Name
		}
	}
	return id
}

// happened is an event as the page shows it.
type happened struct {
	docket.Event
	Assigned string
	Step     string
	Photos   []string
}

// pressed tells whether one of the moves that the page offers is an action.
func pressed(moves []docket.Status, from docket.Status, action docket.Action) bool {
	return slices.ContainsFunc(moves, func(to docket.Status) bool {
		does, ok := from.Towards(to)
		return ok && does == action
	})
}

// work adds to the page of a case what can be done and what was made of it.
func (a *Area) work(r *console.Request, v *caseView, events []docket.Event) error {
	s, err := docket.Replay(events)
	if err != nil {
		return err
	}
	if v.Choices, err = a.choices(r.Context()); err != nil {
		return err
	}
	if v.Classified, err = a.classified(r.Context(), v.Case); err != nil {
		return err
	}
	chains, _, err := a.Desk.Chains(r.Context())
	if err != nil {
		return err
	}
	v.Forms, v.State = forms(r.Who, s, len(chains[v.Case.Service]) > 0), s
	if _, open := s.Step(); open {
		v.Moves = nil // those who approve move it
	}
	v.Forms = slices.DeleteFunc(v.Forms, func(f form) bool { return f.plain() && pressed(v.Moves, s.Status, f.Action) })
	if v.Case.Assignee != "" {
		v.Assigned = v.Choices.assignee(v.Case.Assignee)
	}
	for _, e := range events {
		h := happened{Event: e}
		if e.Assignee != "" {
			h.Assigned = v.Choices.assignee(e.Assignee)
		}
		if e.Step != "" {
			h.Step = desk.Department(e.Step)
		}
		if e.Record != nil {
			h.Photos = e.Record.Photos
		}
		v.Happened = append(v.Happened, h)
	}
	return nil
}
