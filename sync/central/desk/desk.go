// Package desk is what staff do: everything that the docket lets happen to a case,
// answer a call, say that a quarantined item or a rating that counts for no case was
// dealt with. Each is one transaction that also writes the change log of the
// terminals concerned; after the commit they and the staff pages are told at once.
package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// ErrAnswer is returned for an answer that is not prepared.
var ErrAnswer = errors.New("desk: no such prepared answer")

// ErrNote is returned for a note longer than MaxNote.
var ErrNote = errors.New("desk: the note is too long")

// MaxNote is how many characters a note for the resident may have: what a
// terminal can show and speak.
const MaxNote = 200

// Prepared are the answers to a call, in the order of their buttons. Their
// words are the phrases answer.ID.
var Prepared = []string{"coming", "five_minutes", "busy"}

// Words returns the words of a prepared answer.
func Words(answer string) (string, bool) {
	for _, id := range Prepared {
		if id == answer {
			return phrase.Text(phrase.ID("answer." + id)), true
		}
	}
	return "", false
}

// Desk writes what staff decide.
type Desk struct {
	Store docket.Store
	Hub   *live.Hub
	Clock func() time.Time
	Log   *slog.Logger
	// Estates tells buildings of one number apart when cases are classified; nil in a
	// community of one estate. See classify.Item.
	Estates func(context.Context) (func(kiosk int, text string) string, error)
}

// tidy makes of a note what a terminal can draw. A browser ends each line with two
// signs, of which its own count of the note's length sees one.
func tidy(note string) string {
	note = strings.ReplaceAll(note, "\r\n", "\n")
	note = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return ' '
		}
		return r
	}, note)
	return strings.TrimSpace(note)
}

// Answer gives a prepared answer to a call, by a name and its account. The first
// answer counts; later ones get docket.ErrAnswered.
func (d *Desk) Answer(ctx context.Context, callID, answer, by, account string) error {
	words, ok := Words(answer)
	if !ok {
		return ErrAnswer
	}
	var call docket.Call
	a := docket.CallAnswer{Answer: answer, Words: words, By: by, Account: account, At: d.Clock().UTC()}
	err := d.Store.Write(ctx, func(tx docket.Tx) error {
		var err error
		if call, err = tx.Call(callID); err != nil {
			return err
		}
		if err := tx.Answer(callID, a); err != nil {
			return err
		}
		return tx.Change(call.Kiosk, wire.Change{Answer: &wire.Answer{CallID: callID, Answer: answer, Words: words, At: a.At}})
	})
	if err != nil {
		return fmt.Errorf("desk: answer call: %w", err)
	}
	d.Hub.Publish(live.Word{Kind: live.Changes, Kiosk: call.Kiosk}, live.Word{Kind: live.Call, ID: callID, Kiosk: call.Kiosk})
	d.Log.Info("call answered", "call", callID, "kiosk", call.Kiosk, "answer", answer, "after_ms", a.At.Sub(call.ReceivedAt).Milliseconds())
	return nil
}

// Handle takes an item off the list of quarantined ones; the item is kept.
func (d *Desk) Handle(ctx context.Context, number int64, by string) error {
	err := d.Store.Write(ctx, func(tx docket.Tx) error { return tx.Handle(number, d.Clock().UTC(), by) })
	if err != nil {
		return fmt.Errorf("desk: handle quarantined item %d: %w", number, err)
	}
	d.Hub.Publish(live.Word{Kind: live.Quarantine})
	d.Log.Info("quarantined item handled", "number", number)
	return nil
}

// AcknowledgeAudit ends the alarm about a terminal's audit log: somebody has seen
// to it, and the log as it is counts from now on.
func (d *Desk) AcknowledgeAudit(ctx context.Context, kiosk int) error {
	var ended docket.AuditAlarm
	err := d.Store.Write(ctx, func(tx docket.Tx) error {
		a, err := tx.Audit(kiosk)
		if err != nil {
			return err
		}
		if ended = a.Alarm; ended == "" {
			return docket.ErrNotFound
		}
		return tx.PutAudit(kiosk, a.Acknowledge())
	})
	if err != nil {
		return fmt.Errorf("desk: acknowledge the audit log of terminal %d: %w", kiosk, err)
	}
	d.Hub.Publish(live.Word{Kind: live.Terminal, Kiosk: kiosk})
	d.Log.Warn("audit alarm acknowledged", "kiosk", kiosk, "alarm", string(ended))
	return nil
}

// HandleRating takes a rating that counts for no case off the list; it is kept.
func (d *Desk) HandleRating(ctx context.Context, number int64, by string) error {
	err := d.Store.Write(ctx, func(tx docket.Tx) error { return tx.HandleRating(number, d.Clock().UTC(), by) })
	if err != nil {
		return fmt.Errorf("desk: handle rating %d: %w", number, err)
	}
	d.Hub.Publish(live.Word{Kind: live.Quarantine})
	d.Log.Info("rating handled", "number", number)
	return nil
}
