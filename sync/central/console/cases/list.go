package cases

import (
	"net/url"
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
	Cases      []caseView
	Next       string // address of the next page, or ""
	Terminals  []terminals.View
	Beside     bool // terminals and calls are shown
	Quarantine []quarantined
	Ratings    []docket.Rating // that count for no case
	Answered   []answered
}

type filterView struct {
	Status  docket.Status
	Count   int
	Counted bool
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
		return console.ErrForm
	}
	if !narrow(r.Who, &q, v.Filter.Closed()) {
		return console.ErrForbidden
	}
	number, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || number < 1 || number > maxPage {
		number = 1
	}
	q.Offset = (number - 1) * pageRows
	cases, err := a.Reader.Store.Cases(r.Context(), q)
	if err != nil {
		return err
	}
	if len(cases) > pageRows {
		cases = cases[:pageRows]
		v.Next = "/console?" + url.Values{"status": {string(v.Filter)}, "page": {strconv.Itoa(number + 1)}}.Encode()
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
	if v.Filters, err = a.filters(r, v.Filter); err != nil {
		return err
	}
	if err := a.beside(r, &v, names); err != nil {
		return err
	}
	return r.Show(listPage, v)
}

// maxPage keeps an offset from overflowing.
const maxPage = 1 << 20

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

// filters are the statuses to choose from. Who does not see all is told no counts:
// they would be of others' cases.
func (a *Area) filters(r *console.Request, current docket.Status) ([]filterView, error) {
	counts := map[docket.Status]int{}
	all := seesAll(r.Who)
	if all {
		var err error
		if counts, err = a.Reader.Store.CountOpen(r.Context()); err != nil {
			return nil, err
		}
	}
	filters := []filterView{{Counted: all, Current: current == ""}}
	for _, status := range docket.Statuses {
		if status.Closed() && !narrow(r.Who, &docket.CaseQuery{}, true) {
			continue
		}
		n, counted := counts[status]
		filters = append(filters, filterView{Status: status, Count: n, Counted: counted, Current: current == status})
		filters[0].Count += n
	}
	return filters, nil
}
