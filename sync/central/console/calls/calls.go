// Package calls is the area of calls for help: the banner that rings on the pages of
// those who are rung and stands quietly on the others', the answer, and the list of
// calls with the record of each.
package calls

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/sync/central/callout"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage = console.NewPage(files, "templates/list.html")
	callPage = console.NewPage(files, "templates/call.html")
)

// Area is the area of calls.
type Area struct {
	Reader   readable.Reader
	Desk     *desk.Desk
	Store    callout.Store
	Keeper   *callout.Keeper
	Accounts func(context.Context) ([]staff.Account, error)
	// Caller names the device that raised a call; "" for a terminal's. nil: no device does.
	Caller func(context.Context, docket.Call) (string, error)
	Clock  func() time.Time
}

// Late is when a request, too, counts as sent in later.
const Late = callout.Late

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: "/console/calls", Roles: console.CallRoles, Handler: a.list},
		{Method: "GET", Pattern: "/console/calls/{id}", Roles: console.CallRoles, Handler: a.call},
		{Method: "POST", Pattern: "/console/calls/{id}/answer", Roles: console.CallRoles, Handler: a.answer},
		{Method: "POST", Pattern: "/console/calls/{id}/record", Roles: console.CallRoles, Handler: a.record},
	}
}

// Menu is the list.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "callout.menu", Group: console.Daily, Address: "/console/calls", Roles: console.CallRoles}}
}

// Banner are the unanswered calls as one sees them, and how many are to be recorded:
// those that she answered, or all for whoever keeps the desk.
func (a *Area) Banner(ctx context.Context, who staff.Account) (b console.Banner, err error) {
	whose := who.ID
	if who.Has(staff.Clerk, staff.Administrator) {
		whose = ""
	}
	if b.Unrecorded, err = a.Store.CountUnrecorded(ctx, whose); err != nil {
		return b, err
	}
	calls, err := a.Reader.Store.OpenCalls(ctx)
	if err != nil || len(calls) == 0 {
		return b, err
	}
	terminals, err := a.Reader.TerminalNames(ctx)
	if err != nil {
		return b, err
	}
	names, err := a.names(ctx)
	if err != nil {
		return b, err
	}
	var ids []string
	for _, call := range calls {
		ids = append(ids, call.ID)
	}
	states, err := a.Store.Callouts(ctx, ids)
	if err != nil {
		return b, err
	}
	var answers []console.Answer
	for _, id := range desk.Prepared {
		words, _ := desk.Words(id)
		answers = append(answers, console.Answer{ID: id, Words: words})
	}
	for _, call := range calls {
		state, kept := states[call.ID]
		from, err := a.from(ctx, call, terminals)
		if err != nil {
			return b, err
		}
		one := console.Ringing{Call: call, Terminal: from, Answers: answers, Late: late(call),
			Mine: !kept || state.RingsFor(who.ID)} // one of which nothing is kept rings for everyone
		if !one.Mine {
			one.Rung = joined(state.Rung(), names)
		}
		b.Calls = append(b.Calls, one)
	}
	return b, nil
}

// from says where a call comes from: the name of the terminal or of the device.
func (a *Area) from(ctx context.Context, call docket.Call, terminals map[int]string) (string, error) {
	if a.Caller != nil && call.Kiosk == 0 {
		return a.Caller(ctx, call)
	}
	return terminals[call.Kiosk], nil
}

// late says of a call that took minutes to arrive how many.
func late(call docket.Call) string {
	if !callout.IsLate(call.RaisedAt, call.ReceivedAt) {
		return ""
	}
	return phrase.Text("callout.late", "age", readiness.Age(call.ReceivedAt.Sub(call.RaisedAt)))
}

// names are those of all accounts.
func (a *Area) names(ctx context.Context) (map[string]string, error) {
	all, err := a.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, one := range all {
		names[one.ID] = one.Name
	}
	return names, nil
}

func joined(accounts []string, names map[string]string) string {
	var all []string
	for _, id := range accounts {
		all = append(all, names[id])
	}
	return strings.Join(all, phrase.Text("callout.and"))
}

func (a *Area) answer(r *console.Request) error {
	id, err := callID(r)
	if err != nil {
		return err
	}
	if err := a.Desk.Answer(r.Context(), id, r.PostFormValue("answer"), r.Who.Name, r.Who.ID); err != nil {
		return err
	}
	return r.Redirect(r.Back())
}

// callID reads the call of the path. One that can be none is not there.
func callID(r *console.Request) (string, error) {
	id := r.PathValue("id")
	if _, err := uuid.Parse(id); err != nil {
		return "", docket.ErrNotFound
	}
	return id, nil
}

func (a *Area) record(r *console.Request) error {
	id, err := callID(r)
	if err != nil {
		return err
	}
	record := callout.Record{Call: id, Came: r.PostFormValue("came"), About: r.PostFormValue("about"), By: r.Who.ID}
	if text := strings.TrimSpace(r.PostFormValue("case")); text != "" {
		if record.Case, err = strconv.ParseInt(text, 10, 64); err != nil || record.Case < 1 {
			return a.again(r, id, record, text, callout.ErrCase)
		}
	}
	if err := a.Keeper.Record(r.Context(), record); err != nil {
		return a.again(r, id, record, r.PostFormValue("case"), err)
	}
	return r.Redirect("/console/calls/" + id)
}

// again shows the form with what was typed and what is wrong with it.
func (a *Area) again(r *console.Request, id string, typed callout.Record, number string, err error) error {
	for _, known := range []struct {
		is     error
		status int
		words  string
	}{
		{callout.ErrRecord, http.StatusBadRequest, "call_about"}, {callout.ErrCase, http.StatusBadRequest, "call_case"},
		{callout.ErrPerson, http.StatusBadRequest, "bad_form"}, {callout.ErrOpen, http.StatusConflict, "call_open"},
		{callout.ErrNotFound, http.StatusNotFound, "not_found"},
	} {
		if errors.Is(err, known.is) {
			err = console.Refuse(known.status, known.words, err)
		}
	}
	v, wrong := a.view(r, id)
	if wrong != nil {
		return wrong
	}
	v.Came, v.About, v.Case = typed.Came, typed.About, number
	return r.ShowWith(callPage, v, err)
}
