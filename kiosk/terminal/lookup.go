package terminal

import (
	"context"

	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

// find asks central, which knows every terminal's tickets and the newest status;
// when it is not reached, what this terminal last knew is better than nothing,
// and is shown as such.
func (t *Terminal) find(ctx context.Context, code ticket.Code) {
	asking, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	answer := visit.LookedUp{Ticket: code}
	here, known, unread := t.cfg.Queue.Progress(asking, code)
	if unread != nil {
		t.cfg.Log.Error("ticket not looked up in the queue", "error", unread)
	}
	p, found, err := t.cfg.Central.Find(asking, code)
	switch {
	case err == nil && found:
		answer.Result, answer.Progress = visit.Found, p
	case known:
		// Also when central says no: it does not have yet what still waits here,
		// and has filed nothing under the code of what it holds for staff.
		answer.Result, answer.Progress = visit.FoundHere, here
		if waits := here.Status == visit.StatusSaved || here.Status == visit.StatusSending; err == nil && (waits || here.Status == visit.StatusHeld) {
			answer.Result = visit.Found
		}
	case err == nil && unread == nil:
		answer.Result = visit.NotFound
	default:
		answer.Result = visit.CannotTell
	}
	t.post(ctx, answer)
}

// findByCard asks central alone: a terminal keeps no list of who was here.
func (t *Terminal) findByCard(ctx context.Context, token string) {
	asking, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	answer := visit.FoundByCard{Token: token, Result: visit.Found}
	mine, err := t.cfg.Central.FindByCard(asking, token)
	switch {
	case err != nil:
		answer.Result = visit.CannotTell
	case len(mine) == 0:
		answer.Result = visit.NotFound
	default:
		answer.Mine = mine
	}
	t.post(ctx, answer)
}

// search asks the policy corpus. The words are a resident's and are not logged.
func (t *Terminal) search(ctx context.Context, query string) {
	answer := visit.Searched{Query: query, Failed: true}
	if t.cfg.Policies != nil {
		asking, cancel := context.WithTimeout(ctx, findTimeout)
		defer cancel()
		ids, err := t.cfg.Policies.Search(asking, query)
		if err != nil {
			t.cfg.Log.Error("policies not searched", "error", err)
		}
		answer.IDs, answer.Failed = ids, err != nil
	}
	t.post(ctx, answer)
}
