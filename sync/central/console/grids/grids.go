// Package grids is the area of the map of work: grids with their buildings and workers,
// shifts and absences, the resources beside staff, the rules by which cases are given
// out, and the lists of all that for a spreadsheet.
package grids

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/resource"
	"lintai/sync/central/sheet"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage   = console.NewPage(files, "templates/list.html")
	gridPage   = console.NewPage(files, "templates/grid.html")
	rosterPage = console.NewPage(files, "templates/roster.html")
	importPage = console.NewPage(files, "templates/import.html")
	rulesPage  = console.NewPage(files, "templates/rules.html")
)

// Area is the area of the grids.
type Area struct {
	Store     grid.Store
	Accounts  func(context.Context) ([]staff.Account, error)
	Office    *dispatch.Office
	Resources *resource.Keeper
	Clock     func() time.Time
}

var (
	roles   = []staff.Role{staff.Administrator}
	readers = []staff.Role{staff.Clerk, staff.Administrator}
)

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: "/console/grids", Roles: readers, Handler: a.list},
		{Method: "POST", Pattern: "/console/grids", Roles: roles, Handler: a.save, Body: 256 << 10},
		{Method: "GET", Pattern: "/console/grids/new", Roles: roles, Handler: a.blank},
		{Method: "GET", Pattern: "/console/grids/export", Roles: roles, Handler: a.export},
		{Method: "GET", Pattern: "/console/grids/import", Roles: roles, Handler: a.importForm},
		{Method: "POST", Pattern: "/console/grids/import", Roles: roles, Handler: a.imported, Body: sheet.MaxFile + 64<<10},
		{Method: "GET", Pattern: "/console/grids/rules", Roles: roles, Handler: a.rules},
		{Method: "POST", Pattern: "/console/grids/rules", Roles: roles, Handler: a.putRules, Body: 4 * dispatch.MaxDocument},
		{Method: "GET", Pattern: "/console/grids/{id}", Roles: roles, Handler: a.one},
		{Method: "POST", Pattern: "/console/grids/{id}/drop", Roles: roles, Handler: a.drop},
		{Method: "GET", Pattern: "/console/rosters/{account}", Roles: readers, Handler: a.roster},
		{Method: "POST", Pattern: "/console/rosters/{account}", Roles: readers, Handler: a.putRoster, Body: 64 << 10},
		{Method: "GET", Pattern: "/console/resources", Roles: readers, Handler: a.resources},
		{Method: "POST", Pattern: "/console/resources", Roles: roles, Handler: a.putResource},
		{Method: "POST", Pattern: "/console/resources/usual", Roles: roles, Handler: a.usual},
		{Method: "GET", Pattern: "/console/resources/{id}", Roles: readers, Handler: a.resource},
	}
}

// Menu leads to the grids and the resources.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{
		{Label: "grid.title", Group: console.Grounds, Address: "/console/grids", Roles: readers},
		{Label: "resource.title", Group: console.Grounds, Address: "/console/resources", Roles: readers},
	}
}

// workerView is a worker as she is listed.
type workerView struct {
	Account, Name string
	Words         string // on duty, off, away
	Shut          bool
}

type gridView struct {
	grid.Grid
	Buildings      int
	Workers        []workerView
	NeighbourNames string
}

type listView struct {
	Grids   []gridView
	Workers []workerView
	Edits   bool
}

// workers are all accounts of workers, and those that have a post although they are none
// any more.
func (a *Area) workers(ctx context.Context, b *grid.Book) ([]workerView, error) {
	accounts, err := a.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	now := a.Clock()
	var all []workerView
	for _, one := range accounts {
		fit := !one.Disabled && one.Has(staff.Worker)
		if !fit && len(b.GridsOf(one.ID)) == 0 {
			continue
		}
		v := workerView{Account: one.ID, Name: one.Name, Shut: !fit}
		r := b.Roster(one.ID)
		switch away, is := r.Absent(now); {
		case !fit:
			v.Words = phrase.Text("grid.shut")
		case is:
			v.Words = phrase.Text("grid.away", "until", away.Until.In(phrase.Zone).Format(minutes))
		case r.OnDuty(now):
			v.Words = phrase.Text("grid.on_duty")
		default:
			v.Words = phrase.Text("grid.off_duty")
		}
		all = append(all, v)
	}
	return all, nil
}

func (a *Area) list(r *console.Request) error {
	b, err := a.Store.Grids(r.Context())
	if err != nil {
		return err
	}
	v := listView{Edits: r.Who.Has(roles...)}
	if v.Workers, err = a.workers(r.Context(), b); err != nil {
		return err
	}
	for _, g := range b.Grids {
		one := gridView{Grid: g, Buildings: len(g.Buildings)}
		for _, p := range g.Posts {
			i := slices.IndexFunc(v.Workers, func(w workerView) bool { return w.Account == p.Account })
			if i < 0 {
				continue
			}
			w := v.Workers[i]
			if p.Deputy {
				w.Name += phrase.Text("grid.deputy_mark")
			}
			one.Workers = append(one.Workers, w)
		}
		var near []string
		for _, id := range g.Neighbours {
			n, _ := b.Grid(id)
			near = append(near, n.Name)
		}
		one.NeighbourNames = strings.Join(near, phrase.Text("console.separator"))
		v.Grids = append(v.Grids, one)
	}
	return r.Show(listPage, v)
}

// postView is a worker in the form of a grid.
type postView struct {
	workerView
	Post, Deputy bool
	Categories   []categoryView
}

type categoryView struct {
	Category docket.Category
	Name     string
	Chosen   bool
}

type formView struct {
	Version    int64
	Fresh      bool
	Grid       grid.Grid
	Place      string
	Buildings  string
	Neighbours string
	Terminals  string
	Posts      []postView
	Wrong      string
}

func (a *Area) form(ctx context.Context, g grid.Grid, b *grid.Book) (formView, error) {
	v := formView{Version: b.Version, Grid: g, Place: writePoint(g.Place), Buildings: writeBuildings(g.Buildings), Neighbours: strings.Join(g.Neighbours, " ")}
	var terminals []string
	for _, n := range g.Terminals {
		terminals = append(terminals, strconv.Itoa(n))
	}
	v.Terminals = strings.Join(terminals, " ")
	workers, err := a.workers(ctx, b)
	for _, w := range workers {
		one := postView{workerView: w}
		i := slices.IndexFunc(g.Posts, func(p grid.Post) bool { return p.Account == w.Account })
		if i >= 0 {
			one.Post, one.Deputy = true, g.Posts[i].Deputy
		}
		for _, c := range docket.Categories {
			one.Categories = append(one.Categories, categoryView{c, phrase.Text(phrase.ID("grid_category." + string(c))), i >= 0 && slices.Contains(g.Posts[i].Categories, c)})
		}
		v.Posts = append(v.Posts, one)
	}
	return v, err
}

func (a *Area) blank(r *console.Request) error {
	b, err := a.Store.Grids(r.Context())
	if err != nil {
		return err
	}
	v, err := a.form(r.Context(), grid.Grid{}, b)
	if err != nil {
		return err
	}
	v.Fresh = true
	return r.Show(gridPage, v)
}

func (a *Area) one(r *console.Request) error {
	b, err := a.Store.Grids(r.Context())
	if err != nil {
		return err
	}
	g, ok := b.Grid(r.PathValue("id"))
	if !ok {
		return docket.ErrNotFound
	}
	v, err := a.form(r.Context(), g, b)
	if err != nil {
		return err
	}
	return r.Show(gridPage, v)
}

// typed is the grid that a form describes.
func typed(r *console.Request) (g grid.Grid, err error) {
	g = grid.Grid{ID: strings.TrimSpace(r.PostFormValue("id")), Name: strings.TrimSpace(r.PostFormValue("name")), Neighbours: fields(r.PostFormValue("neighbours"))}
	var wrong error
	if g.Place, wrong = readPoint(r.PostFormValue("place")); wrong != nil {
		err = wrong
	}
	if g.Buildings, wrong = readBuildings(r.PostFormValue("buildings")); wrong != nil {
		err = wrong
	}
	for _, n := range fields(r.PostFormValue("terminals")) {
		number, wrong := strconv.Atoi(n)
		if wrong != nil {
			err = grid.ErrBook
		}
		g.Terminals = append(g.Terminals, number)
	}
	for _, account := range r.PostForm["worker"] {
		p := grid.Post{Account: account, Deputy: r.PostFormValue("deputy."+account) != ""}
		for _, c := range r.PostForm["category."+account] {
			p.Categories = append(p.Categories, docket.Category(c))
		}
		g.Posts = append(g.Posts, p)
	}
	// Who works there is asked before who stands in.
	slices.SortStableFunc(g.Posts, func(x, y grid.Post) int {
		switch {
		case x.Deputy == y.Deputy:
			return 0
		case y.Deputy:
			return -1
		}
		return 1
	})
	return g, err
}

func (a *Area) save(r *console.Request) error {
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return console.ErrForm
	}
	g, wrong := typed(r)
	fresh := r.PostFormValue("fresh") == "yes"
	if wrong == nil {
		_, wrong = a.Store.ChangeGrids(r.Context(), grid.At(version, func(b *grid.Book) error {
			if _, there := b.Grid(g.ID); there == fresh {
				return grid.ErrExists
			}
			b.Put(g)
			return nil
		}))
	}
	switch {
	case wrong == nil:
		return r.Redirect("/console/grids")
	case errors.Is(wrong, grid.ErrChanged):
		return console.Refuse(http.StatusConflict, "grids_changed", wrong)
	case !errors.Is(wrong, grid.ErrBook) && !errors.Is(wrong, grid.ErrExists):
		return wrong
	}
	b, err := a.Store.Grids(r.Context())
	if err != nil {
		return err
	}
	v, err := a.form(r.Context(), g, b)
	if err != nil {
		return err
	}
	v.Fresh, v.Wrong = fresh, wrong.Error()
	v.Buildings, v.Place, v.Terminals = r.PostFormValue("buildings"), r.PostFormValue("place"), r.PostFormValue("terminals")
	return r.ShowWith(gridPage, v, console.Refuse(http.StatusBadRequest, "bad_grid", wrong))
}

func (a *Area) drop(r *console.Request) error {
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return console.ErrForm
	}
	_, err = a.Store.ChangeGrids(r.Context(), grid.At(version, func(b *grid.Book) error { return b.Drop(r.PathValue("id")) }))
	switch {
	case errors.Is(err, grid.ErrChanged):
		return console.Refuse(http.StatusConflict, "grids_changed", err)
	case errors.Is(err, grid.ErrNotFound):
		return console.Refuse(http.StatusNotFound, "not_found", err)
	case err != nil:
		return err
	}
	return r.Redirect("/console/grids")
}

type rulesView struct {
	Text  string
	Own   bool
	Wrong string
}

func (a *Area) rules(r *console.Request) error {
	text, err := a.Office.Store.Setting(r.Context(), dispatch.Setting)
	if err != nil {
		return err
	}
	v := rulesView{Text: text, Own: text != ""}
	if text == "" {
		v.Text = dispatch.DefaultDocument
	}
	return r.Show(rulesPage, v)
}

func (a *Area) putRules(r *console.Request) error {
	text := strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	if r.PostFormValue("default") == "yes" || text == dispatch.DefaultDocument {
		text = ""
	}
	err := a.Office.PutRules(r.Context(), text)
	if errors.Is(err, dispatch.ErrRules) {
		return r.ShowWith(rulesPage, rulesView{Text: text, Own: true, Wrong: err.Error()}, console.Refuse(http.StatusBadRequest, "bad_rules", err))
	}
	if err != nil {
		return err
	}
	return r.Redirect("/console/grids/rules")
}
