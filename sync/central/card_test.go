package central_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/sync/wire"
)

var cardKey = []byte("0123456789abcdef0123456789abcdef")

func (h *house) ofCard(who *http.Client, number string) wire.Tickets {
	h.t.Helper()
	return decode[wire.Tickets](h.t, h.terminal(who, "POST", wire.PathCard, wire.Card{Token: request.CardToken(cardKey, number)}), http.StatusOK)
}

func TestRequestsAreFoundByCard(t *testing.T) {
	h := setup(t)
	const hers, his = "110101195001011234", "110101194802022345"
	var mine []request.Request
	for i := range wire.MaxTickets + 3 {
		r := h.request()
		r.Person.Token = request.CardToken(cardKey, hers)
		if i == 1 {
			r.Person.Token = request.CardToken(cardKey, his)
		} else {
			mine = append(mine, r)
		}
		h.push(r)
		h.clock.Add(time.Minute)
	}
	h.staff().move(1, 1, "accepted", "师傅明天到")
	other := h.enrol(13) // any terminal
	got := h.ofCard(other, hers)
	if len(got.Tickets) != wire.MaxTickets || got.Protocol != wire.Protocol {
		t.Fatalf("%d tickets", len(got.Tickets))
	}
	for i, ticket := range got.Tickets {
		if want := mine[len(mine)-1-i]; ticket.Ticket != want.Ticket || ticket.Service != "repair" || ticket.Status != "delivered" {
			t.Errorf("place %d: %+v, want %s", i, ticket, want.Ticket)
		}
	}
	text := read(t, h.terminal(h.me, "POST", wire.PathCard, wire.Card{Token: request.CardToken(cardKey, hers)}))
	lacks(t, text, "张桂兰", "502室", `"502"`, hers, request.CardToken(cardKey, hers), mine[0].ID)
	if got := h.ofCard(h.me, his); len(got.Tickets) != 1 {
		t.Errorf("his card: %+v", got)
	}
	if got := h.ofCard(h.me, "110101195001011235"); got.Tickets == nil || len(got.Tickets) != 0 {
		t.Errorf("a card without requests: %+v", got)
	}
	for _, path := range []string{"/console", "/console/cases/1"} {
		lacks(t, h.staff().page(path, 200), request.CardToken(cardKey, hers))
	}
	lacks(t, h.log.String(), request.CardToken(cardKey, hers), request.CardToken(cardKey, his))
}

func TestCardQuestionsThatAreNone(t *testing.T) {
	h := setup(t)
	for name, body := range map[string]any{
		"nothing": "", "no JSON": "<html>", "no token": wire.Card{}, "a number": wire.Card{Token: "110101195001011234"},
		"every card": wire.Card{Token: strings.Repeat("%", 32)}, "a long one": wire.Card{Token: strings.Repeat("a", 900)},
	} {
		if e := decode[wire.Error](t, h.terminal(h.me, "POST", wire.PathCard, body), http.StatusBadRequest); e.Code != "bad_request" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	decode[wire.Error](t, h.terminal(h.client(nil, nil), "POST", wire.PathCard, wire.Card{Token: strings.Repeat("a", 32)}), http.StatusUnauthorized)
	decode[wire.Error](t, h.terminal(h.me, "GET", wire.PathCard+"?token="+strings.Repeat("a", 32), nil), http.StatusNotFound)
}

func TestCardAfterCardIsSlowedDown(t *testing.T) {
	h := setup(t)
	other := h.enrol(13)
	for i := range 20 {
		h.ofCard(h.me, fmt.Sprint(110101195001010000+i))
	}
	ask := wire.Card{Token: request.CardToken(cardKey, "110101195001011234")}
	if e := decode[wire.Error](t, h.terminal(h.me, "POST", wire.PathCard, ask), http.StatusTooManyRequests); e.Code != "too_many" {
		t.Errorf("%+v", e)
	}
	h.ofCard(other, "110101195001011234") // another terminal behind the same address is not held up
	h.clock.Add(30 * time.Second)
	h.ofCard(h.me, "110101195001011234")
}
