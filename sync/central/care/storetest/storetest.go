// Package storetest says what a care.Store must do, for every driver.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"time"

	"lintai/sync/central/care"
	"lintai/sync/central/grid"
)

// now is a Wednesday, eleven o'clock in China.
var now = time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) care.Store) {
	for name, test := range map[string]func(*testing.T, *bench){
		"TheListIsByDay": list, "OnlyWhoWasMetWasVisited": due, "TenHouseholds": figures, "ANeedBecomesOneCase": raise, "TheDiary": diary,
	} {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, open(t))) })
	}
}

type bench struct {
	care.Store
	t      *testing.T
	keeper *care.Keeper
	now    time.Time

	mu    sync.Mutex
	filed map[string]int64
}

func newBench(t *testing.T, s care.Store) *bench {
	b := &bench{Store: s, t: t, now: now, filed: map[string]int64{}}
	book := &grid.Book{Grids: []grid.Grid{{ID: "1", Name: "1号网格", Buildings: []grid.Building{{Name: "1号楼"}}}, {ID: "2", Name: "2号网格", Buildings: []grid.Building{{Name: "3号楼"}}}}}
	b.keeper = &care.Keeper{Store: s, Grids: func(context.Context) (*grid.Book, error) { return book, nil }, File: b.file,
		Clock: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler)}
	return b
}

// file stands for the docket: one case for one id.
func (b *bench) file(_ context.Context, f care.Filing) (care.Filed, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f.Service == "none" {
		return care.Filed{}, care.ErrService
	}
	if b.filed[f.ID] == 0 {
		b.filed[f.ID] = int64(len(b.filed) + 1)
	}
	return care.Filed{Case: b.filed[f.ID], Ticket: "000000000000"}, nil
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) wants(what string, err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Fatalf("%s: %v, want %v", what, err, want)
	}
}

func (b *bench) same(what string, got, want any) {
	b.t.Helper()
	if !reflect.DeepEqual(got, want) {
		b.t.Fatalf("%s is\n%+v, want\n%+v", what, got, want)
	}
}

func (b *bench) add(name, address string, every int) int64 {
	b.t.Helper()
	n, err := b.keeper.Add(b.t.Context(), care.Entry{Name: name, Address: address, Reason: care.Alone, Every: every}, "wang")
	b.must(err)
	return n
}

func (b *bench) entry(number int64) care.Entry {
	b.t.Helper()
	e, err := b.CareEntry(b.t.Context(), number)
	b.must(err)
	return e
}

var forms int

func (b *bench) visit(v care.Visit, needs ...care.Need) int64 {
	b.t.Helper()
	if v.Once == "" {
		forms++
		v.Once = fmt.Sprint("form ", forms)
	}
	if v.At.IsZero() {
		v.At = b.now
	}
	if v.Manner == "" {
		v.Manner = care.Met
	}
	if v.Heard == "" {
		v.Heard = "都好"
	}
	n, err := b.keeper.Record(b.t.Context(), v, needs, "chen")
	b.must(err)
	return n
}

func (b *bench) names(q care.EntryQuery) (names []string) {
	b.t.Helper()
	if q.Limit == 0 {
		q.Limit = 50
	}
	all, err := b.CareEntries(b.t.Context(), q)
	b.must(err)
	for _, e := range all {
		names = append(names, e.Name)
	}
	return names
}

func list(t *testing.T, b *bench) {
	ctx := t.Context()
	zhang, li, zhao := b.add("张桂兰", "三号楼502", 14), b.add("李大山", "1号楼101", 7), b.add("赵100%", "7号楼1", 7)
	e := b.entry(zhang)
	b.same("her entry", e, care.Entry{Number: zhang, Name: "张桂兰", Address: "三号楼502", Grid: "2", Reason: care.Alone, Every: 14, Due: care.Day(now).AddDate(0, 0, 14),
		AddedAt: now, AddedBy: "wang", Revision: 1})
	b.same("all", b.names(care.EntryQuery{}), []string{"李大山", "赵100%", "张桂兰"})
	b.same("of one grid", b.names(care.EntryQuery{Grids: []string{"2"}}), []string{"张桂兰"})
	b.same("of several", b.names(care.EntryQuery{Grids: []string{"2", "1", "9"}}), []string{"李大山", "张桂兰"})
	b.same("of none", b.names(care.EntryQuery{Grids: []string{}}), []string(nil))
	b.same("by a sign of patterns", b.names(care.EntryQuery{Text: "0%"}), []string{"赵100%"})
	b.same("by a door", b.names(care.EntryQuery{Text: "号楼10"}), []string{"李大山"})
	b.same("soon", b.names(care.EntryQuery{Until: care.Day(now).AddDate(0, 0, 8)}), []string{"李大山", "赵100%"})
	first, err := b.CareEntries(ctx, care.EntryQuery{Limit: 1})
	b.must(err)
	b.same("the next page", b.names(care.EntryQuery{After: care.Place{Due: first[0].Due, Number: first[0].Number}}), []string{"赵100%", "张桂兰"})
	n, err := b.CountDue(ctx, []string{"1"}, care.Day(now).AddDate(0, 0, 8))
	b.must(err)
	b.same("due in grid 1", n, 1)

	e.Note, e.Every, e.Grid = "听力不好", 7, "1"
	b.must(b.keeper.Change(ctx, e))
	b.wants("changed by two", b.keeper.Change(ctx, e), care.ErrChanged)
	b.wants("no day", b.keeper.Change(ctx, care.Entry{Number: zhang, Name: "张", Address: "3", Reason: care.Ill, Every: 1, Revision: 2}), care.ErrDay)
	b.wants("nobody", b.keeper.End(ctx, 99, 1, "搬走"), care.ErrNotFound)
	b.wants("no reason", b.keeper.End(ctx, li, 1, ""), care.ErrText)
	b.must(b.keeper.End(ctx, li, 1, "搬走"))
	b.wants("ended twice", b.keeper.End(ctx, li, 2, "搬走"), care.ErrEnded)
	b.same("who ended", b.names(care.EntryQuery{Ended: true}), []string{"李大山"})
	b.same("who is left", b.names(care.EntryQuery{}), []string{"赵100%", "张桂兰"})
	b.same("known grid", b.entry(zhao).Grid, "")
	b.wants("a broken form", func() error {
		_, err := b.keeper.Add(ctx, care.Entry{Name: "a\x00", Address: "1", Reason: care.Ill, Every: 1}, "wang")
		return err
	}(), care.ErrText)
}

func due(t *testing.T, b *bench) {
	number := b.add("张桂兰", "3号楼502", 7)
	b.now = now.AddDate(0, 0, 9) // two days late
	b.same("late", b.entry(number).Late(b.now), 2)
	b.visit(care.Visit{Entry: number, Manner: care.Phoned, Heard: "电话里说感冒了"})
	b.visit(care.Visit{Entry: number, Manner: care.Missed, Heard: ""})
	b.same("after calls, late", b.entry(number).Late(b.now), 2)
	b.visit(care.Visit{Entry: number})
	e := b.entry(number)
	b.same("due", e.Due, care.Day(b.now).AddDate(0, 0, 7))
	b.same("seen", e.SeenAt, b.now)
	b.visit(care.Visit{Entry: number, At: b.now.AddDate(0, 0, -3)}) // written down late
	b.same("due after an earlier visit", b.entry(number).Due, e.Due)
	for what, v := range map[string]care.Visit{"tomorrow": {At: b.now.Add(time.Hour)}, "last year": {At: b.now.AddDate(-1, 0, 0)}} {
		v.Once, v.Entry, v.Manner, v.Heard = what, number, care.Met, "好"
		_, err := b.keeper.Record(t.Context(), v, nil, "chen")
		b.wants(what, err, care.ErrDay)
	}
	_, err := b.keeper.Record(t.Context(), care.Visit{Once: "x", Entry: 99, Manner: care.Met, Heard: "好", At: b.now}, nil, "chen")
	b.wants("nobody", err, care.ErrNotFound)
}

func figures(t *testing.T, b *bench) {
	week := care.Week(now)
	b.same("Monday", week, time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC))
	b.visit(care.Visit{Address: "3号楼502室"})
	b.visit(care.Visit{Address: "三号楼502"}) // the same door
	b.visit(care.Visit{Address: "3-503"})
	b.visit(care.Visit{Address: "3号楼504", Manner: care.Missed})
	b.visit(care.Visit{Address: "3号楼505", At: week.Add(-time.Second)}) // on Sunday
	got, err := b.VisitFigures(t.Context(), week, week.AddDate(0, 0, 7))
	b.must(err)
	b.same("this week", got, []care.Figure{{Account: "chen", Households: 2, Visits: 4}})
	for door := range 8 {
		b.visit(care.Visit{Address: fmt.Sprint("1号楼10", door)})
	}
	got, err = b.VisitFigures(t.Context(), week, week.AddDate(0, 0, 7))
	b.must(err)
	b.same("enough", got[0].Enough(), true)
}

func raise(t *testing.T, b *bench) {
	ctx := t.Context()
	visit := b.visit(care.Visit{Address: "3号楼502", Once: "one form"}, care.Need{Service: "repair", Text: "灯坏了"})
	b.same("sent twice", b.visit(care.Visit{Address: "3号楼502", Once: "one form"}, care.Need{Service: "repair", Text: "灯坏了"}), visit)
	for range 2 {
		b.must(b.keeper.AddNeed(ctx, visit, care.Need{Service: "none", Text: "想学手机"}))
	}
	b.wants("no visit", b.keeper.AddNeed(ctx, 99, care.Need{Service: "repair", Text: "灯"}), care.ErrNotFound)
	needs, err := b.Needs(ctx, []int64{visit, 99})
	b.must(err)
	if len(needs) != 2 || needs[0].Case != 0 || needs[0].ID == needs[1].ID {
		t.Fatalf("needs: %+v", needs)
	}
	var all sync.WaitGroup
	for range 4 { // presses at once
		all.Go(func() {
			if _, err := b.keeper.Raise(ctx, needs[0].Number, "chen"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	n, err := b.Need(ctx, needs[0].Number)
	b.must(err)
	b.same("cases", len(b.filed), 1)
	b.same("its case", n.Case, int64(1))
	b.same("who", n.FiledBy, "chen")
	_, err = b.keeper.Raise(ctx, needs[1].Number, "chen")
	b.wants("no such service", err, care.ErrService)
}

func diary(t *testing.T, b *bench) {
	ctx := t.Context()
	number := b.add("张桂兰", "3号楼502", 7)
	one, two, three := b.visit(care.Visit{Entry: number}), b.visit(care.Visit{Address: "1号楼101", Name: "王"}), b.visit(care.Visit{Address: "9号楼"})
	for what, c := range map[string]struct {
		q    care.VisitQuery
		want []int64
	}{
		"all":                {care.VisitQuery{}, []int64{three, two, one}},
		"a grid's":           {care.VisitQuery{Grids: []string{"2"}}, []int64{one}},
		"a grid's and hers":  {care.VisitQuery{Grids: []string{"2"}, By: "chen"}, []int64{three, two, one}},
		"a grid's and lis":   {care.VisitQuery{Grids: []string{"1"}, By: "li"}, []int64{two}},
		"somebody's":         {care.VisitQuery{By: "li"}, nil},
		"of one on the list": {care.VisitQuery{Entry: number}, []int64{one}},
		"before":             {care.VisitQuery{Before: three}, []int64{two, one}},
	} {
		c.q.Limit = 50
		all, err := b.Visits(ctx, c.q)
		b.must(err)
		var got []int64
		for _, v := range all {
			got = append(got, v.Number)
		}
		b.same(what, got, c.want)
	}
	v, err := b.Visit(ctx, one)
	b.must(err)
	b.same("the visit", v, care.Visit{Number: one, Once: v.Once, Entry: number, Name: "张桂兰", Address: "3号楼502", Household: "3-502", Grid: "2", At: now, By: "chen", Manner: care.Met, Heard: "都好", WrittenAt: now})
	_, err = b.Visit(ctx, 99)
	b.wants("none", err, care.ErrNotFound)
}
