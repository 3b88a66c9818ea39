package grid

import (
	"errors"
	"testing"
	"time"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
)

func local(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, phrase.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestOnDuty(t *testing.T) {
	r := Roster{Account: "li",
		Weekly:   []Shift{{time.Monday, Span{8 * 60, 12 * 60}}, {time.Monday, Span{13 * 60, 17 * 60}}, {time.Friday, Span{22 * 60, 6 * 60}}, {time.Sunday, Span{0, 24 * 60}}},
		Days:     []Day{{Date: "2026-11-30"}, {Date: "2026-12-01", Spans: []Span{{9 * 60, 10 * 60}}}},
		Absences: []Absence{{From: local(t, "2026-12-07 09:00"), Until: local(t, "2026-12-07 10:00"), Reason: "看病"}},
	}
	for text, want := range map[string]bool{
		"2026-11-23 07:59": false, "2026-11-23 08:00": true, "2026-11-23 11:59": true, "2026-11-23 12:00": false, "2026-11-23 13:00": true, "2026-11-23 17:00": false,
		"2026-11-24 09:00": false,
		"2026-11-27 21:59": false, "2026-11-27 22:00": true, "2026-11-28 05:59": true, "2026-11-28 06:00": false, // the night from Friday
		"2026-11-29 00:00": true, "2026-11-29 23:59": true, "2026-11-30 00:00": false,
		"2026-11-30 09:00": false,                           // a Monday that is off
		"2026-12-01 09:00": true, "2026-12-01 10:00": false, // a Tuesday that is not
		"2026-12-07 08:59": true, "2026-12-07 09:00": false, "2026-12-07 09:59": false, "2026-12-07 10:00": true,
	} {
		if got := r.OnDuty(local(t, text)); got != want {
			t.Errorf("on duty at %s: %v, want %v", text, got, want)
		}
		if got := r.OnDuty(local(t, text).UTC()); got != want {
			t.Errorf("on duty at %s by another clock: %v, want %v", text, got, want)
		}
	}
	if err := r.check(); err != nil {
		t.Error(err)
	}
	if !(&Book{}).Roster("li").OnDuty(local(t, "2026-11-23 09:00")) || (&Book{}).Roster("li").OnDuty(local(t, "2026-11-22 09:00")) {
		t.Error("whoever has no roster works on weekdays")
	}
}

func TestMinutes(t *testing.T) {
	for text, want := range map[string]Minute{"8:30": 510, "08：30": 510, "0:00": 0, "24:00": 1440} {
		if got, err := ParseMinute(text); err != nil || got != want {
			t.Errorf("%s is %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "8", "8:3", "8:60", "24:01", "-1:00", "+1:00x", "008:00"} {
		if got, err := ParseMinute(text); !errors.Is(err, ErrBook) {
			t.Errorf("%q is %d, %v", text, got, err)
		}
	}
}

func TestWhatFitsTogether(t *testing.T) {
	good := planted()
	good.Grids[0].Posts = []Post{{Account: "li", Categories: []docket.Category{docket.HealthNeed}}, {Account: "wang", Deputy: true}}
	good.Grids[0].Neighbours = []string{"3", "2"}
	good.Grids[0].Terminals = []int{12}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(b *Book){
		"number twice":     func(b *Book) { b.Grids[1].ID = "1" },
		"name twice":       func(b *Book) { b.Grids[1].Name = b.Grids[0].Name },
		"number":           func(b *Book) { b.Grids[1].ID = "二" },
		"no name":          func(b *Book) { b.Grids[1].Name = "" },
		"neighbour":        func(b *Book) { b.Grids[0].Neighbours = []string{"9"} },
		"own neighbour":    func(b *Book) { b.Grids[0].Neighbours = []string{"1"} },
		"terminal twice":   func(b *Book) { b.Grids[1].Terminals = []int{12} },
		"worker twice":     func(b *Book) { b.Grids[0].Posts[1].Account = "li" },
		"building twice":   func(b *Book) { b.Grids[0].Buildings[1].Name = b.Grids[0].Buildings[0].Name },
		"building unnamed": func(b *Book) { b.Grids[0].Buildings[1].Also = []string{""} },
		"category":         func(b *Book) { b.Grids[0].Posts[0].Categories[0] = "x" },
		"nowhere":          func(b *Book) { b.Grids[0].Place = Point{91, 0} },
		"roster":           func(b *Book) { b.Rosters = []Roster{{Account: "a"}, {Account: "a"}} },
		"day":              func(b *Book) { b.Rosters = []Roster{{Account: "a", Days: []Day{{Date: "2026-02-30"}}}} },
		"absence": func(b *Book) {
			b.Rosters = []Roster{{Account: "a", Absences: []Absence{{From: time.Unix(9, 0), Until: time.Unix(9, 0)}}}}
		},
	} {
		b := planted()
		b.Grids[0].Posts = []Post{{Account: "li", Categories: []docket.Category{docket.HealthNeed}}, {Account: "wang", Deputy: true}}
		b.Grids[0].Terminals = []int{12}
		spoil(b)
		if err := b.Check(); !errors.Is(err, ErrBook) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNear(t *testing.T) {
	b := &Book{Grids: []Grid{
		{ID: "1", Neighbours: []string{"4"}, Place: Point{30, 120}}, {ID: "2", Place: Point{30.01, 120}}, {ID: "3", Buildings: []Building{{Name: "x", Place: Point{30.001, 120}}}},
		{ID: "4"}, {ID: "5"}, {ID: "6", Neighbours: []string{"1"}},
	}}
	var got string
	for _, g := range b.Near("1") {
		got += g.ID
	}
	if got != "46325" {
		t.Errorf("near to 1 are %s", got)
	}
	if m := (Point{30, 120}).Metres(Point{30.01, 120}); m < 1100 || m > 1120 {
		t.Errorf("%f m", m)
	}
	b.Grids[0].Terminals = []int{7}
	if g, ok := b.OfTerminal(docket.Terminal{Number: 7}); !ok || g.ID != "1" {
		t.Error("terminal 7 stands in 1")
	}
	if g, ok := planted().OfTerminal(docket.Terminal{Number: 8, Name: "老粮站宿舍大厅"}); !ok || g.ID != "3" {
		t.Error("a terminal is found by its name")
	}
	for says, want := range map[string]string{"2号网格": "2", "2": "2", "阳光里1号楼": "4", "": "3", "别处": "3"} {
		if g, ok := planted().OfTerminal(docket.Terminal{Number: 8, Name: "老粮站宿舍大厅", Grid: says}); !ok || g.ID != want {
			t.Errorf("its file says %q: %q, want %q", says, g.ID, want)
		}
	}
	if err := b.Drop("4"); err != nil || len(b.Grids) != 5 || len(b.Grids[0].Neighbours) != 0 {
		t.Errorf("%v, %+v", err, b.Grids)
	}
}
