// Package cases is the area of the cases: the list by urgency, one case with its
// events, and the next move. Who sees which cases stands in sight.go.
package cases

import (
	"context"
	"embed"
	"html/template"
	"strconv"
	"time"

	"lintai/sync/central/console"
	"lintai/sync/central/console/overdue"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/console/terminals"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage = console.NewPage(files, "templates/list.html")
	casePage = console.NewPage(files, "templates/case.html", "templates/work.html")
)

// Area is the area of the cases.
type Area struct {
	Reader    readable.Reader
	Desk      *desk.Desk
	Terminals *terminals.Area // listed beside the cases
	Accounts  func(context.Context) ([]staff.Account, error)
	Grids     func(context.Context) (*grid.Book, error)
	Limits    *overdue.Area // marks cases by their time limits
	// Erased tells when the words of a case were taken out; nil: none are.
	Erased func(context.Context, int64) (time.Time, error)
	// Caller names the device that raised a call; nil: no device does.
	Caller func(context.Context, docket.Call) (string, error)
	// Assign draws who does a case, or who should; nil draws nothing.
	Assign func(*console.Request, docket.Case) (template.HTML, error)
}

// roles are who sees cases at all; which ones is a question of sight.
var roles = []staff.Role{staff.Clerk, staff.Worker, staff.Mediator, staff.Administrator}

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: "/console", Roles: roles, Handler: a.list},
		{Method: "GET", Pattern: "/console/cases/{number}", Roles: roles, Handler: a.one},
		{Method: "POST", Pattern: "/console/cases/{number}/whole", Roles: roles, Handler: a.whole},
		{Method: "POST", Pattern: "/console/cases/{number}/move", Roles: roles, Handler: a.move},
		{Method: "POST", Pattern: "/console/cases/{number}/act", Roles: roles, Handler: a.act, Body: maxAct},
		{Method: "GET", Pattern: "/console/attachments/{id}", Roles: roles, Handler: a.attachment},
	}
}

// Menu leads to the list.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "console.cases", Group: console.Daily, Address: "/console", Below: "/console/cases", Roles: roles}}
}

func (a *Area) one(r *console.Request) error {
	f, events, err := a.seen(r)
	if err != nil {
		return err
	}
	return a.page(r, f, events, works(r.Who, f), "")
}

// whole shows the page without masks to somebody who does not work the case, with the
// reason that she chose.
func (a *Area) whole(r *console.Request) error {
	f, events, err := a.seen(r)
	if err != nil {
		return err
	}
	why := privacy.Why(r.PostFormValue("why"))
	if !why.Known() {
		return console.ErrForm
	}
	return a.page(r, f, events, true, why)
}

// page shows a case: who is shown the person whole is noted first.
func (a *Area) page(r *console.Request, f docket.Case, events []docket.Event, whole bool, why privacy.Why) error {
	if whole {
		if err := r.Reads(privacy.Read{Part: privacy.OfCase, Case: f.Number, Why: why}); err != nil {
			return err
		}
	}
	names, err := a.Reader.TerminalNames(r.Context())
	if err != nil {
		return err
	}
	v, err := a.view(f, names, true)
	if err != nil {
		return err
	}
	if err := a.work(r, &v, events); err != nil {
		return err
	}
	if v.Panel, err = a.Limits.Panel(r.Context(), f, events); err != nil {
		return err
	}
	if a.Assign != nil {
		if v.Assign, err = a.Assign(r, f); err != nil {
			return err
		}
	}
	body, err := f.Request()
	if err != nil {
		return err
	}
	if v.Attachments, err = a.Reader.Attachments(r.Context(), f.Number, body); err != nil {
		return err
	}
	if v.Ratings, err = a.Reader.Ratings(r.Context(), f.Number, names); err != nil {
		return err
	}
	if !whole {
		v.mask(body)
		// What was said of the work is for everybody who sees the case.
		if len(v.Ratings) > 0 {
			if err := r.Reads(privacy.Read{Part: privacy.OfRating, Case: f.Number}); err != nil {
				return err
			}
		}
	}
	if a.Erased != nil {
		if v.Erased, err = a.Erased(r.Context(), f.Number); err != nil {
			return err
		}
	}
	return r.Show(casePage, v)
}

// seen is the case of the path, when she who asks may see it. Another is not there
// for her.
func (a *Area) seen(r *console.Request) (docket.Case, []docket.Event, error) {
	n, err := r.Number("number")
	if err != nil {
		return docket.Case{}, nil, err
	}
	f, events, err := a.Reader.Store.Case(r.Context(), n)
	if err == nil && !sees(r.Who, f) {
		err = docket.ErrNotFound
	}
	return f, events, err
}

func (a *Area) move(r *console.Request) error {
	f, _, err := a.seen(r)
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(r.PostFormValue("seen"), 10, 64)
	if err != nil {
		return console.ErrForm
	}
	if err := a.Desk.Move(r.Context(), f.Number, seen, docket.Status(r.PostFormValue("status")), r.PostFormValue("note"), r.Who.Name); err != nil {
		return explained(err)
	}
	if f.Status = docket.Status(r.PostFormValue("status")); !sees(r.Who, f) {
		return r.Redirect("/console") // a worker's case is closed
	}
	return r.Redirect("/console/cases/" + strconv.FormatInt(f.Number, 10))
}
