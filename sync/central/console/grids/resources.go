package grids

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/resource"
)

var resourcesPage = console.NewPage(files, "templates/resources.html", "templates/resource.html")
var resourcePage = console.NewPage(files, "templates/one.html", "templates/resource.html")

type resourcesView struct {
	Resources []resourceView
	Form      resourceForm
	Edits     bool
}

type resourceView struct {
	resource.Resource
	KindName string
	Taken    int
}

type resourceForm struct {
	ID, Name, Where, Place, Phone, Keywords, Hours, Capacity string
	Off, Edits                                               bool
	Kinds                                                    []kindView
	Wrong                                                    string
}

type kindView struct {
	Kind   resource.Kind
	Name   string
	Chosen bool
}

func kinds(chosen resource.Kind) (all []kindView) {
	for _, k := range resource.Kinds {
		all = append(all, kindView{k, phrase.Text(phrase.ID("resource_kind." + string(k))), k == chosen})
	}
	return all
}

func formOf(one resource.Resource) resourceForm {
	return resourceForm{ID: one.ID, Name: one.Name, Where: one.Where, Place: writePoint(one.Place), Phone: one.Phone, Keywords: strings.Join(one.Keywords, " "),
		Hours: writeWeek(one.Hours), Capacity: strconv.Itoa(one.Capacity), Off: one.Off, Kinds: kinds(one.Kind)}
}

func (a *Area) resources(r *console.Request) error {
	all, err := a.Resources.Store.Resources(r.Context())
	if err != nil {
		return err
	}
	taken, err := a.Resources.Store.Taken(r.Context())
	if err != nil {
		return err
	}
	v := resourcesView{Form: resourceForm{Kinds: kinds(""), Edits: true}, Edits: r.Who.Has(roles...)}
	for _, one := range all {
		v.Resources = append(v.Resources, resourceView{one, phrase.Text(phrase.ID("resource_kind." + string(one.Kind))), taken[one.ID]})
	}
	return r.Show(resourcesPage, v)
}

func (a *Area) resource(r *console.Request) error {
	all, err := a.Resources.Store.Resources(r.Context())
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.ID == r.PathValue("id") {
			f := formOf(one)
			f.Edits = r.Who.Has(roles...)
			return r.Show(resourcePage, f)
		}
	}
	return docket.ErrNotFound
}

func (a *Area) putResource(r *console.Request) error {
	f := resourceForm{ID: r.PostFormValue("id"), Name: strings.TrimSpace(r.PostFormValue("name")), Where: strings.TrimSpace(r.PostFormValue("where")),
		Place: r.PostFormValue("place"), Phone: strings.TrimSpace(r.PostFormValue("phone")), Keywords: r.PostFormValue("keywords"),
		Hours: r.PostFormValue("hours"), Capacity: r.PostFormValue("capacity"), Off: r.PostFormValue("off") != "", Edits: true}
	one := resource.Resource{ID: f.ID, Name: f.Name, Kind: resource.Kind(r.PostFormValue("kind")), Keywords: fields(f.Keywords), Where: f.Where, Phone: f.Phone, Off: f.Off}
	f.Kinds = kinds(one.Kind)
	point, wrong := readPoint(f.Place)
	hours, wrong2 := readWeek(f.Hours)
	capacity, wrong3 := strconv.Atoi(strings.TrimSpace(f.Capacity))
	one.Place, one.Hours, one.Capacity = point, hours, capacity
	err := errors.Join(wrong, wrong2, wrong3)
	if err == nil {
		if err = a.Resources.Put(r.Context(), one); errors.Is(err, resource.ErrNotFound) {
			return console.Refuse(http.StatusNotFound, "not_found", err)
		} else if err != nil && !errors.Is(err, resource.ErrResource) {
			return err
		}
	}
	if err != nil {
		f.Wrong = err.Error()
		return r.ShowWith(resourcePage, f, console.Refuse(http.StatusBadRequest, "bad_resource", err))
	}
	return r.Redirect("/console/resources")
}

// usual adds what every community begins with, and is not there.
func (a *Area) usual(r *console.Request) error {
	err := a.Resources.Store.WriteResources(r.Context(), func(tx resource.Tx) error {
		for _, one := range resource.Defaults() {
			_, err := tx.Resource(one.ID)
			if errors.Is(err, resource.ErrNotFound) {
				err = tx.PutResource(one)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Redirect("/console/resources")
}
