// Package storetest says what a grid.Store must do, for every driver.
package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) grid.Store) {
	for name, test := range map[string]func(*testing.T, grid.Store){
		"Book": book, "AllOrNothing": allOrNothing, "OneAfterAnother": oneAfterAnother,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func change(t *testing.T, s grid.Store, f func(*grid.Book)) *grid.Book {
	t.Helper()
	b, err := s.ChangeGrids(t.Context(), func(b *grid.Book) error { f(b); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t *testing.T, s grid.Store) *grid.Book {
	t.Helper()
	b, err := s.Grids(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func book(t *testing.T, s grid.Store) {
	if b := read(t, s); b.Version != 0 || len(b.Grids) != 0 || len(b.Rosters) != 0 {
		t.Errorf("the empty book is %+v", b)
	}
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	ten := grid.Grid{ID: "10", Name: "10号网格", Neighbours: []string{"2"}, Terminals: []int{12}}
	two := grid.Grid{ID: "2", Name: "2号网格", Place: grid.Point{Latitude: 30.25, Longitude: 120.125},
		Buildings: []grid.Building{{Name: "3号楼", Also: []string{"老粮站'宿舍"}, Place: grid.Point{Latitude: 1}}},
		Posts:     []grid.Post{{Account: "li", Deputy: true, Categories: []docket.Category{docket.HealthNeed}}}}
	roster := grid.Roster{Account: "li", Weekly: []grid.Shift{{Weekday: time.Monday, Span: grid.Span{From: 1, Until: 2}}},
		Days: []grid.Day{{Date: "2026-11-22"}}, Absences: []grid.Absence{{From: at, Until: at.Add(time.Hour), Reason: "病假"}}}
	made := change(t, s, func(b *grid.Book) { b.Put(ten); b.Put(two); b.PutRoster(roster) })
	want := &grid.Book{Version: 1, Grids: []grid.Grid{two, ten}, Rosters: []grid.Roster{roster}}
	for what, got := range map[string]*grid.Book{"made": made, "read": read(t, s)} {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the book %s is\n%+v, want\n%+v", what, got, want)
		}
	}
	change(t, s, func(b *grid.Book) {
		if err := b.Drop("2"); err != nil {
			t.Error(err)
		}
		b.Rosters = nil
	})
	if b := read(t, s); b.Version != 2 || len(b.Grids) != 1 || len(b.Grids[0].Neighbours) != 0 || len(b.Rosters) != 0 {
		t.Errorf("%+v", b)
	}
	if p, err := s.PlacesOf(t.Context(), []int64{1, 2}); err != nil || len(p) != 0 {
		t.Errorf("%v, %v", p, err)
	}
}

func allOrNothing(t *testing.T, s grid.Store) {
	change(t, s, func(b *grid.Book) { b.Put(grid.Grid{ID: "1", Name: "1号网格"}) })
	no := errors.New("no")
	for what, f := range map[string]func(*grid.Book) error{
		"refused":      func(b *grid.Book) error { b.Put(grid.Grid{ID: "2", Name: "2号网格"}); return no },
		"does not fit": func(b *grid.Book) error { b.Put(grid.Grid{ID: "2", Name: "1号网格"}); return nil },
		"went on":      grid.At(0, func(b *grid.Book) error { b.Put(grid.Grid{ID: "2", Name: "2号网格"}); return nil }),
	} {
		if _, err := s.ChangeGrids(t.Context(), f); !errors.Is(err, no) && !errors.Is(err, grid.ErrBook) && !errors.Is(err, grid.ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
		if b := read(t, s); b.Version != 1 || len(b.Grids) != 1 {
			t.Errorf("%s: %+v", what, b)
		}
	}
	if _, err := s.ChangeGrids(t.Context(), grid.At(1, func(*grid.Book) error { return nil })); err != nil {
		t.Errorf("the version that was seen: %v", err)
	}
}

// oneAfterAnother has many change the book at once: no change is lost.
func oneAfterAnother(t *testing.T, s grid.Store) {
	const many = 8
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			_, err := s.ChangeGrids(t.Context(), func(b *grid.Book) error {
				b.Put(grid.Grid{ID: fmt.Sprint(i), Name: fmt.Sprint(len(b.Grids))})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if b := read(t, s); len(b.Grids) != many || b.Version != many {
		t.Errorf("%d grids, version %d", len(b.Grids), b.Version)
	}
}
