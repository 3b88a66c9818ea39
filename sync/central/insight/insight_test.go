package insight

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"lintai/sync/central/deadline"
	"lintai/sync/central/docket"
)

var monday = time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC) // nine in the morning there

func rules(t *testing.T) *deadline.Rules {
	t.Helper()
	r, err := deadline.Parse("")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// history makes events: an action and when, in minutes after the case arrived.
func history(steps ...any) []docket.Event {
	var all []docket.Event
	var s docket.State
	for i := 0; i < len(steps); i += 2 {
		e := docket.Event{Number: int64(i/2 + 1), Action: steps[i].(docket.Action), At: monday.Add(time.Duration(steps[i+1].(int)) * time.Minute)}
		switch e.Action {
		case docket.Dispatch:
			e.Assignee = docket.ToWorker("chen")
		case docket.Rate:
			e.Stars = 4
			if i+2 < len(steps) && steps[i+2] == docket.Reopen {
				e.Stars = 1
			}
		case docket.Refuse:
			e.Note = "不归社区"
		}
		e.Status, _ = s.Status.After(e.Action)
		var err error
		if s, err = s.Apply(e); err != nil {
			panic(err)
		}
		all = append(all, e)
	}
	return all
}

func TestAFactIsTheFoldOfTheEvents(t *testing.T) {
	type want struct {
		response, fix        int // minutes; -1: none
		stars                int
		overdue, open        bool
		completed, reopened_ bool
	}
	for name, c := range map[string]struct {
		events []docket.Event
		want   want
	}{
		"filed":                 {history(docket.File, 0), want{-1, -1, 0, false, true, false, false}},
		"given in time":         {history(docket.File, 0, docket.Accept, 5, docket.Dispatch, 30), want{30, -1, 0, false, true, false, false}},
		"done in time":          {history(docket.File, 0, docket.Accept, 5, docket.Start, 10, docket.Complete, 90), want{10, 90, 0, false, false, true, false}},
		"begun late":            {history(docket.File, 0, docket.Accept, 5, docket.Start, 61, docket.Complete, 90), want{61, 90, 0, true, false, true, false}},
		"done late":             {history(docket.File, 0, docket.Accept, 5, docket.Start, 10, docket.Complete, 121, docket.Rate, 200), want{10, 121, 4, true, false, true, false}},
		"refused in time":       {history(docket.File, 0, docket.Refuse, 20), want{-1, -1, 0, false, false, false, false}},
		"refused without a try": {history(docket.File, 0, docket.Refuse, 70), want{-1, -1, 0, true, false, false, false}},
		"opened again, and done": {history(docket.File, 0, docket.Accept, 5, docket.Start, 10, docket.Complete, 60, docket.Rate, 100, docket.Reopen, 100, docket.Start, 110, docket.Complete, 150, docket.Rate, 400),
			want{10, 150, 4, false, false, true, true}},
		"opened again, and late": {history(docket.File, 0, docket.Accept, 5, docket.Start, 10, docket.Complete, 60, docket.Reopen, 100, docket.Start, 110, docket.Complete, 250),
			want{10, 250, 0, true, false, true, true}},
		"opened again, and open": {history(docket.File, 0, docket.Accept, 5, docket.Start, 10, docket.Complete, 60, docket.Reopen, 100), want{10, -1, 0, false, true, true, true}},
		"cancelled and opened":   {history(docket.File, 0, docket.Cancel, 5, docket.Reopen, 10), want{-1, -1, 0, false, true, false, false}},
	} {
		f := FactOf(Source{Case: docket.Case{Number: 7, Events: 9, Urgency: docket.Urgent, RequestedAt: monday.Add(-time.Minute)}, Events: c.events, Grid: "3"}, rules(t), nil)
		minutes := func(d time.Duration) int {
			if d < 0 {
				return -1
			}
			return int(d / time.Minute)
		}
		got := want{minutes(f.Response), minutes(f.Fix), f.Stars, f.Overdue, !f.Due.IsZero(), f.Completed, f.Reopened}
		if got != c.want || f.Month != 202611 || f.Day != 16 || f.Grid != "3" || f.Events != 9 {
			t.Errorf("%s: %+v, want %+v (%+v)", name, got, c.want, f)
		}
	}
}

func TestWhatCountsInNoFigure(t *testing.T) {
	s := Source{Case: docket.Case{Number: 1, Service: "points", RequestedAt: monday}, Events: history(docket.File, 0)}
	if f := FactOf(s, rules(t), map[string]bool{"points": true}); f.Month != 0 {
		t.Errorf("%+v", f)
	}
	s.Case.RequestedAt = time.Unix(1000, 0) // a terminal without a clock
	if f := FactOf(s, rules(t), nil); f.Month != 202611 {
		t.Errorf("%+v", f)
	}
}

// Cells add up: cut anywhere and put together again, they say the same.
func TestCellsAddUp(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	var facts []Fact
	for i := range 500 {
		f := Fact{Month: 202609 + Month(i%3), Day: 1 + draw.IntN(28), Grid: string(rune('a' + i%4)), Response: -1, Fix: -1, Stars: draw.IntN(6),
			Overdue: i%7 == 0, Completed: i%2 == 0, Reopened: i%10 == 0}
		if i%3 > 0 {
			f.Response = time.Duration(draw.ExpFloat64() * float64(time.Hour))
		}
		if f.Stars == 1 {
			f.Reasons = []Reason{Slow, Manner}
		}
		facts = append(facts, f)
	}
	whole := &Cell{}
	for _, f := range facts {
		whole.Add(f)
	}
	whole.Days = nil
	c := NewCube(monday, facts...)
	text, err := json.Marshal(c.Cells[Key{202609, "a", ""}])
	if err != nil {
		t.Fatal(err)
	}
	var back Cell
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(&back, c.Cells[Key{202609, "a", ""}]) {
		t.Fatalf("%s became %+v, %v", text, back, err)
	}
	sum := c.Sum(func(Key) bool { return true })
	if !reflect.DeepEqual(sum.Figures(), whole.Figures()) || !reflect.DeepEqual(sum.Reasons, whole.Reasons) {
		t.Fatalf("%+v\n%+v", sum.Figures(), whole.Figures())
	}
	parts := &Cell{}
	for _, p := range By(c, func(Key) bool { return true }, func(k Key) string { return k.Grid }) {
		parts.Merge(p)
	}
	if !reflect.DeepEqual(parts.Figures(), whole.Figures()) {
		t.Fatalf("%+v\n%+v", parts.Figures(), whole.Figures())
	}
}

func TestQuantilesAreOffByOneInAHundred(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 5, 99, 1000} {
		var s Sketch
		var all []time.Duration
		for range n {
			d := time.Duration(math.Exp(draw.NormFloat64()*2) * float64(time.Hour))
			s.Add(d)
			all = append(all, d)
		}
		slices.Sort(all)
		for _, share := range []float64{0.5, 0.9} {
			want := all[max(1, int(math.Ceil(share*float64(n))))-1]
			if got := s.Quantile(share); math.Abs(float64(got-want)) > 0.0101*float64(want) {
				t.Errorf("%v of %d: %s, want %s", share, n, got, want)
			}
		}
	}
	var none Sketch
	if none.Quantile(0.5) != 0 || none.Count() != 0 {
		t.Error("something of nothing")
	}
	for _, wrong := range []string{"[1]", "[-1,2]", "[1,-2]", "[999999,1]", "{}"} {
		var s Sketch
		if json.Unmarshal([]byte(wrong), &s) == nil {
			t.Errorf("%s is a sketch", wrong)
		}
	}
}

func TestMonthsAndQuarters(t *testing.T) {
	if m := MonthOf(time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC)); m != 202701 || m.Quarter() != 20271 || m.Add(-1) != 202612 || m.String() != "2027-01" {
		t.Errorf("%v", m)
	}
	if q := Quarter(20271); q.First() != 202701 || q.Last() != 202703 || q.Add(-1) != 20264 || q.String() != "2027Q1" || !q.Valid() || Quarter(20275).Valid() {
		t.Errorf("%v", q)
	}
}

func TestDaysBeforeTheFirstCaseAreNoHistory(t *testing.T) {
	c := NewCube(time.Date(2026, 11, 4, 4, 0, 0, 0, time.UTC), Fact{Month: 202610, Day: 30}, Fact{Month: 202611, Day: 1}, Fact{Month: 202611, Day: 1, Grid: "2"}, Fact{Month: 202611, Day: 4})
	first, counts := c.Daily(func(Key) bool { return true })
	if want := []float64{1, 0, 2, 0, 0}; !slices.Equal(counts, want) || first.Day() != 30 { // the fourth is not over
		t.Fatalf("%v from %s", counts, first)
	}
}

func TestReasonsByWords(t *testing.T) {
	for said, want := range map[string][]Reason{
		"等了三天才来，态度也不好": {Slow, Manner}, "修了又漏": {Again}, "没人联系我": {NoWord}, "": {Wordless}, "就这样吧": {Other},
	} {
		if got := ReasonsIn([]string{said}); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", said, got, want)
		}
	}
}
