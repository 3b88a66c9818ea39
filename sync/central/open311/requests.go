package open311

import (
	"fmt"
	"net/http"

	"lintai/kiosk/catalog"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
)

// requests serves the list. service_request_id overrides all other filters.
func (a *API) requests(c *call) (document, error) {
	if ids := list(c, "service_request_id"); ids != nil {
		return a.named(c, ids)
	}
	q, err := a.query(c)
	if err != nil {
		return nil, err
	}
	return a.find(c, q)
}

// request serves one.
func (a *API) request(c *call) (document, error) {
	found, err := a.named(c, []string{c.name})
	if err == nil && len(found) == 0 {
		err = failure{http.StatusNotFound, "no such service_request_id"}
	}
	if err != nil {
		return nil, err
	}
	return found, nil
}

// named finds requests by their codes; what is no code, not there or not to be seen is
// left out.
func (a *API) named(c *call, ids []string) (entries, error) {
	if len(ids) > maxRows {
		return nil, failure{http.StatusBadRequest, fmt.Sprintf("at most %d service_request_id", maxRows)}
	}
	q := docket.CaseQuery{Tickets: []ticket.Code{}, Order: docket.Latest}
	if !c.known() {
		q.Services = a.public()
	}
	for _, id := range ids {
		if code, err := ticket.Parse(id); err == nil {
			q.Tickets = append(q.Tickets, code)
		}
	}
	return a.find(c, q)
}

// readable tells whether whoever asks may see a case, and gives its service; a service
// of which the catalogue knows no more than the code is nobody's but its channel's.
func (a *API) readable(c *call, filed docket.Case) (*catalog.Service, bool) {
	s, ok := a.Catalog().Service(filed.Service)
	if ok && offered(s) {
		return s, true
	}
	if !ok {
		s = &catalog.Service{Code: filed.Service, Name: filed.Service}
	}
	return s, c.mine(filed)
}

func (a *API) find(c *call, q docket.CaseQuery) (entries, error) {
	cases, err := a.Store.Cases(c.Context(), q)
	if err != nil {
		return nil, err
	}
	var events map[int64][]docket.Event
	extensions := c.parameter("extensions") == "true"
	if extensions {
		numbers := make([]int64, len(cases))
		for i, filed := range cases {
			numbers[i] = filed.Number
		}
		if events, err = a.Channels.EventsOf(c.Context(), numbers); err != nil {
			return nil, err
		}
	}
	all := entries{}
	for _, filed := range cases {
		s, ok := a.readable(c, filed)
		if !ok {
			continue
		}
		e, err := a.describe(filed, s)
		if err != nil {
			return nil, err
		}
		if extensions {
			e.extend(filed, events[filed.Number], c.mine(filed))
		}
		all = append(all, e)
	}
	return all, nil
}

// query reads the filters of a list.
func (a *API) query(c *call) (docket.CaseQuery, error) {
	q := docket.CaseQuery{Services: a.public(), Order: docket.Latest, Limit: maxRows}
	if codes := list(c, "service_code"); codes != nil {
		wanted := map[string]bool{}
		for _, code := range codes {
			wanted[code] = true
		}
		public := q.Services
		q.Services = []string{}
		for _, code := range public {
			if wanted[code] {
				q.Services = append(q.Services, code)
			}
		}
	}
	for _, word := range list(c, "status") {
		if word != "open" && word != "closed" {
			return q, failure{http.StatusBadRequest, "status must be open, closed or both with a comma"}
		}
		for _, s := range docket.Statuses {
			if s.Closed() == (word == "closed") {
				q.Statuses = append(q.Statuses, s)
			}
		}
	}
	if err := dates(c, a.Clock(), &q.From, &q.Until); err != nil {
		return q, err
	}
	return q, pages(c, &q.Limit, &q.Offset)
}
