// Package report is the area of the improvement report: a page for each quarter, made to
// be printed, and what staff write to it.
package report

import (
	"context"
	"embed"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/console/chart"
	figurespages "lintai/sync/central/console/insight"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/insight"
	"lintai/sync/central/report"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var reportPage = console.NewPage(files, "templates/report.html")

// Settings keep what staff write.
type Settings interface {
	Setting(ctx context.Context, name string) (string, error)
	PutSetting(ctx context.Context, name, value string) error
}

// Area is the area of the report.
type Area struct {
	Keeper   *insight.Keeper
	Grids    func(context.Context) (*grid.Book, error)
	Settings Settings
	Clock    func() time.Time
}

var writers = []staff.Role{staff.Clerk, staff.Administrator}

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: "/console/report", Roles: figurespages.Roles, Handler: a.newest},
		{Method: "GET", Pattern: "/console/report/{quarter}", Roles: figurespages.Roles, Handler: a.show},
		{Method: "POST", Pattern: "/console/report/{quarter}", Roles: writers, Handler: a.write, Body: 64 << 10},
	}
}

// Menu leads to the report of the last whole quarter.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "report.menu", Group: console.Figures, Address: "/console/report", Roles: figurespages.Roles}}
}

func address(q insight.Quarter) string { return "/console/report/" + q.String() }

// newest sends on to the last quarter that is over.
func (a *Area) newest(r *console.Request) error {
	return r.Redirect(address(insight.MonthOf(a.Clock()).Quarter().Add(-1)))
}

// quarter reads the path.
func quarter(r *console.Request) (insight.Quarter, error) {
	year, n, ok := strings.Cut(r.PathValue("quarter"), "Q")
	y, err := strconv.Atoi(year)
	d, err2 := strconv.Atoi(n)
	q := insight.Quarter(y*10 + d)
	if !ok || err != nil || err2 != nil || q.String() != r.PathValue("quarter") || !q.Valid() {
		return 0, docket.ErrNotFound
	}
	return q, nil
}

// line is a figure in both quarters.
type line struct {
	Name, Now, Before string
	Way               string
}

// row is a category or grid.
type row struct {
	Name                                                  string
	Cases, Before, Response, Fix, Satisfied, Overdue, Was string
}

type place struct{ Where, What, Times, Before string }

type counted struct{ Name, Times string }

type link struct {
	Label, Address string
	Current        bool
}

type view struct {
	Name, From, Until string
	AsOf              time.Time
	Empty, Over       bool
	Quarters          []link
	Lines             []line
	LowShare          string
	Low               string
	Reasons           []counted
	Chart             template.HTML
	Categories, Grids []row
	Again, Mended     []place
	Better, Worse     string
	Words             string
	Action            string
	May               bool
	Definitions       []figurespages.Definition
}

// Name is how a quarter is called.
func Name(q insight.Quarter) string {
	return phrase.Text("report.quarter", "year", strconv.Itoa(int(q)/10), "quarter", phrase.Text(ordinals[int(q)%10-1]))
}

var ordinals = [...]phrase.ID{"ordinal.q1", "ordinal.q2", "ordinal.q3", "ordinal.q4"}

const chooseFrom = 8 // quarters

func (a *Area) show(r *console.Request) error {
	q, err := quarter(r)
	if err != nil {
		return err
	}
	v, err := a.view(r, q)
	if err != nil {
		return err
	}
	return r.Show(reportPage, v)
}

func (a *Area) view(r *console.Request, q insight.Quarter) (view, error) {
	ctx := r.Context()
	cube, err := a.Keeper.Cube(ctx)
	if err != nil {
		return view{}, err
	}
	places, err := a.Keeper.Places(ctx, q)
	if err != nil {
		return view{}, err
	}
	book, err := a.Grids(ctx)
	if err != nil {
		return view{}, err
	}
	words, err := a.Settings.Setting(ctx, report.Setting(q))
	if err != nil {
		return view{}, err
	}
	made := report.Make(cube, places, q)
	v := view{Name: Name(q), From: q.First().Start().Format(time.DateOnly), Until: q.Last().Add(1).Start().AddDate(0, 0, -1).Format(time.DateOnly),
		AsOf: made.AsOf, Empty: made.Now.Cases == 0, Over: made.Over, Words: words, Action: address(q), May: r.Who.Has(writers...), Definitions: figurespages.Definitions()}
	newest := insight.MonthOf(a.Clock()).Quarter()
	for i := range chooseFrom {
		one := newest.Add(-i)
		v.Quarters = append(v.Quarters, link{Name(one), address(one), one == q})
	}
	v.Lines = lines(made)
	v.reasons(made)
	name := func(id string) string { return figurespages.GridName(book, id) }
	v.Categories, v.Grids = rows(made.Categories, figurespages.CategoryName), rows(made.Grids, name)
	v.Again, v.Mended = where(made.Again, name), where(made.Mended, name)
	v.Better, v.Worse = changed(made.Changes, report.Better), changed(made.Changes, report.Worse)
	return v, nil
}

// lines are the figures of all cases.
func lines(r report.Report) []line {
	now, before := figurespages.Line("", r.Now), figurespages.Line("", r.Before)
	ways := map[report.What]string{}
	for _, c := range r.Changes {
		ways[c.What] = string(c.Way)
	}
	with := func(middle, tail string, s insight.Spread) string {
		if !s.Shown() {
			return middle
		}
		return phrase.Text("report.middle_and_tail", "middle", middle, "tail", tail)
	}
	return []line{
		{Name: phrase.Text("figure.cases"), Now: now.Cases, Before: before.Cases},
		{phrase.Text("figure.response"), with(now.Response, now.ResponseTail, r.Now.Response), with(before.Response, before.ResponseTail, r.Before.Response), ways[report.Response]},
		{phrase.Text("figure.fix"), with(now.Fix, now.FixTail, r.Now.Fix), with(before.Fix, before.FixTail, r.Before.Fix), ways[report.Fix]},
		{phrase.Text("figure.satisfied"), now.Satisfied, before.Satisfied, ways[report.Satisfied]},
		{phrase.Text("figure.overdue"), now.Overdue, before.Overdue, ways[report.Overdue]},
		{phrase.Text("figure.reopened"), now.Reopened, before.Reopened, ways[report.Reopened]},
	}
}

func count(n int) string {
	if n > 0 && n < insight.Smallest {
		return phrase.Text("insight.few", "count", strconv.Itoa(insight.Smallest))
	}
	return strconv.Itoa(n)
}

// reasons fills in why ratings were low.
func (v *view) reasons(r report.Report) {
	v.Low, v.LowShare = count(r.Low.Part), figurespages.Percent(r.Low)
	var labels []string
	var values []chart.Value
	for _, c := range r.Reasons {
		name := phrase.Text(phrase.ID("low_reason." + string(c.Reason)))
		v.Reasons = append(v.Reasons, counted{name, count(c.Times)})
		labels, values = append(labels, name), append(values, chart.Value{V: float64(c.Times), Shown: c.Shown()})
	}
	if len(values) > 0 && values[0].Shown {
		v.Chart = chart.Ranks(phrase.Text("report.reasons"), labels, values)
	}
}

func rows(all []report.Row, name func(string) string) []row {
	var out []row
	for _, one := range all {
		now, before := figurespages.Line("", one.Now), figurespages.Line("", one.Before)
		out = append(out, row{name(one.Name), now.Cases, before.Cases, now.Response, now.Fix, now.Satisfied, now.Overdue, before.Satisfied})
	}
	return out[:min(len(out), 100)]
}

// mostPlaces is how many places a report names.
const mostPlaces = 20

// where puts places into words. What nobody repairs is left out: rules know topics that break
// nowhere.
func where(all []insight.Place, name func(string) string) []place {
	var out []place
	for _, p := range all {
		if topic, known := topics[p.Topic]; known && len(out) < mostPlaces {
			out = append(out, place{name(p.Grid) + " " + p.Building, phrase.Text(topic), strconv.Itoa(p.Times), strconv.Itoa(p.Before)})
		}
	}
	return out
}

// topics are how people call what breaks.
var topics = map[string]phrase.ID{
	"lift": "insight_topic.lift", "water": "insight_topic.water", "power": "insight_topic.power", "light": "insight_topic.light", "lock": "insight_topic.lock",
	"drain": "insight_topic.drain", "heating": "insight_topic.heating", "gas": "insight_topic.gas", "garbage": "insight_topic.garbage", "supply": "insight_topic.supply",
	"road": "insight_topic.road", "manhole": "insight_topic.manhole", "fire_lane": "insight_topic.fire_lane", "ebike": "insight_topic.ebike",
	"throwing": "insight_topic.throwing", "noise": "insight_topic.noise", "building": "insight_topic.building", "security": "insight_topic.security",
	"parking": "insight_topic.parking", "hazard": "insight_topic.hazard", "facility": "insight_topic.facility", "green": "insight_topic.green",
}

// changed lists the figures that went one way.
func changed(all []report.Change, way report.Way) string {
	var words []string
	for _, c := range all {
		if c.Way == way {
			words = append(words, phrase.Text(phrase.ID("figure."+string(c.What))))
		}
	}
	return strings.Join(words, phrase.Text("console.separator"))
}

func (a *Area) write(r *console.Request) error {
	q, err := quarter(r)
	if err != nil {
		return err
	}
	words := strings.TrimSpace(strings.ReplaceAll(r.PostFormValue("words"), "\r\n", "\n"))
	if !utf8.ValidString(words) || utf8.RuneCountInString(words) > report.MaxWords {
		v, failed := a.view(r, q)
		if failed != nil {
			return failed
		}
		v.Words = strings.ToValidUTF8(words, "")
		return r.ShowWith(reportPage, v, console.Refuse(400, "report_words", console.ErrForm))
	}
	if err := a.Settings.PutSetting(r.Context(), report.Setting(q), words); err != nil {
		return err
	}
	return r.Redirect(address(q) + "#measures")
}
