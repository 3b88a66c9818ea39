// Package dispatch says who should do a case, and why. It goes by the grid of the
// case's place and the category: the workers of that grid who are on duty, the one
// with the least on her hands first, then those who stand in for them, then the
// nearest grid where somebody is; what is no matter of the community goes to a
// department. Where nobody can be named, a clerk decides.
//
// What it says is a Proposal with its reasons, and one press of staff makes it so.
// Only what the document of rules names goes out without a press: what is urgent, by
// default. Nothing is silent: the reasons are written into the case, and every change
// is one of package desk's actions.
//
// Propose is pure; Office asks it about the cases of a store.
package dispatch

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

// State is how it is with somebody who might do a case.
type State string

const (
	Free     State = "free"     // on duty, and not too busy
	Busy     State = "busy"     // on duty, with more on her hands than the rules want
	Off      State = "off"      // no shift now
	Away     State = "away"     // absent
	Gone     State = "gone"     // the account is disabled, or no worker's
	Other    State = "other"    // on duty, and the category is not hers
	Declined State = "declined" // she gave this case back before
)

// Able tells whether a case may be proposed to her.
func (s State) Able() bool { return s == Free || s == Busy }

// Candidate is somebody who was considered.
type Candidate struct {
	Account, Name string
	Grid          string // its name
	Deputy        bool
	State         State
	Load          Load
}

// Person is an account as it matters here.
type Person struct {
	Name string
	Fit  bool // not disabled, and a worker's
}

// Load is how many open cases somebody has, by urgency.
type Load [docket.Normal + 1]int

// Cases counts them.
func (l Load) Cases() (n int) {
	for _, one := range l {
		n += one
	}
	return n
}

// Located is where a case is.
type Located struct {
	grid.Found
	// How it is known, a phrase of the section dispatch: by_address, by_words, by_point,
	// by_terminal, by_terminal_elsewhere.
	How string
}

// Matter is what is known of a case when somebody is looked for.
type Matter struct {
	Case     docket.Case
	Options  []string // that were chosen
	Text     string   // all words of it
	Located  *Located // nil: nobody knows where it is
	Declined []docket.Assignee
	Chain    bool // its service goes by approvals
}

// Reason is one, as words for staff.
type Reason string

func reason(key string, pairs ...string) Reason {
	return Reason(phrase.Text(phrase.ID("dispatch."+key), pairs...))
}

// Proposal is who should do a case.
type Proposal struct {
	Case int64
	Seen int64 // newest event that it was made from
	// To is who should; "" leaves it to the clerk.
	To         docket.Assignee
	Name       string // of To
	Automatic  bool   // it goes out by itself
	Reasons    []Reason
	Candidates []Candidate // everybody considered, in the order asked
	Located    *Located
}

// Words are the reasons in one line.
func (p Proposal) Words() string {
	all := make([]string, len(p.Reasons))
	for i, r := range p.Reasons {
		all[i] = string(r)
	}
	return strings.Join(all, phrase.Text("dispatch.separator"))
}

// Propose says who should do a case at a moment.
func Propose(m Matter, rules *Rules, book *grid.Book, people map[string]Person, loads map[string]Load, at time.Time) Proposal {
	p := Proposal{Case: m.Case.Number, Seen: m.Case.Events, Located: m.Located}
	switch {
	case m.Case.Status.Closed():
		return p
	case m.Chain:
		p.because("approvals")
		return p
	case slices.Contains(rules.Clerk, m.Case.Service):
		p.because("clerks")
		return p
	}
	if rule, what, ok := rules.department(m); ok {
		to := docket.ToDepartment(rule.To)
		p.To, p.Name = to, phrase.Text(phrase.ID("department."+string(rule.To)))
		p.because("department", "department", p.Name, "what", what)
		p.Automatic = rule.Automatic && rules.automatic(m.Case.Urgency)
		return p
	}
	if m.Located == nil {
		p.because("nowhere")
		return p
	}
	p.because(m.Located.How, "grid", m.Located.Grid.Name, "building", m.Located.Building.Name)
	s := search{m: m, rules: rules, book: book, people: people, loads: loads, at: at, p: &p}
	grids := append([]grid.Grid{m.Located.Grid}, book.Near(m.Located.Grid.ID)...)
	for i, g := range grids {
		if s.ask(g, i == 0) {
			p.Automatic = rules.automatic(m.Case.Urgency)
			return p
		}
	}
	p.because("nobody")
	return p
}

func (p *Proposal) because(key string, pairs ...string) {
	p.Reasons = append(p.Reasons, reason(key, pairs...))
}

// search goes from grid to grid.
type search struct {
	m      Matter
	rules  *Rules
	book   *grid.Book
	people map[string]Person
	loads  map[string]Load
	at     time.Time
	p      *Proposal
}

// ask asks the posts of one grid; own tells that it is that of the case.
func (s *search) ask(g grid.Grid, own bool) bool {
	var first, second []Candidate // those who work there, and their deputies
	for _, post := range g.Posts {
		c := s.consider(g, post)
		s.p.Candidates = append(s.p.Candidates, c)
		if post.Deputy {
			second = append(second, c)
		} else {
			first = append(first, c)
		}
	}
	chosen, ok := s.least(first, Free)
	if !ok {
		chosen, ok = s.least(second, Free)
	}
	if !ok {
		chosen, ok = s.least(slices.Concat(first, second), Busy)
	}
	if own && (!ok || chosen.Deputy) {
		// Why those do not whose grid it is.
		for _, c := range first {
			if c.State != Other {
				s.p.because(string(c.State), "grid", g.Name, "name", c.Name, "count", strconv.Itoa(c.Load.Cases()))
			}
		}
	}
	if !ok {
		return false
	}
	s.p.To, s.p.Name = docket.ToWorker(chosen.Account), chosen.Name
	key := "chosen"
	switch {
	case !own:
		key = "chosen_near"
	case chosen.Deputy:
		key = "chosen_deputy"
	}
	s.p.because(key, "grid", g.Name, "name", chosen.Name, "count", strconv.Itoa(chosen.Load.Cases()))
	return true
}

func (s *search) consider(g grid.Grid, post grid.Post) Candidate {
	person := s.people[post.Account]
	c := Candidate{Account: post.Account, Name: person.Name, Grid: g.Name, Deputy: post.Deputy, Load: s.loads[post.Account]}
	roster := s.book.Roster(post.Account)
	_, away := roster.Absent(s.at)
	switch {
	case !person.Fit:
		c.State = Gone
	case slices.Contains(s.m.Declined, docket.ToWorker(post.Account)):
		c.State = Declined
	case away:
		c.State = Away
	case !roster.OnDuty(s.at):
		c.State = Off
	case !post.Takes(s.m.Case.Category):
		c.State = Other
	case s.rules.weigh(c.Load) >= s.rules.Most:
		c.State = Busy
	default:
		c.State = Free
	}
	return c
}

// least is whoever of a state has the least on her hands, the first of equals.
func (s *search) least(all []Candidate, state State) (Candidate, bool) {
	all = slices.DeleteFunc(slices.Clone(all), func(c Candidate) bool { return c.State != state })
	if len(all) == 0 {
		return Candidate{}, false
	}
	return slices.MinFunc(all, func(a, b Candidate) int { return cmp.Compare(s.rules.weigh(a.Load), s.rules.weigh(b.Load)) }), true
}
