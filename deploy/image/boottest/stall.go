package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lintai/deploy/image/guest"
)

// standsStill is how long a terminal may stand there with a card that answers nothing.
const standsStill = 10 * time.Minute

// stall has the card answer nothing any more just before a resident confirms: no write
// ends then, and no program that waits for one can be ended. Until the machine starts
// anew by itself, no screen says saved and no slip comes out; when the card goes on, the
// terminal serves, and the queue has what was promised before.
func (l *lobby) stall(ctx context.Context) error {
	if len(l.tickets) == 0 {
		if err := l.visits(ctx); err != nil {
			return err
		}
	}
	console, events := l.machine.Console.Mark(), l.machine.Monitor.Mark()
	var began time.Time
	err := l.reports(ctx, func(ctx context.Context, name string) error {
		if name != "confirm" {
			return nil
		}
		began = time.Now()
		l.report.step("the card answers nothing any more, before she confirms", "")
		return l.machine.Stall(ctx, true)
	})
	if err != nil {
		return err
	}
	if err := l.startsAnew(ctx, events); err != nil {
		return err
	}
	l.report.measure("stalled_s", time.Since(began).Seconds())
	l.report.step("the machine starts anew by itself", "")
	if err := l.machine.Stall(ctx, false); err != nil {
		return err
	}
	if _, err := l.chosen(ctx, console); err != nil {
		return err
	}
	if err := l.shows(ctx, "after-the-stall", "触摸屏幕开始"); err != nil {
		return err
	}
	had := l.slips
	if err := l.takeSlips(ctx); err != nil {
		return err
	}
	if l.slips != had {
		return errors.New("a slip came out for what was not saved")
	}
	return l.visits(ctx)
}

// startsAnew waits for the machine's reset, and reads what stands on the screen until
// then.
func (l *lobby) startsAnew(ctx context.Context, mark int) error {
	over, cancel := context.WithTimeoutCause(ctx, standsStill, errors.New("the machine did not start anew"))
	defer cancel()
	reset := make(chan error, 1)
	go func() {
		_, err := l.machine.Monitor.Await(over, mark, "RESET")
		reset <- err
	}()
	look := time.NewTicker(10 * time.Second)
	defer look.Stop()
	for last := ""; ; {
		select {
		case err := <-reset:
			return err
		case <-look.C:
			p, err := l.machine.Picture(over)
			if err != nil {
				continue // it may be about to start anew
			}
			text, err := guest.Text(over, l.scratch, p)
			if err != nil {
				return err
			}
			if saysSaved(text) {
				return fmt.Errorf("the screen says saved: %q", text)
			}
			if now := strings.Join(strings.Fields(text), " "); now != last {
				last = now
				if err := l.keepPicture("stalled", p); err != nil {
					return err
				}
			}
		}
	}
}
