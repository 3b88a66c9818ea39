// Package storetest says what a deadline.Store must do, for every driver, and what
// becomes of cases whose limits a Keeper keeps in it.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/ticket"
	"lintai/sync/central/deadline"
	"lintai/sync/central/docket"
	"lintai/sync/central/staff"
)

// Store is one that has the cases and the accounts too.
type Store interface {
	docket.Store
	deadline.Store
	WriteAccounts(ctx context.Context, f func(staff.Tx) error) error
}

// Run runs the suite over empty stores.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, *house){
		"WhoIsTold": whoIsTold, "AStaleJobTellsNothing": stale, "RandomHistories": histories, "Sweep": sweep, "Seen": seen,
		"OneJobWaits": oneJob, "ADocumentThatIsChanged": changedRules, "Late": late,
	} {
		t.Run(name, func(t *testing.T) { test(t, newHouse(t, open(t))) })
	}
}

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// job is one that waits.
type job struct {
	at   time.Time
	look deadline.Look
}

// house is a store with staff, a clock, and a queue that rings in order.
type house struct {
	Store
	t      *testing.T
	now    time.Time
	keeper *deadline.Keeper
	queue  []job
	drawn  int
}

func newHouse(t *testing.T, s Store) *house {
	h := &house{Store: s, t: t, now: noon}
	h.keeper = &deadline.Keeper{Store: s, Clock: func() time.Time { return h.now },
		Later: func(_ context.Context, _ deadline.Tx, at time.Time, l deadline.Look) error {
			h.queue = append(h.queue, job{at, l})
			return nil
		},
		Chain: uuid.NewString,
	}
	h.must(s.AddTerminal(t.Context(), docket.Terminal{Number: 1, Name: "大厅", AddedAt: noon}, docket.Code{ID: "c", Kiosk: 1, MadeAt: noon, ExpiresAt: noon}))
	h.must(s.WriteAccounts(t.Context(), func(tx staff.Tx) error {
		for id, roles := range map[string][]staff.Role{"clerk1": {staff.Clerk}, "clerk2": {staff.Clerk}, "worker1": {staff.Worker},
			"worker2": {staff.Worker}, "admin": {staff.Administrator}, "auditor": {staff.Auditor}} {
			if err := tx.AddAccount(staff.Account{ID: id, Login: id, Name: id, Roles: roles, AddedAt: noon}); err != nil {
				return err
			}
		}
		return tx.AddAccount(staff.Account{ID: "gone", Login: "gone", Name: "gone", Roles: []staff.Role{staff.Clerk, staff.Administrator}, Disabled: true, AddedAt: noon})
	}))
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// file files an urgent case now.
func (h *house) file() (number int64) {
	h.t.Helper()
	code, err := ticket.New(1, drawn(h.drawn))
	h.drawn++
	h.must(err)
	h.must(h.Write(h.t.Context(), func(tx docket.Tx) error {
		filed, err := tx.FileCases(docket.Case{ID: uuid.NewString(), Kiosk: 1, Ticket: code, Service: "repair", CatalogVersion: 1,
			Urgency: docket.Urgent, RequestedAt: h.now, ReceivedAt: h.now, Body: []byte(`{"id":"x"}`)})
		if err == nil {
			number, err = filed[0].Number, filed[0].Err
		}
		if err == nil {
			err = tx.Classify(number, docket.Classification{Category: docket.LivingNeed, Priority: docket.Urgent})
		}
		return err
	}))
	h.look(number)
	return number
}

type drawn uint32

func (d drawn) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(d >> (8 * (3 - i%4)))
	}
	return len(b), nil
}

func (h *house) look(cases ...int64) {
	h.t.Helper()
	h.must(h.keeper.Look(h.t.Context(), deadline.Look{Cases: cases}, nil))
}

// act does something to a case now, and looks at it; false when it cannot be done.
func (h *house) act(number int64, e docket.Event) bool {
	h.t.Helper()
	e.At, e.By = h.now, "x"
	err := h.Write(h.t.Context(), func(tx docket.Tx) error {
		c, err := tx.LockCase(number)
		if err == nil {
			_, err = docket.Advance(tx, c, e)
		}
		return err
	})
	if errors.Is(err, docket.ErrMove) || errors.Is(err, docket.ErrEvent) || errors.Is(err, docket.ErrFollowed) {
		return false
	}
	h.must(err)
	h.look(number)
	return true
}

// until lets time pass, and does the jobs that become due, each late by some time.
func (h *house) until(at time.Time, late time.Duration) {
	h.t.Helper()
	for {
		first := -1
		for i, j := range h.queue {
			if !j.at.Add(late).After(at) && (first < 0 || j.at.Before(h.queue[first].at)) {
				first = i
			}
		}
		if first < 0 {
			break
		}
		j := h.queue[first]
		h.queue = slices.Delete(h.queue, first, first+1)
		if due := j.at.Add(late); due.After(h.now) {
			h.now = due
		}
		h.must(h.keeper.Look(h.t.Context(), j.look, nil))
	}
	h.now = at
}

// told lists what was told of a case as "minute what stage account".
func (h *house) told(number int64, began time.Time) []string {
	h.t.Helper()
	all, err := h.NotificationsOf(h.t.Context(), number)
	h.must(err)
	var lines []string
	for _, n := range all {
		lines = append(lines, fmt.Sprint(int(n.At.Sub(began)/time.Minute), " ", n.What, " ", n.Stage, " ", n.Account))
	}
	slices.SortFunc(lines, func(a, b string) int {
		x, y := 0, 0
		fmt.Sscan(a, &x)
		fmt.Sscan(b, &y)
		if x != y {
			return x - y
		}
		if a < b {
			return -1
		}
		return 1
	})
	return lines
}

func (h *house) wantTold(number int64, want ...string) {
	h.t.Helper()
	if got := h.told(number, noon); !slices.Equal(got, want) {
		h.t.Errorf("told:\n%q\nwant:\n%q", got, want)
	}
}

func whoIsTold(t *testing.T, h *house) {
	nobody, hers := h.file(), h.file()
	h.act(hers, docket.Event{Action: docket.Accept})
	h.act(hers, docket.Event{Action: docket.Dispatch, Detail: docket.Detail{Assignee: docket.ToWorker("worker1")}})
	h.until(noon.Add(5*time.Hour), 0)
	h.wantTold(nobody, "45 response reminder clerk1", "45 response reminder clerk2", "60 response overdue clerk1", "60 response overdue clerk2",
		"90 fix reminder clerk1", "90 fix reminder clerk2", "120 fix overdue clerk1", "120 fix overdue clerk2",
		"120 response administrator admin", "180 fix administrator admin")
	h.wantTold(hers, "90 fix reminder worker1", "120 fix overdue worker1", "150 fix clerk clerk1", "150 fix clerk clerk2", "180 fix administrator admin")
	if len(h.queue) != 0 {
		t.Errorf("jobs that wait for nothing: %+v", h.queue)
	}
	// Opened again, everything begins anew.
	for _, e := range []docket.Event{{Action: docket.Start}, {Action: docket.Complete}, {Action: docket.Reopen}} {
		if !h.act(hers, e) {
			t.Fatal(e.Action)
		}
	}
	before := len(h.told(hers, noon))
	h.until(h.now.Add(46*time.Minute), 0)
	if after := len(h.told(hers, noon)); after != before+2 {
		t.Errorf("%d were told in the second round", after-before)
	}
}

func stale(t *testing.T, h *house) {
	number := h.file()
	h.now = noon.Add(44 * time.Minute)
	for _, e := range []docket.Event{{Action: docket.Accept}, {Action: docket.Start, Detail: docket.Detail{Assignee: docket.ToWorker("worker1")}}} {
		h.act(number, e)
	}
	h.until(noon.Add(61*time.Minute), 0)
	h.wantTold(number) // somebody began in time
	h.act(number, docket.Event{Action: docket.Complete})
	h.until(noon.Add(9*time.Hour), time.Hour)
	h.wantTold(number)
	if kept, err := h.KeptLimits(t.Context(), []int64{number}); err != nil || len(kept) != 0 {
		t.Errorf("a closed case has limits: %v %v", kept, err)
	}
}

// late is a queue that stood still: nobody is reminded of what is over.
func late(t *testing.T, h *house) {
	number := h.file()
	h.until(noon.Add(200*time.Minute), 100*time.Minute)
	h.wantTold(number, "145 fix overdue clerk1", "145 fix overdue clerk2", "145 response administrator admin",
		"145 response overdue clerk1", "145 response overdue clerk2")
}

func oneJob(t *testing.T, h *house) {
	var cases []int64
	for range 3 {
		cases = append(cases, h.file())
	}
	for range 5 {
		h.look(cases...)
	}
	if len(h.queue) != 3 {
		t.Fatalf("%d jobs wait for three cases", len(h.queue))
	}
	for _, number := range cases {
		h.act(number, docket.Event{Action: docket.Accept})
		h.act(number, docket.Event{Action: docket.Start, Detail: docket.Detail{Assignee: docket.ToWorker("worker1")}})
	}
	h.until(noon.Add(46*time.Minute), 0)
	if len(h.queue) != 3 {
		t.Fatalf("%d jobs wait for three cases", len(h.queue))
	}
}

func sweep(t *testing.T, h *house) {
	number := h.file()
	h.queue = nil // lost
	h.until(noon.Add(65*time.Minute), 0)
	h.wantTold(number)
	h.must(h.keeper.Sweep(t.Context()))
	h.wantTold(number, "65 response overdue clerk1", "65 response overdue clerk2")
	if len(h.queue) != 1 {
		t.Errorf("%d jobs wait", len(h.queue))
	}
	h.must(h.keeper.Sweep(t.Context()))
	if len(h.queue) != 1 {
		t.Errorf("%d jobs wait after another sweep", len(h.queue))
	}
}

func changedRules(t *testing.T, h *house) {
	number := h.file()
	h.must(h.PutSetting(t.Context(), deadline.Setting, fast))
	h.must(h.keeper.Sweep(t.Context()))
	kept, err := h.KeptLimits(t.Context(), []int64{number})
	h.must(err)
	if due := kept[number].Response.Due; !due.Equal(noon.Add(10 * time.Minute)) {
		t.Errorf("due %v", due)
	}
	h.until(noon.Add(9*time.Minute), 0)
	h.wantTold(number, "5 response reminder clerk1", "5 response reminder clerk2")
}

const fast = `
[hours]
workday = ["08:30-12:00"]
weekdays = [1]
[[limit]]
urgency = "urgent"
response = "10m"
fix = "20m"
count = "always"
remind = 50
escalate = "10m"
[[limit]]
urgency = "soon"
response = "10m"
fix = "20m"
count = "always"
remind = 50
escalate = "10m"
[[limit]]
urgency = "normal"
response = "10m"
fix = "20m"
count = "always"
remind = 50
escalate = "10m"
`

func seen(t *testing.T, h *house) {
	number := h.file()
	h.until(noon.Add(61*time.Minute), 0)
	unseen := func(account string) []deadline.Notification {
		t.Helper()
		all, err := h.UnseenNotifications(t.Context(), account, 10)
		h.must(err)
		return all
	}
	all := unseen("clerk1")
	// The reminder rang before it; the case stands once for the limit.
	if len(all) != 1 || all[0].Stage != deadline.Overdue || len(unseen("worker1")) != 0 {
		t.Fatalf("clerk1 was told %+v, worker1 %+v", all, unseen("worker1"))
	}
	if err := h.SeeNotification(t.Context(), "clerk2", all[0].Number, h.now); !errors.Is(err, deadline.ErrNotFound) {
		t.Errorf("somebody else's: %v", err)
	}
	h.must(h.SeeNotification(t.Context(), "clerk1", all[0].Number, h.now))
	h.must(h.SeeNotification(t.Context(), "clerk1", all[0].Number, h.now.Add(time.Hour)))
	if len(unseen("clerk1")) != 0 || len(unseen("clerk2")) != 1 {
		t.Errorf("unseen %+v and %+v", unseen("clerk1"), unseen("clerk2"))
	}
	told, err := h.NotificationsOf(t.Context(), number)
	h.must(err)
	told = slices.DeleteFunc(told, func(n deadline.Notification) bool { return n.Account != "clerk1" })
	if len(told) != 2 || !told[0].Seen.Equal(h.now) || !told[1].Seen.Equal(h.now) {
		t.Errorf("seen: %+v", told)
	}
	// Once somebody answers, the banner of all is empty.
	h.act(number, docket.Event{Action: docket.Accept})
	h.act(number, docket.Event{Action: docket.Start, Detail: docket.Detail{Assignee: docket.ToWorker("worker2")}})
	if len(unseen("clerk2")) != 0 {
		t.Errorf("still shown: %+v", unseen("clerk2"))
	}
}
