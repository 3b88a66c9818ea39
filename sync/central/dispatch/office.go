package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"

	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/staff"
)

// ErrWho is returned for handing a case to somebody who cannot have one: no worker, or
// an account that is disabled.
var ErrWho = errors.New("dispatch: no worker who may have cases")

// Store is what a database must be able to do.
type Store interface {
	grid.Store
	// Loads counts the open cases of each account that has any.
	Loads(ctx context.Context) (map[string]Load, error)
	// Unassigned lists open cases of some urgencies that nobody is to do, by number,
	// beginning after one; of those that are not classified, what came before fresh.
	Unassigned(ctx context.Context, urgencies []docket.Urgency, fresh time.Time, after int64, limit int) ([]int64, error)

	Case(ctx context.Context, number int64) (docket.Case, []docket.Event, error)
	Cases(ctx context.Context, q docket.CaseQuery) ([]docket.Case, error)
	Terminals(ctx context.Context) ([]docket.Terminal, error)
	Accounts(ctx context.Context) ([]staff.Account, error)
	Setting(ctx context.Context, name string) (string, error)
	PutSetting(ctx context.Context, name, value string) error
}

// Desk does actions; package desk's does.
type Desk interface {
	// Act does actions to a case, one after another in one transaction.
	Act(ctx context.Context, number, seen int64, e docket.Event, more ...docket.Event) error
}

// Look is the job that looks at cases to which something happened: what goes out by
// itself does.
type Look struct {
	Cases []int64 `json:"cases"`
}

func (Look) Kind() string { return "dispatch.look" }

// Sweep is the job that finds what is urgent and lies: nobody was on duty when it came,
// or the rules or the grids were changed.
type Sweep struct{}

func (Sweep) Kind() string { return "dispatch.sweep" }

const (
	// SweepEvery is how often.
	SweepEvery = 5 * time.Minute
	// fresh is how old a case is that should be classified: a Look follows from that.
	fresh  = time.Minute
	atOnce = 200
)

// Office proposes who does cases, and has them done.
type Office struct {
	Store Store
	Desk  Desk
	Clock func() time.Time
	Log   *slog.Logger
	// Placed is called when all cases were placed anew, and again until it returns no error.
	// It may be nil.
	Placed func(context.Context) error
}

// Rules reads the document that is in force.
func (o *Office) Rules(ctx context.Context) (*Rules, error) {
	text, err := o.Store.Setting(ctx, Setting)
	if err != nil {
		return nil, fmt.Errorf("dispatch: rules: %w", err)
	}
	return Parse(text)
}

// PutRules makes a document the one in force; an empty one makes it the default again.
// ErrRules.
func (o *Office) PutRules(ctx context.Context, text string) error {
	if _, err := Parse(text); err != nil {
		return err
	}
	if err := o.Store.PutSetting(ctx, Setting, text); err != nil {
		return fmt.Errorf("dispatch: rules: %w", err)
	}
	return nil
}

// around is what a proposal goes by beside the case.
type around struct {
	rules     *Rules
	chains    docket.Chains
	book      *grid.Book
	people    map[string]Person
	loads     map[string]Load
	terminals map[int]docket.Terminal
}

func (o *Office) around(ctx context.Context) (a around, err error) {
	if a.rules, err = o.Rules(ctx); err != nil {
		return a, err
	}
	text, err := o.Store.Setting(ctx, docket.ChainsSetting)
	if err != nil {
		return a, err
	}
	if a.chains, err = docket.ParseChains(text); err != nil {
		return a, err
	}
	if a.book, err = o.Store.Grids(ctx); err != nil {
		return a, err
	}
	accounts, err := o.Store.Accounts(ctx)
	if err != nil {
		return a, err
	}
	a.people = map[string]Person{}
	for _, one := range accounts {
		a.people[one.ID] = Person{Name: one.Name, Fit: !one.Disabled && one.Has(staff.Worker)}
	}
	if a.loads, err = o.Store.Loads(ctx); err != nil {
		return a, err
	}
	terminals, err := o.Store.Terminals(ctx)
	a.terminals = map[int]docket.Terminal{}
	for _, t := range terminals {
		a.terminals[t.Number] = t
	}
	return a, err
}

// Propose says who should do a case now.
func (o *Office) Propose(ctx context.Context, number int64) (Proposal, error) {
	a, err := o.around(ctx)
	if err != nil {
		return Proposal{}, fmt.Errorf("dispatch: %w", err)
	}
	p, _, err := o.propose(ctx, a, number)
	return p, err
}

func (o *Office) propose(ctx context.Context, a around, number int64) (Proposal, docket.Case, error) {
	c, events, err := o.Store.Case(ctx, number)
	if err != nil {
		return Proposal{}, c, fmt.Errorf("dispatch: case %d: %w", number, err)
	}
	m, err := matter(c, events, a)
	if err != nil {
		return Proposal{}, c, err
	}
	return Propose(m, a.rules, a.book, a.people, a.loads, o.Clock()), c, nil
}

func matter(c docket.Case, events []docket.Event, a around) (Matter, error) {
	body, err := c.Request()
	if err != nil {
		return Matter{}, err
	}
	m := Matter{Case: c, Text: Words(body), Chain: len(a.chains[c.Service]) > 0, Located: Locate(a.book, body, a.terminals[c.Kiosk])}
	for _, answer := range body.Answers {
		if answer.Option != "" {
			m.Options = append(m.Options, answer.Option)
		}
	}
	m.Declined = declined(events)
	return m, nil
}

// declined are those who gave a case back since it was opened.
func declined(events []docket.Event) (all []docket.Assignee) {
	var has docket.Assignee
	for _, e := range events {
		switch e.Action {
		case docket.Dispatch, docket.Redispatch, docket.Transfer:
			has = e.Assignee
		case docket.Start:
			if e.Assignee != "" {
				has = e.Assignee
			}
		case docket.Return:
			if has != "" {
				all = append(all, has)
			}
			has = ""
		case docket.Reopen:
			all, has = nil, ""
		}
	}
	return all
}

// Give hands a case to somebody, with the reason for staff; by is who decided, "" is
// central itself. seen is as of desk.Act, and so are the errors; ErrWho.
func (o *Office) Give(ctx context.Context, number, seen int64, to docket.Assignee, by, why string) error {
	c, _, err := o.Store.Case(ctx, number)
	if err != nil {
		return fmt.Errorf("dispatch: case %d: %w", number, err)
	}
	if account, ok := to.Worker(); ok {
		accounts, err := o.Store.Accounts(ctx)
		if err != nil {
			return fmt.Errorf("dispatch: %w", err)
		}
		fit := false
		for _, one := range accounts {
			fit = fit || one.ID == account && !one.Disabled && one.Has(staff.Worker)
		}
		if !fit {
			return ErrWho
		}
	}
	return o.give(ctx, c, seen, to, by, why)
}

// longest is how long a reason may be, as of desk.MaxInner.
const longest = 500

func (o *Office) give(ctx context.Context, c docket.Case, seen int64, to docket.Assignee, by, why string) error {
	for utf8.RuneCountInString(why) > longest {
		_, size := utf8.DecodeLastRuneInString(why)
		why = why[:len(why)-size]
	}
	e := docket.Event{Action: docket.Dispatch, By: by, Detail: docket.Detail{Assignee: to, Inner: why}}
	if c.Status == docket.Dispatched || c.Status == docket.Working {
		e.Action = docket.Redispatch
	}
	if _, department := to.Department(); department {
		e.Action = docket.Transfer
	}
	if c.Status == docket.Delivered {
		return o.Desk.Act(ctx, c.Number, seen, docket.Event{Action: docket.Accept, By: by}, e)
	}
	return o.Desk.Act(ctx, c.Number, seen, e)
}

// Look looks at cases: it notes where they are, and what goes out by itself goes out.
func (o *Office) Look(ctx context.Context, cases []int64) error {
	a, err := o.around(ctx)
	if err != nil {
		return fmt.Errorf("dispatch: %w", err)
	}
	if len(a.book.Grids) == 0 && len(a.rules.Departments) == 0 {
		return nil
	}
	placed, err := o.Store.PlacesOf(ctx, cases)
	if err != nil {
		return fmt.Errorf("dispatch: %w", err)
	}
	var failed error // one that cannot be read does not hold up the others
	for _, number := range cases {
		p, c, err := o.propose(ctx, a, number)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if p.Located != nil && placed[number].Grid != p.Located.Grid.ID {
			if err := o.Store.PlaceCase(ctx, number, p.Located.Grid.ID, p.Located.Building.Name); err != nil {
				return fmt.Errorf("dispatch: %w", err)
			}
		}
		if !p.Automatic || p.To == "" || c.Assignee != "" || c.Status != docket.Delivered && c.Status != docket.Accepted {
			continue
		}
		err = o.give(ctx, c, p.Seen, p.To, "", p.Words())
		switch {
		case errors.Is(err, docket.ErrMove):
			continue // it went on meanwhile: another look comes with that
		case err != nil:
			failed = errors.Join(failed, err)
			continue
		}
		o.Log.Info("case went out by itself", "case", number, "to", string(p.To))
		if account, ok := p.To.Worker(); ok {
			l := a.loads[account]
			l[c.Urgency]++
			a.loads[account] = l
		}
	}
	return failed
}

// Sweep looks at whatever should go out by itself and did not.
func (o *Office) Sweep(ctx context.Context) error {
	rules, err := o.Rules(ctx)
	if err != nil || len(rules.Automatic) == 0 {
		return err
	}
	var failed error
	for after := int64(0); ; {
		cases, err := o.Store.Unassigned(ctx, rules.Automatic, o.Clock().Add(-fresh), after, atOnce)
		if err != nil || len(cases) == 0 {
			return errors.Join(failed, err)
		}
		failed = errors.Join(failed, o.Look(ctx, cases))
		after = cases[len(cases)-1]
	}
}
