package privacy

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"lintai/kiosk/request"
	"lintai/kiosk/ticket"
	"lintai/sync/central/docket"
)

// Keeper does what residents ask for at the desk.
type Keeper struct {
	Store  Store
	Docket docket.Store
	Reads  *Log
	Clock  func() time.Time
	Log    *slog.Logger
}

// ByCard opens a matter for the holder of a card. ErrNotFound when nothing is known of
// her.
func (k *Keeper) ByCard(ctx context.Context, kind Kind, token, by string) (int64, error) {
	if token == "" {
		return 0, ErrNotFound
	}
	return k.open(ctx, kind, Subject{Card: token}, by)
}

// ByTicket opens one for who has a slip and the name on its request. ErrNotFound also
// when the name is another: a slip that was found tells nobody whose it is.
func (k *Keeper) ByTicket(ctx context.Context, kind Kind, code ticket.Code, name, by string) (int64, error) {
	c, _, err := k.Docket.CaseByTicket(ctx, code)
	if errors.Is(err, docket.ErrNotFound) {
		return 0, ErrNotFound
	}
	if err != nil {
		return 0, err
	}
	body, err := c.Request()
	if err != nil {
		return 0, err
	}
	if name = squeeze(name); body.Person == nil || name == "" || squeeze(body.Person.Name) != name {
		return 0, ErrNotFound
	}
	return k.open(ctx, kind, Subject{Case: c.Number}, by)
}

func squeeze(name string) string { return strings.Join(strings.Fields(name), "") }

func (k *Keeper) open(ctx context.Context, kind Kind, s Subject, by string) (int64, error) {
	if kind != Copy && kind != Correct && kind != Delete {
		return 0, ErrKind
	}
	known, err := k.Store.Known(ctx, s)
	if err != nil {
		return 0, err
	}
	if known.Empty() {
		return 0, ErrNotFound
	}
	now := k.Clock().UTC()
	number, err := k.Store.OpenMatter(ctx, Matter{Kind: kind, Subject: s, OpenedAt: now, OpenedBy: by, DueAt: now.AddDate(0, 0, Days)})
	if err != nil {
		return 0, err
	}
	k.Log.Info("privacy matter opened", "matter", number, "kind", string(kind))
	reads := []Read{{Part: OfMatter, Subject: subject(number)}}
	for _, c := range known.Cases {
		reads = append(reads, Read{Part: OfMatter, Case: c.Number})
	}
	return number, k.Reads.Note(ctx, by, reads...)
}

// Known gathers what an open matter is about; ErrClosed.
func (k *Keeper) Known(ctx context.Context, number int64) (Matter, Known, error) {
	m, err := k.Store.Matter(ctx, number)
	if err != nil {
		return m, Known{}, err
	}
	if !m.ClosedAt.IsZero() {
		return m, Known{}, ErrClosed
	}
	known, err := k.Store.Known(ctx, m.Subject)
	if errors.Is(err, ErrNotFound) { // all of it is gone by now
		err = nil
	}
	return m, known, err
}

// Bounds of what is corrected, in characters.
const (
	maxName    = 40
	maxPhone   = 20
	maxAddress = 100
)

// Amend puts right the person and the address of one of a matter's cases. What is
// given empty is taken away.
func (k *Keeper) Amend(ctx context.Context, number, caseNumber int64, p request.Person, address, by, name string) error {
	_, known, err := k.Known(ctx, number)
	if err != nil {
		return err
	}
	p.Name, p.Phone, address = strings.TrimSpace(p.Name), strings.TrimSpace(p.Phone), strings.TrimSpace(address)
	if utf8.RuneCountInString(p.Name) > maxName || utf8.RuneCountInString(p.Phone) > maxPhone || utf8.RuneCountInString(address) > maxAddress {
		return ErrReason
	}
	for _, c := range known.Cases {
		if c.Number != caseNumber {
			continue
		}
		if err := k.Reads.Note(ctx, by, Read{Part: Corrected, Case: caseNumber}); err != nil {
			return err
		}
		e := docket.Event{Action: docket.Tell, At: k.Clock().UTC(), By: name, Detail: docket.Detail{Inner: k.corrected()}}
		if err := k.Store.Amend(ctx, caseNumber, p, address, e); err != nil {
			return err
		}
		k.Log.Info("personal data corrected", "matter", number, "case", caseNumber)
		return nil
	}
	return ErrNotFound
}

// Erase deletes what a matter is about. Cases that are open or held stay, and then the
// matter stays open.
func (k *Keeper) Erase(ctx context.Context, number int64, by string) (kept int, err error) {
	m, known, err := k.Known(ctx, number)
	if err != nil {
		return 0, err
	}
	if m.Kind != Delete {
		return 0, ErrKind
	}
	var reads []Read
	for _, c := range known.Cases {
		if c.Status.Closed() {
			reads = append(reads, Read{Part: Erased, Case: c.Number})
		}
	}
	if err := k.Reads.Note(ctx, by, append(reads, Read{Part: Erased, Subject: subject(number)})...); err != nil {
		return 0, err
	}
	now := k.Clock().UTC()
	erased, kept, err := k.Store.EraseSubject(ctx, number, m.Subject, now)
	if err != nil {
		return kept, err
	}
	if err := k.Store.CountErased(ctx, Day(now), erased); err != nil {
		return kept, err
	}
	k.Log.Info("deleted on request", "matter", number, "cases", erased[Cases], "kept", kept)
	if kept == 0 {
		err = k.Store.CloseMatter(ctx, number, Done, now, by)
	}
	return kept, errors.Join(err, k.Store.Scrub(ctx))
}

// Close ends a matter.
func (k *Keeper) Close(ctx context.Context, number int64, o Outcome, by string) error {
	if o != Done && o != Withdrawn && o != Unproven {
		return ErrKind
	}
	m, err := k.Store.Matter(ctx, number)
	if err != nil {
		return err
	}
	if m.Kind == Delete && o == Done {
		return ErrKind // it is done when nothing is left
	}
	if err := k.Store.CloseMatter(ctx, number, o, k.Clock().UTC(), by); err != nil {
		return err
	}
	k.Log.Info("privacy matter closed", "matter", number, "outcome", string(o))
	return nil
}

// Hold keeps a case as it is. ErrReason, ErrErased, docket.ErrNotFound.
func (k *Keeper) Hold(ctx context.Context, number int64, reason, by string) error {
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > MaxReason {
		return ErrReason
	}
	err := k.Store.HoldCase(ctx, Hold{Case: number, Reason: reason, At: k.Clock().UTC(), By: by})
	if err == nil {
		k.Log.Info("case held", "case", number)
	}
	return err
}

// Release ends a hold.
func (k *Keeper) Release(ctx context.Context, number int64) error {
	err := k.Store.ReleaseCase(ctx, number)
	if err == nil {
		k.Log.Info("hold released", "case", number)
	}
	return err
}
