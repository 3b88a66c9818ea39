package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
)

// What the migration case_lists says must be what the statements say, else its indexes
// are used for nothing.
func TestListsHaveTheirIndexes(t *testing.T) {
	for _, d := range []*dialect{sqliteDialect(), postgresDialect()} {
		all, err := d.migrations()
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(all, func(m migration) bool { return m.number == 27 })
		if at < 0 || !strings.Contains(all[at].script, isOpen) || !strings.Contains(all[at].script, isClosed) {
			t.Errorf("%s: the migration does not speak that %s and %s", d.name, isOpen, isClosed)
		}
	}
	s, _ := create(t)
	for name, q := range map[string]docket.CaseQuery{
		"cases_open":            {Open: true, Limit: 51},
		"cases_status":          {Statuses: []docket.Status{docket.Accepted}, Limit: 51},
		"cases_closed":          {Statuses: []docket.Status{docket.Done}, Order: docket.Newest, Limit: 51},
		"cases_assignee":        {Assignees: []docket.Assignee{"worker:a"}, Limit: 51},
		"cases_grid_open":       {Open: true, Grids: []string{"1"}, Limit: 51},
		"cases_grid_closed":     {Statuses: []docket.Status{docket.Done}, Grids: []string{"1"}, Order: docket.Newest, Limit: 51},
		"cases_assignee_closed": {Statuses: []docket.Status{docket.Done}, Assignees: []docket.Assignee{"worker:a"}, Grids: []string{"1"}, Order: docket.Newest, Limit: 51},
		"cases_assignee (":      {Open: true, Assignees: []docket.Assignee{"worker:a"}, Grids: []string{"1"}, Limit: 51},
		"cases_requested": {Statuses: []docket.Status{docket.Done, docket.Rated, docket.Cancelled, docket.Refused, docket.Merged}, Services: []string{"repair", "appeal"},
			From: time.Unix(1, 0), Until: time.Unix(1000, 0), Order: docket.Latest, Limit: 51},
		"cases_open_requested": {Statuses: []docket.Status{docket.Delivered, docket.Accepted, docket.Dispatched, docket.Working}, Services: []string{"repair", "appeal"},
			From: time.Unix(1, 0), Until: time.Unix(1000, 0), Order: docket.Latest, Limit: 51},
		"cases_service_closed": {Statuses: []docket.Status{docket.Done}, Services: []string{"mediation"}, Order: docket.Newest, Limit: 51},
	} {
		for _, urgency := range []*docket.Urgency{nil, new(docket.Soon)} {
			if urgency != nil && q.Order != docket.MostUrgent {
				continue
			}
			query, args := listQuery(q, urgency)
			rows, err := s.query(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
			plan, err := collect(rows, err, func(r row) (text string, err error) {
				var n int
				return text, r.Scan(&n, &n, &n, &text)
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(plan, "; "); !strings.Contains(got, name) || strings.Contains(got, "TEMP B-TREE") {
				t.Errorf("%+v goes by %s, not by %s", q, got, name)
			}
		}
	}
}

func TestCasesOfAGrid(t *testing.T) {
	overEngines(t, func(t *testing.T, make func(t *testing.T) *Store) {
		s, ctx := make(t), t.Context()
		for n := range 6 {
			fileNumbered(t, ctx, s, n)
		}
		for n := int64(1); n <= 6; n++ {
			if err := s.PlaceCase(ctx, n, fmt.Sprint(n%2), "3号楼"); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.PlaceCase(ctx, 2, "1", ""); err != nil { // it was elsewhere after all
			t.Fatal(err)
		}
		var got []int64
		q := docket.CaseQuery{Open: true, Grids: []string{"1"}, Limit: 2}
		for {
			some, err := s.Cases(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range some {
				got = append(got, c.Number)
				q.After = &docket.Position{Urgency: c.Urgency, Number: c.Number}
			}
			if len(some) < q.Limit {
				break
			}
		}
		if !slices.Equal(got, []int64{5, 3, 2, 1}) {
			t.Errorf("page by page: %v", got)
		}
		if placed, err := s.PlacesOf(ctx, []int64{2}); err != nil || placed[2] != (grid.Placed{Grid: "1"}) {
			t.Errorf("%v %v", placed, err)
		}
		if counts, err := s.CountOpen(ctx, 4); err != nil || counts[docket.Delivered] != 4 {
			t.Errorf("%v %v", counts, err)
		}
	})
}

func fileNumbered(t *testing.T, ctx context.Context, s *Store, n int) {
	t.Helper()
	c := docket.Case{ID: fmt.Sprint("request ", n), Kiosk: 12, Service: "repair", Urgency: docket.Normal, Body: []byte("{}")}
	c.Ticket = ticket.Code(fmt.Sprintf("%012d", n))
	err := s.Write(ctx, func(tx docket.Tx) error {
		filed, err := tx.FileCases(c)
		if err == nil {
			err = filed[0].Err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
