package insight

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"time"

	"gonum.org/v1/gonum/floats"

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/console/chart"
	figures "lintai/sync/central/insight"
)

// expectedView is one forecast on the page.
type expectedView struct {
	Name             string
	Enough           bool
	Verdict          string
	SVG              template.HTML
	Weeks            []weekView
	Tried            int
	Smoothing, Naive errorView
}

type errorView struct{ MAE, MASE string }

// weekView is one week: that before now has no Within.
type weekView struct {
	From, Until   string
	Cases, Within string
}

func (a *Area) forecast(r *console.Request) error {
	all, at, err := a.Keeper.Forecasts(r.Context())
	if err != nil {
		return err
	}
	v := struct {
		AsOf time.Time
		All  []expectedView
		Need string
	}{AsOf: at, Need: strconv.Itoa(figures.FewestDays / figures.Season)}
	for _, f := range all {
		name := phrase.Text("insight.all_categories")
		if f.Category != "" {
			name = CategoryName(string(f.Category))
		}
		v.All = append(v.All, expected(name, f))
	}
	return r.Show(forecastPage, v)
}

func expected(name string, f figures.Forecast) expectedView {
	e := expectedView{Name: name, Enough: f.Enough, Tried: f.Tried}
	if !f.Enough {
		return e
	}
	decimal := func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
	e.Smoothing, e.Naive = errorView{decimal(f.Smoothing.MAE), decimal(f.Smoothing.MASE)}, errorView{decimal(f.Naive.MAE), decimal(f.Naive.MASE)}
	e.Verdict = phrase.Text("insight.naive_wins")
	if f.Use == figures.BySmoothing {
		e.Verdict = phrase.Text("insight.smoothing_wins", "percent", fmt.Sprintf("%.0f", 100*(1-f.Smoothing.MAE/f.Naive.MAE)))
	}
	var labels []string
	var was, will []chart.Value
	begin := f.First.AddDate(0, 0, -len(f.Recent))
	for i := range len(f.Recent) + len(f.Expected) {
		labels = append(labels, day(begin.AddDate(0, 0, i)))
		w, x := chart.Value{}, chart.Value{}
		if i < len(f.Recent) {
			w = chart.Value{V: f.Recent[i], Shown: true}
		} else {
			x = chart.Value{V: f.Expected[i-len(f.Recent)], Shown: true}
		}
		was, will = append(was, w), append(will, x)
	}
	e.SVG = chart.Lines(phrase.Text("insight.forecast_of", "what", name), labels,
		[]chart.Line{{Name: phrase.Text("insight.daily"), Values: was}, {Name: phrase.Text("insight.expected"), Values: will}}, false, len(f.Recent))
	whole := func(v float64) string { return strconv.Itoa(int(math.Round(v))) }
	if n := len(f.Recent); n >= figures.Season {
		e.Weeks = append(e.Weeks, weekView{From: day(f.First.AddDate(0, 0, -figures.Season)), Until: day(f.First.AddDate(0, 0, -1)), Cases: whole(floats.Sum(f.Recent[n-figures.Season:]))})
	}
	for i, sum := range f.Weeks() {
		from := f.First.AddDate(0, 0, i*figures.Season)
		e.Weeks = append(e.Weeks, weekView{From: day(from), Until: day(from.AddDate(0, 0, figures.Season-1)), Cases: whole(sum), Within: whole(math.Max(1, f.Within))})
	}
	return e
}

// day writes a day without its year.
func day(t time.Time) string {
	t = t.In(phrase.Zone)
	return phrase.Text("insight.day", "month", strconv.Itoa(int(t.Month())), "day", strconv.Itoa(t.Day()))
}

// groupView is a group of residents on the page.
type groupView struct {
	Name   string
	Size   int
	Share  string
	Values []string
}

func (a *Area) clusters(r *console.Request) error {
	c, at, err := a.Keeper.Clusters(r.Context())
	if err != nil {
		return err
	}
	v := struct {
		AsOf        time.Time
		Residents   int
		Need        int
		Features    []string
		Groups      []groupView
		Tried       []choice
		Silhouette  string
		Apart       bool
		SmallestOne int
	}{AsOf: at, Residents: c.Residents, Need: figures.FewestResidents, Silhouette: fmt.Sprintf("%.2f", c.Silhouette), Apart: c.Silhouette >= figures.Apart, SmallestOne: figures.Smallest}
	for _, f := range figures.Features {
		v.Features = append(v.Features, feature(f))
	}
	best := 0
	for i, s := range c.Tried {
		if s > c.Tried[best] {
			best = i
		}
		v.Tried = append(v.Tried, choice{strconv.Itoa(i + 2), fmt.Sprintf("%.2f", s), false})
	}
	if len(v.Tried) > 0 {
		v.Tried[best].Current = true
	}
	for i, g := range c.Groups {
		one := groupView{Name: groupName(i, g), Size: g.Size, Share: fmt.Sprintf("%.0f%%", 100*float64(g.Size)/float64(max(1, c.Residents)))}
		for _, mean := range g.Mean {
			one.Values = append(one.Values, strconv.FormatFloat(mean, 'f', 2, 64))
		}
		v.Groups = append(v.Groups, one)
	}
	return r.Show(clustersPage, v)
}

func feature(f figures.Feature) string { return phrase.Text(phrase.ID("feature." + string(f))) }

// groupName says what a group has more of than the others.
func groupName(i int, g figures.Cluster) string {
	number := strconv.Itoa(i + 1)
	switch len(g.Marks) {
	case 0:
		return phrase.Text("insight.group_plain", "number", number)
	case 1:
		return phrase.Text("insight.group_one", "number", number, "mark", feature(g.Marks[0]))
	}
	return phrase.Text("insight.group_two", "number", number, "mark", feature(g.Marks[0]), "other", feature(g.Marks[1]))
}
