// Package privacy is the privacy desk: what residents ask for about what central knows
// of them, with its deadline; who read what; which cases are held; what went when its
// time was over; and the figures that are public.
package privacy

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/kiosk/ticket"
	"lintai/sync/central/console"
	"lintai/sync/central/console/points"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/docket"
	"lintai/sync/central/opendata"
	book "lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage   = console.NewPage(files, "templates/list.html")
	matterPage = console.NewPage(files, "templates/matter.html")
	paperPage  = console.NewPage(files, "templates/paper.html")
	logPage    = console.NewPage(files, "templates/log.html")
	holdsPage  = console.NewPage(files, "templates/holds.html")
	dataPage   = console.NewPage(files, "templates/data.html")
)

// Area is the privacy desk.
type Area struct {
	Keeper *book.Keeper
	Reader readable.Reader
	// Token is the token of an ID card's number.
	Token    func(idNumber string) string
	Accounts func(context.Context) ([]staff.Account, error)
	Public   *opendata.Data
	Clock    func() time.Time
}

var (
	clerks   = []staff.Role{staff.Clerk, staff.Administrator}
	readers  = []staff.Role{staff.Clerk, staff.Auditor, staff.Administrator}
	auditors = []staff.Role{staff.Auditor, staff.Administrator}
	managers = []staff.Role{staff.Administrator}
)

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	all := []console.Route{
		{Method: "GET", Pattern: "/console/privacy", Roles: readers, Handler: a.list},
		{Method: "POST", Pattern: "/console/privacy/matters", Roles: clerks, Handler: a.open},
		{Method: "GET", Pattern: "/console/privacy/matters/{number}", Roles: clerks, Handler: a.one},
		{Method: "POST", Pattern: "/console/privacy/matters/{number}/copy", Roles: clerks, Handler: a.copy},
		{Method: "POST", Pattern: "/console/privacy/matters/{number}/paper", Roles: clerks, Handler: a.paper},
		{Method: "POST", Pattern: "/console/privacy/matters/{number}/amend", Roles: clerks, Handler: a.amend},
		{Method: "POST", Pattern: "/console/privacy/matters/{number}/erase", Roles: clerks, Handler: a.erase},
		{Method: "POST", Pattern: "/console/privacy/matters/{number}/close", Roles: clerks, Handler: a.close},
		{Method: "GET", Pattern: "/console/privacy/log", Roles: auditors, Handler: a.log},
		{Method: "GET", Pattern: "/console/privacy/holds", Roles: auditors, Handler: a.holds},
		{Method: "POST", Pattern: "/console/privacy/holds", Roles: managers, Handler: a.hold},
		{Method: "POST", Pattern: "/console/privacy/holds/{number}/release", Roles: managers, Handler: a.release},
		{Method: "GET", Pattern: "/console/privacy/data", Roles: readers, Handler: a.data},
		{Method: "GET", Pattern: "/console/privacy/data/{format}", Roles: readers, Handler: a.download},
	}
	for i, route := range all {
		all[i].Handler = func(r *console.Request) error { return refused(route.Handler(r)) }
	}
	return all
}

// Menu leads to what is open.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "privacy.title", Group: console.Running, Address: "/console/privacy", Roles: readers}}
}

var refusals = []struct {
	error
	status int
	words  string
}{
	{book.ErrNotFound, http.StatusNotFound, "privacy_not_found"},
	{book.ErrClosed, http.StatusConflict, "privacy_closed"},
	{book.ErrErased, http.StatusConflict, "privacy_erased"},
	{book.ErrReason, http.StatusBadRequest, "privacy_reason"},
	{book.ErrKind, http.StatusBadRequest, "bad_form"},
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

// line is a matter as a row.
type line struct {
	book.Matter
	Late bool
	By   string
}

type counted struct {
	What  string
	Count int
}

type listView struct {
	Open, Closed   []line
	NextOpen       int64
	NextClosed     int64
	Kinds          []book.Kind
	Kind           book.Kind
	Counts         []counted
	Clerk, Auditor bool
	Days           int
}

func (a *Area) list(r *console.Request) error {
	v, err := a.listView(r)
	if err != nil {
		return err
	}
	return r.Show(listPage, v)
}

// yearBack is how far back what was taken out is counted.
const yearBack = 365

func (a *Area) listView(r *console.Request) (listView, error) {
	ctx := r.Context()
	v := listView{Kinds: book.Kinds, Kind: book.Copy, Clerk: r.Who.Has(clerks...), Auditor: r.Who.Has(auditors...), Days: book.Days}
	names, err := a.names(ctx)
	if err != nil {
		return v, err
	}
	page := func(open bool, parameter string) (lines []line, next int64, err error) {
		before, _ := strconv.ParseInt(r.URL.Query().Get(parameter), 10, 64) // else the first page
		all, err := a.Keeper.Store.Matters(ctx, open, max(before, 0), perPage+1)
		if len(all) > perPage {
			all = all[:perPage]
			next = all[perPage-1].Number
		}
		for _, m := range all {
			lines = append(lines, line{m, m.Late(a.Clock()), names[m.OpenedBy]})
		}
		return lines, next, err
	}
	if v.Open, v.NextOpen, err = page(true, "after"); err != nil {
		return v, err
	}
	if v.Closed, v.NextClosed, err = page(false, "before"); err != nil {
		return v, err
	}
	count, err := a.Keeper.Store.ErasedSince(ctx, book.Day(a.Clock().AddDate(0, 0, -yearBack)))
	for _, what := range book.Counted {
		if count[what] > 0 {
			v.Counts = append(v.Counts, counted{phrase.Text(phrase.ID("erased." + what)), count[what]})
		}
	}
	return v, err
}

// names are those of all accounts.
func (a *Area) names(ctx context.Context) (map[string]string, error) {
	all, err := a.Accounts(ctx)
	names := map[string]string{}
	for _, one := range all {
		names[one.ID] = one.Name
	}
	return names, err
}

// open finds who asks, by her card or by a slip and the name on it, and opens a
// matter. What was typed is kept nowhere: the number of the card becomes its token.
func (a *Area) open(r *console.Request) error {
	kind := book.Kind(r.PostFormValue("kind"))
	number, err := int64(0), book.ErrNotFound
	id, code := strings.ToUpper(strings.TrimSpace(r.PostFormValue("id_number"))), strings.TrimSpace(r.PostFormValue("ticket"))
	if points.IDNumber(id) {
		number, err = a.Keeper.ByCard(r.Context(), kind, a.Token(id), r.Who.ID)
	} else if parsed, wrong := ticket.Parse(code); id == "" && wrong == nil {
		number, err = a.Keeper.ByTicket(r.Context(), kind, parsed, r.PostFormValue("name"), r.Who.ID)
	}
	if err == nil {
		return r.Redirect(address(number))
	}
	v, failed := a.listView(r)
	if failed != nil {
		return failed
	}
	v.Kind = kind
	return r.ShowWith(listPage, v, refused(err))
}

func address(matter int64) string {
	return "/console/privacy/matters/" + strconv.FormatInt(matter, 10)
}

// found is a case of a matter.
type found struct {
	docket.Case
	Service string
	Name    string // masked
	Address string // masked
	Held    *book.Hold
	Goes    bool // a deletion takes its words out
}

// quarrelling is somebody else's matter of mediation, and whether a deletion leaves her in it.
type quarrelling struct {
	Case  int64
	Stays bool
}

// stays tells whether a case keeps its words: it is open, or held.
func (a *Area) stays(ctx context.Context, number int64) (bool, error) {
	c, _, err := a.Reader.Store.Case(ctx, number)
	if err != nil {
		return false, err
	}
	held, err := a.Keeper.Store.HoldOf(ctx, number)
	return held != nil || !c.Status.Closed(), err
}

type matterView struct {
	book.Matter
	Late  bool
	Mine  []found
	Known book.Known
	Stays int // cases that a deletion leaves
	// Quarrelling are others' matters of mediation in which she is a party.
	Quarrelling []quarrelling
	Readers     []entry
	By          string
	Outcomes    []book.Outcome
	Amended     bool
	ClosedName  string
}

func (a *Area) matterView(r *console.Request) (matterView, error) {
	var v matterView
	ctx := r.Context()
	number, err := r.Number("number")
	if err != nil {
		return v, err
	}
	names, err := a.names(ctx)
	if err != nil {
		return v, err
	}
	v.Matter, v.Known, err = a.Keeper.Known(ctx, number)
	v.Late, v.By, v.ClosedName = v.Matter.Late(a.Clock()), names[v.OpenedBy], names[v.ClosedBy]
	if errors.Is(err, book.ErrClosed) {
		return v, nil // what it came to is still shown
	}
	if err != nil {
		return v, err
	}
	for _, c := range v.Known.Cases {
		body, err := c.Request()
		if err != nil {
			return v, err
		}
		f := found{Case: c, Address: book.Address(body.Address)}
		f.Service, _ = a.Reader.Answers(body)
		if body.Person != nil {
			f.Name = book.Name(body.Person.Name)
		}
		if f.Held, err = a.Keeper.Store.HoldOf(ctx, c.Number); err != nil {
			return v, err
		}
		if f.Goes = f.Held == nil && c.Status.Closed(); !f.Goes {
			v.Stays++
		}
		v.Mine = append(v.Mine, f)
	}
	for i := range v.Known.Accounts {
		v.Known.Accounts[i].Name = book.Name(v.Known.Accounts[i].Name)
	}
	for i := range v.Known.Volunteers {
		v.Known.Volunteers[i].Name = book.Name(v.Known.Volunteers[i].Name)
	}
	for i := range v.Known.Cared {
		v.Known.Cared[i].Name = book.Name(v.Known.Cared[i].Name)
	}
	for i, q := range v.Known.Quarrels {
		if q.Party > 0 { // of somebody else's matter
			stays, err := a.stays(ctx, q.Case)
			if err != nil {
				return v, err
			}
			v.Quarrelling = append(v.Quarrelling, quarrelling{q.Case, stays})
		}
		v.Known.Quarrels[i].Name = book.Name(v.Known.Quarrels[i].Name)
	}
	v.Outcomes = book.Outcomes
	if v.Kind == book.Delete {
		v.Outcomes = v.Outcomes[1:] // done when nothing is left
	}
	entries, err := a.Keeper.Store.ReadersOf(ctx, v.Known, perPage)
	if err != nil {
		return v, err
	}
	v.Readers = readersOf(entries, names)
	return v, nil
}

func (a *Area) one(r *console.Request) error {
	v, err := a.matterView(r)
	if err != nil {
		return err
	}
	v.Amended = r.URL.Query().Get("amended") == "yes"
	return r.Show(matterPage, v)
}

// again leads back to the matter, or shows on its page what was wrong.
func (a *Area) again(r *console.Request, wrong error) error {
	if wrong == nil {
		return r.Redirect(address(must(r)))
	}
	v, err := a.matterView(r)
	if err != nil {
		return err
	}
	return r.ShowWith(matterPage, v, refused(wrong))
}

// must is the number of the path, which a handler before has read.
func must(r *console.Request) int64 {
	n, _ := r.Number("number")
	return n
}
