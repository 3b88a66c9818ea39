package agent

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// Find asks central for the progress of a ticket, also of another terminal; ok
// is false when central knows no such ticket. A resident waits for it, so it
// gives up after a few seconds. It may be called at any time.
func (a *Agent) Find(ctx context.Context, code ticket.Code) (p visit.Progress, ok bool, err error) {
	var t wire.Ticket
	err = exchange(ctx, a, findTimeout, http.MethodGet, wire.PathTickets+string(code), nil, &t)
	if ctx.Err() != nil {
		return visit.Progress{}, false, ctx.Err()
	}
	a.outcome(err)
	if err != nil {
		return visit.Progress{}, false, err
	}
	if !t.Known {
		return visit.Progress{}, false, nil
	}
	if !slices.Contains(visit.Statuses, visit.Status(t.Status)) {
		return visit.Progress{}, false, unusable("a status that this terminal does not know")
	}
	return visit.Progress{Service: t.Service, Status: visit.Status(t.Status), At: t.At, Note: t.Note}, true, nil
}

// FindByCard asks central for the requests of a card's holder.
func (a *Agent) FindByCard(context.Context, string) ([]visit.Mine, error) {
	return nil, errors.New("agent: central cannot be asked by card yet")
}
