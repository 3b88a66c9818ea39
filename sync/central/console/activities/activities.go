// Package activities is the area of activities: staff make them with their places, see
// who has one and who waits, write down who stands at the window, mark who came, and
// print the list for the door.
package activities

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/community"
	"lintai/kiosk/phrase"
	"lintai/sync/central/activity"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage  = console.NewPage(files, "templates/list.html")
	newPage   = console.NewPage(files, "templates/new.html", "templates/fields.html")
	onePage   = console.NewPage(files, "templates/one.html", "templates/fields.html")
	printPage = console.NewPage(files, "templates/print.html")
)

// Area is the area of activities.
type Area struct {
	Keeper *activity.Keeper
	Docket docket.Store
	// Community is what terminals are given now.
	Community func() *community.Document
	// Announce gives terminals the list as it is now.
	Announce func(context.Context) error
	Clock    func() time.Time
}

var clerks = []staff.Role{staff.Clerk, staff.Administrator}

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	all := []console.Route{
		{Method: "GET", Pattern: "/console/activities", Handler: a.list},
		{Method: "POST", Pattern: "/console/activities", Handler: a.add},
		{Method: "GET", Pattern: "/console/activities/new", Handler: a.blank},
		{Method: "GET", Pattern: "/console/activities/{id}", Handler: a.one},
		{Method: "POST", Pattern: "/console/activities/{id}", Handler: a.change},
		{Method: "GET", Pattern: "/console/activities/{id}/print", Handler: a.paper},
		{Method: "POST", Pattern: "/console/activities/{id}/register", Handler: a.register},
		{Method: "POST", Pattern: "/console/activities/{id}/off", Handler: a.callOff},
		{Method: "POST", Pattern: "/console/activities/{id}/finish", Handler: a.finish},
		{Method: "POST", Pattern: "/console/activities/{id}/seats/{number}", Handler: a.seat},
	}
	for i, route := range all {
		all[i].Roles = clerks
		all[i].Handler = func(r *console.Request) error { return Refused(route.Handler(r)) }
	}
	return all
}

// Menu leads to the list.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "activity.title", Group: console.Life, Address: "/console/activities", Roles: clerks}}
}

var refusals = []struct {
	error
	status int
	words  string
}{
	{activity.ErrNotFound, http.StatusNotFound, "not_found"},
	{activity.ErrExists, http.StatusConflict, "activity_exists"},
	{activity.ErrText, http.StatusBadRequest, "activity_text"},
	{activity.ErrTime, http.StatusBadRequest, "activity_time"},
	{activity.ErrPlaces, http.StatusBadRequest, "activity_places"},
	{activity.ErrOver, http.StatusConflict, "activity_over"},
	{activity.ErrMove, http.StatusConflict, "activity_moved"},
}

// Refused gives an error of package activity its words.
func Refused(err error) error {
	for _, one := range refusals {
		if errors.Is(err, one.error) {
			return console.Refuse(one.status, one.words, err)
		}
	}
	return err
}

// minute is how a browser writes a time in a form.
const minute = "2006-01-02T15:04"

// Minute writes a time as a form has it.
func Minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(phrase.Zone).Format(minute)
}

// ParseMinute reads a time of a form; the zero time when it is none.
func ParseMinute(text string) time.Time {
	t, err := time.ParseInLocation(minute, text, phrase.Zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// form is what the form of an activity holds.
type form struct {
	activity.Activity
	StartText, EndText string
	PlacesText         string
}

func formOf(v activity.Activity) form {
	f := form{Activity: v, StartText: Minute(v.Start), EndText: Minute(v.End)}
	if v.Places > 0 {
		f.PlacesText = strconv.Itoa(v.Places)
	}
	return f
}

// typed is the activity that a form describes.
func typed(r *console.Request, id string) activity.Activity {
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	v := activity.Activity{ID: id, Name: text("name"), Place: text("place"), Detail: text("detail"),
		Start: ParseMinute(text("start")), End: ParseMinute(text("end")), Closed: text("closed") == "yes"}
	if n, err := strconv.Atoi(text("places")); err == nil {
		v.Places = n
	}
	return v
}

// listed is an activity as a row.
type listed struct {
	activity.Activity
	Taken, Waiting int
}

// Over tells that nothing happens to it any more.
func (l listed) Over() bool { return !l.CalledOff.IsZero() || !l.FinishedAt.IsZero() }

type listView struct {
	Coming, Over []listed
	// Bare are those of the community document that have no places yet.
	Bare []community.Activity
}

// longList is how many that are over are listed.
const longList = 50

func (a *Area) list(r *console.Request) error {
	all, err := a.Keeper.Store.Activities(r.Context())
	if err != nil {
		return err
	}
	var v listView
	known := map[string]bool{}
	for _, one := range all {
		known[one.ID] = true
		l := listed{Activity: one}
		if l.Over() && len(v.Over) == longList {
			continue
		}
		seats, err := a.Keeper.Store.Seats(r.Context(), one.ID)
		if err != nil {
			return err
		}
		l.Taken = activity.Taken(seats)
		for _, s := range seats {
			if s.State == activity.Waiting {
				l.Waiting += s.People
			}
		}
		if l.Over() {
			v.Over = append(v.Over, l)
		} else {
			v.Coming = append(v.Coming, l)
		}
	}
	slices.Reverse(v.Coming) // the next one first
	for _, one := range a.Community().Upcoming(a.Clock()) {
		if !known[one.ID] {
			v.Bare = append(v.Bare, one)
		}
	}
	return r.Show(listPage, v)
}

// blank is the form of a new activity, or of one that terminals list without places.
func (a *Area) blank(r *console.Request) error {
	var v activity.Activity
	if one, ok := a.Community().Activity(r.URL.Query().Get("from")); ok {
		v = activity.Activity{ID: one.ID, Name: one.Name, Place: one.Place, Detail: one.Detail, Start: one.Start, End: one.End}
	}
	return r.Show(newPage, formOf(v))
}

func (a *Area) add(r *console.Request) error {
	id := r.PostFormValue("id")
	if id == "" {
		id = "a" + a.Clock().UTC().Format("20060102150405")
	}
	v := typed(r, id)
	if err := a.Keeper.Make(r.Context(), v, r.Who.ID); err != nil {
		v.ID = r.PostFormValue("id")
		return r.ShowWith(newPage, formOf(v), Refused(err))
	}
	// Some may have asked before it had places.
	if _, err := a.Keeper.Delivered(r.Context(), activity.Seen{}); err != nil {
		return err
	}
	return a.announced(r, id)
}

// announced gives terminals the list. What staff did is done also when that fails; they
// are told so.
func (a *Area) announced(r *console.Request, id string) error {
	to := "/console/activities/" + id
	if err := a.Announce(r.Context()); err != nil {
		a.Keeper.Log.Error("activities are not announced to terminals", "error", err)
		return r.Redirect(to + "?announced=no")
	}
	return r.Redirect(to + "?announced=yes")
}

// party is one on the list as people read it.
type party struct {
	activity.Seat
	Position int
	Ticket   string
	StateOf  string // words
	Actions  []action
}

type action struct{ State, Words string }

type oneView struct {
	listed
	Form      form
	Groups    []group
	Free      int
	Announced string
	Begun     bool
}

// group are the parties of a state.
type group struct {
	State   activity.State
	Words   string
	People  int
	Parties []party
}

func (a *Area) view(r *console.Request) (oneView, error) {
	var v oneView
	one, err := a.Keeper.Store.Activity(r.Context(), r.PathValue("id"))
	if err != nil {
		return v, err
	}
	v.Activity, v.Form, v.Announced = one, formOf(one), r.URL.Query().Get("announced")
	v.Begun = !a.Clock().Before(one.Start)
	seats, err := a.Keeper.Store.Seats(r.Context(), one.ID)
	if err != nil {
		return v, err
	}
	if len(seats) > 0 {
		if err := r.Reads(privacy.Read{Part: privacy.OfActivity, Subject: one.ID}); err != nil {
			return v, err
		}
	}
	v.Taken = activity.Taken(seats)
	v.Free = max(one.Places-v.Taken, 0)
	for _, state := range activity.States {
		g := group{State: state, Words: phrase.Text(phrase.ID("seat." + string(state)))}
		for _, s := range seats {
			if s.State != state {
				continue
			}
			p, err := a.party(r.Context(), v.listed, s)
			if err != nil {
				return v, err
			}
			p.Position = activity.Position(seats, s.Number)
			g.People += s.People
			g.Parties = append(g.Parties, p)
		}
		if len(g.Parties) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	return v, nil
}

// party makes one readable; of a request the name stands in the request.
func (a *Area) party(ctx context.Context, l listed, s activity.Seat) (party, error) {
	p := party{Seat: s, StateOf: phrase.Text(phrase.ID("seat." + string(s.State)))}
	if s.Case > 0 {
		c, _, err := a.Docket.Case(ctx, s.Case)
		if err != nil {
			return p, fmt.Errorf("activities: seat %d: %w", s.Number, err)
		}
		body, err := c.Request()
		if err != nil {
			return p, err
		}
		p.Ticket = c.Ticket.String()
		if body.Person != nil {
			p.Name, p.Phone = body.Person.Name, body.Person.Phone
		}
	}
	if l.Over() { // nobody is to be telephoned any more
		p.Name, p.Phone = privacy.Name(p.Name), privacy.Phone(p.Phone)
	}
	if p.Name == "" {
		p.Name = phrase.Text("activity.nameless")
	}
	if l.Over() {
		return p, nil
	}
	for _, to := range []activity.State{activity.Attended, activity.Absent, activity.Granted} {
		if s.State.Holds() && s.State != to {
			p.Actions = append(p.Actions, action{string(to), phrase.Text(phrase.ID("seat_mark." + string(to)))})
		}
	}
	if s.State == activity.Waiting || s.State == activity.Granted {
		p.Actions = append(p.Actions, action{string(activity.Withdrawn), phrase.Text("seat_mark.withdrawn")})
	}
	return p, nil
}

func (a *Area) one(r *console.Request) error {
	v, err := a.view(r)
	if err != nil {
		return err
	}
	return r.Show(onePage, v)
}

// done leads back to the activity, or shows on its page what was wrong.
func (a *Area) done(r *console.Request, wrong error) error {
	if wrong == nil {
		return r.Redirect("/console/activities/" + r.PathValue("id"))
	}
	v, err := a.view(r)
	if err != nil {
		return err
	}
	return r.ShowWith(onePage, v, Refused(wrong))
}

func (a *Area) change(r *console.Request) error {
	v := typed(r, r.PathValue("id"))
	if err := a.Keeper.Change(r.Context(), v, r.Who.ID); err != nil {
		return a.done(r, err)
	}
	return a.announced(r, v.ID)
}

func (a *Area) paper(r *console.Request) error {
	v, err := a.view(r)
	if err != nil {
		return err
	}
	return r.Show(printPage, v)
}

func (a *Area) register(r *console.Request) error {
	people, err := strconv.Atoi(r.PostFormValue("people"))
	if err != nil {
		return a.done(r, activity.ErrPlaces)
	}
	_, err = a.Keeper.Register(r.Context(), activity.Seat{Activity: r.PathValue("id"), Name: strings.TrimSpace(r.PostFormValue("name")),
		Phone: strings.TrimSpace(r.PostFormValue("phone")), People: people}, r.Who.ID)
	return a.done(r, err)
}

func (a *Area) callOff(r *console.Request) error {
	err := a.Keeper.CallOff(r.Context(), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("reason")), r.Who.ID)
	if err != nil {
		return a.done(r, err)
	}
	return a.announced(r, r.PathValue("id"))
}

func (a *Area) finish(r *console.Request) error {
	return a.done(r, a.Keeper.Finish(r.Context(), r.PathValue("id"), r.Who.ID))
}

func (a *Area) seat(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	s, err := a.Keeper.Store.Seat(r.Context(), number)
	if err != nil {
		return err
	}
	if s.Activity != r.PathValue("id") {
		return activity.ErrNotFound
	}
	to := activity.State(r.PostFormValue("state"))
	if to == activity.Withdrawn {
		return a.done(r, a.Keeper.Withdraw(r.Context(), number, "", r.Who.ID))
	}
	return a.done(r, a.Keeper.Mark(r.Context(), number, to, r.Who.ID))
}
