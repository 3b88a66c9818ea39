package storetest

import (
	"fmt"
	"sync"
	"testing"

	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

func change(id string) wire.Change {
	return wire.Change{Status: &wire.Status{RequestID: id, Event: 2, Status: "accepted", At: noon, Note: "好"}}
}

func changes(t *testing.T, s docket.Store) {
	ctx := t.Context()
	addTerminal(t, s, 1)
	addTerminal(t, s, 2)
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		for i := range 5 {
			must(t, tx.Change(1, change(fmt.Sprint(i))))
		}
		must(t, tx.Change(2, wire.Change{Answer: &wire.Answer{CallID: "c", Answer: "busy", Words: "忙", At: noon}}))
		wantError(t, "unknown terminal", tx.Change(3, change("x")), docket.ErrNotFound)
		return nil
	}))
	got, head, err := s.Changes(ctx, 1, 0, 3)
	must(t, err)
	want(t, "head", head, int64(5))
	want(t, "three", len(got), 3)
	first := change("0")
	first.Cursor = 1
	want(t, "first", got[0], first)
	got, _, err = s.Changes(ctx, 1, 3, 100)
	must(t, err)
	want(t, "the rest", len(got), 2)
	want(t, "its cursor", got[1].Cursor, int64(5))
	got, head, err = s.Changes(ctx, 2, 0, 100)
	must(t, err)
	want(t, "of the other terminal", len(got), 1)
	want(t, "its own cursor", head, int64(1))
	want(t, "answer", got[0].Answer.Words, "忙")
	_, _, err = s.Changes(ctx, 3, 0, 1)
	wantError(t, "unknown terminal", err, docket.ErrNotFound)
}

// A terminal that pulls while changes are written never skips one: cursors
// become visible in their order.
func concurrentChanges(t *testing.T, s docket.Store) {
	const writers, each = 4, 10
	ctx := t.Context()
	addTerminal(t, s, 1)
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				if err := s.Write(ctx, func(tx docket.Tx) error { return tx.Change(1, change(fmt.Sprint(w, "-", i))) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()
	seen := map[string]bool{}
	cursor := int64(0)
	pull := func() {
		got, _, err := s.Changes(ctx, 1, cursor, 7)
		must(t, err)
		for _, c := range got {
			want(t, "next cursor", c.Cursor, cursor+1)
			cursor = c.Cursor
			seen[c.Status.RequestID] = true
		}
	}
	for writing := true; writing; {
		select {
		case <-done:
			writing = false
		default:
		}
		pull()
	}
	for before := int64(-1); before != cursor; pull() {
		before = cursor
	}
	want(t, "all of them", len(seen), writers*each)
}
