package care

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"lintai/kiosk/catalog"
	"lintai/kiosk/phrase"
	"lintai/kiosk/ticket"
	"lintai/sync/central/care"
	"lintai/sync/central/console"
	"lintai/sync/central/console/readable"
	"lintai/sync/central/privacy"
	"lintai/sync/central/staff"
)

// hers tells whether somebody may see a line of the diary.
func (s sight) hers(v care.Visit) bool { return s.sees(v.Grid) || v.By == s.who.ID }

// week is what workers did in one.
type week struct {
	From    time.Time
	Current bool
	Target  int
	Rows    []weekRow
}

type weekRow struct {
	care.Figure
	Name string
}

// weeks are this week and the last: of all workers, or hers alone.
func (a *Area) weeks(r *console.Request, s sight) ([]week, error) {
	_, accounts, err := a.names(r.Context())
	if err != nil {
		return nil, err
	}
	this := care.Week(a.Clock())
	all := []week{{From: this, Current: true}, {From: this.AddDate(0, 0, -7)}}
	for i := range all {
		w := &all[i]
		w.Target = care.Target
		figures, err := a.Keeper.Store.VisitFigures(r.Context(), w.From, w.From.AddDate(0, 0, 7))
		if err != nil {
			return nil, err
		}
		for _, one := range accounts {
			at := slices.IndexFunc(figures, func(f care.Figure) bool { return f.Account == one.ID })
			row := weekRow{Figure: care.Figure{Account: one.ID}, Name: one.Name}
			if at >= 0 {
				row.Figure = figures[at]
			}
			mine := one.ID == s.who.ID
			if s.whole && (at >= 0 || one.Has(staff.Worker) && !one.Disabled) || !s.whole && mine {
				w.Rows = append(w.Rows, row)
			}
		}
		slices.SortStableFunc(w.Rows, func(x, y weekRow) int { return y.Households - x.Households })
	}
	return all, nil
}

// line is a visit as a row.
type line struct {
	care.Visit
	Shown, Worker, How, Excerpt string
	Needs, Open                 int // needs, and those that are no case yet
	Opens                       bool
}

// excerptRunes is how much of what was heard stands in a row.
const excerptRunes = 60

func excerpt(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	if utf8.RuneCountInString(text) <= excerptRunes {
		return text
	}
	return string([]rune(text)[:excerptRunes]) + "…"
}

func readVisit(number int64) privacy.Read {
	return privacy.Read{Part: privacy.OfVisit, Subject: strconv.FormatInt(number, 10)}
}

// lines have the beginning of what was heard, so each is a reading.
func (a *Area) lines(r *console.Request, s sight, all []care.Visit) ([]line, error) {
	ctx := r.Context()
	var reads []privacy.Read
	for _, v := range all {
		reads = append(reads, readVisit(v.Number))
	}
	if err := r.Reads(reads...); err != nil {
		return nil, err
	}
	names, _, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, v := range all {
		numbers = append(numbers, v.Number)
	}
	needs, err := a.Keeper.Store.Needs(ctx, numbers)
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, v := range all {
		l := line{Visit: v, Shown: readable.MaskedName(v.Name), Worker: names[v.By], How: manner(v.Manner), Excerpt: excerpt(v.Heard), Opens: s.hers(v)}
		for _, n := range needs {
			if n.Visit != v.Number {
				continue
			}
			l.Needs++
			if n.Case == 0 {
				l.Open++
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func manner(m care.Manner) string { return phrase.Text(phrase.ID("visit_manner." + string(m))) }

type diaryView struct {
	Lines   []line
	Weeks   []week
	Workers []choice // to choose from
	Next    string
}

func (a *Area) diary(r *console.Request) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	q := care.VisitQuery{Grids: s.grids, Before: ask(r, "before"), Entry: ask(r, "entry"), Limit: pageRows + 1}
	if q.By = s.who.ID; s.whole {
		q.By = plain(r.URL.Query().Get("of"))
	}
	all, err := a.Keeper.Store.Visits(r.Context(), q)
	if err != nil {
		return err
	}
	var v diaryView
	if len(all) > pageRows {
		all = all[:pageRows]
		next := url.Values{"before": {strconv.FormatInt(all[pageRows-1].Number, 10)}}
		if s.whole && q.By != "" {
			next.Set("of", q.By)
		}
		if q.Entry > 0 {
			next.Set("entry", strconv.FormatInt(q.Entry, 10))
		}
		v.Next = "/console/visits?" + next.Encode()
	}
	if v.Lines, err = a.lines(r, s, all); err != nil {
		return err
	}
	if v.Weeks, err = a.weeks(r, s); err != nil {
		return err
	}
	if s.whole {
		for _, row := range v.Weeks[0].Rows {
			v.Workers = append(v.Workers, choice{row.Account, row.Name, row.Account == q.By})
		}
	}
	return r.Show(diaryPage, v)
}

type writeView struct {
	care.Visit
	Entry    *person // of the list, or nil
	DayText  string
	Latest   string // the day of today
	Manners  []choice
	Need     string
	Services []choice
}

// Fits tells whether a need can be a service: one that a resident asks for, but for what
// central grants by itself, and what rates another request.
func Fits(s *catalog.Service) bool {
	return s.Kind == catalog.KindRequest && s.Awaits == "" && !slices.ContainsFunc(s.Steps, func(one catalog.Step) bool { return one.Kind == catalog.Rating })
}

// services are those that a need can be.
func (a *Area) services(chosen string) (all []choice) {
	for _, s := range a.Catalog().Services {
		if Fits(&s) {
			all = append(all, choice{s.Code, s.Name, s.Code == chosen})
		}
	}
	return all
}

func (a *Area) writeView(r *console.Request, s sight, v care.Visit, need, service string) (writeView, error) {
	w := writeView{Visit: v, Need: need, Services: a.services(service), Latest: dayText(a.Clock()), DayText: dayText(v.At)}
	for _, m := range care.Manners {
		w.Manners = append(w.Manners, choice{string(m), manner(m), m == v.Manner})
	}
	if v.Entry == 0 {
		return w, nil
	}
	e, err := a.Keeper.Store.CareEntry(r.Context(), v.Entry)
	if err != nil {
		return w, err
	}
	if !s.sees(e.Grid) {
		return w, care.ErrNotFound
	}
	if err := r.Reads(read(e.Number)); err != nil {
		return w, err
	}
	p := s.person(e, a.Clock(), false)
	w.Entry = &p
	return w, nil
}

func (a *Area) write(r *console.Request) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	once, err := uuid.NewV7()
	if err != nil {
		return err
	}
	v, err := a.writeView(r, s, care.Visit{Once: once.String(), Entry: max(ask(r, "entry"), 0), Manner: care.Met, At: a.Clock()}, "", "")
	if err != nil {
		return err
	}
	return r.Show(writePage, v)
}

func (a *Area) record(r *console.Request) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	text := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(r.PostFormValue(name), "\r\n", "\n"))
	}
	v := care.Visit{Once: text("once"), Name: text("name"), Address: text("address"), Manner: care.Manner(text("manner")), Heard: text("heard")}
	v.Entry, _ = strconv.ParseInt(r.PostFormValue("entry"), 10, 64)
	now := a.Clock().UTC()
	if v.At = parseDay(text("day")); care.Day(now).Equal(v.At) {
		v.At = now
	}
	var needs []care.Need
	need, service := text("need"), text("service")
	if need != "" {
		needs = []care.Need{{Service: service, Text: need}}
	}
	view, err := a.writeView(r, s, v, need, service) // also whether she may
	if err != nil {
		return err
	}
	if need != "" && !slices.ContainsFunc(view.Services, func(c choice) bool { return c.ID == service }) {
		return r.ShowWith(writePage, view, refused(care.ErrService))
	}
	number, err := a.Keeper.Record(r.Context(), v, needs, r.Who.ID)
	if err != nil {
		return r.ShowWith(writePage, view, refused(err))
	}
	if need != "" && r.PostFormValue("file") != "" {
		all, err := a.Keeper.Store.Needs(r.Context(), []int64{number})
		if err != nil {
			return err
		}
		for _, n := range all {
			if n.Text == need && n.Service == service {
				if _, err := a.Keeper.Raise(r.Context(), n.Number, r.Who.ID); err != nil {
					return err
				}
			}
		}
	}
	return r.Redirect(visitAddress(number))
}

func visitAddress(number int64) string { return "/console/visits/" + strconv.FormatInt(number, 10) }

type needView struct {
	care.Need
	Kind, Code, By string
	Opens          bool // she may open the case's page
}

type visitView struct {
	care.Visit
	Worker, How, Where string
	Needs              []needView
	Services           []choice
	Opens              bool // she may see the entry of the list
	Adds               bool // she may put the household on the list
}

// foundVisit is the line of a path, if she may see it.
func (a *Area) foundVisit(r *console.Request, s sight) (care.Visit, error) {
	number, err := r.Number("number")
	if err != nil {
		return care.Visit{}, err
	}
	v, err := a.Keeper.Store.Visit(r.Context(), number)
	if err == nil && !s.hers(v) {
		err = care.ErrNotFound
	}
	if err == nil {
		err = r.Reads(readVisit(v.Number))
	}
	return v, err
}

func (a *Area) visitView(r *console.Request, s sight, v care.Visit) (visitView, error) {
	names, _, err := a.names(r.Context())
	if err != nil {
		return visitView{}, err
	}
	all, err := a.Keeper.Store.Needs(r.Context(), []int64{v.Number})
	if err != nil {
		return visitView{}, err
	}
	view := visitView{Visit: v, Worker: names[v.By], How: manner(v.Manner), Where: s.gridName(v.Grid), Services: a.services("")}
	if view.Opens, err = a.opens(r, s, v.Entry); err != nil {
		return visitView{}, err
	}
	view.Adds = v.Entry == 0 && s.sees(v.Grid)
	for _, n := range all {
		one := needView{Need: n, Kind: n.Service, Code: ticket.Code(n.Ticket).String(), By: names[n.FiledBy], Opens: s.whole}
		if known, ok := a.Catalog().Service(n.Service); ok {
			one.Kind = known.Name
		}
		view.Needs = append(view.Needs, one)
	}
	return view, nil
}

// opens tells whether she may see an entry of the list. Who wrote a visit keeps it in her
// diary when the household has become another grid's; the entry is that grid's.
func (a *Area) opens(r *console.Request, s sight, entry int64) (bool, error) {
	if entry == 0 {
		return false, nil
	}
	e, err := a.Keeper.Store.CareEntry(r.Context(), entry)
	if errors.Is(err, care.ErrNotFound) {
		return false, nil
	}
	return err == nil && s.sees(e.Grid), err
}

func (a *Area) visit(r *console.Request) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	v, err := a.foundVisit(r, s)
	if err != nil {
		return err
	}
	view, err := a.visitView(r, s, v)
	if err != nil {
		return err
	}
	return r.Show(visitPage, view)
}

// worked does something to a visit and shows it, or what was wrong.
func (a *Area) worked(r *console.Request, f func(care.Visit) error) error {
	s, err := a.sight(r)
	if err != nil {
		return err
	}
	v, err := a.foundVisit(r, s)
	if err != nil {
		return err
	}
	wrong := f(v)
	if wrong == nil {
		return r.Redirect(visitAddress(v.Number))
	}
	view, err := a.visitView(r, s, v)
	if err != nil {
		return err
	}
	return r.ShowWith(visitPage, view, refused(wrong))
}

func (a *Area) need(r *console.Request) error {
	return a.worked(r, func(v care.Visit) error {
		service := r.PostFormValue("service")
		if !slices.ContainsFunc(a.services(""), func(c choice) bool { return c.ID == service }) {
			return care.ErrService
		}
		return a.Keeper.AddNeed(r.Context(), v.Number, care.Need{Service: service, Text: strings.TrimSpace(r.PostFormValue("need"))})
	})
}

func (a *Area) raise(r *console.Request) error {
	number, err := r.Number("need")
	if err != nil {
		return err
	}
	return a.worked(r, func(v care.Visit) error {
		n, err := a.Keeper.Store.Need(r.Context(), number)
		if err != nil {
			return err
		}
		if n.Visit != v.Number {
			return care.ErrNotFound
		}
		_, err = a.Keeper.Raise(r.Context(), number, r.Who.ID)
		return err
	})
}

// Paragraphs are what was heard, a line each.
func (v visitView) Paragraphs() []string { return strings.Split(v.Heard, "\n") }
