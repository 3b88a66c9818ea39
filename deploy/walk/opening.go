package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// opens wakes the terminal and taps the tile of a service.
func (w *walker) opens(service, where string) func(context.Context) error {
	return all(w.tapTo("wake", "home"), w.opensHere(service, where))
}

// opensHere taps the tile of a service on the home screen, on whatever page it is.
func (w *walker) opensHere(service, where string) func(context.Context) error {
	return all(w.turnTo("tile."+service), w.tapTo("tile."+service, where))
}

// turnTo turns the pages of a screen until a target is there.
func (w *walker) turnTo(id string) func(context.Context) error {
	return func(ctx context.Context) error {
		for range 9 {
			view, _ := w.trace.view()
			if _, ok := view.target(id); ok {
				return nil
			}
			if _, ok := view.target("page.later"); !ok {
				return fmt.Errorf("screen %s has no %s on any of its pages", view, id)
			}
			if err := w.turn(ctx, view); err != nil {
				return err
			}
		}
		return fmt.Errorf("no %s on nine pages", id)
	}
}

// turn touches 下一页 and waits for the next page: the same screen may be laid out
// again before it, when something else on it changes.
func (w *walker) turn(ctx context.Context, before event) error {
	mark := w.trace.mark()
	if err := w.touch(ctx, "page.later"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_, err := w.trace.await(ctx, mark, "another page", func(e event) bool {
		return e.Kind == before.Kind && !slices.Equal(e.ids(), before.ids())
	})
	return err
}

// tapToFind taps a target and waits for another, on the same screen or the next.
func (w *walker) tapToFind(id, found string) func(context.Context) error {
	return func(ctx context.Context) error {
		mark := w.trace.mark()
		if err := w.touch(ctx, id); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		_, err := w.trace.await(ctx, mark, "target "+found, func(e event) bool {
			_, ok := e.target(found)
			return ok
		})
		return err
	}
}

// tapsFirst taps the first target whose id begins so.
func (w *walker) tapsFirst(begins, where string) func(context.Context) error {
	return func(ctx context.Context) error {
		view, _ := w.trace.view()
		for _, id := range view.ids() {
			if strings.HasPrefix(id, begins) {
				return w.tapTo(id, where)(ctx)
			}
		}
		return fmt.Errorf("screen %s has no target that begins %s", view, begins)
	}
}

// tapsDay takes the first day that is offered; the parts of the day follow.
func (w *walker) tapsDay(ctx context.Context) error {
	view, _ := w.trace.view()
	return w.tapsFirst("tile.2", view.String())(ctx)
}

// cardOf lays a resident's card on the reader, waits for the screen that must
// follow, and takes the card away again.
func (w *walker) cardOf(r resident, where string) func(context.Context) error {
	return all(w.after(func(ctx context.Context) error { return w.house.tapCard(ctx, r) }, where), w.house.liftCard)
}

// leaves ends a visit, from wherever it is, and checks that the start screen is
// as before.
func (w *walker) leaves(ctx context.Context) error {
	for range 12 {
		view, _ := w.trace.view()
		if view.Screen == "start" {
			return w.forgotten(ctx)
		}
		way := "bar.back"
		if _, ok := view.target("finish"); ok {
			way = "finish"
		}
		mark := w.trace.mark()
		if err := w.touch(ctx, way); err != nil {
			return err
		}
		within, cancel := context.WithTimeout(ctx, limit)
		// The end of a visit leads to another screen; what central says meanwhile only draws
		// the same one anew, and a second tap would meet the start screen.
		_, err := w.trace.await(within, mark, "another screen", func(e event) bool {
			return e.Kind == "view" && (way != "finish" || e.Screen != view.Screen)
		})
		cancel()
		if err != nil {
			return err
		}
	}
	return errors.New("the way back does not end")
}

// readsMasked waits until words are to be read on the screen, and checks that
// nobody who stands beside reads a whole number.
func (w *walker) readsMasked(words ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := w.reads(words...)(ctx); err != nil {
			return err
		}
		picture, err := w.screen.settled(ctx)
		if err != nil {
			return err
		}
		for _, look := range looks {
			read, err := readPicture(ctx, w.house.state, "chi_sim", look, picture)
			if err != nil {
				return err
			}
			for _, s := range everybody() {
				if strings.Contains(s.what, "number") && strings.Contains(read, s.text) {
					return fmt.Errorf("the screen shows the %s", s.what)
				}
			}
		}
		return nil
	}
}
