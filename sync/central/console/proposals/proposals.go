// Package proposals is the area of proposals: staff collect what residents wish for, note
// what was said, put it to the vote, see it counted, and say what became of it. Auditors
// read, and count anew.
//
// Before the count the pages show how many voted and nothing else, so that nobody can
// watch a resident's vote come in.
package proposals

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/page"
	"lintai/sync/central/privacy"
	"lintai/sync/central/proposal"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage    = console.NewPage(files, "templates/list.html")
	newPage     = console.NewPage(files, "templates/new.html")
	wishesPage  = console.NewPage(files, "templates/wishes.html")
	onePage     = console.NewPage(files, "templates/one.html", "templates/tallies.html")
	votePage    = console.NewPage(files, "templates/vote.html")
	recountPage = console.NewPage(files, "templates/recount.html", "templates/tallies.html")
	printPage   = console.NewPage(files, "templates/print.html", "templates/tallies.html")
)

// Area is the area of proposals.
type Area struct {
	Keeper *proposal.Keeper
	Docket docket.Store
	// Token is that of the card with an ID number.
	Token func(idNumber string) string
	// Names are those of accounts.
	Names func(*console.Request) (map[string]string, error)
	// Announce gives terminals the votes that are open.
	Announce func(context.Context) error
	Clock    func() time.Time
}

var (
	clerks  = []staff.Role{staff.Clerk, staff.Administrator}
	readers = []staff.Role{staff.Clerk, staff.Auditor, staff.Administrator}
)

// mostForm holds the ID numbers of a long roll.
const mostForm = 2 << 20

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	all := []console.Route{
		{Method: "GET", Pattern: "/console/proposals", Roles: readers, Handler: a.list},
		{Method: "POST", Pattern: "/console/proposals", Roles: clerks, Handler: a.add},
		{Method: "GET", Pattern: "/console/proposals/new", Roles: clerks, Handler: a.blank},
		{Method: "GET", Pattern: "/console/proposals/wishes", Roles: clerks, Handler: a.wishes},
		{Method: "GET", Pattern: "/console/proposals/{number}", Roles: readers, Handler: a.one},
		{Method: "POST", Pattern: "/console/proposals/{number}", Roles: clerks, Handler: a.act},
		{Method: "POST", Pattern: "/console/proposals/{number}/join", Roles: clerks, Handler: a.join},
		{Method: "GET", Pattern: "/console/proposals/{number}/vote", Roles: clerks, Handler: a.ask},
		{Method: "POST", Pattern: "/console/proposals/{number}/vote", Roles: clerks, Handler: a.put, Body: mostForm},
		{Method: "GET", Pattern: "/console/proposals/{number}/{round}/recount", Roles: readers, Handler: a.recount},
		{Method: "GET", Pattern: "/console/proposals/{number}/{round}/print", Roles: readers, Handler: a.paper},
		{Method: "GET", Pattern: "/console/proposals/{number}/{round}/ballots", Roles: readers, Handler: a.export},
	}
	for i, route := range all {
		all[i].Handler = func(r *console.Request) error { return refused(route.Handler(r)) }
	}
	return all
}

// Menu leads to the list.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "proposal.title", Group: console.Life, Address: "/console/proposals", Roles: readers}}
}

var refusals = []struct {
	error
	status int
	words  string
}{
	{proposal.ErrNotFound, http.StatusNotFound, "not_found"},
	{proposal.ErrExists, http.StatusConflict, "proposal_joined"},
	{proposal.ErrText, http.StatusBadRequest, "proposal_text"},
	{proposal.ErrOptions, http.StatusBadRequest, "proposal_options"},
	{proposal.ErrTime, http.StatusBadRequest, "proposal_time"},
	{proposal.ErrQuorum, http.StatusBadRequest, "proposal_quorum"},
	{proposal.ErrRoll, http.StatusBadRequest, "proposal_roll"},
	{proposal.ErrMove, http.StatusConflict, "proposal_moved"},
	{proposal.ErrEarly, http.StatusConflict, "proposal_early"},
	{proposal.ErrBroken, http.StatusConflict, "proposal_broken"},
	{proposal.ErrMany, http.StatusConflict, "proposal_many"},
}

func refused(err error) error {
	for _, one := range refusals {
		if errors.Is(err, one.error) {
			return console.Refuse(one.status, one.words, err)
		}
	}
	return err
}

const perPage = 50

func address(number int64) string { return "/console/proposals/" + strconv.FormatInt(number, 10) }

func stateOf(s proposal.State) string { return phrase.Text(phrase.ID("proposal_state." + string(s))) }

func mayWrite(r *console.Request) bool { return r.Who.Has(clerks...) }

func before(r *console.Request) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// row is a proposal in a list.
type row struct {
	proposal.Proposal
	StateOf string
}

type filter struct {
	State   proposal.State
	Words   string
	Current bool
}

type listView struct {
	Clerk   bool
	Filters []filter
	State   proposal.State
	Rows    []row
	Next    int64
}

func (a *Area) list(r *console.Request) error {
	v := listView{Clerk: mayWrite(r), State: proposal.State(r.URL.Query().Get("state"))}
	if !v.State.Known() {
		v.State = ""
	}
	v.Filters = []filter{{"", phrase.Text("proposal.all"), v.State == ""}}
	for _, s := range proposal.States {
		v.Filters = append(v.Filters, filter{s, stateOf(s), v.State == s})
	}
	all, err := a.Keeper.Store.Proposals(r.Context(), proposal.Query{State: v.State, Before: before(r), Limit: perPage + 1})
	if err != nil {
		return err
	}
	if len(all) > perPage {
		all = all[:perPage]
		v.Next = all[perPage-1].Number
	}
	for _, p := range all {
		v.Rows = append(v.Rows, row{p, stateOf(p.State)})
	}
	return r.Show(listPage, v)
}

// wish is an appeal that may become a proposal.
type wish struct {
	docket.Case
	Words string
}

// words are what a resident said in an appeal.
func words(c docket.Case) string {
	body, err := c.Request()
	if err != nil {
		return ""
	}
	if body.Channel != nil && body.Channel.Description != "" {
		return body.Channel.Description
	}
	for _, answer := range body.Answers {
		if answer.Step == "words" {
			return answer.Text
		}
	}
	return ""
}

func (a *Area) wishes(r *console.Request) error {
	cases, err := a.Keeper.Store.Wishes(r.Context(), before(r), perPage+1)
	if err != nil {
		return err
	}
	var v struct {
		Wishes []wish
		Next   int64
	}
	if len(cases) > perPage {
		cases = cases[:perPage]
		v.Next = cases[perPage-1].Number
	}
	var reads []privacy.Read
	for _, c := range cases {
		v.Wishes = append(v.Wishes, wish{c, words(c)})
		reads = append(reads, privacy.Read{Part: privacy.OfCase, Case: c.Number})
	}
	if err := r.Reads(reads...); err != nil {
		return err
	}
	return r.Show(wishesPage, v)
}

// draft is what the form of a new proposal holds.
type draft struct {
	proposal.Proposal
	Case int64
}

func (a *Area) blank(r *console.Request) error {
	var v draft
	if number, err := strconv.ParseInt(r.URL.Query().Get("case"), 10, 64); err == nil {
		c, _, err := a.Docket.Case(r.Context(), number)
		if err != nil {
			return err
		}
		if err := r.Reads(privacy.Read{Part: privacy.OfCase, Case: number}); err != nil {
			return err
		}
		v.Case, v.Detail = number, strings.TrimSpace(words(c))
	}
	return r.Show(newPage, v)
}

func field(r *console.Request, name string) string {
	return strings.ReplaceAll(strings.TrimSpace(r.PostFormValue(name)), "\r\n", "\n")
}

func (a *Area) add(r *console.Request) error {
	v := draft{Proposal: proposal.Proposal{Title: field(r, "title"), Detail: field(r, "detail")}}
	v.Case, _ = strconv.ParseInt(r.PostFormValue("case"), 10, 64)
	number, err := a.Keeper.Collect(r.Context(), v.Proposal, v.Case, r.Who.ID)
	if err != nil {
		return r.ShowWith(newPage, v, refused(err))
	}
	return r.Redirect(address(number))
}

func (a *Area) join(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	of, err := strconv.ParseInt(field(r, "case"), 10, 64)
	if err != nil {
		return proposal.ErrNotFound
	}
	return a.done(r, number, a.Keeper.JoinCase(r.Context(), number, of, r.Who.ID))
}

// done leads back to the proposal, or shows on its page what was wrong.
func (a *Area) done(r *console.Request, number int64, wrong error) error {
	if wrong == nil {
		return r.Redirect(address(number))
	}
	v, err := a.view(r, number)
	if err != nil {
		return err
	}
	return r.ShowWith(onePage, v, refused(wrong))
}

func (a *Area) act(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	action, note := proposal.Action(r.PostFormValue("action")), field(r, "note")
	switch action {
	case proposal.Count:
		err = a.Keeper.CountVote(r.Context(), number, r.Who.ID)
	case proposal.Void:
		err = a.Keeper.VoidVote(r.Context(), number, note, r.Who.ID)
	default:
		return a.done(r, number, a.Keeper.Act(r.Context(), number, action, note, r.Who.ID))
	}
	if err != nil {
		return a.done(r, number, err)
	}
	return a.announced(r, number)
}

// announced gives terminals the votes. What staff did is done also when that fails; they
// are told so.
func (a *Area) announced(r *console.Request, number int64) error {
	if err := a.Announce(r.Context()); err != nil {
		a.Keeper.Log.Error("votes are not announced to terminals", "error", err)
		return r.Redirect(address(number) + "?announced=no")
	}
	return r.Redirect(address(number) + "?announced=yes")
}

// told is an event as people read it.
type told struct {
	proposal.Event
	What, Who string
}

type oneView struct {
	row
	Clerk     bool
	Announced string
	Told      []told
	Cases     []int64
	Polls     []pollView // newest first
	Actions   []choice
	CanPut    bool
	CanCount  bool
	CanVoid   bool
	CanJoin   bool
	Longest   int
}

// choice is an action that needs nothing but words.
type choice struct {
	Action proposal.Action
	Words  string
	Plain  bool // words may be left out
}

func (a *Area) view(r *console.Request, number int64) (oneView, error) {
	var v oneView
	p, err := a.Keeper.Store.Proposal(r.Context(), number)
	if err != nil {
		return v, err
	}
	v.row, v.Clerk, v.Announced, v.Longest = row{p, stateOf(p.State)}, mayWrite(r), r.URL.Query().Get("announced"), proposal.LongestNote
	if v.Cases, err = a.Keeper.Store.ProposalCases(r.Context(), number); err != nil {
		return v, err
	}
	events, err := a.Keeper.Store.ProposalEvents(r.Context(), number)
	if err != nil {
		return v, err
	}
	names, err := a.Names(r)
	if err != nil {
		return v, err
	}
	for _, e := range events {
		who := names[e.By]
		if who == "" {
			who = phrase.Text("proposal.by_itself")
		}
		v.Told = append(v.Told, told{e, phrase.Text(phrase.ID("proposal_event." + string(e.Action))), who})
	}
	now := a.Clock()
	for round := p.Round; round > 0; round-- {
		poll, err := a.Keeper.Store.Poll(r.Context(), number, round)
		if err != nil {
			return v, err
		}
		v.Polls = append(v.Polls, viewOf(poll, now))
	}
	if !v.Clerk {
		return v, nil
	}
	v.CanJoin = p.State != proposal.Done
	adopted := len(v.Polls) > 0 && v.Polls[0].Result != nil && v.Polls[0].Result.Outcome == proposal.Adopted
	for _, action := range []proposal.Action{proposal.Discuss, proposal.Carry, proposal.Note, proposal.Finish, proposal.Shelve} {
		if _, ok := p.State.After(action); ok && (action != proposal.Carry || adopted) {
			v.Actions = append(v.Actions, choice{action, phrase.Text(phrase.ID("proposal_event." + string(action))), action == proposal.Discuss || action == proposal.Carry})
		}
	}
	_, v.CanPut = p.State.After(proposal.Put)
	_, v.CanVoid = p.State.After(proposal.Void)
	v.CanCount = v.CanVoid && !now.Before(v.Polls[0].CountAt)
	return v, nil
}

func (a *Area) one(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	v, err := a.view(r, number)
	if err != nil {
		return err
	}
	return r.Show(onePage, v)
}

// pollView is a vote as people read it.
type pollView struct {
	proposal.Poll
	Period string
	Words  string // its result
	Shares []share
	Stands string
}

// share is an option with its ballots.
type share struct {
	Name    string
	Ballots int
	Percent int
	Wins    bool
}

func viewOf(p proposal.Poll, now time.Time) pollView {
	v := pollView{Poll: p, Period: phrase.Text("proposal.period", "from", page.Moment(p.From), "until", page.Moment(p.Until)), Words: p.Words()}
	switch {
	case p.Voided:
		v.Stands = phrase.Text("vote.voided")
	case p.Result != nil:
		v.Stands = v.Words
		v.Shares = sharesOf(p, *p.Result)
	case now.Before(p.From):
		v.Stands = phrase.Text("vote.coming")
	case p.Open(now):
		v.Stands = phrase.Text("vote.open")
	default:
		v.Stands = phrase.Text("vote.waiting")
	}
	return v
}

func sharesOf(p proposal.Poll, r proposal.Result) (all []share) {
	for _, t := range r.Tallies {
		o, _ := p.Option(t.Option)
		s := share{Name: o.Name, Ballots: t.Ballots, Wins: r.Winner == t.Option}
		if r.Ballots > 0 {
			s.Percent = (200*t.Ballots + r.Ballots) / (2 * r.Ballots)
		}
		all = append(all, s)
	}
	return all
}
