// Package approvals is the area of the chains of approvals: which services need whose
// word, in which order.
package approvals

import (
	"embed"
	"maps"
	"net/http"
	"slices"
	"strings"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var page = console.NewPage(files, "templates/approvals.html")

// Area is the area of the chains.
type Area struct {
	Desk    *desk.Desk
	Catalog func() *catalog.Catalog
}

var (
	readers       = []staff.Role{staff.Clerk, staff.Administrator}
	administrator = []staff.Role{staff.Administrator}
)

const address = "/console/approvals"

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: address, Roles: readers, Handler: a.show},
		{Method: "POST", Pattern: address, Roles: administrator, Handler: a.change},
	}
}

// Menu leads to the chains.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "approvals.title", Group: console.Running, Address: address, Roles: readers}}
}

// fewest is how many steps a form offers at least.
const fewest = 4

type view struct {
	Own, May, Changed bool
	Wrong             []string
	Services          []service
}

type service struct {
	Code, Name, Chain string
	Open              bool // its form
	Steps             []step
}

type step struct {
	Number  int // from 1
	Choices []option
}

type option struct {
	docket.Department
	Chosen bool
}

func (a *Area) show(r *console.Request) error {
	chains, own, err := a.Desk.Chains(r.Context())
	if err != nil {
		return err
	}
	v := a.view(r, chains)
	v.Own, v.Changed = own, r.URL.Query().Has("changed")
	return r.Show(page, v)
}

// view lists the services that can be asked for, and whatever else has a chain.
func (a *Area) view(r *console.Request, chains docket.Chains) view {
	v := view{May: r.Who.Has(administrator...)}
	rest := maps.Clone(chains)
	add := func(code, name string) {
		s := service{Code: code, Name: name, Chain: words(chains[code])}
		for n := range min(max(fewest, len(chains[code])+1), len(docket.Departments)) {
			var choice []option
			for _, d := range docket.Departments {
				choice = append(choice, option{d, n < len(chains[code]) && chains[code][n] == d})
			}
			s.Steps = append(s.Steps, step{n + 1, choice})
		}
		v.Services = append(v.Services, s)
		delete(rest, code)
	}
	for _, s := range a.Catalog().Services {
		if s.Kind == "" || s.Kind == catalog.KindRequest {
			add(s.Code, s.Name)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(rest)) {
		add(code, code)
	}
	return v
}

// words is a chain as people read it.
func words(chain []docket.Department) string {
	all := make([]string, len(chain))
	for i, d := range chain {
		all[i] = desk.Department(d)
	}
	return strings.Join(all, " → ")
}

// change takes the form. Every service has its steps under its own code.
func (a *Area) change(r *console.Request) error {
	if r.PostFormValue("default") != "" {
		if err := a.Desk.SetChains(r.Context(), nil); err != nil {
			return err
		}
		return r.Redirect(address + "?changed")
	}
	before, own, err := a.Desk.Chains(r.Context())
	if err != nil {
		return err
	}
	chains, wrong := docket.Chains{}, map[string]string{}
	known := a.view(r, before)
	for _, s := range known.Services {
		for _, text := range r.PostForm["step_"+s.Code] {
			d := docket.Department(text)
			switch {
			case text == "":
			case !slices.Contains(docket.Departments, d):
				return console.ErrForm
			default:
				if slices.Contains(chains[s.Code], d) {
					wrong[s.Code] = phrase.Text("approvals.twice", "service", s.Name, "department", desk.Department(d))
				}
				chains[s.Code] = append(chains[s.Code], d)
			}
		}
	}
	if !r.PostForm.Has("step_" + known.Services[0].Code) {
		return console.ErrForm // else a form of something else would take all approvals away
	}
	if len(wrong) == 0 {
		if err := a.Desk.SetChains(r.Context(), chains); err != nil {
			return err
		}
		return r.Redirect(address + "?changed")
	}
	v := a.view(r, chains)
	v.Own = own
	for i := range v.Services {
		if words, ok := wrong[v.Services[i].Code]; ok {
			v.Wrong, v.Services[i].Open = append(v.Wrong, words), true
		}
	}
	return r.ShowWith(page, v, console.Refuse(http.StatusBadRequest, "bad_approvals", docket.ErrChains))
}
