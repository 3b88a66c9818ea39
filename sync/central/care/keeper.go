package care

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/phrase"
	"lintai/sync/central/grid"
)

// Filing is a need on its way to become a case.
type Filing struct {
	ID      string
	Service string
	Text    string
	Name    string
	Phone   string
	Address string
}

// Filed is the case that it became.
type Filed struct {
	Case   int64
	Ticket string
}

// Keeper keeps list and diary.
type Keeper struct {
	Store Store
	Grids func(context.Context) (*grid.Book, error)
	// File files a request as a case, the same one for the same ID. ErrService.
	File  func(context.Context, Filing) (Filed, error)
	Clock func() time.Time
	Log   *slog.Logger
}

func (k *Keeper) write(ctx context.Context, f func(Tx) error) error {
	if err := k.Store.WriteCare(ctx, f); err != nil {
		return fmt.Errorf("care: %w", err)
	}
	return nil
}

// locate finds the grid of an address; "" when nobody knows it.
func (k *Keeper) locate(ctx context.Context, address string) (string, error) {
	b, err := k.Grids(ctx)
	if err != nil {
		return "", err
	}
	found, _ := b.Find(address)
	return found.Grid.ID, nil
}

// Add puts somebody on the list. Without a grid it is that of her address; without a
// day the first visit is due after Every days.
func (k *Keeper) Add(ctx context.Context, e Entry, by string) (number int64, err error) {
	now := k.Clock().UTC()
	if err := e.Check(); err != nil {
		return 0, err
	}
	if e.Grid == "" {
		if e.Grid, err = k.locate(ctx, e.Address); err != nil {
			return 0, err
		}
	}
	if e.Due.IsZero() {
		e.Due = Day(now).AddDate(0, 0, e.Every)
	}
	if err := within(e.Due, now); err != nil {
		return 0, err
	}
	e.Due, e.AddedAt, e.AddedBy, e.SeenAt, e.EndedAt, e.EndedWhy, e.Revision = Day(e.Due), now, by, time.Time{}, time.Time{}, "", 1
	err = k.write(ctx, func(tx Tx) (err error) {
		number, err = tx.AddEntry(e)
		return err
	})
	return number, err
}

// within tells whether a day can be the next one of a visit.
func within(due, now time.Time) error {
	if due.Before(Day(now).AddDate(-1, 0, 0)) || due.After(Day(now).AddDate(1, 0, 2)) {
		return ErrDay
	}
	return nil
}

// Change changes what is known of somebody, as it was seen at a Revision.
func (k *Keeper) Change(ctx context.Context, wanted Entry) error {
	if err := wanted.Check(); err != nil {
		return err
	}
	if err := within(wanted.Due, k.Clock()); err != nil {
		return err
	}
	return k.write(ctx, func(tx Tx) error {
		e, err := seen(tx, wanted.Number, wanted.Revision)
		if err != nil {
			return err
		}
		e.Name, e.Phone, e.Address, e.Grid, e.Reason, e.Note = wanted.Name, wanted.Phone, wanted.Address, wanted.Grid, wanted.Reason, wanted.Note
		e.Every, e.Due = wanted.Every, Day(wanted.Due)
		e.Revision++
		return tx.PutEntry(e)
	})
}

// End takes somebody off the list, with the reason.
func (k *Keeper) End(ctx context.Context, number, revision int64, why string) error {
	if why == "" || !tidy(why, MaxAddress) {
		return ErrText
	}
	return k.write(ctx, func(tx Tx) error {
		e, err := seen(tx, number, revision)
		if err != nil {
			return err
		}
		e.EndedAt, e.EndedWhy = k.Clock().UTC(), why
		e.Revision++
		return tx.PutEntry(e)
	})
}

// seen locks an entry that has not ended, as it was seen.
func seen(tx Tx, number, revision int64) (Entry, error) {
	e, err := tx.Entry(number)
	switch {
	case err != nil:
		return e, err
	case e.Ended():
		return e, ErrEnded
	case e.Revision != revision:
		return e, ErrChanged
	}
	return e, nil
}

// Record writes a visit down, with the needs that it found. Of somebody on the list it
// takes name, address and grid; when she was met, the next visit is due Every days
// after this one. The same Once is the same visit.
func (k *Keeper) Record(ctx context.Context, v Visit, needs []Need, by string) (number int64, err error) {
	now := k.Clock().UTC()
	v.By, v.WrittenAt = by, now
	var e Entry
	if v.Entry != 0 {
		if e, err = k.Store.CareEntry(ctx, v.Entry); err != nil {
			return 0, err
		}
		v.Name, v.Address, v.Grid = e.Name, e.Address, e.Grid
	} else if v.Grid, err = k.locate(ctx, v.Address); err != nil {
		return 0, err
	}
	v.Household = grid.Household(v.Address)
	if err := v.Check(now); err != nil {
		return 0, err
	}
	if needs, err = fresh(needs); err != nil {
		return 0, err
	}
	err = k.write(ctx, func(tx Tx) error {
		var added bool
		if number, added, err = tx.AddVisit(v); err != nil || !added {
			return err
		}
		for _, n := range needs {
			n.Visit = number
			if _, err := tx.AddNeed(n); err != nil {
				return err
			}
		}
		if v.Entry == 0 || v.Manner != Met {
			return nil
		}
		e, err := tx.Entry(v.Entry)
		if err != nil || !v.At.After(e.SeenAt) {
			return err
		}
		e.SeenAt, e.Due = v.At, Day(v.At).In(phrase.Zone).AddDate(0, 0, e.Every).UTC()
		e.Revision++
		return tx.PutEntry(e)
	})
	return number, err
}

// fresh gives needs the ids of the requests that they may become.
func fresh(needs []Need) ([]Need, error) {
	if len(needs) > MaxNeeds {
		return nil, ErrText
	}
	needs = slices.Clone(needs)
	for i := range needs {
		n := &needs[i]
		if n.Text == "" || !tidy(n.Text, MaxNeed) || n.Service == "" || !tidy(n.Service, 40) {
			return nil, ErrText
		}
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("care: %w", err)
		}
		n.ID, n.Case, n.Ticket = id.String(), 0, ""
	}
	return needs, nil
}

// AddNeed writes down another need that a visit found.
func (k *Keeper) AddNeed(ctx context.Context, visit int64, n Need) error {
	all, err := fresh([]Need{n})
	if err != nil {
		return err
	}
	n = all[0]
	n.Visit = visit
	return k.write(ctx, func(tx Tx) error {
		if _, err := tx.Visit(visit); err != nil {
			return err
		}
		before, err := tx.Needs(visit)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(before, func(o Need) bool { return o.Text == n.Text && o.Service == n.Service }) {
			return nil // sent twice
		}
		if len(before) >= MaxNeeds {
			return ErrText
		}
		_, err = tx.AddNeed(n)
		return err
	})
}

// Raise makes a case of a need. One that is a case stays that one, also when central
// ended between the two writes: the case has the need's id.
func (k *Keeper) Raise(ctx context.Context, number int64, by string) (Need, error) {
	n, err := k.Store.Need(ctx, number)
	if err != nil || n.Case != 0 {
		return n, err
	}
	v, err := k.Store.Visit(ctx, n.Visit)
	if err != nil {
		return n, err
	}
	f := Filing{ID: n.ID, Service: n.Service, Text: n.Text, Name: v.Name, Address: v.Address}
	if v.Entry != 0 {
		e, err := k.Store.CareEntry(ctx, v.Entry)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return n, err
		}
		f.Phone = e.Phone
	}
	filed, err := k.File(ctx, f)
	if err != nil {
		return n, fmt.Errorf("care: %w", err)
	}
	n.Case, n.Ticket, n.FiledAt, n.FiledBy = filed.Case, filed.Ticket, k.Clock().UTC(), by
	if err := k.write(ctx, func(tx Tx) error { return tx.FileNeed(n) }); err != nil {
		return n, err
	}
	k.Log.Info("a visit's need became a case", "visit", n.Visit, "case", n.Case)
	return n, nil
}
