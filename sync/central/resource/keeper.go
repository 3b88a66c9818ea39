package resource

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"lintai/kiosk/phrase"
	"lintai/sync/central/docket"
)

// Keeper keeps the rules of resources.
type Keeper struct {
	Store Store
	Clock func() time.Time
	Log   *slog.Logger
	// Moved is called after the commit with the cases that an event was appended to.
	Moved func(cases []docket.Case)
}

// Put keeps a resource; one without an id is new. ErrResource.
func (k *Keeper) Put(ctx context.Context, r Resource) error {
	if err := r.Check(); err != nil {
		return err
	}
	fresh := r.ID == ""
	if fresh {
		r.ID = uuid.Must(uuid.NewV7()).String()
	}
	err := k.Store.WriteResources(ctx, func(tx Tx) error {
		if !fresh {
			if _, err := tx.Resource(r.ID); err != nil {
				return err
			}
		}
		return tx.PutResource(r)
	})
	if err != nil {
		return fmt.Errorf("resource: put: %w", err)
	}
	return nil
}

// Take takes a place for a case, and writes it into the case. seen is the newest event
// that the member of staff had before her. docket.ErrMove when the case went on since,
// ErrFull, ErrTaken, ErrClosed, ErrNotFound.
func (k *Keeper) Take(ctx context.Context, number, seen int64, id, by string, score float64) error {
	return k.write(ctx, number, "taken", func(tx Tx, c docket.Case, now time.Time) (string, error) {
		if c.Status.Closed() {
			return "", ErrClosed
		}
		if c.Events != seen {
			return "", docket.ErrMove
		}
		r, err := tx.Resource(id)
		if err != nil || r.Off {
			return "", ErrNotFound
		}
		bookings, err := tx.CaseBookings(number)
		if err != nil {
			return "", err
		}
		for _, b := range bookings {
			if b.Resource == id && b.BackAt.IsZero() {
				return "", ErrTaken
			}
		}
		taken, err := tx.TakenOf(id)
		if err != nil {
			return "", err
		}
		if taken >= r.Capacity {
			return "", ErrFull
		}
		if err := tx.AddBooking(Booking{Resource: id, Case: number, At: now, By: by}); err != nil {
			return "", err
		}
		return phrase.Text("resource.event_taken", "name", r.Name, "score", fmt.Sprintf("%.2f", score)), nil
	}, by)
}

// Back gives a place back that a case holds. ErrNotFound.
func (k *Keeper) Back(ctx context.Context, number, booking int64, by string) error {
	return k.write(ctx, number, "given back", func(tx Tx, _ docket.Case, now time.Time) (string, error) {
		bookings, err := tx.CaseBookings(number)
		if err != nil {
			return "", err
		}
		for _, b := range bookings {
			if b.Number != booking || !b.BackAt.IsZero() {
				continue
			}
			r, err := tx.Resource(b.Resource)
			if err != nil {
				return "", err
			}
			return phrase.Text("resource.event_back", "name", r.Name), tx.GiveBack(booking, now, by)
		}
		return "", ErrNotFound
	}, by)
}

// write does something to a case's bookings and appends what it says as a note for staff.
func (k *Keeper) write(ctx context.Context, number int64, what string, f func(Tx, docket.Case, time.Time) (string, error), by string) error {
	var touched []docket.Case
	err := k.Store.WriteResources(ctx, func(tx Tx) error {
		c, err := tx.LockCase(number)
		if err != nil {
			return err
		}
		now := k.Clock().UTC()
		said, err := f(tx, c, now)
		if err != nil {
			return err
		}
		touched, err = docket.Advance(tx, c, docket.Event{Action: docket.Tell, At: now, By: by, Detail: docket.Detail{Inner: said}})
		return err
	})
	if err != nil {
		return fmt.Errorf("resource: case %d: %w", number, err)
	}
	if k.Moved != nil {
		k.Moved(touched)
	}
	k.Log.Info("place at a resource "+what, "case", number)
	return nil
}
