package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

func item(id, body string, outcome wire.Outcome, reason docket.Reason) docket.Item {
	return docket.Item{Kiosk: 1, ID: id, Hash: hash(body), Kind: request.KindRequest, Sequence: 7, MadeAt: noon.Add(-time.Hour),
		ReceivedAt: noon, ClockOffset: time.Second, Outcome: outcome, Reason: reason}
}

func items(t *testing.T, s docket.Store) {
	ctx := t.Context()
	id, unknown := uuid.NewString(), uuid.NewString()
	created := item(id, "body", wire.Created, "")
	other := item(id, "other", wire.Conflict, docket.ReasonIDTaken)
	refused := item("any text", "bad", wire.Rejected, docket.ReasonBadItem)
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		none, err := tx.Answered(1, []string{id, unknown})
		must(t, err)
		want(t, "known before", len(none), 0)
		must(t, tx.Record(created, other))
		must(t, tx.Record())
		return tx.Record(refused)
	}))
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		// However many are asked for, and however often.
		ids := []string{id, refused.ID, id}
		for range 120 {
			ids = append(ids, uuid.NewString())
		}
		ids = append(ids, refused.ID)
		got, err := tx.Answered(1, ids)
		must(t, err)
		sortItems(got)
		all := []docket.Item{created, other, refused}
		sortItems(all)
		want(t, "known", got, all)
		got, err = tx.Answered(2, ids)
		must(t, err)
		want(t, "what another terminal filed", got, []docket.Item{created})
		none, err := tx.Answered(1, nil)
		must(t, err)
		want(t, "of none", len(none), 0)
		return nil
	}))
	// Judged again, a rejected item may be filed after all.
	late := item(uuid.NewString(), "late", wire.Rejected, docket.ReasonUnknownKey)
	for _, outcome := range []wire.Outcome{wire.Rejected, wire.Created} {
		late.Outcome = outcome
		must(t, s.Write(ctx, func(tx docket.Tx) error { return tx.Record(late) }))
		must(t, s.Write(ctx, func(tx docket.Tx) error {
			got, err := tx.Answered(1, []string{late.ID})
			must(t, err)
			want(t, "late", got, []docket.Item{late})
			return nil
		}))
	}
}

func sortItems(all []docket.Item) {
	slices.SortFunc(all, func(a, b docket.Item) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
}

// Many are filed as each by itself would be, also beside others with the same id or
// ticket.
func many(t *testing.T, s docket.Store) {
	ctx := t.Context()
	before := file(t, s, sample(t, 0))
	var all []docket.Case
	for n := range 130 {
		all = append(all, sample(t, n+1))
	}
	all[40].ID, all[60].Ticket, all[70].ID, all[70].Ticket = all[3].ID, all[4].Ticket, all[5].ID, all[6].Ticket
	all[80].Status, all[80].Events = docket.Working, 7 // what a case is told by its events only
	refused := map[int]error{40: docket.ErrIDTaken, 60: docket.ErrTicketTaken, 70: docket.ErrIDTaken}
	var filed []docket.Filed
	must(t, s.Write(ctx, func(tx docket.Tx) (err error) {
		filed, err = tx.FileCases(all...)
		must(t, err)
		none, err := tx.FileCases()
		want(t, "words on none", len(none), 0)
		return err
	}))
	want(t, "words", len(filed), len(all))
	last := before
	for n, c := range all {
		if err := refused[n]; err != nil {
			wantError(t, fmt.Sprint("case ", n), filed[n].Err, err)
			continue
		}
		must(t, filed[n].Err)
		if filed[n].Number <= last {
			t.Fatalf("case %d has the number %d after %d", n, filed[n].Number, last)
		}
		last = filed[n].Number
		c.Number, c.Status, c.Events, c.UpdatedAt = last, docket.Delivered, 1, c.ReceivedAt
		got, history, err := s.Case(ctx, last)
		must(t, err)
		want(t, "case", got, c)
		want(t, "events", history, []docket.Event{c.First()})
	}
}
