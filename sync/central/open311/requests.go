package open311

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
)

// requests serves the list. service_request_id overrides all other filters.
func (a *API) requests(r *http.Request, _ string) (document, error) {
	if ids := list(r, "service_request_id"); ids != nil {
		return a.named(r, ids)
	}
	q, err := a.query(r)
	if err != nil {
		return nil, err
	}
	return a.find(r, q)
}

// request serves one.
func (a *API) request(r *http.Request, name string) (document, error) {
	found, err := a.named(r, []string{name})
	if err == nil && len(found) == 0 {
		err = failure{http.StatusNotFound, "no such service_request_id"}
	}
	if err != nil {
		return nil, err
	}
	return found, nil
}

// named finds requests by their codes; what is no code, not there or private is
// left out.
func (a *API) named(r *http.Request, ids []string) (entries, error) {
	if len(ids) > maxRows {
		return nil, failure{http.StatusBadRequest, fmt.Sprintf("at most %d service_request_id", maxRows)}
	}
	q := docket.CaseQuery{Services: a.public(), Tickets: []ticket.Code{}, Order: docket.Latest}
	for _, id := range ids {
		if code, err := ticket.Parse(id); err == nil {
			q.Tickets = append(q.Tickets, code)
		}
	}
	return a.find(r, q)
}

func (a *API) find(r *http.Request, q docket.CaseQuery) (entries, error) {
	cases, err := a.Store.Cases(r.Context(), q)
	if err != nil {
		return nil, err
	}
	extensions := r.URL.Query().Get("extensions") == "true"
	all := entries{}
	for _, c := range cases {
		s, ok := a.Catalog().Service(c.Service)
		if !ok || !offered(s) {
			return nil, fmt.Errorf("open311: case %d of the service %q is not public", c.Number, c.Service)
		}
		e, err := a.describe(c, s, extensions)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// query reads the filters of a list.
func (a *API) query(r *http.Request) (docket.CaseQuery, error) {
	q := docket.CaseQuery{Services: a.public(), Order: docket.Latest, Limit: maxRows}
	if codes := list(r, "service_code"); codes != nil {
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
	for _, word := range list(r, "status") {
		if word != "open" && word != "closed" {
			return q, failure{http.StatusBadRequest, "status must be open, closed or both with a comma"}
		}
		for _, s := range docket.Statuses {
			if s.Closed() == (word == "closed") {
				q.Statuses = append(q.Statuses, s)
			}
		}
	}
	if err := a.dates(r, &q); err != nil {
		return q, err
	}
	return q, pages(r, &q)
}

func (a *API) dates(r *http.Request, q *docket.CaseQuery) error {
	for name, place := range map[string]*time.Time{"start_date": &q.From, "end_date": &q.Until} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return failure{http.StatusBadRequest, name + " must be a time such as 2026-01-31T08:00:00Z"}
		}
		*place = t
	}
	if !q.Until.IsZero() {
		// Times are shown in whole seconds; the last one counts to its end.
		q.Until = q.Until.Truncate(time.Second).Add(time.Second - time.Microsecond)
	}
	switch {
	case q.From.IsZero() && q.Until.IsZero():
		q.From = a.Clock().Add(-span)
	case q.From.IsZero():
		q.From = q.Until.Add(-span)
	case q.Until.IsZero():
		q.Until = q.From.Add(span)
	case q.Until.Before(q.From):
		return failure{http.StatusBadRequest, "end_date is before start_date"}
	case q.Until.Sub(q.From) > span+time.Second:
		return failure{http.StatusBadRequest, "the dates may span 90 days at most"}
	}
	return nil
}

func pages(r *http.Request, q *docket.CaseQuery) error {
	number := func(name string, none, most int) (int, error) {
		text := r.URL.Query().Get(name)
		if text == "" {
			return none, nil
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return 0, failure{http.StatusBadRequest, fmt.Sprintf("%s must be a number from 1 to %d", name, most)}
		}
		return n, nil
	}
	if !r.URL.Query().Has("page") && !r.URL.Query().Has("page_size") {
		return nil
	}
	page, err := number("page", 1, 1_000_000)
	if err != nil {
		return err
	}
	if q.Limit, err = number("page_size", pageSize, maxRows); err != nil {
		return err
	}
	q.Offset = (page - 1) * q.Limit
	return nil
}
