// Package mine is a worker's own page, made for a telephone held in one hand: the cases
// that are hers, the most urgent first, each with what can be done to it as one press:
// start, note, complete with words and photos, give back; and her shift.
package mine

import (
	"embed"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/desk"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var minePage = console.NewPage(files, "templates/mine.html")

// Area is the area of a worker's own work.
type Area struct {
	Reader readable.Reader
	Desk   *desk.Desk
	Grids  grid.Store
	Clock  func() time.Time
}

var roles = []staff.Role{staff.Worker}

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: "/console/mine", Roles: roles, Handler: a.page},
		{Method: "POST", Pattern: "/console/mine/{number}", Roles: roles, Handler: a.act, Body: desk.MaxPhotos*desk.MaxPhoto + 64<<10},
	}
}

// Menu leads to the page.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "mine.title", Group: console.Daily, Address: "/console/mine", Roles: roles}}
}

type caseView struct {
	docket.Case
	Service, Summary, Urgency    string
	Name, Phone, Address         string
	Starts, Completes, GivesBack bool
}

type view struct {
	Cases []caseView
	Grids string
	Shift string
	Duty  bool
	Away  string
}

// most is how many cases are shown; nobody has more on her hands.
const most = 100

func (a *Area) page(r *console.Request) error {
	v, err := a.view(r)
	if err != nil {
		return err
	}
	var reads []privacy.Read
	for _, c := range v.Cases {
		reads = append(reads, privacy.Read{Part: privacy.OfWork, Case: c.Number})
	}
	if err := r.Reads(reads...); err != nil {
		return err
	}
	return r.Show(minePage, v)
}

func (a *Area) view(r *console.Request) (v view, err error) {
	cases, err := a.Reader.Store.Cases(r.Context(), docket.CaseQuery{Assignees: []docket.Assignee{docket.ToWorker(r.Who.ID)},
		Statuses: []docket.Status{docket.Dispatched, docket.Working}, Order: docket.MostUrgent, Limit: most})
	if err != nil {
		return v, err
	}
	for _, c := range cases {
		body, err := c.Request()
		if err != nil {
			return v, err
		}
		one := caseView{Case: c, Urgency: c.Urgency.String(), Address: body.Address,
			Starts: can(c, docket.Start), Completes: can(c, docket.Complete), GivesBack: can(c, docket.Return)}
		one.Service, _ = a.Reader.Answers(body)
		one.Summary = strings.Join(a.Reader.Said(body), phrase.Text("console.separator"))
		if p := body.Person; p != nil {
			one.Name, one.Phone = p.Name, p.Phone
			if one.Address == "" {
				one.Address = p.Address
			}
		}
		v.Cases = append(v.Cases, one)
	}
	b, err := a.Grids.Grids(r.Context())
	if err != nil {
		return v, err
	}
	var names []string
	for _, g := range b.GridsOf(r.Who.ID) {
		names = append(names, g.Name)
	}
	v.Grids = strings.Join(names, phrase.Text("console.separator"))
	now, roster := a.Clock(), b.Roster(r.Who.ID)
	var spans []string
	for _, s := range roster.Spans(now) {
		spans = append(spans, s.From.String()+"-"+s.Until.String())
	}
	v.Shift, v.Duty = strings.Join(spans, " "), roster.OnDuty(now)
	if away, is := roster.Absent(now); is {
		v.Away = phrase.Text("grid.away", "until", away.Until.In(phrase.Zone).Format("2006-01-02 15:04"))
	}
	return v, nil
}

func can(c docket.Case, action docket.Action) bool {
	_, ok := c.Status.After(action)
	return ok
}

func (a *Area) act(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(r.PostFormValue("seen"), 10, 64)
	if err != nil {
		return console.ErrForm
	}
	c, _, err := a.Reader.Store.Case(r.Context(), number)
	if err != nil {
		return err
	}
	if c.Assignee != docket.ToWorker(r.Who.ID) {
		return docket.ErrNotFound // it is not hers, or not any more
	}
	words := r.PostFormValue("words")
	action := docket.Action(r.PostFormValue("action"))
	if !slices.Contains([]docket.Action{docket.Start, docket.Tell, docket.Complete, docket.Return}, action) {
		return console.ErrForm
	}
	e := docket.Event{Action: action, By: r.Who.Name}
	var photos []docket.Attachment
	switch action {
	case docket.Complete:
		if photos, err = a.photos(r, c); err != nil {
			return err
		}
		if strings.TrimSpace(words) != "" || len(photos) > 0 {
			e.Record = &docket.Record{Text: words}
		}
	case docket.Return:
		if strings.TrimSpace(words) == "" {
			return console.Refuse(http.StatusBadRequest, "why_back", docket.ErrEvent)
		}
		e.Inner = words
	default:
		e.Inner = words
	}
	err = a.Desk.ActWith(r.Context(), number, seen, e, photos)
	switch {
	case errors.Is(err, docket.ErrEvent):
		return console.Refuse(http.StatusBadRequest, "bad_form", err)
	case errors.Is(err, docket.ErrApproval):
		return console.Refuse(http.StatusConflict, "moved", err)
	case err != nil:
		return err
	}
	return r.Redirect("/console/mine")
}

// photos are those of a form for a case, as the desk keeps them.
func (a *Area) photos(r *console.Request, c docket.Case) (all []docket.Attachment, err error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	for _, head := range r.MultipartForm.File["photo"] {
		if head.Size == 0 {
			continue // a browser sends an empty one when none was chosen
		}
		if len(all) == desk.MaxPhotos || head.Size > desk.MaxPhoto {
			return nil, console.Refuse(http.StatusRequestEntityTooLarge, "too_large", desk.ErrPhoto)
		}
		f, err := head.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(f, desk.MaxPhoto))
		f.Close()
		if err != nil {
			return nil, err
		}
		photo, err := a.Desk.Photo(c, data)
		if errors.Is(err, desk.ErrPhoto) {
			return nil, console.Refuse(http.StatusBadRequest, "bad_photo", err)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, photo)
	}
	return all, nil
}
