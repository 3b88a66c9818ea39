// Package storetest says what a resource.Store must do, for every driver.
package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/resource"
)

// Store is one, with the cases that take places.
type Store interface {
	resource.Store
	docket.Store
}

var at = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty store at each call.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*testing.T, *bench){"Resources": resources, "Places": places, "AtOnce": atOnce} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			test(t, &bench{t, s, &resource.Keeper{Store: s, Clock: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler)}})
		})
	}
}

type bench struct {
	t *testing.T
	Store
	keeper *resource.Keeper
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) wants(err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Errorf("error %v, want %v", err, want)
	}
}

// file files some cases that came through a channel.
func (b *bench) file(n int) (numbers []int64) {
	b.t.Helper()
	var all []docket.Case
	for i := range n {
		id := fmt.Sprintf("id %d", i)
		code := ticket.Code(fmt.Sprintf("%012d", i))
		body, err := json.Marshal(request.Request{ID: id, Ticket: code, Service: "repair"})
		b.must(err)
		all = append(all, docket.Case{ID: id, Ticket: code, Service: "repair", Urgency: docket.Normal, RequestedAt: at, ReceivedAt: at, Body: body})
	}
	b.must(b.Write(b.t.Context(), func(tx docket.Tx) error {
		numbers = nil
		filed, err := tx.FileCases(all...)
		for _, f := range filed {
			numbers, err = append(numbers, f.Number), errors.Join(err, f.Err)
		}
		return err
	}))
	return numbers
}

func (b *bench) seen(number int64) int64 {
	c, _, err := b.Case(b.t.Context(), number)
	b.must(err)
	return c.Events
}

func (b *bench) take(number int64, id string) error {
	return b.keeper.Take(b.t.Context(), number, b.seen(number), id, "王芳", 0.875)
}

func (b *bench) act(number int64, actions ...docket.Action) {
	b.t.Helper()
	b.must(b.Write(b.t.Context(), func(tx docket.Tx) error {
		for _, action := range actions {
			c, err := tx.LockCase(number)
			if err != nil {
				return err
			}
			if _, err := docket.Advance(tx, c, docket.Event{Action: action, At: at, Note: "好"}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (b *bench) taken(id string, want int) {
	b.t.Helper()
	all, err := b.Taken(b.t.Context())
	b.must(err)
	if all[id] != want {
		b.t.Errorf("%d places are taken, want %d", all[id], want)
	}
}

func resources(t *testing.T, b *bench) {
	if all, err := b.Resources(t.Context()); err != nil || len(all) != 0 {
		t.Fatalf("%v, %v", all, err)
	}
	want := resource.Defaults()[1]
	b.must(b.WriteResources(t.Context(), func(tx resource.Tx) error { return tx.PutResource(want) }))
	want.Name = "小李维修队"
	b.must(b.keeper.Put(t.Context(), want))
	all, err := b.Resources(t.Context())
	if err != nil || !reflect.DeepEqual(all, []resource.Resource{want}) {
		t.Errorf("%+v, %v", all, err)
	}
	want.ID = "none"
	b.wants(b.keeper.Put(t.Context(), want), resource.ErrNotFound)
	want.ID, want.Capacity = "", 0
	b.wants(b.keeper.Put(t.Context(), want), resource.ErrResource)
}

func places(t *testing.T, b *bench) {
	one := resource.Defaults()[0]
	one.Capacity = 2
	b.must(b.WriteResources(t.Context(), func(tx resource.Tx) error { return tx.PutResource(one) }))
	cases := b.file(3)
	b.must(b.take(cases[0], one.ID))
	b.wants(b.take(cases[0], one.ID), resource.ErrTaken)
	b.wants(b.take(cases[0], "none"), resource.ErrNotFound)
	b.wants(b.keeper.Take(t.Context(), 99, 1, one.ID, "王芳", 1), docket.ErrNotFound)
	b.wants(b.keeper.Take(t.Context(), cases[1], 0, one.ID, "王芳", 1), docket.ErrMove)
	b.must(b.take(cases[1], one.ID))
	b.wants(b.take(cases[2], one.ID), resource.ErrFull)
	b.taken(one.ID, 2)
	if _, events, err := b.Case(t.Context(), cases[0]); err != nil || len(events) != 2 || events[1].Action != docket.Tell || events[1].Inner == "" || events[1].Told() {
		t.Errorf("the case does not say that it has a place: %+v, %v", events, err)
	}

	// The end of a case frees its place; to open it again takes it again.
	b.act(cases[0], docket.Accept, docket.Start, docket.Complete)
	b.taken(one.ID, 1)
	b.wants(b.keeper.Take(t.Context(), cases[0], b.seen(cases[0]), one.ID, "王芳", 1), resource.ErrClosed)
	b.act(cases[0], docket.Reopen)
	b.taken(one.ID, 2)
	b.wants(b.take(cases[2], one.ID), resource.ErrFull)

	bookings, err := b.BookingsOf(t.Context(), cases[1])
	b.must(err)
	if len(bookings) != 1 || bookings[0].By != "王芳" || !bookings[0].At.Equal(at) || !bookings[0].BackAt.IsZero() {
		t.Fatalf("%+v", bookings)
	}
	b.wants(b.keeper.Back(t.Context(), cases[0], bookings[0].Number, "李强"), resource.ErrNotFound) // another case's
	b.must(b.keeper.Back(t.Context(), cases[1], bookings[0].Number, "李强"))
	b.wants(b.keeper.Back(t.Context(), cases[1], bookings[0].Number, "李强"), resource.ErrNotFound)
	b.taken(one.ID, 1)
	b.must(b.take(cases[2], one.ID))
}

// atOnce has many want the last places: as many get one as there are.
func atOnce(t *testing.T, b *bench) {
	one := resource.Defaults()[0]
	one.Capacity = 3
	b.must(b.WriteResources(t.Context(), func(tx resource.Tx) error { return tx.PutResource(one) }))
	var got atomic.Int64
	var all sync.WaitGroup
	for _, number := range b.file(8) {
		all.Go(func() {
			switch err := b.keeper.Take(t.Context(), number, 1, one.ID, "王芳", 1); {
			case err == nil:
				got.Add(1)
			case !errors.Is(err, resource.ErrFull):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got.Load() != 3 {
		t.Errorf("%d got a place of 3", got.Load())
	}
	b.taken(one.ID, 3)
}
