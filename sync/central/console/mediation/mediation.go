// Package mediation is the area of mediators: quarrels that wait for one, what is under
// way, its parties, appointments and minutes, how it ended, the agreement for paper, what
// was promised for which day, and figures. Clerks see that there is a matter and how it
// stands: names are masked for them, and what was said is not theirs to read.
package mediation

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/console/activities"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/mediation"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage      = console.NewPage(files, "templates/list.html")
	onePage       = console.NewPage(files, "templates/one.html")
	agreementPage = console.NewPage(files, "templates/agreement.html")
	figuresPage   = console.NewPage(files, "templates/figures.html")
)

// Area is the area of mediation.
type Area struct {
	Keeper   *mediation.Keeper
	Reader   readable.Reader
	Catalog  func() *catalog.Catalog
	Accounts func(context.Context) ([]staff.Account, error)
	Clock    func() time.Time
}

var (
	mediators = []staff.Role{staff.Mediator}
	readers   = []staff.Role{staff.Mediator, staff.Clerk, staff.Administrator}
	counters  = []staff.Role{staff.Mediator, staff.Clerk, staff.Auditor, staff.Administrator}
)

// largest is more than the largest form here.
const largest = 128 << 10

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	all := []console.Route{
		{Method: "GET", Pattern: "/console/mediation", Roles: readers, Handler: a.list},
		{Method: "GET", Pattern: "/console/mediation/figures", Roles: counters, Handler: a.figures},
		{Method: "GET", Pattern: "/console/mediation/{number}", Roles: readers, Handler: a.one},
		{Method: "GET", Pattern: "/console/mediation/{number}/agreement", Roles: mediators, Handler: a.agreement},
		{Method: "POST", Pattern: "/console/mediation/{number}/take", Roles: mediators, Handler: a.take},
		{Method: "POST", Pattern: "/console/mediation/{number}/parties", Roles: mediators, Handler: a.addParty},
		{Method: "POST", Pattern: "/console/mediation/{number}/parties/{party}", Roles: mediators, Handler: a.dropParty},
		{Method: "POST", Pattern: "/console/mediation/{number}/sessions", Roles: mediators, Handler: a.plan},
		{Method: "POST", Pattern: "/console/mediation/{number}/sessions/{session}", Roles: mediators, Handler: a.minute},
		{Method: "POST", Pattern: "/console/mediation/{number}/outcome", Roles: mediators, Handler: a.conclude},
		{Method: "POST", Pattern: "/console/mediation/{number}/resume", Roles: mediators, Handler: a.resume},
		{Method: "POST", Pattern: "/console/mediation/{number}/promises/{promise}", Roles: mediators, Handler: a.settle},
	}
	for i, route := range all {
		all[i].Body = largest
		all[i].Handler = func(r *console.Request) error { return refused(route.Handler(r)) }
	}
	return all
}

// Menu leads to the list; the auditor to the figures.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "mediation.title", Group: console.Doors, Address: "/console/mediation", Roles: readers},
		{Label: "mediation.figures", Group: console.Doors, Address: "/console/mediation/figures", Roles: []staff.Role{staff.Auditor}}}
}

var refusals = []struct {
	error
	status int
	words  string
}{
	{mediation.ErrNotFound, http.StatusNotFound, "not_found"},
	{mediation.ErrExists, http.StatusConflict, "mediation_exists"},
	{mediation.ErrText, http.StatusBadRequest, "mediation_text"},
	{mediation.ErrTime, http.StatusBadRequest, "mediation_time"},
	{mediation.ErrMany, http.StatusBadRequest, "mediation_many"},
	{mediation.ErrAlone, http.StatusBadRequest, "mediation_alone"},
	{mediation.ErrMove, http.StatusConflict, "mediation_moved"},
}

func refused(err error) error {
	for _, one := range refusals {
		if errors.Is(err, one.error) {
			return console.Refuse(one.status, one.words, err)
		}
	}
	return err
}

func (a *Area) names(ctx context.Context) (map[string]string, error) {
	accounts, err := a.Accounts(ctx)
	names := map[string]string{}
	for _, one := range accounts {
		names[one.ID] = one.Name
	}
	return names, err
}

// kind is what a quarrel is about, as the catalogue calls it.
func (a *Area) kind(id string) string {
	if s, ok := a.Catalog().Service(mediation.Service); ok {
		if step, ok := s.Step(mediation.Kind); ok {
			for _, o := range step.Options {
				if o.ID == id {
					return o.Name
				}
			}
		}
	}
	if id == "" {
		return phrase.Text("mediation.no_kind")
	}
	return id
}

const pageRows = 50

// promise is one as a row.
type promise struct {
	mediation.Promise
	Standing string
	Late     bool
}

func (a *Area) promise(p mediation.Promise) promise {
	late := p.Keeping == mediation.Open && !a.Clock().Before(p.Due.AddDate(0, 0, 1))
	id := phrase.ID("mediation_promise." + string(p.Keeping))
	if late {
		id = "mediation.promise_late"
	}
	return promise{p, phrase.Text(id), late}
}

type row struct {
	mediation.Row
	Kind, Name, Mediator, Outcome string
}

type listView struct {
	List     mediation.List
	Rows     []row
	Next     string
	Told     []promise // of the mediator who looks
	Promises []promise // the next ones
}

// mostPromises is how many are listed.
const mostPromises = 10

func (a *Area) list(r *console.Request) error {
	ctx := r.Context()
	v := listView{List: mediation.List(r.URL.Query().Get("list"))}
	if v.List != mediation.Current && v.List != mediation.Past {
		v.List = mediation.Waiting
	}
	q := mediation.Query{List: v.List, Limit: pageRows + 1}
	q.Before, _ = strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	all, err := a.Keeper.Store.Mediations(ctx, q)
	if err != nil {
		return err
	}
	if len(all) > pageRows {
		all = all[:pageRows]
		v.Next = "/console/mediation?list=" + string(v.List) + "&before=" + strconv.FormatInt(all[pageRows-1].Number, 10)
	}
	names, err := a.names(ctx)
	if err != nil {
		return err
	}
	for _, one := range all {
		body, err := one.Request()
		if err != nil {
			return err
		}
		l := row{Row: one, Mediator: names[one.Matter.Mediator], Kind: a.kind(one.Matter.Kind), Outcome: outcome(one.Matter.Outcome)}
		for _, answer := range body.Answers {
			if answer.Step == mediation.Kind {
				l.Kind = a.kind(answer.Option)
			}
		}
		if body.Person != nil {
			l.Name = readable.MaskedName(body.Person.Name)
		}
		v.Rows = append(v.Rows, l)
	}
	if r.Who.Has(staff.Mediator) {
		told, err := a.Keeper.Store.ToldPromises(ctx, r.Who.ID, mostPromises)
		if err != nil {
			return err
		}
		next, err := a.Keeper.Store.NextPromises(ctx, mostPromises)
		if err != nil {
			return err
		}
		var reads []privacy.Read
		for _, p := range slices.Concat(told, next) {
			reads = append(reads, privacy.Read{Part: privacy.OfMediation, Case: p.Case})
		}
		if err := r.Reads(reads...); err != nil {
			return err
		}
		for _, p := range told {
			v.Told = append(v.Told, a.promise(p))
		}
		for _, p := range next {
			v.Promises = append(v.Promises, a.promise(p))
		}
	}
	return r.Show(listPage, v)
}

func outcome(o mediation.Outcome) string {
	if o == mediation.Running {
		return phrase.Text("mediation.running")
	}
	return phrase.Text(phrase.ID("mediation_outcome." + string(o)))
}

type party struct {
	mediation.Party
	Which string
}

type session struct {
	mediation.Session
	Standing, Writer string
	Lines            []string
}

type ending struct {
	mediation.Ending
	Words, Writer string
	Lines         []string
}

type oneView struct {
	mediation.Row
	Taken    bool
	Runs     bool
	Resumes  bool // the case was opened again
	Mediates bool // whoever looks does
	Mine     bool
	Kind     string
	Mediator string
	Outcome  string
	Answers  []readable.Labelled
	Ticket   string

	Parties  []party
	Sessions []session
	Endings  []ending
	Agreed   bool
	Promises []promise

	Sides    []choice
	Outcomes []choice
	Places   []int // rows for promises
	Typed    typed
}

type choice struct{ ID, Name string }

// typed is what was typed into the forms that take long, when they were not taken.
type typed struct{ Text, Outcome string }

func lines(text string) []string { return strings.Split(text, "\n") }

func (a *Area) view(r *console.Request) (v oneView, err error) {
	number, err := r.Number("number")
	if err != nil {
		return v, err
	}
	ctx, store := r.Context(), a.Keeper.Store
	c, _, err := a.Reader.Store.Case(ctx, number)
	if err != nil {
		return v, err
	}
	if c.Service != mediation.Service {
		return v, mediation.ErrNotFound
	}
	v.Case, v.Ticket = c, c.Ticket.String()
	if v.Matter, err = store.Mediation(ctx, number); err == nil {
		v.Taken = true
	} else if !errors.Is(err, mediation.ErrNotFound) {
		return v, err
	}
	if v.Mediates = r.Who.Has(staff.Mediator); v.Mediates {
		if err := r.Reads(privacy.Read{Part: privacy.OfMediation, Case: number}); err != nil {
			return v, err
		}
	}
	v.Mine = v.Taken && v.Matter.Mediator == r.Who.ID
	v.Runs = v.Taken && v.Matter.Outcome == mediation.Running
	v.Resumes = v.Taken && !v.Runs && !c.Status.Closed()
	names, err := a.names(ctx)
	if err != nil {
		return v, err
	}
	v.Mediator, v.Kind, v.Outcome = names[v.Matter.Mediator], a.kind(v.Matter.Kind), outcome(v.Matter.Outcome)
	body, err := c.Request()
	if err != nil {
		return v, err
	}
	if v.Mediates {
		_, v.Answers = a.Reader.Answers(body)
	}
	for _, answer := range body.Answers {
		if !v.Taken && answer.Step == mediation.Kind {
			v.Kind = a.kind(answer.Option)
		}
	}
	parties, err := store.Parties(ctx, number)
	if err != nil {
		return v, err
	}
	for _, p := range parties {
		if !v.Mediates {
			p.Name, p.Phone, p.Address = readable.MaskedName(p.Name), "", ""
		}
		v.Parties = append(v.Parties, party{p, side(p.Side)})
	}
	sessions, err := store.Sessions(ctx, number)
	if err != nil {
		return v, err
	}
	for _, s := range sessions {
		if !v.Mediates {
			s.Minutes, s.Present = "", ""
		}
		v.Sessions = append(v.Sessions, session{s, phrase.Text(phrase.ID("mediation_session." + string(s.State))), names[s.By], lines(s.Minutes)})
	}
	if !v.Mediates {
		return v, nil
	}
	return v, a.rest(ctx, &v, names)
}

// rest is what only mediators read.
func (a *Area) rest(ctx context.Context, v *oneView, names map[string]string) error {
	endings, err := a.Keeper.Store.Endings(ctx, v.Number)
	if err != nil {
		return err
	}
	for _, e := range endings {
		v.Endings = append(v.Endings, ending{e, outcome(e.Outcome), names[e.By], lines(e.Text)})
		v.Agreed = v.Agreed || e.Outcome == mediation.Agreed
	}
	promises, err := a.Keeper.Store.Promises(ctx, v.Number)
	if err != nil {
		return err
	}
	for _, p := range promises {
		v.Promises = append(v.Promises, a.promise(p))
	}
	for _, s := range mediation.Sides {
		v.Sides = append(v.Sides, choice{string(s), side(s)})
	}
	for _, o := range mediation.Outcomes {
		v.Outcomes = append(v.Outcomes, choice{string(o), outcome(o)})
	}
	v.Places = []int{1, 2, 3, 4}
	return nil
}

func side(s mediation.Side) string { return phrase.Text(phrase.ID("mediation_side." + string(s))) }

func (a *Area) one(r *console.Request) error {
	v, err := a.view(r)
	if err != nil {
		return err
	}
	return r.Show(onePage, v)
}

func (a *Area) agreement(r *console.Request) error {
	v, err := a.view(r)
	if err != nil {
		return err
	}
	if !v.Agreed {
		return mediation.ErrNotFound
	}
	for v.Endings[len(v.Endings)-1].Outcome != mediation.Agreed {
		v.Endings = v.Endings[:len(v.Endings)-1]
	}
	v.Endings = v.Endings[len(v.Endings)-1:]
	return r.Show(agreementPage, v)
}

type figuresView struct {
	From, Until string
	mediation.Figures
	Rows []figuresRow
}

type figuresRow struct {
	Name string
	mediation.Sum
	Percent string
	Average string
}

func (a *Area) figures(r *console.Request) error {
	day := func(name string, usual time.Time) time.Time {
		if t, err := time.ParseInLocation(time.DateOnly, r.URL.Query().Get(name), phrase.Zone); err == nil && t.Year() > 1970 && t.Year() < 2200 {
			return t
		}
		y, m, d := usual.In(phrase.Zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, phrase.Zone)
	}
	now := a.Clock()
	from, until := day("from", now.AddDate(-1, 0, 0)), day("until", now)
	f, err := a.Keeper.Store.MediationFigures(r.Context(), from, until.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	v := figuresView{From: from.Format(time.DateOnly), Until: until.Format(time.DateOnly), Figures: f}
	add := func(name, kind string) {
		s := f.Sum(kind)
		row := figuresRow{Name: name, Sum: s, Average: strconv.FormatFloat(s.Days, 'f', 1, 64)}
		if rate, ok := s.Rate(); ok {
			row.Percent = strconv.Itoa(rate) + "%"
		}
		v.Rows = append(v.Rows, row)
	}
	add(phrase.Text("mediation.all"), "")
	seen := map[string]bool{"": true}
	for _, c := range f.Ended {
		if !seen[c.Kind] {
			seen[c.Kind] = true
			add(a.kind(c.Kind), c.Kind)
		}
	}
	return r.Show(figuresPage, v)
}

// minute reads a time of a form.
func minute(text string) time.Time { return activities.ParseMinute(text) }
