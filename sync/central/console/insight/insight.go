// Package insight is the area of figures: how long cases take and how satisfied residents
// are, by month, grid and category and on a map; what is expected of the next days; and
// into which groups the use of the service falls. Every page says as of when it is, and
// shows nothing that fewer than five cases or residents stand behind.
package insight

import (
	"cmp"
	"context"
	"embed"
	"html/template"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/console/chart"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	figures "lintai/sync/central/insight"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	figuresPage  = console.NewPage(files, "templates/tabs.html", "templates/figures.html", "templates/table.html")
	forecastPage = console.NewPage(files, "templates/tabs.html", "templates/forecast.html")
	clustersPage = console.NewPage(files, "templates/tabs.html", "templates/clusters.html")
)

// Area is the area of figures.
type Area struct {
	Keeper *figures.Keeper
	Grids  func(context.Context) (*grid.Book, error)
	// Count has all figures counted anew.
	Count func(context.Context) error

	drawn drawings
}

// Roles are who sees figures.
var Roles = []staff.Role{staff.Clerk, staff.Auditor, staff.Administrator}

const address = "/console/insight"

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: address, Roles: Roles, Handler: a.figures},
		{Method: "GET", Pattern: address + "/forecast", Roles: Roles, Handler: a.forecast},
		{Method: "GET", Pattern: address + "/residents", Roles: Roles, Handler: a.clusters},
		{Method: "POST", Pattern: address + "/count", Roles: []staff.Role{staff.Administrator}, Handler: a.count},
	}
}

// Menu leads to the figures.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{{Label: "insight.menu", Group: console.Figures, Address: address, Roles: Roles}}
}

func (a *Area) count(r *console.Request) error {
	if err := a.Count(r.Context()); err != nil {
		return err
	}
	return r.Redirect(address + "?counting")
}

// choice is one that can be chosen.
type choice struct {
	Value, Label string
	Current      bool
}

// unknownGrid stands for the cases that are in no grid.
const unknownGrid = "-"

// spans are how many months can be looked at.
var spans = []int{12, 6, 3, 1, figures.History}

const (
	byCases    = "cases"
	byResponse = "response"
	byOverdue  = "overdue"
)

// view is the page of figures.
type view struct {
	AsOf                               time.Time
	Counting                           bool
	May                                bool // have it counted anew
	Months, Grids, Categories, Metrics []choice
	Metric                             string
	Whole                              Row
	Stars                              string
	Charts                             []picture
	Tables                             []Table
	Map                                template.HTML
	Definitions                        []Definition
}

// picture is a chart with its title.
type picture struct {
	Title string
	SVG   template.HTML
}

func (a *Area) figures(r *console.Request) error {
	cube, err := a.Keeper.Cube(r.Context())
	if err != nil {
		return err
	}
	book, err := a.Grids(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	metric := q.Get("map")
	span, _ := strconv.Atoi(q.Get("months"))
	if !slices.Contains(spans, span) {
		span = spans[0]
	}
	name, known := names(book, cube)
	id, category := q.Get("grid"), docket.Category(q.Get("category"))
	if id != "" && !slices.Contains(known, id) {
		id = ""
	}
	if category != "" && !slices.Contains(docket.Categories, category) {
		category = ""
	}
	if metric != byResponse && metric != byOverdue {
		metric = byCases
	}
	v := a.drawn.of(asked{cube, book.Version, span, id, category, metric}, func() view {
		v := view{AsOf: cube.AsOf, Definitions: Definitions(), Metric: metric}
		v.choices(span, id, category, known, name)
		if !cube.AsOf.IsZero() {
			v.draw(cube, book, span, id, category, known, name)
		}
		return v
	})
	v.Counting, v.May = q.Has("counting"), r.Who.Has(staff.Administrator)
	return r.Show(figuresPage, v)
}

// draw adds up the cells that are asked for.
func (v *view) draw(cube *figures.Cube, book *grid.Book, span int, id string, category docket.Category, known []string, name func(string) string) {
	last := figures.MonthOf(cube.AsOf)
	first := last.Add(1 - span)
	gridOf := func(k figures.Key) string { return cmp.Or(k.Grid, unknownGrid) }
	everywhere := func(k figures.Key) bool {
		return k.Month >= first && k.Month <= last && (category == "" || k.Category == category)
	}
	wanted := func(k figures.Key) bool { return everywhere(k) && (id == "" || gridOf(k) == id) }
	months := figures.By(cube, wanted, func(k figures.Key) figures.Month { return k.Month })
	sum := &figures.Cell{}
	for _, cell := range months {
		sum.Merge(cell)
	}
	whole := sum.Figures()
	v.Whole = Line(phrase.Text("insight.whole"), whole)
	if whole.Satisfied.Shown() {
		v.Stars = strconv.FormatFloat(whole.Stars, 'f', 1, 64)
	}
	v.Charts = charts(months, first, last)
	v.Tables = append(v.Tables, monthTable(months, first, last))
	grids := figures.By(cube, everywhere, gridOf)
	if id == "" {
		v.Tables = append(v.Tables, gridTable(grids, known, name))
	}
	if category == "" {
		v.Tables = append(v.Tables, categoryTable(figures.By(cube, wanted, func(k figures.Key) docket.Category { return k.Category })))
	}
	v.Map = drawMap(v.Metric, book, grids, known, name, span, category)
}

// choices fills in what can be chosen.
func (v *view) choices(span int, id string, category docket.Category, known []string, name func(string) string) {
	for _, n := range spans {
		v.Months = append(v.Months, choice{strconv.Itoa(n), phrase.Text("insight.months", "count", strconv.Itoa(n)), n == span})
	}
	v.Grids = []choice{{"", phrase.Text("insight.every_grid"), id == ""}}
	for _, one := range known {
		v.Grids = append(v.Grids, choice{one, name(one), one == id})
	}
	v.Categories = []choice{{"", phrase.Text("insight.every_category"), category == ""}}
	for _, one := range docket.Categories {
		v.Categories = append(v.Categories, choice{string(one), CategoryName(string(one)), one == category})
	}
	for value, label := range map[string]phrase.ID{byCases: "insight.map_cases", byResponse: "insight.map_response", byOverdue: "insight.map_overdue"} {
		q := url.Values{"map": {value}, "months": {strconv.Itoa(span)}}
		if category != "" {
			q.Set("category", string(category))
		}
		v.Metrics = append(v.Metrics, choice{address + "?" + q.Encode() + "#map", phrase.Text(label), value == v.Metric})
	}
	slices.SortFunc(v.Metrics, func(a, b choice) int { return cmp.Compare(a.Value, b.Value) })
}

// names tells how grids are called, and lists those of the book and those that only figures
// know still, the unknown one last.
func names(book *grid.Book, cube *figures.Cube) (name func(string) string, known []string) {
	for _, g := range book.Grids {
		known = append(known, g.ID)
	}
	gone := map[string]bool{}
	unknown := false
	for k := range cube.Cells {
		unknown = unknown || k.Grid == ""
		if k.Grid != "" && !slices.Contains(known, k.Grid) {
			gone[k.Grid] = true
		}
	}
	known = append(known, slices.Sorted(maps.Keys(gone))...)
	if unknown {
		known = append(known, unknownGrid)
	}
	return func(id string) string { return GridName(book, id) }, known
}

// GridName is how a grid is called; one that is gone keeps its number.
func GridName(book *grid.Book, id string) string {
	if id == "" || id == unknownGrid {
		return phrase.Text("insight.no_grid")
	}
	if g, ok := book.Grid(id); ok {
		return g.Name
	}
	return phrase.Text("insight.gone_grid", "grid", id)
}

// CategoryName is how a category is called.
func CategoryName(id string) string {
	if id == "" {
		return phrase.Text("insight.no_category")
	}
	return phrase.Text(phrase.ID("category." + id))
}

func charts(months map[figures.Month]*figures.Cell, first, last figures.Month) []picture {
	var labels []string
	var cases, response, fix, satisfied, overdue []chart.Value
	hours := func(s figures.Spread) chart.Value { return chart.Value{V: s.Median.Hours(), Shown: s.Shown()} }
	share := func(s figures.Share) chart.Value { return chart.Value{V: s.Value(), Shown: s.Shown()} }
	for m := first; m <= last; m = m.Add(1) {
		var f figures.Figures
		if cell := months[m]; cell != nil {
			f = cell.Figures()
		}
		labels = append(labels, phrase.Text("insight.month", "month", strconv.Itoa(int(m)%100)))
		cases = append(cases, chart.Value{V: float64(f.Cases), Shown: f.Shown()})
		response, fix = append(response, hours(f.Response)), append(fix, hours(f.Fix))
		satisfied, overdue = append(satisfied, share(f.Satisfied)), append(overdue, share(f.Overdue))
	}
	one := func(title phrase.ID, draw func(string) template.HTML) picture {
		return picture{phrase.Text(title), draw(phrase.Text(title))}
	}
	return []picture{
		one("insight.chart_cases", func(t string) template.HTML { return chart.Bars(t, labels, cases) }),
		one("insight.chart_response", func(t string) template.HTML { return chart.Bars(t, labels, response) }),
		one("insight.chart_fix", func(t string) template.HTML { return chart.Bars(t, labels, fix) }),
		one("insight.chart_shares", func(t string) template.HTML {
			return chart.Lines(t, labels, []chart.Line{{Name: phrase.Text("figure.satisfied"), Values: satisfied}, {Name: phrase.Text("figure.overdue"), Values: overdue}}, true, -1)
		}),
	}
}

// drawMap draws the grids of the book, as dark as their figure is high.
func drawMap(metric string, book *grid.Book, grids map[string]*figures.Cell, known []string, name func(string) string, span int, category docket.Category) template.HTML {
	const most = 60 // a map of more is none
	var spots []chart.Spot
	var values []float64
	placed, lowest, highest := true, math.Inf(1), 0.0
	for _, id := range known[:min(len(known), most)] {
		g, ok := book.Grid(id)
		if !ok {
			continue
		}
		var f figures.Figures
		if cell := grids[id]; cell != nil {
			f = cell.Figures()
		}
		q := url.Values{"grid": {id}, "months": {strconv.Itoa(span)}}
		if category != "" {
			q.Set("category", string(category))
		}
		where := g.Centre()
		placed = placed && where.Known()
		s := chart.Spot{Name: name(id), Lat: where.Latitude, Lon: where.Longitude, Shown: f.Shown(), Address: address + "?" + q.Encode()}
		value := float64(f.Cases)
		row := Line("", f)
		s.Value = row.Cases
		switch metric {
		case byResponse:
			s.Value, s.Shown, value = row.Response, f.Response.Shown(), f.Response.Median.Hours()
		case byOverdue:
			s.Value, s.Shown, value = row.Overdue, f.Overdue.Shown(), f.Overdue.Value()
		}
		if s.Shown {
			lowest, highest = min(lowest, value), max(highest, value)
		}
		spots, values = append(spots, s), append(values, value)
	}
	if len(spots) == 0 {
		return ""
	}
	for i := range spots {
		if highest > lowest {
			spots[i].Share = max(0, (values[i]-lowest)/(highest-lowest))
		}
	}
	return chart.Map(phrase.Text("insight.map"), spots, placed && len(spots) > 1)
}
