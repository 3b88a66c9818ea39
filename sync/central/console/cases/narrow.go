package cases

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lintai/sync/central/console"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/staff"
)

// narrowed is what a list is narrowed to beside the status, and what it can be.
type narrowed struct {
	Grid      string
	Assignee  docket.Assignee
	Grids     []grid.Grid
	Assignees []assigneeChoice
}

// assigneeChoice is one who may have cases.
type assigneeChoice struct {
	Assignee docket.Assignee
	Name     string
}

func (n narrowed) some() bool { return n.Grid != "" || n.Assignee != "" }

// narrowed reads what is asked for, for those who see all; others have a list of their own
// as it is.
func (a *Area) narrowed(r *console.Request, q *docket.CaseQuery) (n narrowed, err error) {
	if !seesAll(r.Who) {
		return n, nil
	}
	book, err := a.Grids(r.Context())
	if err != nil {
		return n, err
	}
	n.Grids = book.Grids
	if n.Grid = r.URL.Query().Get("grid"); n.Grid != "" {
		q.Grids = []string{n.Grid}
	}
	if n.Assignee = docket.Assignee(r.URL.Query().Get("assignee")); n.Assignee != "" {
		q.Assignees = []docket.Assignee{n.Assignee}
	}
	all, err := a.Accounts(r.Context())
	for _, one := range all {
		if !one.Disabled && one.Has(staff.Worker, staff.Mediator) || n.Assignee == docket.ToWorker(one.ID) {
			n.Assignees = append(n.Assignees, assigneeChoice{docket.ToWorker(one.ID), one.Name})
		}
	}
	for _, d := range docket.Departments {
		n.Assignees = append(n.Assignees, assigneeChoice{docket.ToDepartment(d), desk.Department(d)})
	}
	return n, err
}

// address is that of a list narrowed so, behind a case or from its first on.
func (n narrowed) address(status docket.Status, after *docket.Position) string {
	values := url.Values{}
	for name, value := range map[string]string{"status": string(status), "grid": n.Grid, "assignee": string(n.Assignee)} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if after != nil {
		values.Set("after", strconv.Itoa(int(after.Urgency))+"."+strconv.FormatInt(after.Number, 10))
	}
	if len(values) == 0 {
		return "/console"
	}
	return "/console?" + values.Encode()
}

var errPosition = errors.New("cases: no position in a list")

// parsePosition reads what address wrote.
func parsePosition(text string) (*docket.Position, error) {
	urgency, number, _ := strings.Cut(text, ".")
	u, err := strconv.Atoi(urgency)
	if err != nil || !slices.Contains([]docket.Urgency{docket.Urgent, docket.Soon, docket.Normal}, docket.Urgency(u)) {
		return nil, errPosition
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 {
		return nil, errPosition
	}
	return &docket.Position{Urgency: docket.Urgency(u), Number: n}, nil
}
