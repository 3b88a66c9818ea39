// Package accounts is the area of those who work at central: the administrator's
// pages of all accounts, everybody's page of her own, and the log that an auditor
// reads.
package accounts

import (
	"embed"
	"net/http"
	"time"

	"lintai/sync/central/console"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage    = console.NewPage(files, "templates/list.html")
	addPage     = console.NewPage(files, "templates/add.html", "templates/fields.html")
	accountPage = console.NewPage(files, "templates/account.html", "templates/fields.html")
	handedPage  = console.NewPage(files, "templates/handed.html")
	logPage     = console.NewPage(files, "templates/log.html")
)

// Area is the area of accounts.
type Area struct {
	Office *staff.Office
	// Invitation is the one-time address of a code.
	Invitation func(code string) string
	Clock      func() time.Time
}

var (
	managers = []staff.Role{staff.Administrator}
	readers  = []staff.Role{staff.Auditor, staff.Administrator}
)

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: "/console/accounts", Roles: managers, Handler: a.list},
		{Method: "POST", Pattern: "/console/accounts", Roles: managers, Handler: a.add},
		{Method: "GET", Pattern: "/console/accounts/new", Roles: managers, Handler: a.blank},
		{Method: "GET", Pattern: "/console/accounts/log", Roles: readers, Handler: a.log},
		{Method: "GET", Pattern: "/console/accounts/{id}", Roles: managers, Handler: a.one},
		{Method: "POST", Pattern: "/console/accounts/{id}", Roles: managers, Handler: a.change},
		{Method: "POST", Pattern: "/console/accounts/{id}/disable", Roles: managers, Handler: a.disable},
		{Method: "POST", Pattern: "/console/accounts/{id}/reset", Roles: managers, Handler: a.reset},

		{Method: "GET", Pattern: "/console/me", Roles: staff.Roles, Handler: a.own},
		{Method: "POST", Pattern: "/console/me/password", Roles: staff.Roles, Handler: a.password},
		{Method: "POST", Pattern: "/console/me/sessions", Roles: staff.Roles, Handler: a.endSessions},
		{Method: "GET", Pattern: "/console/me/second", Roles: staff.Roles, Handler: a.second},
		{Method: "GET", Pattern: "/console/me/second.png", Roles: staff.Roles, Handler: a.secondPicture},
		{Method: "POST", Pattern: "/console/me/second", Roles: staff.Roles, Handler: a.turnOn},
		{Method: "POST", Pattern: "/console/me/second/off", Roles: staff.Roles, Handler: a.turnOff},
	}
}

// Menu leads to the accounts and to their log. One's own page stands behind one's
// name.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{
		{Label: "account.list", Group: console.Running, Address: "/console/accounts", Roles: managers},
		{Label: "account.log", Group: console.Running, Address: "/console/accounts/log", Roles: readers},
	}
}

// form is what a form of an account holds.
type form struct {
	ID, Login, Name, Phone string
	Choices                []choice
}

// choice is a role to choose.
type choice struct {
	Role   staff.Role
	Chosen bool
}

func formOf(a staff.Account) form {
	f := form{ID: a.ID, Login: a.Login, Name: a.Name, Phone: a.Phone}
	for _, r := range staff.Roles {
		f.Choices = append(f.Choices, choice{r, a.Has(r)})
	}
	return f
}

// typed is the account that a form describes.
func typed(r *console.Request) staff.Account {
	a := staff.Account{ID: r.PathValue("id"), Login: r.PostFormValue("login"), Name: r.PostFormValue("name"), Phone: r.PostFormValue("phone")}
	for _, role := range r.PostForm["role"] {
		a.Roles = append(a.Roles, staff.Role(role))
	}
	return a
}

func (a *Area) list(r *console.Request) error {
	all, err := a.Office.Store.Accounts(r.Context())
	if err != nil {
		return err
	}
	return r.Show(listPage, all)
}

func (a *Area) blank(r *console.Request) error { return r.Show(addPage, formOf(staff.Account{})) }

func (a *Area) add(r *console.Request) error {
	wanted := typed(r)
	made, code, err := a.Office.Add(r.Context(), r.Who.ID, wanted)
	if err != nil {
		return r.ShowWith(addPage, formOf(wanted), err)
	}
	return a.hand(r, made, code)
}

// handed is a one-time address, for the only time that it is shown.
type handed struct {
	staff.Account
	Address string
}

func (a *Area) hand(r *console.Request, whose staff.Account, code string) error {
	return r.Show(handedPage, handed{whose, a.Invitation(code)})
}

// oneView is the page of an account.
type oneView struct {
	staff.Account
	Form form
	Mine bool // her own: she does not shut herself out
	Log  []line
}

const shortLog, longLog = 20, 100

func (a *Area) viewOf(r *console.Request, whose staff.Account) (oneView, error) {
	v := oneView{Account: whose, Form: formOf(whose), Mine: whose.ID == r.Who.ID}
	var err error
	v.Log, err = a.lines(r, whose.ID, 0, shortLog)
	return v, err
}

func (a *Area) one(r *console.Request) error {
	whose, err := a.Office.Store.Account(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	v, err := a.viewOf(r, whose)
	if err != nil {
		return err
	}
	return r.Show(accountPage, v)
}

func (a *Area) change(r *console.Request) error {
	wanted := typed(r)
	err := a.Office.Change(r.Context(), r.Who.ID, wanted.ID, wanted.Name, wanted.Phone, wanted.Roles)
	if err == nil {
		return r.Redirect("/console/accounts/" + wanted.ID)
	}
	return a.refused(r, err, func(v *oneView) {
		wanted.Login = v.Login
		v.Form = formOf(wanted)
	})
}

// refused shows the account's page with what was wrong.
func (a *Area) refused(r *console.Request, wrong error, keep func(*oneView)) error {
	whose, err := a.Office.Store.Account(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	v, err := a.viewOf(r, whose)
	if err != nil {
		return err
	}
	keep(&v)
	return r.ShowWith(accountPage, v, wrong)
}

func (a *Area) disable(r *console.Request) error {
	id, disabled := r.PathValue("id"), r.PostFormValue("disabled")
	if disabled != "yes" && disabled != "no" {
		return console.ErrForm
	}
	if id == r.Who.ID {
		return console.Refuse(http.StatusConflict, "own_account", console.ErrForbidden)
	}
	if err := a.Office.Disable(r.Context(), r.Who.ID, id, disabled == "yes"); err != nil {
		return a.refused(r, err, func(*oneView) {})
	}
	return r.Redirect("/console/accounts/" + id)
}

func (a *Area) reset(r *console.Request) error {
	id := r.PathValue("id")
	if id == r.Who.ID {
		return console.Refuse(http.StatusConflict, "own_account", console.ErrForbidden)
	}
	code, err := a.Office.Reset(r.Context(), r.Who.ID, id)
	if err != nil {
		return err
	}
	whose, err := a.Office.Store.Account(r.Context(), id)
	if err != nil {
		return err
	}
	return a.hand(r, whose, code)
}
