package storetest

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
)

func attachment(of, mediaType string, data []byte) docket.Attachment {
	return docket.Attachment{ID: uuid.Must(uuid.NewV7()).String(), Kiosk: 1, Request: of, Type: mediaType, Size: len(data),
		Hash: sha256.Sum256(data), ReceivedAt: noon, Data: data}
}

func attachments(t *testing.T, s docket.Store) {
	ctx := t.Context()
	c := sample(t, 1)
	large := make([]byte, request.MaxAttachment)
	for i := range large {
		large[i] = byte(i * 31)
	}
	first, second, other := attachment(c.ID, "audio/wav", []byte("RIFF\x00voice")), attachment(c.ID, "image/jpeg", large), attachment(uuid.NewString(), "image/jpeg", []byte{0xFF})
	body, err := json.Marshal(request.Request{ID: c.ID, Attachments: []request.Reference{{ID: first.ID, Type: first.Type, Size: first.Size}}})
	must(t, err)
	c.Body = body
	must(t, s.Write(ctx, func(tx docket.Tx) error { // before the request
		must(t, tx.FileAttachment(second))
		must(t, tx.FileAttachment(first))
		must(t, tx.FileAttachment(other))
		wantError(t, "the same id", tx.FileAttachment(first), docket.ErrIDTaken)
		_, filed, err := tx.Named(c.ID)
		want(t, "named before the request", filed, false)
		return err
	}))
	number := file(t, s, c)
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		named, filed, err := tx.Named(c.ID)
		must(t, err)
		want(t, "named", filed, true)
		want(t, "what the case names", named, docket.Named{Case: number, References: []request.Reference{{ID: first.ID, Type: first.Type, Size: first.Size}}})
		return nil
	}))
	came, err := s.Attachments(ctx, c.ID)
	must(t, err)
	bare := []docket.Attachment{first, second}
	for i := range bare {
		bare[i].Data = nil
	}
	want(t, "list without the bytes", came, bare)
	got, err := s.Attachment(ctx, second.ID)
	must(t, err)
	want(t, "whole", got, second)
	none, err := s.Attachments(ctx, uuid.NewString())
	must(t, err)
	want(t, "of a request without", len(none), 0)
	_, err = s.Attachment(ctx, uuid.NewString())
	wantError(t, "unknown attachment", err, docket.ErrNotFound)
}

// rating is a rating of a case, by a request of its own.
func rating(t *testing.T, n int, of docket.Case, stars int) docket.Rating {
	t.Helper()
	own := sample(t, n)
	body, err := json.Marshal(request.Request{ID: own.ID, Ticket: own.Ticket, Service: "rating",
		Rating: &request.Rating{Ticket: of.Ticket, RatingCode: "1234", Stars: stars}})
	must(t, err)
	return docket.Rating{ID: own.ID, Kiosk: 1, Ticket: own.Ticket, Rated: of.Ticket, Stars: stars,
		RequestedAt: own.RequestedAt, ReceivedAt: own.ReceivedAt, Body: body, Reason: docket.RatingUnknown}
}

func ratings(t *testing.T, s docket.Store) {
	ctx := t.Context()
	c := sample(t, 1)
	early, good, wrong := rating(t, 11, c, 1), rating(t, 12, c, 5), rating(t, 13, c, 3)
	must(t, s.Write(ctx, func(tx docket.Tx) (err error) {
		for _, r := range []*docket.Rating{&early, &good, &wrong} {
			if r.Number, err = tx.FileRating(*r); err != nil {
				return err
			}
		}
		again := rating(t, 14, c, 2)
		again.ID = early.ID
		_, err = tx.FileRating(again)
		wantError(t, "the same id", err, docket.ErrIDTaken)
		again.ID, again.Ticket = uuid.NewString(), early.Ticket
		_, err = tx.FileRating(again)
		wantError(t, "the same ticket", err, docket.ErrTicketTaken)
		clash := sample(t, 15)
		clash.Ticket = early.Ticket
		_, err = fileOne(tx, clash)
		wantError(t, "a case with a rating's ticket", err, docket.ErrTicketTaken)
		_, err = tx.LockCaseByTicket(c.Ticket)
		wantError(t, "a case that did not come yet", err, docket.ErrNotFound)
		return nil
	}))
	c.Number = file(t, s, c)
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		clash := rating(t, 16, c, 2)
		clash.Ticket = c.Ticket
		_, err := tx.FileRating(clash)
		wantError(t, "a rating with a case's ticket", err, docket.ErrTicketTaken)
		locked, err := tx.LockCaseByTicket(c.Ticket)
		must(t, err)
		want(t, "locked", locked.Number, c.Number)
		for _, tickets := range [][]ticket.Code{{c.Ticket}, {clash.Ticket, c.Ticket, early.Ticket}, slices.Repeat([]ticket.Code{c.Ticket}, 150)} {
			waiting, err := tx.RatingsOf(docket.RatingUnknown, tickets...)
			must(t, err)
			want(t, "waiting, oldest first", waiting, []docket.Rating{early, good, wrong})
		}
		none, err := tx.RatingsOf(docket.RatingUnknown)
		must(t, err)
		want(t, "of no ticket", len(none), 0)
		must(t, tx.SettleRating(early.Number, c.Number, docket.RatingNotDone))
		must(t, tx.SettleRating(good.Number, c.Number, ""))
		must(t, tx.SettleRating(wrong.Number, 0, docket.RatingWrongCode))
		wantError(t, "an unknown rating", tx.SettleRating(999, 0, ""), docket.ErrNotFound)
		wrongOnes, err := tx.RatingsOf(docket.RatingWrongCode, c.Ticket)
		must(t, err)
		want(t, "wrong codes", len(wrongOnes), 1)
		named, filed, err := tx.Named(good.ID)
		must(t, err)
		want(t, "what a rating names", filed, true)
		want(t, "on the page of its case", named.Case, c.Number)
		return nil
	}))
	early.Case, early.Reason, good.Case, good.Reason, wrong.Reason = c.Number, docket.RatingNotDone, c.Number, "", docket.RatingWrongCode
	of, err := s.Ratings(ctx, c.Number)
	must(t, err)
	want(t, "of the case", of, []docket.Rating{early, good})
	unfiled, err := s.UnfiledRatings(ctx, 10)
	must(t, err)
	want(t, "unfiled, newest first", unfiled, []docket.Rating{wrong, early})
	got, err := s.RatingByTicket(ctx, good.Ticket)
	must(t, err)
	want(t, "by its ticket", got, good)
	_, err = s.RatingByTicket(ctx, c.Ticket)
	wantError(t, "by the case's ticket", err, docket.ErrNotFound)
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		must(t, tx.HandleRating(wrong.Number, noon, "王芳"))
		wantError(t, "handle twice", tx.HandleRating(wrong.Number, noon, "王芳"), docket.ErrNotFound)
		wantError(t, "handle what counts", tx.HandleRating(good.Number, noon, "王芳"), docket.ErrNotFound)
		return nil
	}))
	unfiled, err = s.UnfiledRatings(ctx, 10)
	must(t, err)
	want(t, "left", unfiled, []docket.Rating{early})
	handled, err := s.Rating(ctx, wrong.Number)
	must(t, err)
	want(t, "handled is still there", handled.HandledBy, "王芳")
	_, err = s.Rating(ctx, 999)
	wantError(t, "unknown rating", err, docket.ErrNotFound)
}

// A rating changes neither the status nor when it began.
func ratedEvents(t *testing.T, s docket.Store) {
	ctx := t.Context()
	number := file(t, s, sample(t, 1))
	done := noon.Add(time.Hour)
	must(t, s.Write(ctx, func(tx docket.Tx) error {
		for i, status := range []docket.Status{docket.Accepted, docket.Working, docket.Done} {
			must(t, tx.Append(number, docket.Event{Number: int64(i + 2), Status: status, At: done}))
		}
		return tx.Append(number, docket.Event{Number: 5, Status: docket.Done, At: done.Add(time.Hour), Stars: 2})
	}))
	c, history, err := s.Case(ctx, number)
	must(t, err)
	want(t, "status", c.Status, docket.Done)
	want(t, "since", c.UpdatedAt, done)
	want(t, "events", c.Events, int64(5))
	want(t, "stars", history[4].Stars, 2)
	again := docket.Event{Number: 6, Status: docket.Accepted, At: done.Add(time.Hour), Note: "重新办理"}
	must(t, s.Write(ctx, func(tx docket.Tx) error { return tx.Append(number, again) }))
	c, history, err = s.Case(ctx, number)
	must(t, err)
	status, err := docket.Fold(history)
	must(t, err)
	want(t, "reopened", status, docket.Accepted)
	want(t, "projection", c.Status, status)
	want(t, "since then", c.UpdatedAt, again.At)
}

func cards(t *testing.T, s docket.Store) {
	ctx := t.Context()
	var mine []docket.Case
	for n := range 4 {
		c := sample(t, n)
		if n != 2 {
			c.Card = "token of hers"
		}
		c.Number = file(t, s, c)
		mine = append(mine, c)
	}
	for name, c := range map[string]struct {
		card string
		want []int
	}{"hers, newest first": {"token of hers", []int{3, 1, 0}}, "another's": {"token", nil}} {
		got, err := s.Cases(ctx, docket.CaseQuery{Card: c.card, Order: docket.Latest})
		must(t, err)
		var numbers, expected []int64
		for _, g := range got {
			numbers = append(numbers, g.Number)
			want(t, "token", g.Card, c.card)
		}
		for _, i := range c.want {
			expected = append(expected, mine[i].Number)
		}
		want(t, name, numbers, expected)
	}
}
