package kioskapi

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

const (
	maxCardBody = 1 << 10
	// tokenBytes is what a card token is in hex: see request.CardToken.
	tokenBytes = 16
)

// card tells the tickets that were made with a card, newest first. Whoever took a
// terminal's keys could ask for card after card, to learn who ever asked for
// something; after a few cards without requests that takes half a minute each.
func (a *API) card(w http.ResponseWriter, r *http.Request, kiosk int) error {
	who := "terminal " + strconv.Itoa(kiosk)
	if !a.Cards.AllowedTo(who) {
		return failure{http.StatusTooManyRequests, "too_many", "too many cards without requests; wait"}
	}
	var card wire.Card
	body, err := a.small(w, r, maxCardBody)
	if err != nil {
		return err
	}
	if json.Unmarshal(body, &card) != nil {
		return failure{http.StatusBadRequest, "bad_request", "the body is not one card as JSON"}
	}
	if token, err := hex.DecodeString(card.Token); err != nil || len(token) != tokenBytes {
		return failure{http.StatusBadRequest, "bad_request", "this is no card token"}
	}
	cases, err := a.Store.Cases(r.Context(), docket.CaseQuery{Card: card.Token, Order: docket.Latest, Limit: wire.MaxTickets})
	if err != nil {
		return err
	}
	if len(cases) == 0 {
		a.Cards.WrongBy(who)
	}
	answer := wire.Tickets{Protocol: wire.Protocol, Tickets: []wire.CardTicket{}}
	for _, c := range cases {
		c, events, err := a.Store.Case(r.Context(), c.Number) // with its events, as of one moment
		if err != nil {
			return err
		}
		known, word := docket.Standing(c, events).Words()
		fetch := papersOn(c, events)
		answer.Tickets = append(answer.Tickets, wire.CardTicket{
			Ticket: c.Ticket, Service: c.Service, Status: known, Word: word, At: c.UpdatedAt, Note: docket.LastNote(events),
			Paper: fetch.here, PaperDesk: fetch.atDesk, Papers: fetch.printed,
		})
	}
	a.reply(w, http.StatusOK, answer)
	return nil
}
