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
	"lintai/sync/central/store"
)

// A lift that broke in one estate has not broken again when the one of the building of
// the same number in the next estate does.
func TestLiftsOfTwoEstates(t *testing.T) {
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
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	log := slog.New(slog.DiscardHandler)
	office := &dispatch.Office{Store: s, Clock: clock, Log: log}
	work := &desk.Desk{Store: s, Hub: live.NewHub(), Clock: clock, Log: log, Estates: office.Estates}
	_, err = s.ChangeGrids(t.Context(), func(b *grid.Book) error {
		b.Put(grid.Grid{ID: "1", Name: "1号网格", Buildings: []grid.Building{{Name: "幸福里3号楼"}}, Terminals: []int{1}})
		b.Put(grid.Grid{ID: "2", Name: "2号网格", Buildings: []grid.Building{{Name: "阳光里3号楼"}}, Terminals: []int{2}})
		return nil
	})
	must(err)
	for _, number := range []int{1, 2} {
		must(s.AddTerminal(t.Context(), docket.Terminal{Number: number, Name: fmt.Sprint("终端", number)}, docket.Code{ID: fmt.Sprint("code", number), Kiosk: number, MadeAt: now, ExpiresAt: now.Add(time.Hour)}))
	}
	file := func(id, kiosk int, address string) int64 {
		t.Helper()
		code := ticket.Code(fmt.Sprintf("%012d", id))
		body, err := json.Marshal(request.Request{ID: fmt.Sprint(id), Kiosk: kiosk, Ticket: code, Service: "repair", Address: address,
			Answers: []request.Answer{{Step: "what", Option: "lift", Text: "电梯"}, {Step: "place", Option: "stairs", Text: "楼道"}}})
		must(err)
		number := int64(0)
		must(s.Write(t.Context(), func(tx docket.Tx) error {
			filed, err := tx.FileCases(docket.Case{ID: fmt.Sprint(id), Kiosk: kiosk, Ticket: code, Service: "repair", RequestedAt: now, ReceivedAt: now, Body: body})
			if err == nil {
				number, err = filed[0].Number, filed[0].Err
			}
			return err
		}))
		if n, err := work.Classify(t.Context()); n != 1 || err != nil {
			t.Fatalf("%d classified, %v", n, err)
		}
		now = now.Add(time.Hour)
		return number
	}
	place := func(number int64) int64 {
		c, err := s.Classification(t.Context(), number)
		must(err)
		return c.Place
	}
	ours, theirs := place(file(1, 1, "3号楼502室")), place(file(2, 2, "3号楼502室"))
	if ours == theirs || ours == 0 || theirs == 0 {
		t.Errorf("the lifts are at %d and %d", ours, theirs)
	}
	// Whoever calls the hotline names the estate, and has no terminal.
	if told := place(file(3, 0, "杭州市阳光里三号楼")); told != theirs {
		t.Errorf("the same lift is at %d, and at %d", theirs, told)
	}
}
