package channel

import (
	"context"
	"fmt"
	"strconv"

	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

// Note is what somebody says through a channel of a case that is there.
type Note struct {
	Ticket  ticket.Code
	Text    string      // for staff
	Key     string      // the client's own name for it, or ""
	Content docket.Hash // of all that was said
	// May tells whether the channel may say something of this case.
	May func(docket.Case) bool
}

// Noted is what came of a note: the number of its event.
type Noted struct {
	Case  docket.Case
	Event int64
}

// Note puts a note for staff onto a case, which stays as it stands: what a resident
// says through a channel moves no case. docket.ErrNotFound, ErrOther.
func (r *Receiver) Note(ctx context.Context, c Channel, n Note) (Noted, error) {
	digest := hashOf("note of content", string(n.Content[:]))
	if n.Key != "" {
		digest = hashOf("note", string(n.Ticket), n.Key)
	}
	var noted Noted
	again := false
	err := r.Store.WriteChannel(ctx, func(tx Tx) error {
		noted, again = Noted{}, false
		found, err := tx.LockCaseByTicket(n.Ticket)
		if err != nil {
			return err
		}
		if !n.May(found) {
			return docket.ErrNotFound
		}
		now := r.Clock().UTC()
		noted.Case = found
		before, known, err := tx.Submitted(c.Number, digest)
		if err != nil {
			return err
		}
		if known && n.Key != "" && before.Content != n.Content {
			return ErrOther
		}
		if known && (n.Key != "" || now.Sub(before.At) < Again) {
			again, noted.Event = true, before.Event
			return nil
		}
		e := docket.Event{Action: docket.Tell, At: now, By: c.Name, Detail: docket.Detail{Inner: n.Text}}
		touched, err := docket.Advance(tx, found, e)
		if err != nil {
			return err
		}
		noted.Event = touched[0].Events
		return tx.Submit(Submission{Channel: c.Number, Digest: digest, Content: n.Content, Case: found.Number, Ticket: found.Ticket, Event: noted.Event, At: now})
	})
	if err != nil {
		return Noted{}, fmt.Errorf("channel: note: %w", err)
	}
	if !again {
		r.Hub.Publish(live.Word{Kind: live.Case, ID: strconv.FormatInt(noted.Case.Number, 10), Kiosk: noted.Case.Kiosk})
	}
	r.Log.Info("note of a channel", "channel", c.Number, "case", noted.Case.Number, "again", again)
	return noted, nil
}
