package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"lintai/deploy/image/guest"
)

// starts is how often each of two systems is started.
const starts = 3

// beside starts the terminal and a bare Debian in turn: the same packages, kernel, boot
// loader and compositor, an empty window. It tells how long each takes from the switch to
// the first picture, and how much memory is in use a while after.
func (l *lobby) beside(ctx context.Context) error {
	ours, bares := make([]float64, 0, starts), make([]float64, 0, starts)
	for range starts {
		l.machine.Cut()
		if _, err := l.machine.Settle(guest.NoLoss, nil); err != nil {
			return err
		}
		took, used, err := l.bareStart(ctx)
		if err != nil {
			return fmt.Errorf("bare Debian: %w", err)
		}
		bares = append(bares, took)
		l.report.measure("bare_used_MiB", used)
		if err := l.boot(ctx); err != nil {
			return err
		}
		if took, used, err = l.untilPainted(ctx, l.machine); err != nil {
			return err
		}
		ours = append(ours, took)
		l.report.measure("terminal_used_MiB", used)
	}
	slices.Sort(ours)
	slices.Sort(bares)
	l.report.measure("terminal_painted_s", ours[starts/2])
	l.report.measure("bare_painted_s", bares[starts/2])
	l.report.measure("terminal_by_bare", ours[starts/2]/bares[starts/2])
	return l.atStart(ctx, "beside-bare")
}

// bareStart starts the bare system once and pulls its plug.
func (l *lobby) bareStart(ctx context.Context) (painted, used float64, err error) {
	setup, err := l.setup()
	if err != nil {
		return 0, 0, err
	}
	setup.Name, setup.Card, setup.Cables = "bare", l.options.bare, nil
	machine, err := guest.Start(ctx, setup)
	if err != nil {
		return 0, 0, err
	}
	defer machine.Cut()
	if painted, used, err = l.untilPainted(ctx, machine); err != nil {
		return 0, 0, err
	}
	shown, err := machine.Settled(ctx)
	if err != nil {
		return 0, 0, err
	}
	return painted, used, guest.Keep(filepath.Join(l.out, "bare.png"), shown)
}

// untilPainted waits for the first picture, and some seconds more for what starts beside
// it before memory is asked for.
func (l *lobby) untilPainted(ctx context.Context, machine *guest.Machine) (seconds, usedMiB float64, err error) {
	if seconds, err = paints(ctx, machine); err != nil {
		return 0, 0, err
	}
	if err := guest.Pause(ctx, 20*time.Second); err != nil {
		return 0, 0, err
	}
	total, available, err := machine.Memory(ctx)
	return seconds, float64(total-available) / (1 << 20), err
}
