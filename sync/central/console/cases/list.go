package cases

import (
	"strconv"

	"lintai/sync/central/console"
	"lintai/sync/central/console/quarantine"
	"lintai/sync/central/console/terminals"
	"lintai/sync/central/docket"
)

const (
	pageRows       = 50
	quarantineRows = 20
	ratingRows     = 20
	recentCalls    = 5
)

// listView is the page of the list.
type listView struct {
	Filter     docket.Status // "" is everything open
	Filters    []filterView
	Narrowed   narrowed
	Cases      []caseView
	First      string // address of the first page, on another; else ""
	Next       string // address of the next page, or ""
	Terminals  []terminals.View
	Beside     bool // terminals and calls are shown
	Quarantine []quarantined
	Ratings    []docket.Rating // that count for no case
	Answered   []answered
}

type filterView struct {
	Status  docket.Status
	Address string
	Count   string // "" where it is not counted
	Current bool
}

type quarantined struct {
	docket.Quarantined
	Terminal string
}

type answered struct {
	docket.Call
	Terminal string
}

func (a *Area) list(r *console.Request) error {
	v := listView{Filter: docket.Status(r.URL.Query().Get("status"))}
	q := docket.CaseQuery{Limit: pageRows + 1, Order: docket.MostUrgent}
	switch {
	case v.Filter == "":
		q.Open = true
	case v.Filter.Known():
		q.Statuses = []docket.Status{v.Filter}
		if v.Filter.Closed() {
			q.Order = docket.Newest
		}
	default:
		return console.ErrForm
	}
	var err error
	if v.Narrowed, err = a.narrowed(r, &q); err != nil {
		return err
	}
	if !narrow(r.Who, &q, v.Filter.Closed()) {
		return console.ErrForbidden
	}
	if after := r.URL.Query().Get("after"); after != "" {
		if q.After, err = parsePosition(after); err != nil {
			return console.ErrForm
		}
		v.First = v.Narrowed.address(v.Filter, nil)
	}
	cases, err := a.Reader.Store.Cases(r.Context(), q)
	if err != nil {
		return err
	}
	if len(cases) > pageRows {
		cases = cases[:pageRows]
		last := cases[pageRows-1]
		v.Next = v.Narrowed.address(v.Filter, &docket.Position{Urgency: last.Urgency, Number: last.Number})
	}
	names, err := a.Reader.TerminalNames(r.Context())
	if err != nil {
		return err
	}
	marks, err := a.Limits.Marks(r.Context(), cases)
	if err != nil {
		return err
	}
	for _, f := range cases {
		row, err := a.view(f, names, false)
		if err != nil {
			return err
		}
		row.Limit = marks[f.Number]
		v.Cases = append(v.Cases, row)
	}
	if v.Filters, err = a.filters(r, v); err != nil {
		return err
	}
	if err := a.beside(r, &v, names); err != nil {
		return err
	}
	return r.Show(listPage, v)
}

// beside is what stands around the list, for those whose work it is.
func (a *Area) beside(r *console.Request, v *listView, names map[int]string) (err error) {
	ctx := r.Context()
	if v.Beside = r.Who.Has(console.CallRoles...); !v.Beside {
		return nil
	}
	if v.Terminals, err = a.Terminals.Views(ctx); err != nil {
		return err
	}
	calls, err := a.Reader.Store.RecentCalls(ctx, recentCalls)
	if err != nil {
		return err
	}
	for _, call := range calls {
		from := names[call.Kiosk]
		if call.Kiosk == 0 && a.Caller != nil {
			if from, err = a.Caller(ctx, call); err != nil {
				return err
			}
		}
		v.Answered = append(v.Answered, answered{call, from})
	}
	if !r.Who.Has(quarantine.Roles...) {
		return nil
	}
	kept, err := a.Reader.Store.Quarantine(ctx, quarantineRows)
	if err != nil {
		return err
	}
	for _, k := range kept {
		v.Quarantine = append(v.Quarantine, quarantined{k, names[k.Item.Kiosk]})
	}
	v.Ratings, err = a.Reader.Store.UnfiledRatings(ctx, ratingRows)
	return err
}

// mostCounted is how far open cases are counted: beyond it, how many there are helps
// nobody, and a page is not to wait for it.
const mostCounted = 1000

// filters are the statuses to choose from. Who does not see all is told no counts:
// they would be of others' cases. What is narrowed is not counted.
func (a *Area) filters(r *console.Request, v listView) ([]filterView, error) {
	counts := map[docket.Status]int{}
	if seesAll(r.Who) && !v.Narrowed.some() {
		var err error
		if counts, err = a.Reader.Store.CountOpen(r.Context(), mostCounted); err != nil {
			return nil, err
		}
	}
	sum := 0
	filters := []filterView{{Address: v.Narrowed.address("", nil), Current: v.Filter == ""}}
	for _, status := range docket.Statuses {
		if status.Closed() && !narrow(r.Who, &docket.CaseQuery{}, true) {
			continue
		}
		f := filterView{Status: status, Address: v.Narrowed.address(status, nil), Current: v.Filter == status}
		if n, counted := counts[status]; counted {
			f.Count = atMost(n)
			sum += n
		}
		filters = append(filters, f)
	}
	if len(counts) > 0 {
		filters[0].Count = atMost(sum)
	}
	return filters, nil
}

func atMost(n int) string {
	if n >= mostCounted {
		return strconv.Itoa(mostCounted-1) + "+"
	}
	return strconv.Itoa(n)
}
