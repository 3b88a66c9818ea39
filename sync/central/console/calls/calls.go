// Package calls is the area of calls for help: the banner that rings on every page,
// and the answer.
package calls

import (
	"context"
	"time"

	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/desk"
)

// Area is the area of calls.
type Area struct {
	Reader readable.Reader
	Desk   *desk.Desk
}

// Late is when a call or request counts as sent in later.
const Late = 2 * time.Minute

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "POST", Pattern: "/console/calls/{id}/answer", Roles: console.CallRoles, Handler: a.answer},
	}
}

// Menu is empty: calls come by themselves.
func (a *Area) Menu() []console.Entry { return nil }

// Ringing are the unanswered calls for the banner, see console.Host.
func (a *Area) Ringing(ctx context.Context) ([]console.Ringing, error) {
	calls, err := a.Reader.Store.OpenCalls(ctx)
	if err != nil || len(calls) == 0 {
		return nil, err
	}
	names, err := a.Reader.TerminalNames(ctx)
	if err != nil {
		return nil, err
	}
	var answers []console.Answer
	for _, id := range desk.Prepared {
		words, _ := desk.Words(id)
		answers = append(answers, console.Answer{ID: id, Words: words})
	}
	var all []console.Ringing
	for _, call := range calls {
		all = append(all, console.Ringing{Call: call, Terminal: names[call.Kiosk],
			Late: call.ReceivedAt.Sub(call.RaisedAt) >= Late, Answers: answers})
	}
	return all, nil
}

func (a *Area) answer(r *console.Request) error {
	if err := a.Desk.Answer(r.Context(), r.PathValue("id"), r.PostFormValue("answer"), r.Who.Name); err != nil {
		return err
	}
	return r.Redirect(r.Back())
}
