package report

import (
	"reflect"
	"testing"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/insight"
)

func facts(month insight.Month, n int, f insight.Fact) (all []insight.Fact) {
	f.Month, f.Day = month, 3
	for range n {
		all = append(all, f)
	}
	return all
}

func TestAQuarterBesideTheOneBefore(t *testing.T) {
	var all []insight.Fact
	all = append(all, facts(202608, 20, insight.Fact{Grid: "2", Category: docket.LivingNeed, Response: 4 * time.Hour, Fix: 20 * time.Hour, Completed: true, Stars: 3, Overdue: true})...)
	all = append(all, facts(202611, 18, insight.Fact{Grid: "10", Category: docket.LivingNeed, Response: time.Hour, Fix: 20 * time.Hour, Completed: true, Stars: 5})...)
	all = append(all, facts(202611, 6, insight.Fact{Grid: "2", Category: docket.SafetyNeed, Response: time.Hour, Fix: 21 * time.Hour, Completed: true, Stars: 2, Reopened: true, Reasons: []insight.Reason{insight.Slow}})...)
	all = append(all, facts(202612, 1, insight.Fact{Grid: "2", Response: -1, Fix: -1, Stars: 1, Reasons: []insight.Reason{insight.Manner}})...)
	r := Make(insight.NewCube(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), all...),
		[]insight.Place{{Building: "3号楼", Topic: "lift", Times: 4, Before: 1}, {Building: "5号楼", Topic: "water", Before: 3}}, 20264)
	if !r.Over || r.Now.Cases != 25 || r.Before.Cases != 20 || r.Low != (insight.Share{Part: 7, Of: 25}) {
		t.Fatalf("%+v", r)
	}
	if want := []Change{{Response, Better}, {Fix, Same}, {Satisfied, Better}, {Overdue, Better}, {Reopened, Worse}}; !reflect.DeepEqual(r.Changes, want) {
		t.Errorf("%+v, want %+v", r.Changes, want)
	}
	if want := []Count{{insight.Slow, 6}, {insight.Manner, 1}}; !reflect.DeepEqual(r.Reasons, want) || r.Reasons[1].Shown() {
		t.Errorf("%+v", r.Reasons)
	}
	var grids, categories []string
	for _, row := range r.Grids {
		grids = append(grids, row.Name)
	}
	for _, row := range r.Categories {
		categories = append(categories, row.Name)
	}
	if !reflect.DeepEqual(grids, []string{"2", "10"}) || !reflect.DeepEqual(categories, []string{"living", "safety", ""}) {
		t.Errorf("%q %q", grids, categories)
	}
	if len(r.Again) != 1 || len(r.Mended) != 1 || r.Mended[0].Building != "5号楼" {
		t.Errorf("%+v %+v", r.Again, r.Mended)
	}
}

func TestWhatTooFewStandBehindIsNotCompared(t *testing.T) {
	all := append(facts(202608, 4, insight.Fact{Response: time.Hour, Fix: time.Hour, Stars: 1}), facts(202611, 50, insight.Fact{Response: time.Minute, Fix: time.Minute, Stars: 5})...)
	if r := Make(insight.NewCube(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), all...), nil, 20264); len(r.Changes) != 0 || r.Over {
		t.Errorf("%+v", r)
	}
}
