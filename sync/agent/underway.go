package agent

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"

	"lintai/kiosk/request"
	"lintai/kiosk/visit"
	"lintai/offline"
)

// underWay returns a context whose exchanges mark a batch as on its way once they
// have a connection to central, on which the handshake is over: a terminal that
// only tries to reach central, or meets a portal, sends nothing. landed takes the
// mark away.
func (a *Agent) underWay(ctx context.Context, batch []offline.Waiting) (carried context.Context, landed func()) {
	all, requests := ids(batch), requestsOf(batch)
	var told atomic.Bool
	carried = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		if told.Swap(true) {
			return // a piece after the other, or once more on a fresh connection
		}
		a.queue.Sending(all)
		if len(requests) > 0 {
			a.link.event(visit.Sending{IDs: requests})
		}
	}})
	return carried, func() {
		if !told.Load() {
			return
		}
		a.queue.Sending(nil)
		if len(requests) > 0 {
			a.link.event(visit.Sending{})
		}
	}
}

// requestsOf are the ids of a batch that somebody may ask for.
func requestsOf(batch []offline.Waiting) []string {
	var all []string
	for _, w := range batch {
		if w.Kind == request.KindRequest {
			all = append(all, w.ID)
		}
	}
	return all
}
