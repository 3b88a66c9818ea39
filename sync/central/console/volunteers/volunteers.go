// Package volunteers is the area of volunteers: who they are, what they can do and
// when, what they are wanted for, and what they did, which brings them points once
// somebody has confirmed it.
package volunteers

import (
	"embed"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/sync/central/activity"
	"lintai/sync/central/console"
	"lintai/sync/central/console/activities"
	holders "lintai/sync/central/console/points"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/points"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage = console.NewPage(files, "templates/list.html", "templates/fields.html")
	onePage  = console.NewPage(files, "templates/one.html", "templates/fields.html")
	taskPage = console.NewPage(files, "templates/task.html")
)

// Area is the area of volunteers.
type Area struct {
	Keeper  *activity.Keeper
	Points  points.Store
	Catalog func() *catalog.Catalog
	// Token is the token of an ID card's number.
	Token func(idNumber string) string
	Clock func() time.Time
}

var clerks = []staff.Role{staff.Clerk, staff.Administrator}

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	all := []console.Route{
		{Method: "GET", Pattern: "/console/volunteers", Handler: a.list},
		{Method: "POST", Pattern: "/console/volunteers", Handler: a.enlist},
		{Method: "GET", Pattern: "/console/volunteers/{number}", Handler: a.one},
		{Method: "POST", Pattern: "/console/volunteers/{number}", Handler: a.amend},
		{Method: "POST", Pattern: "/console/volunteers/tasks", Handler: a.addTask},
		{Method: "GET", Pattern: "/console/volunteers/tasks/{number}", Handler: a.task},
		{Method: "POST", Pattern: "/console/volunteers/tasks/{number}", Handler: a.do},
	}
	for i, route := range all {
		all[i].Roles = clerks
		all[i].Handler = func(r *console.Request) error { return refused(route.Handler(r)) }
	}
	return all
}

// Menu leads to the list.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "volunteer.title", Group: console.Life, Address: "/console/volunteers", Roles: clerks}}
}

func refused(err error) error {
	switch {
	case errors.Is(err, points.ErrShort):
		return console.Refuse(http.StatusConflict, "points_short", err)
	case errors.Is(err, errCard):
		return console.Refuse(http.StatusBadRequest, "points_id_number", err)
	case errors.Is(err, activity.ErrExists):
		return console.Refuse(http.StatusConflict, "volunteer_exists", err)
	case errors.Is(err, activity.ErrText), errors.Is(err, activity.ErrTime):
		return console.Refuse(http.StatusBadRequest, "volunteer_text", err)
	case errors.Is(err, activity.ErrPlaces):
		return console.Refuse(http.StatusBadRequest, "volunteer_minutes", err)
	}
	return activities.Refused(err)
}

var errCard = errors.New("volunteers: this is no number of an ID card")

// choice is an option of a step of the service.
type choice struct {
	ID, Name string
	Chosen   bool
}

// choices are the options of a step.
func (a *Area) choices(step string, chosen []string) []choice {
	var all []choice
	service, ok := a.Catalog().Service(activity.VolunteerService)
	if !ok {
		return nil
	}
	if st, ok := service.Step(step); ok {
		for _, o := range st.Options {
			c := choice{ID: o.ID, Name: o.Name}
			for _, id := range chosen {
				c.Chosen = c.Chosen || id == o.ID
			}
			all = append(all, c)
		}
	}
	return all
}

// words are the names of options.
func words(all []choice, ids []string) string {
	var names []string
	for _, id := range ids {
		name := id
		for _, c := range all {
			if c.ID == id {
				name = c.Name
			}
		}
		names = append(names, name)
	}
	return strings.Join(names, phrase.Text("console.separator"))
}

// shown is a volunteer as people read her.
type shown struct {
	activity.Volunteer
	FieldWords, TimeWords string
	Services              int
	Hours                 string
	Card                  bool
	Holder                int64
	Points                int64
}

func (a *Area) show(v activity.Volunteer, done []activity.Assignment, masked bool) shown {
	s := shown{Volunteer: v, Card: v.Token != "", FieldWords: words(a.choices("field", nil), v.Fields), TimeWords: words(a.choices("when", nil), v.Times)}
	if masked {
		s.Name = readable.MaskedName(v.Name)
	}
	minutes := 0
	for _, d := range done {
		if d.Volunteer == v.Number && d.Duty == activity.Confirmed {
			s.Services++
			minutes += d.Minutes
		}
	}
	s.Hours = strconv.FormatFloat(float64(minutes)/60, 'f', 1, 64)
	return s
}

// form is what the form of a volunteer holds.
type form struct {
	activity.Volunteer
	Fields, Times []choice
	NeedsCard     bool
}

func (a *Area) form(v activity.Volunteer) form {
	return form{Volunteer: v, Fields: a.choices("field", v.Fields), Times: a.choices("when", v.Times), NeedsCard: v.Token == ""}
}

type listView struct {
	Volunteers []shown
	Form       form
	Field      string
	Fields     []choice
	Tasks      []taskRow
	Start      string
}

type taskRow struct {
	activity.Task
	Assigned, Confirmed int
}

const longList = 100

func (a *Area) listView(r *console.Request) (listView, error) {
	ctx := r.Context()
	v := listView{Form: a.form(activity.Volunteer{}), Field: r.URL.Query().Get("field"), Start: activities.Minute(a.Clock().Truncate(time.Hour).Add(24 * time.Hour))}
	v.Fields = a.choices("field", []string{v.Field})
	all, err := a.Keeper.Store.Volunteers(ctx)
	if err != nil {
		return v, err
	}
	done, err := a.Keeper.Store.Assignments(ctx, 0, 0)
	if err != nil {
		return v, err
	}
	for i := len(all) - 1; i >= 0 && len(v.Volunteers) < longList; i-- {
		if v.Field == "" || all[i].Suits(v.Field) {
			v.Volunteers = append(v.Volunteers, a.show(all[i], done, true))
		}
	}
	tasks, err := a.Keeper.Store.Tasks(ctx, longList)
	for _, t := range tasks {
		row := taskRow{Task: t}
		for _, d := range done {
			if d.Task != t.Number {
				continue
			}
			switch d.Duty {
			case activity.Assigned:
				row.Assigned++
			case activity.Confirmed:
				row.Confirmed++
			}
		}
		v.Tasks = append(v.Tasks, row)
	}
	return v, err
}

func (a *Area) list(r *console.Request) error {
	v, err := a.listView(r)
	if err != nil {
		return err
	}
	return r.Show(listPage, v)
}

// typed is the volunteer that a form describes. The number of the card is made a token
// at once and kept nowhere.
func (a *Area) typed(r *console.Request) (activity.Volunteer, error) {
	v := activity.Volunteer{Name: strings.TrimSpace(r.PostFormValue("name")), Phone: strings.TrimSpace(r.PostFormValue("phone")),
		Fields: r.PostForm["field"], Times: r.PostForm["when"], Resting: r.PostFormValue("resting") == "yes"}
	if id := strings.ToUpper(strings.TrimSpace(r.PostFormValue("id_number"))); id != "" {
		if !holders.IDNumber(id) {
			return v, errCard
		}
		v.Token = a.Token(id)
	}
	return v, nil
}

func (a *Area) enlist(r *console.Request) error {
	v, err := a.typed(r)
	number := int64(0)
	if err == nil {
		number, err = a.Keeper.Enlist(r.Context(), v, r.Who.ID)
	}
	if err != nil {
		view, failed := a.listView(r)
		if failed != nil {
			return failed
		}
		view.Form = a.form(v)
		return r.ShowWith(listPage, view, refused(err))
	}
	return r.Redirect("/console/volunteers/" + strconv.FormatInt(number, 10))
}

type oneView struct {
	shown
	Form form
	Done []did
}

// did is a task as the volunteer's page lists it.
type did struct {
	activity.Assignment
	Title string
	Words string
	Start time.Time
}

func (a *Area) oneView(r *console.Request) (oneView, error) {
	var v oneView
	ctx := r.Context()
	number, err := r.Number("number")
	if err != nil {
		return v, err
	}
	one, err := a.Keeper.Store.Volunteer(ctx, number)
	if err != nil {
		return v, err
	}
	if err := r.Reads(read(one)); err != nil {
		return v, err
	}
	done, err := a.Keeper.Store.Assignments(ctx, 0, number)
	if err != nil {
		return v, err
	}
	v.shown, v.Form = a.show(one, done, false), a.form(one)
	if one.Token != "" {
		h, err := a.Points.HolderByToken(ctx, one.Token)
		if err == nil {
			v.Holder = h.Number
			v.Points, err = a.Points.Balance(ctx, points.Person(h.Number))
		}
		if err != nil && !errors.Is(err, points.ErrNotFound) {
			return v, err
		}
	}
	for i := len(done) - 1; i >= 0; i-- {
		t, err := a.Keeper.Store.Task(ctx, done[i].Task)
		if err != nil {
			return v, err
		}
		v.Done = append(v.Done, did{done[i], t.Title, dutyWords(done[i].Duty), t.Start})
	}
	return v, nil
}

func dutyWords(d activity.Duty) string { return phrase.Text(phrase.ID("duty." + string(d))) }

// read is that a volunteer's name and number were shown.
func read(v activity.Volunteer) privacy.Read {
	return privacy.Read{Part: privacy.OfVolunteer, Subject: strconv.FormatInt(v.Number, 10)}
}

func (a *Area) one(r *console.Request) error {
	v, err := a.oneView(r)
	if err != nil {
		return err
	}
	return r.Show(onePage, v)
}

func (a *Area) amend(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	v, err := a.typed(r)
	v.Number = number
	if err == nil {
		err = a.Keeper.Amend(r.Context(), v, r.Who.ID)
	}
	if err == nil {
		return r.Redirect("/console/volunteers/" + strconv.FormatInt(number, 10))
	}
	view, failed := a.oneView(r)
	if failed != nil {
		return failed
	}
	return r.ShowWith(onePage, view, refused(err))
}

func (a *Area) addTask(r *console.Request) error {
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	t := activity.Task{Title: text("title"), Place: text("place"), Field: text("field"), Start: activities.ParseMinute(text("start"))}
	minutes, err := strconv.Atoi(text("minutes"))
	if err != nil || minutes < 1 || minutes > activity.MostMinutes {
		return activity.ErrPlaces
	}
	t.End = t.Start.Add(time.Duration(minutes) * time.Minute)
	t.Wanted, _ = strconv.Atoi(text("wanted")) // 0 is none that a task may have
	if c := text("case"); c != "" {
		if t.Case, err = strconv.ParseInt(c, 10, 64); err != nil || t.Case < 1 {
			return console.ErrForm
		}
	}
	number, err := a.Keeper.AddTask(r.Context(), t, r.Who.ID)
	if err != nil {
		return err
	}
	return r.Redirect("/console/volunteers/tasks/" + strconv.FormatInt(number, 10))
}

type taskView struct {
	activity.Task
	FieldWords string
	Minutes    int // as long as the task was to last
	On         []assigned
	Suited     []shown // who offered to do such a thing, and is not asked yet
}

// assigned is a volunteer at the task.
type assigned struct {
	activity.Assignment
	Who     shown
	Words   string
	Actions []action
}

type action struct {
	Duty    string
	Words   string
	Minutes bool // asks how long
}

func (a *Area) taskView(r *console.Request, number int64) (taskView, error) {
	var v taskView
	ctx := r.Context()
	var err error
	if v.Task, err = a.Keeper.Store.Task(ctx, number); err != nil {
		return v, err
	}
	if v.Field != "" {
		v.FieldWords = words(a.choices("field", nil), []string{v.Field})
	}
	v.Minutes = int(v.End.Sub(v.Start).Minutes())
	done, err := a.Keeper.Store.Assignments(ctx, number, 0)
	if err != nil {
		return v, err
	}
	asked := map[int64]bool{}
	var reads []privacy.Read
	for _, d := range done {
		who, err := a.Keeper.Store.Volunteer(ctx, d.Volunteer)
		if err != nil {
			return v, err
		}
		asked[d.Volunteer] = d.Duty != activity.Released
		reads = append(reads, read(who))
		one := assigned{Assignment: d, Who: a.show(who, nil, false), Words: dutyWords(d.Duty)}
		for _, to := range activity.Duties {
			if d.Duty.Leads(to) {
				one.Actions = append(one.Actions, action{string(to), phrase.Text(phrase.ID("duty_to." + string(to))), to == activity.Confirmed})
			}
		}
		v.On = append(v.On, one)
	}
	all, err := a.Keeper.Store.Volunteers(ctx)
	if err != nil {
		return v, err
	}
	for _, who := range all {
		if !asked[who.Number] && who.Suits(v.Field) && len(v.Suited) < longList {
			v.Suited = append(v.Suited, a.show(who, nil, false))
			reads = append(reads, read(who))
		}
	}
	return v, r.Reads(reads...)
}

func (a *Area) task(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	v, err := a.taskView(r, number)
	if err != nil {
		return err
	}
	return r.Show(taskPage, v)
}

func (a *Area) do(r *console.Request) error {
	number, err := r.Number("number")
	if err != nil {
		return err
	}
	who, err := strconv.ParseInt(r.PostFormValue("volunteer"), 10, 64)
	if err != nil {
		return console.ErrForm
	}
	minutes, _ := strconv.Atoi(r.PostFormValue("minutes")) // 0 is none that counts
	err = a.Keeper.Do(r.Context(), number, who, activity.Duty(r.PostFormValue("duty")), minutes, r.Who.ID)
	if err == nil {
		return r.Redirect("/console/volunteers/tasks/" + strconv.FormatInt(number, 10))
	}
	v, failed := a.taskView(r, number)
	if failed != nil {
		return failed
	}
	return r.ShowWith(taskPage, v, refused(err))
}
