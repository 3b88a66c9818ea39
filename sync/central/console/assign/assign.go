// Package assign is what stands on the page of a case about who does it: the proposal
// with its reasons, everybody else who was considered, the departments, and who can
// help beside staff, each with the parts of its score. Each is one press.
package assign

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"math"
	"net/http"
	"strconv"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/desk"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
	"lintai/sync/central/page"
	"lintai/sync/central/resource"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var panel = page.Of(template.Must(template.New("panel").Funcs(page.Functions).ParseFS(files, "templates/panel.html")))

// Area is the panel and what its buttons do.
type Area struct {
	Office    *dispatch.Office
	Resources *resource.Keeper
}

var roles = []staff.Role{staff.Clerk, staff.Administrator}

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "POST", Pattern: "/console/cases/{number}/give", Roles: roles, Handler: a.give},
		{Method: "POST", Pattern: "/console/cases/{number}/resource", Roles: roles, Handler: a.take},
		{Method: "POST", Pattern: "/console/cases/{number}/resource/back", Roles: roles, Handler: a.back},
	}
}

// Menu has nothing: the panel stands on the page of a case.
func (a *Area) Menu() []console.Entry { return nil }

type panelView struct {
	Token       template.HTML
	Case        docket.Case
	Proposal    dispatch.Proposal
	Holder      string // who does it now, or ""
	Given       bool   // to somebody already
	Candidates  []candidateView
	Departments []departmentView
	Matches     []matchView
	Bookings    []bookingView
}

type candidateView struct {
	dispatch.Candidate
	To    docket.Assignee
	Words string
}

type departmentView struct {
	To   docket.Assignee
	Name string
}

type matchView struct {
	resource.Match
	Parts string
}

type bookingView struct {
	resource.Booking
	Name string
}

// mostMatches is how many resources are shown.
const mostMatches = 5

// Panel is what stands on the page of a case, for those who may give it away; "" for
// others and for a case that is over, unless it has a booking.
func (a *Area) Panel(r *console.Request, c docket.Case) (template.HTML, error) {
	if !r.Who.Has(roles...) || c.Status.Closed() {
		return "", nil
	}
	ctx := r.Context()
	p, err := a.Office.Propose(ctx, c.Number)
	if err != nil {
		return "", err
	}
	v := panelView{Token: r.Token(), Case: c, Proposal: p, Given: c.Assignee != ""}
	accounts, err := a.Office.Store.Accounts(ctx)
	if err != nil {
		return "", err
	}
	if id, ok := c.Assignee.Worker(); ok {
		for _, one := range accounts {
			if one.ID == id {
				v.Holder = one.Name
			}
		}
	} else if d, ok := c.Assignee.Department(); ok {
		v.Holder = desk.Department(d)
	}
	if _, can := c.Status.After(docket.Submit); can || c.Status != docket.Working || c.Assignee != "" {
		v.Candidates, v.Departments = candidates(c, p), departments(c)
	}
	if err := a.resources(r, c, &v); err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := panel.Execute(&b, "panel", v, a.Resources.Clock()); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil
}

// candidates are those who can be chosen in place of the proposal: not who has the case
// already, nor whose account is shut; who is off is told so.
func candidates(c docket.Case, p dispatch.Proposal) (all []candidateView) {
	known := map[string]bool{}
	for _, one := range p.Candidates {
		to := docket.ToWorker(one.Account)
		if known[one.Account] || to == c.Assignee || to == p.To || one.State == dispatch.Gone {
			continue
		}
		known[one.Account] = true
		all = append(all, candidateView{one, to, phrase.Text(phrase.ID("dispatch."+string(one.State)), "name", one.Name, "count", strconv.Itoa(one.Load.Cases()))})
	}
	return all
}

func departments(c docket.Case) (all []departmentView) {
	for _, d := range docket.Departments {
		if to := docket.ToDepartment(d); to != c.Assignee {
			all = append(all, departmentView{to, desk.Department(d)})
		}
	}
	return all
}

func (a *Area) resources(r *console.Request, c docket.Case, v *panelView) error {
	ctx := r.Context()
	all, err := a.Resources.Store.Resources(ctx)
	if err != nil {
		return err
	}
	bookings, err := a.Resources.Store.BookingsOf(ctx, c.Number)
	if err != nil {
		return err
	}
	held := map[string]bool{}
	for _, b := range bookings {
		if !b.BackAt.IsZero() {
			continue
		}
		held[b.Resource] = true
		for _, one := range all {
			if one.ID == b.Resource {
				v.Bookings = append(v.Bookings, bookingView{b, one.Name})
			}
		}
	}
	matches, err := a.rank(r, c, all, v.Proposal)
	if err != nil {
		return err
	}
	for _, m := range matches {
		if !held[m.ID] && len(v.Matches) < mostMatches {
			v.Matches = append(v.Matches, matchView{m, parts(m)})
		}
	}
	return nil
}

func (a *Area) rank(r *console.Request, c docket.Case, all []resource.Resource, p dispatch.Proposal) ([]resource.Match, error) {
	taken, err := a.Resources.Store.Taken(r.Context())
	if err != nil {
		return nil, err
	}
	body, err := c.Request()
	if err != nil {
		return nil, err
	}
	need := resource.Need{Text: dispatch.Words(body), At: a.Office.Clock()}
	if p.Located != nil {
		need.Place = p.Located.Place()
	}
	return resource.Rank(need, all, taken), nil
}

// parts are the parts of a score in words.
func parts(m resource.Match) string {
	far := phrase.Text("resource.far_unknown")
	switch {
	case m.Metres >= 1000:
		far = phrase.Text("resource.kilometres", "km", strconv.FormatFloat(float64(m.Metres)/1000, 'f', 1, 64))
	case m.Metres >= 0:
		far = phrase.Text("resource.metres", "m", strconv.Itoa(m.Metres))
	}
	open := phrase.Text("resource.closed_now")
	if m.OpenNow {
		open = phrase.Text("resource.open_now")
	}
	return phrase.Text("resource.parts", "met", strconv.Itoa(len(m.Met)), "asked", strconv.Itoa(m.Asked), "far", far,
		"free", strconv.Itoa(m.Places), "capacity", strconv.Itoa(m.Capacity), "open", open)
}

// Percent is the score as a page shows it.
func (m matchView) Percent() string {
	return strconv.FormatFloat(math.Round(m.Score*100)/100, 'f', 2, 64)
}

// form reads what each form of the panel has.
func form(r *console.Request) (number, seen int64, err error) {
	if number, err = r.Number("number"); err != nil {
		return 0, 0, err
	}
	if seen, err = strconv.ParseInt(r.PostFormValue("seen"), 10, 64); err != nil {
		return 0, 0, console.ErrForm
	}
	return number, seen, nil
}

func (a *Area) give(r *console.Request) error {
	number, seen, err := form(r)
	if err != nil {
		return err
	}
	to := docket.Assignee(r.PostFormValue("to"))
	p, err := a.Office.Propose(r.Context(), number)
	if err != nil {
		return err
	}
	why := phrase.Text("dispatch.by_hand")
	if to == p.To {
		why = p.Words()
	}
	err = a.Office.Give(r.Context(), number, seen, to, r.Who.Name, why)
	switch {
	case errors.Is(err, dispatch.ErrWho), errors.Is(err, docket.ErrEvent):
		return console.Refuse(http.StatusConflict, "no_such_worker", err)
	case err != nil:
		return err
	}
	return back(r, number)
}

func (a *Area) take(r *console.Request) error {
	number, seen, err := form(r)
	if err != nil {
		return err
	}
	c, _, err := a.Office.Store.Case(r.Context(), number)
	if err != nil {
		return err
	}
	all, err := a.Resources.Store.Resources(r.Context())
	if err != nil {
		return err
	}
	p, err := a.Office.Propose(r.Context(), number)
	if err != nil {
		return err
	}
	matches, err := a.rank(r, c, all, p)
	if err != nil {
		return err
	}
	score, id := 0.0, r.PostFormValue("resource")
	for _, m := range matches {
		if m.ID == id {
			score = m.Score
		}
	}
	return a.done(r, number, a.Resources.Take(r.Context(), number, seen, id, r.Who.Name, score))
}

func (a *Area) back(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	booking, err := strconv.ParseInt(r.PostFormValue("booking"), 10, 64)
	if err != nil {
		return console.ErrForm
	}
	return a.done(r, number, a.Resources.Back(r.Context(), number, booking, r.Who.Name))
}

func (a *Area) done(r *console.Request, number int64, err error) error {
	switch {
	case errors.Is(err, resource.ErrFull):
		return console.Refuse(http.StatusConflict, "resource_full", err)
	case errors.Is(err, resource.ErrTaken), errors.Is(err, resource.ErrClosed):
		return console.Refuse(http.StatusConflict, "moved", err)
	case errors.Is(err, resource.ErrNotFound):
		return console.Refuse(http.StatusNotFound, "not_found", err)
	case err != nil:
		return err
	}
	return back(r, number)
}

func back(r *console.Request, number int64) error {
	return r.Redirect("/console/cases/" + strconv.FormatInt(number, 10))
}
