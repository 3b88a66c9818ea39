// Package sensors is the area of devices that measure and call: the list with what each
// said last, the page of one with its day drawn and with why alarms were made or not, and
// the document of rules.
package sensors

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

	"lintai/kiosk/phrase"
	"lintai/sync/central/console"
	"lintai/sync/central/docket"
	"lintai/sync/central/sensor"
	"lintai/sync/central/staff"
)

//go:embed templates
var files embed.FS

var (
	listPage   = console.NewPage(files, "templates/list.html", "templates/chart.html")
	devicePage = console.NewPage(files, "templates/device.html", "templates/chart.html")
	rulesPage  = console.NewPage(files, "templates/rules.html")
)

// Area is the area of devices.
type Area struct {
	Keeper *sensor.Keeper
	Clock  func() time.Time
}

var (
	clerks        = []staff.Role{staff.Clerk, staff.Administrator}
	administrator = []staff.Role{staff.Administrator}
)

// Routes are the area's rows.
func (a *Area) Routes() []console.Route {
	return []console.Route{
		{Method: "GET", Pattern: "/console/sensors", Roles: clerks, Handler: a.list},
		{Method: "GET", Pattern: "/console/sensors/{id}", Roles: clerks, Handler: a.device},
		{Method: "POST", Pattern: "/console/sensors/{id}/mute", Roles: clerks, Handler: a.mute},
		{Method: "GET", Pattern: "/console/sensor-rules", Roles: administrator, Handler: a.rules},
		{Method: "POST", Pattern: "/console/sensor-rules", Roles: administrator, Handler: a.change, Body: 3*sensor.MaxDocument + 4096},
	}
}

// Menu leads to the list and to the document.
func (a *Area) Menu() []console.Entry {
	return []console.Entry{
		{Label: "sensor.menu", Group: console.Devices, Address: "/console/sensors", Roles: clerks},
		{Label: "sensor.rules", Group: console.Running, Address: "/console/sensor-rules", Roles: administrator},
	}
}

const (
	pageRows = 50
	// day is how much of its history is drawn.
	day = 24 * time.Hour
)

// listView is the page of the list.
type listView struct {
	Filters, Kinds []filter
	Devices        []row
	Next           string // address of the next page, or ""
}

type filter struct {
	Words   string
	Count   int // -1: not counted
	Address string
	Current bool
}

// row is a device as a line.
type row struct {
	sensor.Device
	Values []value
	Chart  *chart
	Muted  bool
}

// value is what a device said last of a quantity.
type value struct{ Name, Words string }

// Standing is how a device stands: fault, silent, fine, or new where it never spoke.
func (r row) Standing() string {
	switch {
	case r.Silent:
		return "silent"
	case r.Open():
		return "fault"
	case r.HeardAt.IsZero():
		return "new"
	}
	return "fine"
}

func (a *Area) list(r *console.Request) error {
	query := r.URL.Query()
	q := sensor.Query{Kind: sensor.Kind(query.Get("kind")), Which: sensor.Which(query.Get("which")), Now: a.Clock(), After: query.Get("after"), Limit: pageRows + 1}
	whichs := []sensor.Which{sensor.All, sensor.Faults, sensor.Silent, sensor.Muted}
	if !slices.Contains(whichs, q.Which) || q.Kind != "" && !slices.Contains(sensor.Kinds, q.Kind) || q.After != "" && !sensor.CheckID(q.After) {
		return console.ErrForm
	}
	devices, err := a.Keeper.Store.Devices(r.Context(), q)
	if err != nil {
		return err
	}
	counts, err := a.Keeper.Store.CountDevices(r.Context())
	if err != nil {
		return err
	}
	var v listView
	for _, w := range whichs {
		words := phrase.Text("sensor.all")
		if w != sensor.All {
			words = phrase.Text(phrase.ID("sensor_which." + string(w)))
		}
		v.Filters = append(v.Filters, filter{words, -1, address(q.Kind, w, ""), w == q.Which})
	}
	v.Kinds = []filter{{phrase.Text("sensor.all"), 0, address("", q.Which, ""), q.Kind == ""}}
	for _, k := range sensor.Kinds {
		v.Kinds[0].Count += counts[k]
		if counts[k] > 0 {
			v.Kinds = append(v.Kinds, filter{phrase.Text(phrase.ID("sensor_kind." + string(k))), counts[k], address(k, q.Which, ""), k == q.Kind})
		}
	}
	if len(devices) > pageRows {
		devices = devices[:pageRows]
		v.Next = address(q.Kind, q.Which, devices[pageRows-1].ID)
	}
	if v.Devices, err = a.rows(r.Context(), devices); err != nil {
		return err
	}
	return r.Show(listPage, v)
}

func address(k sensor.Kind, w sensor.Which, after string) string {
	values := url.Values{}
	for name, text := range map[string]string{"kind": string(k), "which": string(w), "after": after} {
		if text != "" {
			values.Set(name, text)
		}
	}
	return strings.TrimSuffix("/console/sensors?"+values.Encode(), "?")
}

// rows reads the histories of devices with one question.
func (a *Area) rows(ctx context.Context, devices []sensor.Device) ([]row, error) {
	now := a.Clock()
	var ids []string
	for _, d := range devices {
		ids = append(ids, d.ID)
	}
	points, err := a.Keeper.Store.Points(ctx, ids, now.Add(-day))
	if err != nil {
		return nil, err
	}
	of := map[string][]sensor.Point{}
	for _, p := range points {
		of[p.Device] = append(of[p.Device], p)
	}
	var all []row
	for _, d := range devices {
		one := row{Device: d, Muted: d.Muted(now), Values: values(d)}
		if measures := d.Kind.Measures(); len(measures) > 0 {
			one.Chart = draw(of[d.ID], measures[0], now, small)
		}
		all = append(all, one)
	}
	return all, nil
}

func values(d sensor.Device) (all []value) {
	for _, q := range append(d.Kind.Measures(), sensor.Battery) {
		if v, ok := d.Values[q]; ok {
			all = append(all, value{quantity(q), said(q, v)})
		}
	}
	return all
}

func quantity(q sensor.Quantity) string {
	return phrase.Text(phrase.ID("sensor_quantity." + string(q)))
}

// said is a value with its unit.
func said(q sensor.Quantity, v float64) string {
	if q == sensor.Out {
		if v > 0 {
			return phrase.Text("sensor.lamp_out")
		}
		return phrase.Text("sensor.lamp_well")
	}
	return sensor.Number(v) + " " + phrase.Text(phrase.ID("sensor_unit."+string(q)))
}

// deviceView is the page of a device.
type deviceView struct {
	row
	KindWords string
	Charts    []namedChart
	States    []state
	History   []decision
	Older     string // address, or ""
	Mutes     []mute
}

type namedChart struct {
	Title string
	Chart *chart
}

// state is how the device stands by a rule.
type state struct {
	Quantity, Limit, Why string
	Since                time.Time
	Case                 int64
	Open                 bool
}

type decision struct {
	sensor.Decision
	What string
}

type mute struct {
	Hours int
	Words string
}

func (a *Area) device(r *console.Request) error {
	d, err := a.find(r)
	if err != nil {
		return err
	}
	v, err := a.view(r, d)
	if err != nil {
		return err
	}
	return r.Show(devicePage, v)
}

// find reads the device of the path.
func (a *Area) find(r *console.Request) (sensor.Device, error) {
	id := r.PathValue("id")
	if !sensor.CheckID(id) {
		return sensor.Device{}, docket.ErrNotFound
	}
	d, err := a.Keeper.Store.Device(r.Context(), id)
	if errors.Is(err, sensor.ErrNotFound) {
		err = docket.ErrNotFound
	}
	return d, err
}

func (a *Area) view(r *console.Request, d sensor.Device) (v deviceView, err error) {
	ctx, now := r.Context(), a.Clock()
	rules, err := a.Keeper.Rules(ctx)
	if err != nil {
		return v, err
	}
	points, err := a.Keeper.Store.Points(ctx, []string{d.ID}, now.Add(-day))
	if err != nil {
		return v, err
	}
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	history, err := a.Keeper.Store.Decisions(ctx, d.ID, before, pageRows+1)
	if err != nil {
		return v, err
	}
	v = deviceView{row: row{Device: d, Muted: d.Muted(now), Values: values(d)}, KindWords: phrase.Text(phrase.ID("sensor_kind." + string(d.Kind)))}
	for _, q := range d.Kind.Measures() {
		c := draw(points, q, now, large)
		v.Charts = append(v.Charts, namedChart{phrase.Text("sensor.chart", "quantity", quantity(q)), c})
	}
	of := map[string]sensor.Quantity{}
	for _, rule := range rules {
		of[rule.ID] = rule.Of
		s, kept := d.States[rule.ID]
		if rule.Kind != d.Kind || !kept {
			continue
		}
		since := s.Raised
		if since.IsZero() {
			since = s.Over
		}
		limit := ""
		if rule.Of != sensor.Out {
			limit = phrase.Text("sensor.limit", "limit", said(rule.Of, rule.From))
		}
		v.States = append(v.States, state{Quantity: quantity(rule.Of), Limit: limit,
			Why: phrase.Text(phrase.ID("sensor_why." + string(s.Why))), Since: since, Case: s.Case, Open: !s.Raised.IsZero()})
	}
	if len(history) > pageRows {
		history = history[:pageRows]
		v.Older = "/console/sensors/" + d.ID + "?before=" + strconv.FormatInt(history[pageRows-1].Number, 10)
	}
	for _, one := range history {
		what := phrase.Text("sensor_why.call")
		if one.Call == "" {
			what = phrase.Text(phrase.ID("sensor_why." + string(one.Why)))
			if q, ok := of[one.Rule]; ok {
				what = quantity(q) + " " + said(q, one.Value) + " · " + what
			}
		}
		v.History = append(v.History, decision{one, what})
	}
	for _, hours := range []int{1, 8} {
		v.Mutes = append(v.Mutes, mute{hours, phrase.Text("sensor.mute_hours", "count", strconv.Itoa(hours))})
	}
	for _, days := range []int{1, 7, 30} {
		v.Mutes = append(v.Mutes, mute{days * 24, phrase.Text("sensor.mute_days", "count", strconv.Itoa(days))})
	}
	return v, nil
}

func (a *Area) mute(r *console.Request) error {
	d, err := a.find(r)
	if err != nil {
		return err
	}
	var until time.Time
	hours, err := strconv.Atoi(r.PostFormValue("hours"))
	if err != nil || hours < 0 || hours > int(sensor.LongestMute.Hours()) {
		return console.Refuse(http.StatusBadRequest, "bad_mute", sensor.ErrDevice)
	}
	if hours > 0 {
		until = a.Clock().Add(time.Duration(hours) * time.Hour).UTC()
	}
	if err := a.Keeper.Mute(r.Context(), d.ID, until, r.Who.ID); err != nil {
		return err
	}
	return r.Redirect("/console/sensors/" + d.ID)
}

// rulesView is the page of the document.
type rulesView struct {
	Text    string
	Own     bool
	Wrong   string
	Changed bool
}

func (a *Area) rules(r *console.Request) error {
	text, err := a.Keeper.Store.Setting(r.Context(), sensor.Setting)
	if err != nil {
		return err
	}
	v := rulesView{Text: text, Own: text != "", Changed: r.URL.Query().Has("changed")}
	if !v.Own {
		v.Text = sensor.DefaultDocument
	}
	return r.Show(rulesPage, v)
}

func (a *Area) change(r *console.Request) error {
	text := strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	if r.PostFormValue("default") != "" {
		text = ""
	}
	err := a.Keeper.PutRules(r.Context(), text)
	if errors.Is(err, sensor.ErrRules) {
		return r.ShowWith(rulesPage, rulesView{Text: text, Own: true, Wrong: err.Error()}, console.Refuse(http.StatusBadRequest, "bad_sensor_rules", err))
	}
	if err != nil {
		return err
	}
	return r.Redirect("/console/sensor-rules?changed")
}
