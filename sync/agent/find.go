package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

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
	status, ok := visit.Understand(t.Status, t.Word)
	if !ok {
		return visit.Progress{}, false, unusable("a status that this terminal does not know")
	}
	return visit.Progress{Service: t.Service, Status: status, At: t.At, Note: t.Note, Paper: t.Paper, AtDesk: t.PaperDesk, Papers: max(t.Papers, 0)}, true, nil
}

// FindByCard asks central for the requests that were made with a card, newest
// first; none when central knows of none. The token goes where nothing writes
// addresses down. Like Find it gives up after a few seconds and may be called at
// any time.
func (a *Agent) FindByCard(ctx context.Context, token string) ([]visit.Mine, error) {
	if token == "" {
		return nil, errors.New("agent: no card token")
	}
	body, err := json.Marshal(wire.Card{Token: token})
	if err != nil {
		return nil, fmt.Errorf("agent: encode card: %w", err)
	}
	var found wire.Tickets
	err = exchange(ctx, a, findTimeout, http.MethodPost, wire.PathCard, body, &found)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	a.outcome(err)
	if err != nil {
		return nil, err
	}
	mine := make([]visit.Mine, 0, len(found.Tickets))
	for _, t := range found.Tickets {
		code, err := ticket.Parse(string(t.Ticket))
		status, known := visit.Understand(t.Status, t.Word)
		if err != nil || !known {
			return nil, unusable("a ticket or status that this terminal does not know")
		}
		mine = append(mine, visit.Mine{Ticket: code, Progress: visit.Progress{
			Service: t.Service, Status: status, At: t.At, Note: t.Note, Paper: t.Paper, AtDesk: t.PaperDesk, Papers: max(t.Papers, 0),
		}})
	}
	return mine, nil
}
