package store

import (
	"testing"

	"lintai/sync/central/grid"
	gridtest "lintai/sync/central/grid/storetest"
	resourcetest "lintai/sync/central/resource/storetest"
)

func TestGrids(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		gridtest.Run(t, func(t *testing.T) grid.Store { return make(t) })
	})
}

func TestResources(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		resourcetest.Run(t, func(t *testing.T) resourcetest.Store { return make(t) })
	})
}

func TestGridsThatAnotherProcessChangedAreSeen(t *testing.T) {
	address := pattern.Database(t)
	var processes []*Store
	for range 2 {
		s, err := OpenPostgres(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		processes = append(processes, s)
	}
	named := func(s *Store) string {
		t.Helper()
		b, err := s.Grids(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		g, _ := b.Grid("1")
		return g.Name
	}
	for _, name := range []string{"", "东片", "西片"} {
		if name != "" {
			if _, err := processes[0].ChangeGrids(t.Context(), func(b *grid.Book) error { b.Put(grid.Grid{ID: "1", Name: name}); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		for i, s := range processes {
			for range 2 {
				if got := named(s); got != name {
					t.Errorf("process %d sees %q, want %q", i, got, name)
				}
			}
		}
	}
}

func TestBookIsItsReadersOwn(t *testing.T) {
	s, _ := create(t)
	if _, err := s.ChangeGrids(t.Context(), func(b *grid.Book) error { b.Put(grid.Grid{ID: "1", Name: "东片"}); return nil }); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b, err := s.Grids(t.Context())
		if err != nil || len(b.Grids) != 1 || b.Grids[0].Name != "东片" {
			t.Fatalf("%+v %v", b, err)
		}
		b.Grids[0].Name = "another's"
		b.Put(grid.Grid{ID: "2"})
	}
}
