package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// saveLookedUp saves a request and returns its id and what the queue would answer of it.
func (b *bench) saveLookedUp() (id string, status func() visit.Status) {
	b.t.Helper()
	r := request.Request{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: kioskNumber, Ticket: b.code(), Service: "repair", MadeAt: time.Now()}
	if err := b.queue.SaveRequest(b.t.Context(), r); err != nil {
		b.t.Fatal(err)
	}
	return r.ID, func() visit.Status {
		p, ok, err := b.queue.Progress(b.t.Context(), r.Ticket)
		if err != nil || !ok {
			b.t.Errorf("%+v %v %v", p, ok, err)
		}
		return p.Status
	}
}

// way is what was told of requests on their way, in its order.
func (b *bench) way() (all []string) {
	for _, e := range b.events {
		switch e := e.(type) {
		case visit.Sending:
			all = append(all, fmt.Sprint("sending ", len(e.IDs)))
		case visit.Delivered:
			all = append(all, "delivered")
		}
	}
	return all
}

func TestRequestIsSendingOnlyWhileAPushWithItIsUnderWay(t *testing.T) {
	c := newCentral(t)
	arrived, refuses := make(chan struct{}), make(chan bool)
	c.push = func(w http.ResponseWriter, p wire.Push) bool {
		arrived <- struct{}{}
		refused := <-refuses
		if refused {
			refuse(w, http.StatusServiceUnavailable, "unavailable")
		}
		return refused
	}
	b := setup(t, c, serve(t, c))
	_, status := b.saveLookedUp()
	if got := status(); got != visit.StatusSaved {
		t.Errorf("before: %q", got)
	}
	stop := b.start()
	defer stop()
	for _, refused := range []bool{true, false} {
		<-arrived
		if got := status(); got != visit.StatusSending {
			t.Errorf("while central has not answered: %q", got)
		}
		refuses <- refused
	}
	b.until(func() bool { return len(b.way()) == 5 })
	if got := status(); got != visit.StatusDelivered {
		t.Errorf("after: %q", got)
	}
	stop()
	if want := []string{"sending 1", "sending 0", "sending 1", "delivered", "sending 0"}; !slices.Equal(b.way(), want) {
		t.Errorf("told %v, want %v", b.way(), want)
	}
}

// A terminal that only tries to reach central, or meets a portal that speaks no TLS
// of central's, sends nothing.
func TestNothingIsSendingWithoutALine(t *testing.T) {
	c := newCentral(t)
	address := serve(t, c)
	b := setup(t, c, address)
	_, status := b.saveLookedUp()
	dialled, seen := make(chan struct{}), make(chan struct{})
	b.options.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		select {
		case dialled <- struct{}{}:
			<-seen
		case <-ctx.Done():
		}
		return nil, errors.New("no way")
	}
	stop := b.start()
	defer stop()
	for range 10 {
		<-dialled
		if got := status(); got != visit.StatusSaved {
			t.Errorf("while it dials: %q", got)
		}
		seen <- struct{}{}
	}
	stop()
	if way := b.way(); len(way) > 0 {
		t.Errorf("told %v", way)
	}
}
