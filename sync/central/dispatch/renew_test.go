package dispatch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/deadline"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/insight"
	"lintai/sync/central/store"
)

// When the grids are drawn anew, cases stand where they are then: in lists, too.
func TestCasesArePlacedAnewWhenGridsChange(t *testing.T) {
	s, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "central.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	office := &dispatch.Office{Store: s, Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	counts, facts := 0, &insight.Keeper{Store: s, Clock: office.Clock, Rules: func(context.Context) (*deadline.Rules, error) { return deadline.Parse("") }}
	office.Placed = func(ctx context.Context) error {
		counts++
		return facts.Count(ctx, insight.Count{Whole: true})
	}
	draw := func(grids ...grid.Grid) {
		t.Helper()
		_, err := s.ChangeGrids(t.Context(), func(b *grid.Book) error { b.Grids = grids; return nil })
		must(err)
	}
	renew := func() (jobs int) {
		t.Helper()
		next := &dispatch.Renew{}
		for next != nil {
			n, err := office.Renew(t.Context(), *next)
			must(err)
			next = n
			jobs++
		}
		return jobs
	}
	standing := func() (all []string) {
		t.Helper()
		cases, err := s.Cases(t.Context(), docket.CaseQuery{Order: docket.Oldest})
		must(err)
		for _, c := range cases {
			placed, err := s.PlacesOf(t.Context(), []int64{c.Number})
			must(err)
			one := placed[c.Number]
			if one.Grid != "" { // lists agree
				if found, err := s.Cases(t.Context(), docket.CaseQuery{Grids: []string{one.Grid}}); err != nil || len(found) == 0 {
					t.Errorf("no case in the list of grid %s, %v", one.Grid, err)
				}
			}
			all = append(all, one.Grid+one.Building)
		}
		return all
	}
	same := func(want ...string) {
		t.Helper()
		must(facts.Count(t.Context(), insight.Count{})) // as it is counted every now and then
		if stale, err := s.StaleCases(t.Context(), time.Time{}, 0, 10); err != nil || len(stale) > 0 {
			t.Errorf("figures have the cases %v elsewhere, %v", stale, err)
		}
		if got := standing(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("they stand at %q, want %q", got, want)
		}
	}
	buildings := func(names ...string) (all []grid.Building) {
		for _, n := range names {
			all = append(all, grid.Building{Name: n})
		}
		return all
	}
	if n := renew(); n != 1 {
		t.Errorf("%d jobs for no grids", n)
	}
	for i, address := range []string{"1号楼501", "2号楼302", "9号楼101"} {
		id, code := fmt.Sprint("id", i), ticket.Code(fmt.Sprintf("%012d", i))
		body, err := json.Marshal(request.Request{ID: id, Ticket: code, Service: "repair", Address: address})
		must(err)
		must(s.Write(t.Context(), func(tx docket.Tx) error {
			_, err := tx.FileCases(docket.Case{ID: id, Ticket: code, Service: "repair", Urgency: docket.Normal, RequestedAt: now, ReceivedAt: now, Body: body})
			return err
		}))
	}
	draw(grid.Grid{ID: "1", Name: "1号网格", Buildings: buildings("1号楼", "2号楼")})
	if n := renew(); n != 2 {
		t.Errorf("%d jobs for three cases", n)
	}
	same("11号楼", "12号楼", "")
	if counts != 1 {
		t.Errorf("figures were counted %d times", counts)
	}
	if n := renew(); n != 1 {
		t.Errorf("%d jobs when nothing was changed", n)
	}
	if counts != 1 {
		t.Errorf("figures were counted %d times when nothing was changed", counts)
	}
	now = now.Add(3 * time.Hour)
	draw(grid.Grid{ID: "1", Name: "1号网格", Buildings: buildings("1号楼")}, grid.Grid{ID: "2", Name: "2号网格", Buildings: buildings("2号楼", "9号楼")})
	renew()
	same("11号楼", "22号楼", "29号楼")

	// A process ended in between, and the grids are changed again meanwhile.
	draw(grid.Grid{ID: "2", Name: "2号网格", Buildings: buildings("1号楼", "2号楼", "9号楼")})
	half, err := office.Renew(t.Context(), dispatch.Renew{})
	must(err)
	draw(grid.Grid{ID: "3", Name: "3号网格", Buildings: buildings("2号楼")})
	half, err = office.Renew(t.Context(), *half)
	must(err)
	if half == nil {
		t.Fatal("the job of the old drawing does not begin anew")
	}
	renew()
	same("", "32号楼", "")
}
