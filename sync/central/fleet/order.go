package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/live"
	"lintai/sync/wire"
)

// orders notes what a terminal did, and gives what it has to do.
func (k *Keeper) orders(ctx context.Context, kiosk int, done []wire.OrderDone) ([]wire.Order, error) {
	now := k.now()
	since := now.Add(-OrderLife)
	open, err := k.Store.OpenOrders(ctx, kiosk, since)
	if err != nil {
		return nil, err
	}
	isDone := func(o Order) bool {
		return slices.ContainsFunc(done, func(d wire.OrderDone) bool { return d.ID == o.ID })
	}
	news := slices.ContainsFunc(open, func(o Order) bool { return isDone(o) || o.Told.IsZero() })
	if news {
		err = k.Store.WriteFleet(ctx, func(tx Tx) error {
			if open, err = tx.OpenOrders(kiosk, since); err != nil {
				return err
			}
			for _, o := range open {
				switch i := slices.IndexFunc(done, func(d wire.OrderDone) bool { return d.ID == o.ID }); {
				case i >= 0:
					err = tx.EndOrder(kiosk, o.ID, now, done[i].Fault)
				case o.Told.IsZero():
					err = tx.TellOrder(o.ID, now)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		k.Hub.Publish(live.Word{Kind: live.Terminal, Kiosk: kiosk})
	}
	var all []wire.Order
	for _, o := range open {
		if !isDone(o) && len(all) < wire.MaxOrders {
			all = append(all, wire.Order{ID: o.ID, Kind: o.Kind})
		}
	}
	return all, nil
}

// Ask asks a terminal for something. ErrOrder for what cannot be asked, ErrNotFound,
// ErrComputer, ErrWaiting.
func (k *Keeper) Ask(ctx context.Context, kiosk int, kind, by string) (o Order, err error) {
	if !known(kind) {
		return o, ErrOrder
	}
	h, err := k.Store.Health(ctx, kiosk)
	switch {
	case errors.Is(err, docket.ErrNotFound):
		return o, ErrNotFound
	case err != nil:
		return o, err
	case h.System == nil:
		return o, ErrComputer
	}
	now := k.now()
	err = k.Store.WriteFleet(ctx, func(tx Tx) error {
		open, err := tx.OpenOrders(kiosk, now.Add(-OrderLife))
		if err != nil {
			return err
		}
		if slices.ContainsFunc(open, func(o Order) bool { return o.Kind == kind }) {
			return ErrWaiting
		}
		if o, err = tx.AddOrder(Order{Kiosk: kiosk, Kind: kind, By: by, At: now}); err != nil {
			return err
		}
		return tx.AddFleetNote(Note{At: now, By: by, Kiosk: kiosk, Action: Asked, Detail: kind})
	})
	if err == nil {
		k.Log.Info("something is asked of a terminal", "kiosk", kiosk, "order", kind, "account", by)
		k.Hub.Publish(live.Word{Kind: live.Orders, Kiosk: kiosk})
	}
	return o, err
}

// TakeLog keeps the log that was asked of a terminal; the same order again replaces it.
// ErrNotFound when it was not asked of this one, or long ago; ErrLog.
func (k *Keeper) TakeLog(ctx context.Context, kiosk int, order int64, body []byte) error {
	if _, err := wire.Decompress(body, MaxLog); err != nil {
		return fmt.Errorf("%w: %w", ErrLog, err)
	}
	now := k.now()
	err := k.Store.WriteFleet(ctx, func(tx Tx) error {
		o, err := tx.Order(order)
		if err != nil {
			return err
		}
		if o.Kiosk != kiosk || o.Kind != wire.OrderLogs || now.Sub(o.At) > LogLife {
			return ErrNotFound
		}
		if err := tx.PutLog(Log{Order: order, Kiosk: kiosk, At: now, Body: body}); err != nil {
			return err
		}
		return tx.EndOrder(kiosk, order, now, "")
	})
	if err == nil {
		k.Hub.Publish(live.Word{Kind: live.Terminal, Kiosk: kiosk})
	}
	return err
}

// ReadLog is the text of a log, after it was noted who reads it. ErrNotFound.
func (k *Keeper) ReadLog(ctx context.Context, kiosk int, order int64, by string) (text []byte, at time.Time, err error) {
	l, err := k.Store.Log(ctx, order)
	if err != nil {
		return nil, at, err
	}
	if l.Kiosk != kiosk || k.now().Sub(l.At) > LogLife {
		return nil, at, ErrNotFound
	}
	if err := k.Store.WriteFleet(ctx, func(tx Tx) error {
		return tx.AddFleetNote(Note{At: k.now(), By: by, Kiosk: kiosk, Action: LogRead})
	}); err != nil {
		return nil, at, err
	}
	text, err = wire.Decompress(l.Body, MaxLog)
	return text, l.At, err
}
