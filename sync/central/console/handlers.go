package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/central/page"
)

const (
	pageRows       = 50
	quarantineRows = 20
	recentCalls    = 5
)

func (c *Console) show(w http.ResponseWriter, r *http.Request, s docket.Session, name, title string, content any) error {
	f, err := c.frame(r.Context(), s, title, content)
	if err != nil {
		return err
	}
	return page.Write(w, http.StatusOK, pages[name], "layout", f)
}

// listView is the page of the list.
type listView struct {
	Filter     docket.Status // "" is everything open
	Filters    []filterView
	Cases      []caseView
	Next       string // address of the next page, or ""
	Terminals  []terminalView
	Quarantine []quarantineView
	Ratings    []docket.Rating // that count for no case
	Answered   []callView
}

type filterView struct {
	Status  docket.Status
	Count   int
	Counted bool
	Current bool
}

func (c *Console) list(w http.ResponseWriter, r *http.Request, s docket.Session) error {
	ctx := r.Context()
	v := listView{Filter: docket.Status(r.URL.Query().Get("status"))}
	q := docket.CaseQuery{Limit: pageRows + 1, Order: docket.MostUrgent}
	switch {
	case v.Filter == "":
		for _, status := range docket.Statuses {
			if !status.Closed() {
				q.Statuses = append(q.Statuses, status)
			}
		}
	case v.Filter.Known():
		q.Statuses = []docket.Status{v.Filter}
		if v.Filter.Closed() {
			q.Order = docket.Newest
		}
	default:
		return errForm
	}
	number, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || number < 1 {
		number = 1
	}
	q.Offset = (number - 1) * pageRows
	cases, err := c.Store.Cases(ctx, q)
	if err != nil {
		return err
	}
	if len(cases) > pageRows {
		cases = cases[:pageRows]
		v.Next = "/console?" + url.Values{"status": {string(v.Filter)}, "page": {strconv.Itoa(number + 1)}}.Encode()
	}
	names, err := c.terminalNames(ctx)
	if err != nil {
		return err
	}
	for _, f := range cases {
		row, err := c.view(f, names, false)
		if err != nil {
			return err
		}
		v.Cases = append(v.Cases, row)
	}
	if v.Filters, err = c.filters(r, v.Filter); err != nil {
		return err
	}
	if v.Terminals, err = c.terminals(ctx); err != nil {
		return err
	}
	kept, err := c.Store.Quarantine(ctx, quarantineRows)
	if err != nil {
		return err
	}
	for _, k := range kept {
		v.Quarantine = append(v.Quarantine, quarantineView{Quarantined: k, Terminal: names[k.Item.Kiosk]})
	}
	if v.Ratings, err = c.Store.UnfiledRatings(ctx, unfiledRatings); err != nil {
		return err
	}
	answered, err := c.Store.RecentCalls(ctx, recentCalls)
	if err != nil {
		return err
	}
	for _, call := range answered {
		v.Answered = append(v.Answered, callView{Call: call, Terminal: names[call.Kiosk]})
	}
	return c.show(w, r, s, "list", "list", v)
}

func (c *Console) filters(r *http.Request, current docket.Status) ([]filterView, error) {
	counts, err := c.Store.CountOpen(r.Context())
	if err != nil {
		return nil, err
	}
	all := filterView{Counted: true, Current: current == ""}
	filters := []filterView{all}
	for _, status := range docket.Statuses {
		n, counted := counts[status]
		filters = append(filters, filterView{Status: status, Count: n, Counted: counted, Current: current == status})
		filters[0].Count += n
	}
	return filters, nil
}

func number(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil {
		return 0, docket.ErrNotFound
	}
	return n, nil
}

func (c *Console) one(w http.ResponseWriter, r *http.Request, s docket.Session) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	f, events, err := c.Store.Case(r.Context(), n)
	if err != nil {
		return err
	}
	names, err := c.terminalNames(r.Context())
	if err != nil {
		return err
	}
	v, err := c.view(f, names, true)
	if err != nil {
		return err
	}
	v.Events = events
	body, err := f.Request()
	if err != nil {
		return err
	}
	if v.Attachments, err = c.attachments(r.Context(), body); err != nil {
		return err
	}
	if v.Ratings, err = c.ratings(r.Context(), n, names); err != nil {
		return err
	}
	return c.show(w, r, s, "case", "case", v)
}

func (c *Console) move(w http.ResponseWriter, r *http.Request, s docket.Session) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(r.PostFormValue("seen"), 10, 64)
	if err != nil {
		return errForm
	}
	if err := c.Desk.Move(r.Context(), n, seen, docket.Status(r.PostFormValue("status")), r.PostFormValue("note"), s.Name); err != nil {
		return err
	}
	http.Redirect(w, r, "/console/cases/"+strconv.FormatInt(n, 10), http.StatusSeeOther)
	return nil
}

func (c *Console) answer(w http.ResponseWriter, r *http.Request, s docket.Session) error {
	if err := c.Desk.Answer(r.Context(), r.PathValue("id"), r.PostFormValue("answer"), s.Name); err != nil {
		return err
	}
	http.Redirect(w, r, back(r), http.StatusSeeOther)
	return nil
}

// back is the page that a form of the banner stood on; only a path of the
// console, so that nobody can be sent elsewhere.
func back(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || (u.Path != "/console" && !isBelow(u.Path)) {
		return "/console"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

func isBelow(path string) bool {
	const below = "/console/"
	return len(path) > len(below) && path[:len(below)] == below
}

// quarantineView is one kept item; Request when it opens.
type quarantineView struct {
	docket.Quarantined
	Terminal string
	Service  string
	Answers  []labelled
	Name     string
	Address  string
	Ticket   string
	Opens    bool

	Attachments []attachmentView
}

func (c *Console) quarantined(w http.ResponseWriter, r *http.Request, s docket.Session) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	q, err := c.Store.QuarantineEntry(r.Context(), n)
	if err != nil {
		return err
	}
	names, err := c.terminalNames(r.Context())
	if err != nil {
		return err
	}
	v := quarantineView{Quarantined: q, Terminal: names[q.Item.Kiosk]}
	var body request.Request
	// What does not open, or is no request, is shown by its envelope alone.
	if plain, err := c.Receiver.Open(q); err == nil && q.Item.Kind == request.KindRequest && json.Unmarshal(plain, &body) == nil {
		v.Opens = true
		v.Service, v.Answers = c.answers(body)
		v.Address, v.Ticket = body.Address, body.Ticket.String()
		if body.Person != nil {
			v.Name = body.Person.Name
		}
		if v.Attachments, err = c.attachments(r.Context(), body); err != nil {
			return err
		}
	}
	return c.show(w, r, s, "quarantined", "quarantined", v)
}

func (c *Console) handle(w http.ResponseWriter, r *http.Request, s docket.Session) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	if err := c.Desk.Handle(r.Context(), n, s.Name); err != nil {
		return err
	}
	http.Redirect(w, r, "/console", http.StatusSeeOther)
	return nil
}
