// Package quarantine is the area of what could not be filed, and of ratings that
// count for no case: both wait, as they came, until a clerk has looked at them.
package quarantine

import (
	"embed"
	"encoding/json"
	"strconv"

	"lintai/kiosk/request"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/intake"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	quarantinedPage = console.NewPage(files, "templates/quarantined.html")
	ratingPage      = console.NewPage(files, "templates/rating.html")
)

// Roles are who works here.
var Roles = []staff.Role{staff.Clerk, staff.Administrator}

// Area is the area of what waits for a look.
type Area struct {
	Reader   readable.Reader
	Desk     *desk.Desk
	Receiver *intake.Receiver
}

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: "/console/quarantine/{number}", Roles: Roles, Handler: a.quarantined},
		{Method: "POST", Pattern: "/console/quarantine/{number}/handle", Roles: Roles, Handler: a.handle},
		{Method: "GET", Pattern: "/console/ratings/{number}", Roles: Roles, Handler: a.rating},
		{Method: "POST", Pattern: "/console/ratings/{number}/handle", Roles: Roles, Handler: a.handleRating},
	}
}

// Menu is empty: the list of cases leads here.
func (a *Area) Menu() []console.Entry { return nil }

// view is one kept item.
type view struct {
	docket.Quarantined
	Terminal    string
	Service     string
	Answers     []readable.Labelled
	Name        string
	Address     string
	Ticket      string
	Opens       bool
	Attachments []readable.Attachment
}

func (a *Area) quarantined(r *console.Request) error {
	n, err := r.Number("number")
	if err != nil {
		return err
	}
	q, err := a.Reader.Store.QuarantineEntry(r.Context(), n)
	if err != nil {
		return err
	}
	if err := r.Reads(privacy.Read{Part: privacy.OfQuarantine, Subject: strconv.FormatInt(n, 10)}); err != nil {
		return err
	}
	names, err := a.Reader.TerminalNames(r.Context())
	if err != nil {
		return err
	}
	v := view{Quarantined: q, Terminal: names[q.Item.Kiosk]}
	var body request.Request
	// What does not open, or is no request, is shown by its envelope alone.
	if plain, err := a.Receiver.Open(q); err == nil && q.Item.Kind == request.KindRequest && json.Unmarshal(plain, &body) == nil {
		v.Opens = true
		v.Service, v.Answers = a.Reader.Answers(body)
		v.Address, v.Ticket = body.Address, body.Ticket.String()
		if body.Person != nil {
			v.Name = body.Person.Name
		}
		if v.Attachments, err = a.Reader.Attachments(r.Context(), 0, body); err != nil {
			return err
		}
	}
	return r.Show(quarantinedPage, v)
}

func (a *Area) handle(r *console.Request) error {
	n, err := r.Number("number")
	if err != nil {
		return err
	}
	if err := a.Desk.Handle(r.Context(), n, r.Who.Name); err != nil {
		return err
	}
	return r.Redirect("/console")
}

// rating is the page of a rating that counts for no case.
func (a *Area) rating(r *console.Request) error {
	n, err := r.Number("number")
	if err != nil {
		return err
	}
	rating, err := a.Reader.Store.Rating(r.Context(), n)
	if err != nil {
		return err
	}
	if err := r.Reads(privacy.Read{Part: privacy.OfRating, Case: rating.Case, Subject: strconv.FormatInt(n, 10)}); err != nil {
		return err
	}
	names, err := a.Reader.TerminalNames(r.Context())
	if err != nil {
		return err
	}
	v, err := a.Reader.Rating(r.Context(), rating, names)
	if err != nil {
		return err
	}
	return r.Show(ratingPage, v)
}

func (a *Area) handleRating(r *console.Request) error {
	n, err := r.Number("number")
	if err != nil {
		return err
	}
	if err := a.Desk.HandleRating(r.Context(), n, r.Who.Name); err != nil {
		return err
	}
	return r.Redirect("/console")
}
