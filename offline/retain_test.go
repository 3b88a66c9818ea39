package offline

import (
	"errors"
	"testing"
	"time"

	"lintai/kiosk/terminal"
	"lintai/kiosk/ticket"
	"lintai/kiosk/visit"
)

const day = 24 * time.Hour

func TestRetentionDeletesOnlyWhatCentralHasHadForLong(t *testing.T) {
	b := setup(t)
	old := b.saveRequest(t)     // delivered, no status
	done := b.saveRequest(t)    // delivered, its last status is old as well
	moving := b.saveRequest(t)  // delivered long ago, its status is of yesterday
	waiting := b.saveRequest(t) // never delivered
	held := b.saveRequest(t)    // in conflict: staff must look
	for _, r := range []string{old.ID, done.ID, moving.ID} {
		b.settle(t, r, Delivered)
	}
	b.settle(t, held.ID, Rejected)
	must(t, b.ApplyStatuses(t.Context(), 3, []Status{
		{done.ID, 1, visit.StatusDone, noon.Add(day), ""},
		{moving.ID, 1, visit.StatusWorking, noon.Add(99 * day), ""},
	}))
	b.clock = noon.Add(100 * day)
	fresh := b.saveRequest(t)
	b.settle(t, fresh.ID, Delivered)

	if _, err := b.Retain(t.Context(), Rules{}); err == nil {
		t.Error("deleted by a clock that nobody vouches for")
	}
	got, err := b.Retain(t.Context(), Rules{Now: b.clock})
	must(t, err)
	if want := (Retained{Items: 2, Tickets: 2, Statuses: 1}); got != want {
		t.Errorf("deleted %+v, want %+v", got, want)
	}
	for what, r := range map[string]struct {
		code ticket.Code
		kept bool
	}{
		"delivered long ago": {old.Ticket, false}, "done long ago": {done.Ticket, false}, "with a new status": {moving.Ticket, true},
		"waiting": {waiting.Ticket, true}, "held for staff": {held.Ticket, true}, "new": {fresh.Ticket, true},
	} {
		if _, ok, err := b.Progress(t.Context(), r.code); err != nil || ok != r.kept {
			t.Errorf("%s: known %v, want %v (%v)", what, ok, r.kept, err)
		}
	}
	for what, r := range map[string]ticket.Code{"delivered long ago": old.Ticket, "waiting": waiting.Ticket} {
		again := b.request(t)
		again.Ticket = r
		if err := b.SaveRequest(t.Context(), again); !errors.Is(err, terminal.ErrTicketTaken) {
			t.Errorf("%s: its code was issued again: %v", what, err)
		}
	}
	var left int
	must(t, b.db.QueryRow(`SELECT (SELECT count(*) FROM outbox WHERE id IN (?1, ?2)) + (SELECT count(*) FROM tickets WHERE request IN (?1, ?2))
		+ (SELECT count(*) FROM statuses WHERE request IN (?1, ?2))`, old.ID, done.ID).Scan(&left))
	if left != 0 {
		t.Errorf("%d rows still name what was deleted", left)
	}
	head, err := b.AuditHead(t.Context())
	must(t, err)
	if head.Event != EventRetained || head.Detail != "items=2 attachments=0 tickets=2 statuses=1" {
		t.Errorf("the audit log ends with %+v", head)
	}
	again, err := b.Retain(t.Context(), Rules{Now: b.clock})
	must(t, err)
	if again != (Retained{}) {
		t.Errorf("deleted again: %+v", again)
	}
	// The numbers go on, also when all is gone.
	last := b.saveRequest(t)
	b.settle(t, last.ID, Delivered)
	_, err = b.Retain(t.Context(), Rules{Now: b.clock.Add(1000 * day)})
	must(t, err)
	next := b.saveRequest(t)
	for _, w := range b.next(t) {
		if w.ID == next.ID && w.Sequence != 8 {
			t.Errorf("the next item has number %d", w.Sequence)
		}
	}
}
