// Package care is the area of those whom the community looks after, and of the diary of
// visits: whom a worker is to visit next, what she heard, and the needs that become
// cases with one press. A worker sees what is of her own grids, and what she wrote.
package care

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/sync/central/care"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/grid"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage  = console.NewPage(files, "templates/list.html", "templates/week.html")
	newPage   = console.NewPage(files, "templates/new.html", "templates/fields.html")
	entryPage = console.NewPage(files, "templates/entry.html", "templates/fields.html", "templates/line.html")
	diaryPage = console.NewPage(files, "templates/diary.html", "templates/week.html", "templates/line.html")
	writePage = console.NewPage(files, "templates/write.html")
	visitPage = console.NewPage(files, "templates/visit.html", "templates/service.html")
)

// Area is the area of care.
type Area struct {
	Keeper   *care.Keeper
	Accounts func(context.Context) ([]staff.Account, error)
	Catalog  func() *catalog.Catalog
	Clock    func() time.Time
}

var roles = []staff.Role{staff.Clerk, staff.Worker, staff.Administrator}

// largest is more than the largest form here.
const largest = 32 << 10

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	all := []console.Route{
		{Method: "GET", Pattern: "/console/care", Handler: a.list},
		{Method: "POST", Pattern: "/console/care", Handler: a.add},
		{Method: "GET", Pattern: "/console/care/new", Handler: a.blank},
		{Method: "GET", Pattern: "/console/care/{number}", Handler: a.entry},
		{Method: "POST", Pattern: "/console/care/{number}", Handler: a.change},
		{Method: "POST", Pattern: "/console/care/{number}/end", Handler: a.end},
		{Method: "GET", Pattern: "/console/visits", Handler: a.diary},
		{Method: "POST", Pattern: "/console/visits", Handler: a.record},
		{Method: "GET", Pattern: "/console/visits/new", Handler: a.write},
		{Method: "GET", Pattern: "/console/visits/{number}", Handler: a.visit},
		{Method: "POST", Pattern: "/console/visits/{number}/needs", Handler: a.need},
		{Method: "POST", Pattern: "/console/visits/{number}/needs/{need}", Handler: a.raise},
	}
	for i, route := range all {
		all[i].Roles, all[i].Body = roles, largest
		all[i].Handler = func(r *console.Request) error { return refused(route.Handler(r)) }
	}
	return all
}

// Menu leads to the list and to the diary.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "care.title", Group: console.Doors, Address: "/console/care", Roles: roles}, {Label: "visit.title", Group: console.Doors, Address: "/console/visits", Roles: roles}}
}

var refusals = []struct {
	error
	status int
	words  string
}{
	{care.ErrNotFound, http.StatusNotFound, "not_found"},
	{care.ErrText, http.StatusBadRequest, "care_text"},
	{care.ErrDay, http.StatusBadRequest, "care_day"},
	{care.ErrEnded, http.StatusConflict, "care_ended"},
	{care.ErrChanged, http.StatusConflict, "care_changed"},
	{care.ErrService, http.StatusBadRequest, "care_service"},
}

func refused(err error) error {
	for _, one := range refusals {
		if errors.Is(err, one.error) {
			return console.Refuse(one.status, one.words, err)
		}
	}
	return err
}

// sight is what somebody may see.
type sight struct {
	who   staff.Account
	book  *grid.Book
	whole bool
	grids []string // nil: all
}

func (a *Area) sight(r *console.Request) (s sight, err error) {
	s.who, s.whole = r.Who, r.Who.Has(staff.Clerk, staff.Administrator)
	if s.book, err = a.Keeper.Grids(r.Context()); err != nil || s.whole {
		return s, err
	}
	s.grids = []string{}
	for _, g := range s.book.GridsOf(r.Who.ID) {
		s.grids = append(s.grids, g.ID)
	}
	return s, nil
}

func (s sight) sees(grid string) bool { return s.whole || slices.Contains(s.grids, grid) }

// gridName is what a grid is called.
func (s sight) gridName(id string) string {
	if g, ok := s.book.Grid(id); ok {
		return g.Name
	}
	if id == "" {
		return phrase.Text("care.no_grid")
	}
	return id
}

type choice struct {
	ID, Name string
	Chosen   bool
}

// choices are the grids to choose from; whoever sees all may leave it to the address.
func (s sight) choices(chosen string) (all []choice) {
	if s.whole {
		all = append(all, choice{"", phrase.Text("care.by_address"), chosen == ""})
	}
	for _, g := range s.book.Grids {
		if s.sees(g.ID) {
			all = append(all, choice{g.ID, g.Name, g.ID == chosen})
		}
	}
	return all
}

// names are the accounts' names, by id.
func (a *Area) names(ctx context.Context) (map[string]string, []staff.Account, error) {
	accounts, err := a.Accounts(ctx)
	names := map[string]string{}
	for _, one := range accounts {
		names[one.ID] = one.Name
	}
	return names, accounts, err
}

const pageRows = 50

// soon is how many days before it is due a visit stands in the list of those.
const soon = 7

// person is an entry as a row, or on its page.
type person struct {
	care.Entry
	Shown    string // the name
	Where    string // the grid
	Why      string
	Standing string // words
	Overdue  bool
}

func (s sight) person(e care.Entry, now time.Time, masked bool) person {
	p := person{Entry: e, Shown: e.Name, Where: s.gridName(e.Grid), Why: reason(e.Reason)}
	if masked {
		p.Shown = readable.MaskedName(e.Name)
	}
	switch late := e.Late(now); {
	case e.Ended():
		p.Standing = phrase.Text("care.ended")
	case late > 0:
		p.Standing, p.Overdue = phrase.Text("care.late", "days", strconv.Itoa(late)), true
	case late == 0:
		p.Standing = phrase.Text("care.today")
	default:
		p.Standing = phrase.Text("care.in_days", "days", strconv.Itoa(-late))
	}
	return p
}

// read is that somebody looks at an entry: also a list has telephones and addresses.
func read(entry int64) privacy.Read {
	return privacy.Read{Part: privacy.OfCare, Subject: strconv.FormatInt(entry, 10)}
}

// reason is "" for an entry whose words are gone.
func reason(r care.Reason) string {
	if r == "" {
		return ""
	}
	return phrase.Text(phrase.ID("care_reason." + string(r)))
}

type listView struct {
	Which   string // due, all or ended
	Text    string
	People  []person
	Overdue int
	Next    string
	Week    *week // of a worker
	Grids   bool  // she has some, or sees all
}

func (a *Area) list(r *console.Request) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	now, query := a.Clock(), r.URL.Query()
	v := listView{Which: query.Get("which"), Text: plain(query.Get("q")), Grids: s.whole || len(s.grids) > 0}
	q := care.EntryQuery{Grids: s.grids, Text: v.Text, Limit: pageRows + 1}
	switch {
	case v.Which == "" && v.Text != "":
		v.Which = "all"
	case v.Which != "all" && v.Which != "ended":
		v.Which = "due"
	}
	if v.Which == "due" {
		q.Until = care.Day(now).AddDate(0, 0, soon+1)
	}
	q.Ended = v.Which == "ended"
	if at, number, ok := strings.Cut(query.Get("after"), "-"); ok {
		day, _ := strconv.ParseInt(at, 10, 64)
		n, _ := strconv.ParseInt(number, 10, 64)
		q.After = care.Place{Due: time.Unix(day, 0).UTC(), Number: n}
	}
	all, err := a.Keeper.Store.CareEntries(r.Context(), q)
	if err != nil {
		return err
	}
	if len(all) > pageRows {
		all = all[:pageRows]
		last := all[pageRows-1]
		v.Next = "/console/care?" + url.Values{"which": {v.Which}, "q": {v.Text}, "after": {strconv.FormatInt(last.Due.Unix(), 10) + "-" + strconv.FormatInt(last.Number, 10)}}.Encode()
	}
	var reads []privacy.Read
	for _, e := range all {
		v.People = append(v.People, s.person(e, now, s.whole))
		reads = append(reads, read(e.Number))
	}
	if err := r.Reads(reads...); err != nil {
		return err
	}
	if v.Overdue, err = a.Keeper.Store.CountDue(r.Context(), s.grids, care.Day(now)); err != nil {
		return err
	}
	if !s.whole {
		weeks, err := a.weeks(r, s)
		if err != nil {
			return err
		}
		v.Week = &weeks[0]
	}
	return r.Show(listPage, v)
}

// plain is a text to look for, as far as a database can.
func plain(text string) string {
	text = strings.TrimSpace(text)
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > care.MaxAddress || strings.ContainsFunc(text, unicode.IsControl) {
		return ""
	}
	return text
}

// form is what the form of an entry holds.
type form struct {
	care.Entry
	DueText, EveryText string
	Grids, Reasons     []choice
}

func (s sight) form(e care.Entry) form {
	f := form{Entry: e, DueText: dayText(e.Due), EveryText: strconv.Itoa(e.Every), Grids: s.choices(e.Grid)}
	for _, one := range care.Reasons {
		f.Reasons = append(f.Reasons, choice{string(one), reason(one), one == e.Reason})
	}
	return f
}

func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(phrase.Zone).Format(time.DateOnly)
}

// parseDay reads a day of a form; the zero time when it is none.
func parseDay(text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, phrase.Zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// typed is the entry that a form describes. A worker chooses among her own grids.
func (s sight) typed(r *console.Request) (care.Entry, error) {
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	e := care.Entry{Name: text("name"), Phone: text("phone"), Address: text("address"), Grid: text("grid"), Reason: care.Reason(text("reason")),
		Note: text("note"), Due: parseDay(text("due"))}
	e.Every, _ = strconv.Atoi(text("every"))
	e.Revision, _ = strconv.ParseInt(text("revision"), 10, 64)
	if _, ok := s.book.Grid(e.Grid); !ok && e.Grid != "" || !s.sees(e.Grid) {
		return e, console.ErrForm
	}
	return e, nil
}

// usual is how many days a form proposes.
const usual = 7

func (a *Area) blank(r *console.Request) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	e := care.Entry{Reason: care.Alone, Every: usual}
	if v, err := a.Keeper.Store.Visit(r.Context(), ask(r, "visit")); err == nil && s.hers(v) {
		if err := r.Reads(readVisit(v.Number)); err != nil {
			return err
		}
		e.Name, e.Address, e.Grid = v.Name, v.Address, v.Grid
	} else if err != nil && !errors.Is(err, care.ErrNotFound) {
		return err
	}
	return r.Show(newPage, s.form(e))
}

// ask is a number of the query; 0 when it is none.
func ask(r *console.Request, name string) int64 {
	n, _ := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	return n
}

func (a *Area) add(r *console.Request) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	e, err := s.typed(r)
	if err != nil {
		return err
	}
	number, err := a.Keeper.Add(r.Context(), e, r.Who.ID)
	if err != nil {
		return r.ShowWith(newPage, s.form(e), refused(err))
	}
	return r.Redirect(entryAddress(number))
}

func entryAddress(number int64) string { return "/console/care/" + strconv.FormatInt(number, 10) }

type entryView struct {
	person
	Form   form
	Visits []line
	More   bool
}

// found is the entry of a path, if she may see it.
func (a *Area) found(r *console.Request, s sight) (care.Entry, error) {
	number, err := r.Number("number")
	if err != nil {
		return care.Entry{}, err
	}
	e, err := a.Keeper.Store.CareEntry(r.Context(), number)
	if err == nil && !s.sees(e.Grid) {
		err = care.ErrNotFound
	}
	if err == nil {
		err = r.Reads(read(e.Number))
	}
	return e, err
}

func (a *Area) entryView(r *console.Request, s sight, e care.Entry) (v entryView, err error) {
	v = entryView{person: s.person(e, a.Clock(), false), Form: s.form(e)}
	const shown = 20
	q := care.VisitQuery{Entry: e.Number, Limit: shown + 1}
	all, err := a.Keeper.Store.Visits(r.Context(), q)
	if err != nil {
		return v, err
	}
	if v.More = len(all) > shown; v.More {
		all = all[:shown]
	}
	v.Visits, err = a.lines(r, s, all)
	return v, err
}

func (a *Area) entry(r *console.Request) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	e, err := a.found(r, s)
	if err != nil {
		return err
	}
	v, err := a.entryView(r, s, e)
	if err != nil {
		return err
	}
	return r.Show(entryPage, v)
}

func (a *Area) change(r *console.Request) error {
	return a.alter(r, func(s sight, e care.Entry) (care.Entry, error) {
		wanted, err := s.typed(r)
		if err != nil {
			return e, err
		}
		wanted.Number = e.Number
		return wanted, a.Keeper.Change(r.Context(), wanted)
	})
}

func (a *Area) end(r *console.Request) error {
	return a.alter(r, func(_ sight, e care.Entry) (care.Entry, error) {
		revision, _ := strconv.ParseInt(r.PostFormValue("revision"), 10, 64)
		return e, a.Keeper.End(r.Context(), e.Number, revision, strings.TrimSpace(r.PostFormValue("why")))
	})
}

// alter does something to an entry and shows it, or what was wrong with what was typed.
func (a *Area) alter(r *console.Request, f func(sight, care.Entry) (care.Entry, error)) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	e, err := a.found(r, s)
	if err != nil {
		return err
	}
	typed, wrong := f(s, e)
	if wrong == nil {
		return r.Redirect(entryAddress(e.Number))
	}
	v, err := a.entryView(r, s, e)
	if err != nil {
		return err
	}
	v.Form = s.form(typed)
	return r.ShowWith(entryPage, v, refused(wrong))
}
