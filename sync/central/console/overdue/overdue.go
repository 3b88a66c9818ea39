// Package overdue is the area of time limits: the list of what is overdue, the marks
// that the pages of cases show, what the banner tells somebody of cases that are hers,
// and the document by which limits are counted.
package overdue

import (
	"context"
	"embed"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/deadline"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage  = console.NewPage(files, "templates/overdue.html")
	rulesPage = console.NewPage(files, "templates/limits.html")
)

// Area is the area of time limits.
type Area struct {
	Store    deadline.Store
	Reader   readable.Reader
	Accounts func(context.Context) ([]staff.Account, error)
	Clock    func() time.Time
	// Changed is called when the document was changed.
	Changed func(context.Context) error
}

// roles are who sees the list; a worker sees what she is to do.
var roles = []staff.Role{staff.Clerk, staff.Worker, staff.Administrator}

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	administrator := []staff.Role{staff.Administrator}
	return []console.Route{
		{Method: "GET", Pattern: "/console/overdue", Roles: roles, Handler: a.list},
		{Method: "POST", Pattern: "/console/notifications/{number}/seen", Roles: roles, Handler: a.seen},
		{Method: "GET", Pattern: "/console/limits", Roles: administrator, Handler: a.rules},
		{Method: "POST", Pattern: "/console/limits", Roles: administrator, Handler: a.change, Body: 128 << 10},
	}
}

// Menu leads to the list and to the document.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{
		{Label: "limit.overdue", Group: console.Daily, Address: "/console/overdue", Roles: roles},
		{Label: "limit.rules", Group: console.Running, Address: "/console/limits", Roles: []staff.Role{staff.Administrator}},
	}
}

const (
	pageRows = 50
	// maxPage keeps an offset from overflowing.
	maxPage = 1 << 20
)

// listView is the page of the list.
type listView struct {
	Holders []holder // who has most, and who is chosen
	Others  []holder // the rest of them, folded
	Cases   []lateView
	Next    string // address of the next page, or ""
}

// holder is somebody who has overdue cases.
type holder struct {
	Name    string
	Count   int
	Address string
	Current bool
	Nobody  bool // it is what nobody has
}

// lateView is a line of the list.
type lateView struct {
	docket.Case
	Mark    Mark
	Service string
	Summary string
	Address string
	Urgency string
	Holder  string
}

func (a *Area) list(r *console.Request) error {
	ctx, now := r.Context(), a.Clock()
	var of *docket.Assignee
	if values := r.URL.Query()["of"]; len(values) > 0 {
		assignee := docket.Assignee(values[0])
		of = &assignee
	}
	mine := !r.Who.Has(staff.Clerk, staff.Administrator)
	if mine {
		hers := docket.ToWorker(r.Who.ID)
		of = &hers
	}
	number, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || number < 1 || number > maxPage {
		number = 1
	}
	all, err := a.Store.OverdueCases(ctx, now, of, pageRows+1, (number-1)*pageRows)
	if err != nil {
		return err
	}
	var v listView
	if len(all) > pageRows {
		all = all[:pageRows]
		query := url.Values{"page": {strconv.Itoa(number + 1)}}
		if of != nil && !mine {
			query.Set("of", string(*of))
		}
		v.Next = "/console/overdue?" + query.Encode()
	}
	names, err := a.names(ctx)
	if err != nil {
		return err
	}
	for _, late := range all {
		body, err := late.Request()
		if err != nil {
			return err
		}
		one := lateView{Case: late.Case, Mark: mark(late.Kept.Standing, now), Urgency: late.Urgency.String(), Address: body.Address, Holder: names.holder(late.Kept.Assignee)}
		one.Service, _ = a.Reader.Answers(body)
		one.Summary = strings.Join(a.Reader.Chosen(body), phrase.Text("console.separator"))
		v.Cases = append(v.Cases, one)
	}
	if !mine {
		all, err := a.holders(ctx, now, of, names)
		if err != nil {
			return err
		}
		v.Holders, v.Others = foremost(all)
	}
	return r.Show(listPage, v)
}

// holders are those to choose from, who has most first.
func (a *Area) holders(ctx context.Context, now time.Time, of *docket.Assignee, names names) ([]holder, error) {
	counts, err := a.Store.CountOverdue(ctx, now)
	if err != nil {
		return nil, err
	}
	all := []holder{{Name: phrase.Text("limit.all"), Address: "/console/overdue", Current: of == nil}}
	assignees := slices.SortedFunc(maps.Keys(counts), func(x, y docket.Assignee) int {
		if counts[x] != counts[y] {
			return counts[y] - counts[x]
		}
		return strings.Compare(string(x), string(y))
	})
	for _, assignee := range assignees {
		all[0].Count += counts[assignee]
		all = append(all, holder{Name: names.holder(assignee), Nobody: assignee == "", Count: counts[assignee], Current: of != nil && *of == assignee,
			Address: "/console/overdue?" + url.Values{"of": {string(assignee)}}.Encode()})
	}
	return all, nil
}

// mostHolders is how many stand open: two lines of a telephone with the word for all.
const mostHolders = 5

// foremost parts those who have most, who is chosen, and what nobody has, from the others:
// that is what is to be handed out. One alone is not worth a fold.
func foremost(all []holder) (shown, others []holder) {
	for i, h := range all {
		if i <= mostHolders || h.Current || h.Nobody || len(all) == mostHolders+2 {
			shown = append(shown, h)
		} else {
			others = append(others, h)
		}
	}
	return shown, others
}

// names are those of the accounts, by id.
type names map[string]string

func (a *Area) names(ctx context.Context) (names, error) {
	accounts, err := a.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	all := names{}
	for _, account := range accounts {
		all[account.ID] = account.Name
	}
	return all, nil
}

// holder is who is to do a case, as people say it.
func (n names) holder(a docket.Assignee) string {
	if worker, ok := a.Worker(); ok {
		if name := n[worker]; name != "" {
			return name
		}
		return worker
	}
	if d, ok := a.Department(); ok {
		return desk.Department(d)
	}
	return phrase.Text("limit.nobody")
}

// rulesView is the page of the document.
type rulesView struct {
	Text    string
	Own     bool // somebody wrote it
	Wrong   string
	Changed bool
}

func (a *Area) rules(r *console.Request) error {
	text, err := a.Store.Setting(r.Context(), deadline.Setting)
	if err != nil {
		return err
	}
	v := rulesView{Text: text, Own: text != "", Changed: r.URL.Query().Has("changed")}
	if !v.Own {
		v.Text = deadline.DefaultDocument
	}
	return r.Show(rulesPage, v)
}

func (a *Area) change(r *console.Request) error {
	text := strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	if r.PostFormValue("default") != "" {
		text = ""
	}
	if _, err := deadline.Parse(text); err != nil {
		refused := console.Refuse(400, "bad_limits", err)
		return r.ShowWith(rulesPage, rulesView{Text: text, Own: true, Wrong: err.Error()}, refused)
	}
	if err := a.Store.PutSetting(r.Context(), deadline.Setting, text); err != nil {
		return err
	}
	if err := a.Changed(r.Context()); err != nil {
		return fmt.Errorf("overdue: %w", err)
	}
	return r.Redirect("/console/limits?changed")
}
