// Package storetest is the one suite that every driver of docket.Store must
// pass: what the interface's comments promise, as tests. A driver's own test
// calls Run with a function that opens an empty store.
package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// Opener opens an empty store and closes it at the end of the test.
type Opener func(t *testing.T) docket.Store

// Run runs the suite.
func Run(t *testing.T, open Opener) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, docket.Store)
	}{
		{"Terminals", terminals},
		{"Codes", codes},
		{"Certificates", certificates},
		{"Contact", contact},
		{"Health", health},
		{"AuditLog", audit},
		{"FileCase", fileCase},
		{"TakenIDAndTicketLeaveTheTransactionUsable", taken},
		{"ManyCasesAtOnce", many},
		{"AnErrorTakesEverythingBack", rollback},
		{"EventsAreAppended", events},
		{"StatusIsTheFoldOfTheEvents", fold},
		{"DetailsOfEvents", details},
		{"WhatIsNotTold", untold},
		{"MergedCases", merged},
		{"Classifications", classified},
		{"Query", query},
		{"Calls", calls},
		{"Attachments", attachments},
		{"UploadsGoOnWhereTheyEnded", uploads},
		{"UploadsAreBounded", uploadBounds},
		{"Ratings", ratings},
		{"RatedEvents", ratedEvents},
		{"CasesOfACard", cards},
		{"ItemsAreRemembered", items},
		{"Quarantine", quarantine},
		{"ChangesByCursor", changes},
		{"ConcurrentChangesLeaveNoGap", concurrentChanges},
		{"Documents", documents},
		{"Settings", settings},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: got %+v, want %+v", what, got, want)
	}
}

func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: got error %v, want %v", what, err, want)
	}
}

func hash(text string) docket.Hash { return sha256.Sum256([]byte(text)) }

// addTerminal adds terminal n with the code "code n".
func addTerminal(t *testing.T, s docket.Store, n int) {
	t.Helper()
	must(t, s.AddTerminal(t.Context(), docket.Terminal{Number: n, Name: fmt.Sprint("大厅", n), AddedAt: noon}, code(n, fmt.Sprint("code ", n))))
}

// draw is a random source that always draws the same number.
type draw uint32

func (d draw) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(d >> (8 * (3 - i%4)))
	}
	return len(b), nil
}

// sample is a case of terminal 1 that differs by n.
func sample(t *testing.T, n int) docket.Case {
	t.Helper()
	code, err := ticket.New(1, draw(n))
	must(t, err)
	return docket.Case{
		ID: uuid.NewString(), Kiosk: 1, Ticket: code, Service: "repair", CatalogVersion: 1, Urgency: docket.Normal,
		RequestedAt: noon.Add(time.Duration(n) * time.Minute), ReceivedAt: noon.Add(time.Duration(n)*time.Minute + time.Second),
		Body: []byte(`{"id":"x"}`),
	}
}

// file files a case.
func file(t *testing.T, s docket.Store, c docket.Case) (number int64) {
	t.Helper()
	must(t, s.Write(t.Context(), func(tx docket.Tx) (err error) {
		number, err = fileOne(tx, c)
		return err
	}))
	return number
}

// fileOne files a case in a transaction.
func fileOne(tx docket.Tx, c docket.Case) (int64, error) {
	filed, err := tx.FileCases(c)
	if err != nil {
		return 0, err
	}
	return filed[0].Number, filed[0].Err
}

func terminals(t *testing.T, s docket.Store) {
	ctx := t.Context()
	addTerminal(t, s, 12)
	addTerminal(t, s, 3)
	err := s.AddTerminal(ctx, docket.Terminal{Number: 12, Name: "again", AddedAt: noon}, code(12, "other"))
	wantError(t, "the same number again", err, docket.ErrExists)
	_, err = s.Code(ctx, "other")
	wantError(t, "the code of a terminal that was not added", err, docket.ErrNotFound)
	all, err := s.Terminals(ctx)
	must(t, err)
	want(t, "terminals", all, []docket.Terminal{{Number: 3, Name: "大厅3", AddedAt: noon}, {Number: 12, Name: "大厅12", AddedAt: noon}})
}

func contact(t *testing.T, s docket.Store) {
	ctx := t.Context()
	addTerminal(t, s, 1)
	offset := -90 * time.Second
	must(t, s.Contact(ctx, 1, noon, &offset))
	must(t, s.Contact(ctx, 1, noon.Add(-time.Hour), nil)) // heard of late: the newest counts
	all, err := s.Terminals(ctx)
	must(t, err)
	want(t, "contact", all[0].LastContact, noon)
	want(t, "offset", all[0].ClockOffset, offset)
	wantError(t, "unknown terminal", s.Contact(ctx, 2, noon, nil), docket.ErrNotFound)
}

func fileCase(t *testing.T, s docket.Store) {
	ctx := t.Context()
	c := sample(t, 1)
	number := file(t, s, c)
	c.Number, c.Status, c.Events, c.UpdatedAt = number, docket.Delivered, 1, c.ReceivedAt
	got, history, err := s.Case(ctx, number)
	must(t, err)
	want(t, "case", got, c)
	want(t, "events", history, []docket.Event{{Number: 1, Action: docket.File, Status: docket.Delivered, At: c.ReceivedAt}})
	got, history, err = s.CaseByTicket(ctx, c.Ticket)
	must(t, err)
	want(t, "by ticket", got, c)
	want(t, "events by ticket", len(history), 1)
	_, _, err = s.Case(ctx, number+1)
	wantError(t, "unknown case", err, docket.ErrNotFound)
	_, _, err = s.CaseByTicket(ctx, sample(t, 2).Ticket)
	wantError(t, "unknown ticket", err, docket.ErrNotFound)
}

func taken(t *testing.T, s docket.Store) {
	first := sample(t, 1)
	file(t, s, first)
	sameID, sameTicket, other := sample(t, 2), sample(t, 3), sample(t, 4)
	sameID.ID, sameTicket.Ticket = first.ID, first.Ticket
	must(t, s.Write(t.Context(), func(tx docket.Tx) error {
		_, err := fileOne(tx, sameID)
		wantError(t, "same id", err, docket.ErrIDTaken)
		_, err = fileOne(tx, sameTicket)
		wantError(t, "same ticket", err, docket.ErrTicketTaken)
		_, err = fileOne(tx, other)
		return err
	}))
	_, _, err := s.CaseByTicket(t.Context(), other.Ticket)
	must(t, err)
}

func rollback(t *testing.T, s docket.Store) {
	ctx := t.Context()
	addTerminal(t, s, 1)
	c := sample(t, 1)
	failed := errors.New("failed")
	err := s.Write(ctx, func(tx docket.Tx) error {
		number, err := fileOne(tx, c)
		must(t, err)
		must(t, tx.Append(number, docket.Event{Number: 2, Status: docket.Accepted, At: noon}))
		must(t, tx.FileCall(docket.Call{ID: "call", Kiosk: 1, RaisedAt: noon, ReceivedAt: noon}))
		must(t, tx.Change(1, wire.Change{}))
		return failed
	})
	wantError(t, "write", err, failed)
	_, _, err = s.CaseByTicket(ctx, c.Ticket)
	wantError(t, "case", err, docket.ErrNotFound)
	open, err := s.OpenCalls(ctx)
	must(t, err)
	want(t, "calls", len(open), 0)
	_, head, err := s.Changes(ctx, 1, 0, 10)
	must(t, err)
	want(t, "cursor", head, int64(0))
}

func events(t *testing.T, s docket.Store) {
	ctx := t.Context()
	number := file(t, s, sample(t, 1))
	second := docket.Event{Number: 2, Status: docket.Accepted, At: noon.Add(time.Hour), By: "王芳", Note: "明天来"}
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		c, err := tx.LockCase(number)
		must(t, err)
		want(t, "events before", c.Events, int64(1))
		must(t, tx.Append(number, second))
		for _, n := range []int64{1, 2, 4} {
			wantError(t, fmt.Sprint("event ", n), tx.Append(number, docket.Event{Number: n, Status: docket.Working, At: noon}), docket.ErrExists)
		}
		_, err = tx.LockCase(number + 1)
		wantError(t, "unknown case", err, docket.ErrNotFound)
		return nil
	}))
	c, history, err := s.Case(ctx, number)
	must(t, err)
	want(t, "history", len(history), 2)
	want(t, "second", history[1], second)
	want(t, "status", c.Status, docket.Accepted)
	want(t, "updated", c.UpdatedAt, second.At)
}

func fold(t *testing.T, s docket.Store) {
	ctx := t.Context()
	var numbers []int64
	way := []docket.Status{docket.Delivered, docket.Accepted, docket.Working, docket.Done}
	for n := range way {
		number := file(t, s, sample(t, n))
		numbers = append(numbers, number)
		must(t, s.Write(ctx, func(tx docket.Tx) error {
			for i := 1; i <= n; i++ {
				must(t, tx.Append(number, docket.Event{Number: int64(i + 1), Status: way[i], At: noon}))
			}
			return nil
		}))
	}
	for i, number := range numbers {
		c, history, err := s.Case(ctx, number)
		must(t, err)
		status, err := docket.Fold(history)
		must(t, err)
		want(t, "fold", status, way[i])
		want(t, "projection", c.Status, status)
		want(t, "count", c.Events, int64(len(history)))
	}
	counts, err := s.CountOpen(ctx, 1000)
	must(t, err)
	want(t, "open", counts, map[docket.Status]int{docket.Delivered: 1, docket.Accepted: 1, docket.Dispatched: 0, docket.Working: 1})
}

func query(t *testing.T, s docket.Store) {
	ctx := context.Background()
	urgencies := []docket.Urgency{docket.Normal, docket.Urgent, docket.Soon, docket.Urgent}
	var all []docket.Case
	for i, u := range urgencies {
		c := sample(t, i)
		c.Urgency = u
		if i == 3 {
			c.Service = "advice"
		}
		c.Number = file(t, s, c)
		all = append(all, c)
	}
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		return tx.Append(all[1].Number, docket.Event{Number: 2, Status: docket.Accepted, At: noon})
	}))
	for _, c := range []struct {
		name  string
		query docket.CaseQuery
		want  []int // indexes
	}{
		{"all, most urgent and newest first", docket.CaseQuery{}, []int{3, 1, 2, 0}},
		{"newest", docket.CaseQuery{Order: docket.Newest}, []int{3, 2, 1, 0}},
		{"latest", docket.CaseQuery{Order: docket.Latest, Limit: 2}, []int{3, 2}},
		{"a page", docket.CaseQuery{Order: docket.Newest, Limit: 2, Offset: 1}, []int{2, 1}},
		{"one status", docket.CaseQuery{Statuses: []docket.Status{docket.Accepted}}, []int{1}},
		{"no status", docket.CaseQuery{Statuses: []docket.Status{}}, nil},
		{"a service", docket.CaseQuery{Services: []string{"repair"}}, []int{1, 2, 0}},
		{"no service", docket.CaseQuery{Services: []string{}}, nil},
		{"tickets of a service", docket.CaseQuery{Services: []string{"repair"}, Tickets: []ticket.Code{all[2].Ticket, all[3].Ticket}}, []int{2}},
		{"from", docket.CaseQuery{From: all[2].RequestedAt, Order: docket.Newest}, []int{3, 2}},
		{"until", docket.CaseQuery{Until: all[1].RequestedAt, Order: docket.Newest}, []int{1, 0}},
		{"open", docket.CaseQuery{Open: true}, []int{3, 1, 2, 0}},
		{"open, behind the newest urgent one", docket.CaseQuery{Open: true, After: &docket.Position{Urgency: docket.Urgent, Number: all[3].Number}}, []int{1, 2, 0}},
		{"behind the last urgent one, two", docket.CaseQuery{After: &docket.Position{Urgency: docket.Urgent, Number: all[1].Number}, Limit: 2}, []int{2, 0}},
		{"behind the last one", docket.CaseQuery{After: &docket.Position{Urgency: docket.Normal, Number: all[0].Number}}, nil},
		{"newest, behind one", docket.CaseQuery{Order: docket.Newest, After: &docket.Position{Number: all[2].Number}}, []int{1, 0}},
		{"oldest, behind one", docket.CaseQuery{Order: docket.Oldest, After: &docket.Position{Number: all[1].Number}, Limit: 1}, []int{2}},
		{"no grid", docket.CaseQuery{Grids: []string{}}, nil},
		{"hostile grid", docket.CaseQuery{Grids: []string{"' OR 1=1 --", "2"}}, nil},
		{"hostile words", docket.CaseQuery{Services: []string{"' OR 1=1 --"}}, nil},
	} {
		got, err := s.Cases(ctx, c.query)
		must(t, err)
		var numbers, expected []int64
		for _, g := range got {
			numbers = append(numbers, g.Number)
		}
		for _, i := range c.want {
			expected = append(expected, all[i].Number)
		}
		want(t, c.name, numbers, expected)
	}
}

func calls(t *testing.T, s docket.Store) {
	ctx := t.Context()
	first := docket.Call{ID: uuid.NewString(), Kiosk: 1, Screen: "confirm", RaisedAt: noon, ReceivedAt: noon.Add(time.Second)}
	second := docket.Call{ID: uuid.NewString(), Kiosk: 2, Screen: "home", RaisedAt: noon, ReceivedAt: noon.Add(2 * time.Second)}
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		must(t, tx.FileCall(second))
		must(t, tx.FileCall(first))
		wantError(t, "the same id", tx.FileCall(first), docket.ErrIDTaken)
		return nil
	}))
	open, err := s.OpenCalls(ctx)
	must(t, err)
	want(t, "open, oldest first", open, []docket.Call{first, second})
	answer := docket.CallAnswer{Answer: "coming", Words: "马上来", By: "王芳", At: noon.Add(time.Minute)}
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		must(t, tx.Answer(first.ID, answer))
		wantError(t, "a second answer", tx.Answer(first.ID, docket.CallAnswer{Answer: "busy", At: noon}), docket.ErrAnswered)
		got, err := tx.Call(first.ID)
		must(t, err)
		want(t, "answer", *got.Answer, answer)
		_, err = tx.Call("none")
		wantError(t, "unknown call", err, docket.ErrNotFound)
		return nil
	}))
	open, err = s.OpenCalls(ctx)
	must(t, err)
	want(t, "still open", open, []docket.Call{second})
	recent, err := s.RecentCalls(ctx, 5)
	must(t, err)
	first.Answer = &answer
	want(t, "answered", recent, []docket.Call{first})
}

func quarantine(t *testing.T, s docket.Store) {
	ctx := t.Context()
	first := item("no uuid; <b>any</b> text", "one", wire.Rejected, docket.ReasonBadItem)
	second := item(uuid.NewString(), "two", wire.Conflict, docket.ReasonTicketTaken)
	later := item(uuid.NewString(), "three", wire.Rejected, docket.ReasonUnknownKey)
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		for _, i := range []docket.Item{first, second, later} {
			must(t, tx.Record(i))
			for range 2 { // once, however often it comes
				must(t, tx.Keep(docket.Quarantined{Item: i, Sealed: []byte("sealed")}))
			}
		}
		empty := item(uuid.NewString(), "", wire.Rejected, docket.ReasonNotSealed)
		must(t, tx.Record(empty))
		must(t, tx.Keep(docket.Quarantined{Item: empty}))
		later.Outcome = wire.Created
		return tx.Record(later)
	}))
	kept, err := s.Quarantine(ctx, 10)
	must(t, err)
	want(t, "kept, without what was filed later", len(kept), 3)
	want(t, "newest but one", kept[1].Item, second)
	want(t, "oldest", kept[2].Item, first)
	want(t, "body", kept[2].Sealed, []byte("sealed"))
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		must(t, tx.Handle(kept[1].Number, noon, "王芳"))
		wantError(t, "handle twice", tx.Handle(kept[1].Number, noon, "王芳"), docket.ErrNotFound)
		wantError(t, "handle what is not there", tx.Handle(999, noon, "王芳"), docket.ErrNotFound)
		return nil
	}))
	left, err := s.Quarantine(ctx, 10)
	must(t, err)
	want(t, "left", len(left), 2)
	entry, err := s.QuarantineEntry(ctx, kept[1].Number)
	must(t, err)
	want(t, "handled is still there", entry.HandledBy, "王芳")
	want(t, "with its body", entry.Sealed, []byte("sealed"))
	_, err = s.QuarantineEntry(ctx, 999)
	wantError(t, "unknown entry", err, docket.ErrNotFound)
}

func settings(t *testing.T, s docket.Store) {
	ctx := t.Context()
	for _, value := range []string{"", "one", "two"} {
		if value != "" {
			must(t, s.PutSetting(ctx, "name", value))
		}
		got, err := s.Setting(ctx, "name")
		must(t, err)
		want(t, "setting", got, value)
	}
}
