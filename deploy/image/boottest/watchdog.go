package main

import (
	"context"
	"errors"
	"time"
)

// standsHung is how long a terminal may stand there that does nothing any more. systemd
// has the hardware's watchdog wait for half a minute.
const standsHung = 3 * time.Minute

// watchdog has the whole computer do nothing any more, the kernel too: the watchdog of
// the hardware, which nobody feeds then, starts it anew, and it serves.
func (l *lobby) watchdog(ctx context.Context) error {
	if len(l.tickets) == 0 {
		if err := l.visits(ctx); err != nil {
			return err
		}
	}
	console, events := l.machine.Console.Mark(), l.machine.Monitor.Mark()
	if err := l.machine.Hang(ctx); err != nil {
		return err
	}
	began := time.Now()
	l.report.step("the computer hangs", "")
	over, cancel := context.WithTimeoutCause(ctx, standsHung, errors.New("no watchdog bit"))
	defer cancel()
	if _, err := l.machine.Monitor.Await(over, events, "WATCHDOG"); err != nil {
		return err
	}
	l.report.measure("watchdog_after_s", time.Since(began).Seconds())
	l.report.step("the hardware's watchdog starts it anew", "")
	if _, err := l.chosen(ctx, console); err != nil {
		return err
	}
	if err := l.shows(ctx, "after-the-watchdog", "触摸屏幕开始"); err != nil {
		return err
	}
	return l.visits(ctx)
}
