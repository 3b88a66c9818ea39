package dispatch_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/desk"
	"lintai/sync/central/dispatch"
	"lintai/sync/central/docket"
	"lintai/sync/central/grid"
	"lintai/sync/central/live"
	"lintai/sync/central/staff"
	"lintai/sync/central/store"
)

// What came while nobody was on duty goes out when somebody is, shared by what each has;
// what nobody can read holds up nothing; and what has gone out stays where it is.
func TestSweepSendsWhatLies(t *testing.T) {
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
	now := time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC) // a Sunday
	clock := func() time.Time { return now }
	log := slog.New(slog.DiscardHandler)
	office := &dispatch.Office{Store: s, Clock: clock, Log: log, Desk: &desk.Desk{Store: s, Hub: live.NewHub(), Clock: clock, Log: log}}
	must(s.WriteAccounts(t.Context(), func(tx staff.Tx) error {
		for _, id := range []string{"wang", "li"} {
			if err := tx.AddAccount(staff.Account{ID: id, Login: id, Name: id, Roles: []staff.Role{staff.Worker}, AddedAt: now}); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err = s.ChangeGrids(t.Context(), func(b *grid.Book) error {
		b.Put(grid.Grid{ID: "1", Name: "1号网格", Buildings: []grid.Building{{Name: "3号楼"}}, Posts: []grid.Post{{Account: "wang"}, {Account: "li"}}})
		return nil
	})
	must(err)
	var numbers []int64
	for i := range 5 {
		received := now.Add(-time.Hour)
		if i == 3 {
			received = now // it will be classified soon
		}
		id := fmt.Sprint("id", i)
		code := ticket.Code(fmt.Sprintf("%012d", i))
		urgency := docket.Urgent
		if i == 4 {
			urgency = docket.Normal
		}
		body, err := json.Marshal(request.Request{ID: id, Ticket: code, Service: "home_service", Address: "3号楼501"})
		must(err)
		if i == 0 {
			body = []byte("{")
		}
		must(s.Write(t.Context(), func(tx docket.Tx) error {
			filed, err := tx.FileCases(docket.Case{ID: id, Ticket: code, Service: "home_service", Urgency: urgency, RequestedAt: now, ReceivedAt: received, Body: body})
			if err == nil {
				numbers, err = append(numbers, filed[0].Number), filed[0].Err
			}
			return err
		}))
	}
	assignees := func() (all map[docket.Assignee]int) {
		all = map[docket.Assignee]int{}
		for _, n := range numbers {
			c, _, err := s.Case(t.Context(), n)
			must(err)
			all[c.Assignee]++
		}
		return all
	}
	sweep := func() {
		t.Helper()
		if err := office.Sweep(t.Context()); err == nil {
			t.Error("nothing is said of the case that cannot be read")
		}
	}
	sweep()
	if got := assignees(); got[""] != 5 {
		t.Errorf("on a Sunday: %v", got)
	}
	lies := func(urgencies ...docket.Urgency) int {
		all, err := s.Unassigned(t.Context(), urgencies, now, 0, 10)
		must(err)
		return len(all)
	}
	if n := lies(docket.Urgent); n != 3 {
		t.Errorf("%d lie, with one that has just come", n)
	}
	now = now.Add(24 * time.Hour)
	for range 2 {
		sweep()
		if got := assignees(); got["worker:wang"] != 2 || got["worker:li"] != 1 || got[""] != 2 {
			t.Errorf("on Monday: %v", got)
		}
	}
	placed, err := s.PlacesOf(t.Context(), numbers)
	must(err)
	if placed[numbers[1]] != (grid.Placed{Grid: "1", Building: "3号楼"}) {
		t.Errorf("placed: %v", placed)
	}
	_, events, err := s.Case(t.Context(), numbers[1])
	must(err)
	if last := events[len(events)-1]; last.Action != docket.Dispatch || last.By != "" || last.Inner == "" || last.Note != "" {
		t.Errorf("%+v", last)
	}
}
