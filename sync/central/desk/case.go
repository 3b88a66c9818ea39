package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

// Bounds of what staff write.
const (
	MaxInner  = 500  // characters of a note for staff
	MaxRecord = 1000 // characters of a record of what was done
	MaxPhotos = 6    // of a record
)

// ErrPhoto is returned for a record with a photo that central does not have.
var ErrPhoto = errors.New("desk: no such photo")

// Act does one of the docket's actions to a case, with what that action needs in e;
// number, status and time are filled in. seen is the number of the newest event that
// the member of staff had before her. The error is docket.ErrMove when the case went
// on since or the action cannot be done to it, docket.ErrEvent when e lacks something,
// docket.ErrApproval, docket.ErrFollowed, docket.ErrNotFound for the case that it is
// to be merged into, ErrNote, ErrPhoto; and then nothing is written. more are actions
// that are done after e in the same transaction.
//
// Accepting what needs approvals hands it on to all who approve, and the last approval
// completes it: the paper can be fetched, and has a verification code.
func (d *Desk) Act(ctx context.Context, number, seen int64, e docket.Event, more ...docket.Event) error {
	return d.ActWith(ctx, number, seen, e, nil, more...)
}

// ActWith is Act with the photos that the record of e names, in its order; they are
// filed in the same transaction, so that of a form that is refused none stays.
func (d *Desk) ActWith(ctx context.Context, number, seen int64, e docket.Event, photos []docket.Attachment, more ...docket.Event) error {
	more = slices.Clone(more)
	if len(photos) > 0 {
		record := docket.Record{}
		if e.Record != nil {
			record = *e.Record
		}
		for _, p := range photos {
			record.Photos = append(record.Photos, p.ID)
		}
		e.Record = &record
	}
	for _, one := range append([]*docket.Event{&e}, pointers(more)...) {
		if err := d.check(ctx, one, photos); err != nil {
			return err
		}
	}
	chains, _, err := d.Chains(ctx)
	if err != nil {
		return err
	}
	var touched []docket.Case
	written := e.Note
	err = d.Store.Write(ctx, func(tx docket.Tx) error {
		e.Note = written // of the attempt before
		c, err := lock(tx, number, &e)
		if err != nil {
			return err
		}
		if c.Events != seen {
			return fmt.Errorf("%w: it is at event %d, not %d", docket.ErrMove, c.Events, seen)
		}
		steps, err := d.steps(tx, c, e, chains[c.Service], more)
		if err != nil {
			return err
		}
		for _, p := range photos {
			if err := tx.FileAttachment(p); err != nil {
				return err
			}
		}
		touched, err = docket.Advance(tx, c, append(steps, more...)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("desk: %s case %d: %w", e.Action, number, err)
	}
	d.publish(touched)
	d.Log.Info("case moved", "case", number, "action", string(e.Action), "status", string(touched[0].Status), "followers", len(touched)-1)
	return nil
}

func pointers(all []docket.Event) (each []*docket.Event) {
	for i := range all {
		each = append(each, &all[i])
	}
	return each
}

// Move brings a case on, on its shortest way. seen is as of Act; when the move is not
// the next one, the error is docket.ErrMove.
func (d *Desk) Move(ctx context.Context, number, seen int64, to docket.Status, note, by string) error {
	for _, from := range docket.Statuses {
		if action, ok := from.Towards(to); ok {
			return d.Act(ctx, number, seen, docket.Event{Action: action, By: by, Note: note})
		}
	}
	return fmt.Errorf("desk: %w: to %q", docket.ErrMove, to)
}

// check looks at what staff wrote, and makes it what a terminal can draw.
func (d *Desk) check(ctx context.Context, e *docket.Event, photos []docket.Attachment) error {
	switch e.Action {
	case docket.File, docket.Rate, docket.FollowOther:
		return fmt.Errorf("desk: %w: %q is not for staff", docket.ErrMove, e.Action)
	}
	e.At = d.Clock().UTC()
	e.Note, e.Inner = tidy(e.Note), tidy(e.Inner)
	if utf8.RuneCountInString(e.Note) > MaxNote || utf8.RuneCountInString(e.Inner) > MaxInner {
		return ErrNote
	}
	if e.Note == "" {
		e.Note = usual(*e)
	}
	if e.Record == nil {
		return nil
	}
	e.Record.Text = tidy(e.Record.Text)
	if utf8.RuneCountInString(e.Record.Text) > MaxRecord {
		return ErrNote
	}
	if len(e.Record.Photos) > MaxPhotos {
		return ErrPhoto
	}
	for _, id := range e.Record.Photos {
		if slices.ContainsFunc(photos, func(p docket.Attachment) bool { return p.ID == id }) {
			continue
		}
		if _, err := d.Store.Attachment(ctx, id); errors.Is(err, docket.ErrNotFound) {
			return ErrPhoto
		} else if err != nil {
			return err
		}
	}
	return nil
}

// usual is what the resident is told where staff wrote nothing, of that which the
// status alone does not tell.
func usual(e docket.Event) string {
	switch e.Action {
	case docket.Transfer:
		if to, ok := e.Assignee.Department(); ok {
			return phrase.Text("told.transferred", "department", Department(to))
		}
	case docket.Approve:
		return phrase.Text("told.approved", "department", Department(e.Step))
	case docket.Submit:
		return phrase.Text("told.submitted")
	case docket.Cancel:
		return phrase.Text("told.cancelled")
	case docket.Reopen:
		return phrase.Text("told.reopened")
	}
	return ""
}

// Department is what a department is called.
func Department(d docket.Department) string {
	if id := phrase.ID("department." + string(d)); phrase.Has(id) {
		return phrase.Text(id)
	}
	return string(d)
}

// lock locks the case, and the one that it is to be merged into: the lower number
// first, so that two who merge do not wait for each other.
func lock(tx docket.Tx, number int64, e *docket.Event) (docket.Case, error) {
	if e.Action != docket.Merge || e.Other == number {
		return tx.LockCase(number)
	}
	cases := map[int64]docket.Case{}
	for _, n := range []int64{min(number, e.Other), max(number, e.Other)} {
		c, err := tx.LockCase(n)
		if err != nil {
			return c, err
		}
		cases[n] = c
	}
	switch e.OtherStatus = cases[e.Other].Status; e.OtherStatus {
	case docket.Cancelled, docket.Refused:
		return docket.Case{}, fmt.Errorf("%w: case %d is %q, so nobody does it", docket.ErrEvent, e.Other, e.OtherStatus)
	case docket.Rated:
		e.OtherStatus = docket.Done // by another resident
	}
	if e.Note != "" {
		return cases[number], nil
	}
	var err error
	e.Note, err = joined(tx, cases[e.Other])
	return cases[number], err
}

// joined tells a resident which case hers was merged into, by what is no secret of
// another's, and what came of it when it is done: else hers would be done at once, and
// she would not know why.
func joined(tx docket.Tx, other docket.Case) (string, error) {
	day := func(t time.Time) string { return t.In(phrase.Zone).Format(phrase.Text("told.day")) }
	number, since := strconv.FormatInt(other.Number, 10), day(other.RequestedAt)
	if !other.Status.Closed() {
		return phrase.Text("told.merged", "number", number, "day", since), nil
	}
	history, err := tx.Events(other.Number)
	if err != nil {
		return "", err
	}
	done, note := other.UpdatedAt, ""
	for _, e := range history {
		if e.Action == docket.Complete {
			done, note = e.At, e.Note
		}
	}
	text := phrase.Text("told.merged_done", "number", number, "day", since, "done", day(done))
	if note != "" {
		text += phrase.Text("told.merged_came", "note", note)
	}
	if letters := []rune(text); len(letters) > MaxNote {
		text = string(letters[:MaxNote-1]) + "…"
	}
	return text, nil
}

// steps is what an action brings with it; more follow it.
func (d *Desk) steps(tx docket.Tx, c docket.Case, e docket.Event, chain []docket.Department, more []docket.Event) ([]docket.Event, error) {
	if e.Action == docket.Submit && len(e.Chain) == 0 {
		e.Chain = chain
	}
	steps := []docket.Event{e}
	switch e.Action {
	case docket.Accept:
		// Who accepts it to give it to somebody has that done first, and submits it then.
		if len(chain) > 0 && !slices.ContainsFunc(more, func(m docket.Event) bool { return m.Assignee != "" }) {
			submit := docket.Event{Action: docket.Submit, At: e.At, By: e.By, Detail: docket.Detail{Chain: chain}}
			submit.Note = usual(submit)
			steps = append(steps, submit)
		}
	case docket.Approve, docket.Complete:
		history, err := tx.Events(c.Number)
		if err != nil {
			return nil, err
		}
		s, err := docket.Replay(history)
		if err != nil {
			return nil, err
		}
		if e.Action == docket.Complete {
			if len(chain) > 0 && (len(s.Chain) == 0 || s.Approved < len(s.Chain)) {
				return nil, docket.ErrApproval
			}
			return steps, nil
		}
		if len(s.Chain)-s.Approved > 1 {
			return steps, nil
		}
		// Drawn once more each time that the transaction runs, which does no harm.
		code, err := docket.NewVerification(rand.Reader)
		if err != nil {
			return nil, err
		}
		steps = append(steps, docket.Event{Action: docket.Complete, At: e.At, By: e.By, Note: phrase.Text("told.ready"),
			Detail: docket.Detail{Verification: code}})
	case docket.Correct:
		was, err := tx.Classification(c.Number)
		if errors.Is(err, docket.ErrNotFound) || e.Correction == nil {
			return steps, nil
		}
		if err != nil {
			return nil, err
		}
		counts := map[string]docket.RuleCount{}
		for _, rule := range was.Wrong(*e.Correction) {
			counts[rule] = docket.RuleCount{Corrected: 1}
		}
		return steps, tx.CountRules(counts)
	}
	return steps, nil
}

func (d *Desk) publish(touched []docket.Case) {
	var words []live.Word
	for _, c := range touched {
		if c.Kiosk != 0 {
			words = append(words, live.Word{Kind: live.Changes, Kiosk: c.Kiosk})
		}
		words = append(words, live.Word{Kind: live.Case, ID: strconv.FormatInt(c.Number, 10), Kiosk: c.Kiosk})
	}
	d.Hub.Publish(words...)
}
