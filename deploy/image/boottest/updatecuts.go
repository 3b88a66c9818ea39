package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lintai/deploy/image/guest"
)

// moment is when in an update the plug is pulled: so long after the machine was switched
// on, or so long after the start screen was there.
type moment struct {
	starting bool
	after    time.Duration
}

func (m moment) String() string {
	if m.starting {
		return fmt.Sprintf("%.1f s after it was switched on", m.after.Seconds())
	}
	return fmt.Sprintf("%.1f s after the start screen", m.after.Seconds())
}

// How late the plug is pulled: a start takes a hundred seconds, and a bundle is fetched
// and installed within six minutes, over which the cuts of one update are spread.
const (
	longestStart = 100 * time.Second
	longestWork  = 4 * time.Minute
)

// anyMoment draws one. What is installed is tried at the next start, and nothing else
// happens before: then it is the start that is cut.
func anyMoment(random *rand.Rand, installed bool) moment {
	if installed || random.IntN(4) == 0 {
		return moment{true, time.Duration(random.Int64N(int64(longestStart)))}
	}
	return moment{false, time.Duration(random.Int64N(int64(longestWork)))}
}

// round is one update with its cuts, until it is over.
type round struct {
	old, new system
	home     string // the old one's place, A or B
	tried    int    // starts of the new version that were cut
	over     bool
	now      system // that ran at the last whole start
}

// heard takes in what was said from a start to the start screen. The version is the old
// one or the new one, and the old one is back only when the new one was not let pass.
func (r *round) heard(said string) error {
	boot := saysBoot.FindStringSubmatch(said)
	if boot == nil {
		return errors.New("nobody said which version starts")
	}
	switch boot[3] {
	case r.old.version:
		r.now = r.old
	case r.new.version: // who is at the start screen has passed
		r.now, r.over = r.new, true
	default:
		return fmt.Errorf("version %s starts, which is neither %s nor %s", boot[3], r.old.version, r.new.version)
	}
	if saysUndone.MatchString(said) {
		if r.over = true; r.tried == 0 {
			return fmt.Errorf("version %s was undone, and no start of it was cut", r.new.version)
		}
	}
	return nil
}

// cutUpdates pulls the plug at random moments of an update: while it is fetched and
// installed, and while the machine starts. After each cut the queue is judged, and the
// next start must reach the start screen, with the old version or the new one. When an
// update is over, all begins again from the card and the central of before; the last
// one is let come to its end.
func (l *lobby) cutUpdates(ctx context.Context, s system) error {
	random := rand.New(rand.NewPCG(l.seed, 2))
	l.report.step(fmt.Sprintf("%d cuts with --seed %d", l.count.updateCuts, l.seed), "")
	if _, err := l.operator(ctx, "update", "add", s.bundle); err != nil {
		return err
	}
	if err := l.offAndJudge(ctx); err != nil {
		return err
	}
	l.central.stop()
	if err := l.begins(ctx, s); err != nil {
		return err
	}
	if err := l.remembers(ctx); err != nil {
		return err
	}
	passed, left := 0, 0
	count := func(r *round) {
		if r.now == r.new {
			passed++
		} else {
			left++
		}
	}
	r := &round{old: l.updates.runs, new: s}
	if err := l.startCentral(ctx); err != nil {
		return err
	}
	if err := l.wholeStart(ctx, r, "before-cuts"); err != nil {
		return err
	}
	for n := 1; n <= l.count.updateCuts; n++ {
		if r.over {
			count(r)
			r = &round{old: l.updates.runs, new: s}
			if err := l.anew(ctx, r); err != nil {
				return err
			}
		}
		at, err := l.cutUpdate(ctx, r, random)
		if err != nil {
			return fmt.Errorf("before cut %d: %w", n, err)
		}
		settled, err := l.machine.Settle(guest.AnyLoss(random), random)
		if err != nil {
			return err
		}
		l.report.step(fmt.Sprintf("cut %d, %s: %s", n, at, settled), "")
		if _, err := l.queueAfterCut(ctx); err != nil {
			return fmt.Errorf("cut %d: %w", n, err)
		}
		if err := l.wholeStart(ctx, r, fmt.Sprintf("after-update-cut-%d", n)); err != nil {
			return fmt.Errorf("start after cut %d: %w", n, err)
		}
		if err := l.givenUp(ctx, r); err != nil {
			return err
		}
	}
	if err := l.comesToItsEnd(ctx, r); err != nil {
		return err
	}
	count(r)
	l.updates.runs = r.now
	l.report.measure("update_cuts", float64(l.count.updateCuts))
	l.report.measure("updates_that_passed", float64(passed))
	l.report.measure("updates_left_for_cuts", float64(left))
	return l.runs(ctx, r.now)
}

// cutUpdate waits for a moment and pulls the plug.
func (l *lobby) cutUpdate(ctx context.Context, r *round, random *rand.Rand) (moment, error) {
	at := anyMoment(random, l.isInstalled())
	if !at.starting {
		installed, err := l.within(ctx, at.after)
		if err != nil || !installed {
			l.machine.Cut()
			return at, err
		}
		at = anyMoment(random, true)
	}
	if err := l.offAndJudge(ctx); err != nil {
		return at, err
	}
	if err := l.switchOn(ctx); err != nil {
		return at, err
	}
	defer l.machine.Cut()
	started, over := context.WithTimeout(ctx, at.after)
	defer over()
	_, err := l.chosen(started, 0)
	if started.Err() == nil {
		if err != nil {
			return at, err
		}
		<-started.Done()
	}
	if ctx.Err() != nil {
		return at, context.Cause(ctx)
	}
	if r.startsNew(l.machine.Console.Since(0)) {
		r.tried++
	}
	return at, nil
}

// startsNew tells whether the boot loader chose the new version.
func (r *round) startsNew(said string) bool {
	boot := slotChosen.FindStringSubmatch(said)
	return boot != nil && boot[1] != r.home
}

// isInstalled tells whether the version is in the other system since this start.
func (l *lobby) isInstalled() bool { return saysInstalled.MatchString(l.machine.Console.Since(0)) }

// within waits for a time, or until the version is installed, and tells which.
func (l *lobby) within(ctx context.Context, limit time.Duration) (installed bool, err error) {
	waiting, over := context.WithTimeout(ctx, limit)
	defer over()
	_, _, err = l.machine.Console.Await(waiting, 0, saysInstalled)
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

// wholeStart switches on and lets the machine come to its start screen.
func (l *lobby) wholeStart(ctx context.Context, r *round, name string) error {
	if err := l.boot(ctx); err != nil {
		return err
	}
	if err := l.atStart(ctx, name); err != nil {
		return err
	}
	if err := r.heard(l.machine.Console.Since(0)); err != nil {
		return err
	}
	if r.home == "" {
		r.home = l.slot
	}
	if (r.now == r.old) != (l.slot == r.home) {
		return fmt.Errorf("version %s in system %s", r.now.version, l.slot)
	}
	return l.isWhole(r.now)
}

// givenUp looks whether central stopped the rollout: an installation that was cut three
// times is given up, and of two such central makes no third.
func (l *lobby) givenUp(ctx context.Context, r *round) error {
	list, err := l.operator(ctx, "update", "list")
	if standing := rowOf(list, r.new.version); strings.Contains(standing, "stopped") && !r.over {
		l.report.step("the rollout: "+standing, "")
		r.over = true
	}
	return err
}

// comesToItsEnd lets an update go on without a cut until it is over.
func (l *lobby) comesToItsEnd(ctx context.Context, r *round) error {
	if r.over {
		return nil
	}
	err := every(ctx, commandPause, 2*longUpdate, func(ctx context.Context) error {
		if l.isInstalled() {
			return nil
		}
		if err := errors.Join(l.givenUp(ctx, r), l.machine.Running()); err != nil || r.over {
			return err
		}
		return errors.New("it is not installed")
	})
	if err != nil || r.over {
		return err
	}
	if err := l.offAndJudge(ctx); err != nil {
		return err
	}
	if err := l.wholeStart(ctx, r, "after-all-cuts"); err != nil {
		return err
	}
	if !r.over {
		return fmt.Errorf("version %s was installed and did not start", r.new.version)
	}
	return nil
}

// The card and the central of before an update, beside each other, so that neither
// knows more of the other than it did.

func (l *lobby) before(name string) string { return filepath.Join(l.scratch, "before-"+name) }

func (l *lobby) remembers(ctx context.Context) error {
	_, err := ask(ctx, "cp", "--sparse=always", l.card(), l.before("card"))
	_, other := ask(ctx, "cp", "-a", l.centralDir(), l.before("central"))
	return errors.Join(err, other)
}

func (l *lobby) anew(ctx context.Context, r *round) error {
	l.machine.Cut()
	l.central.stop()
	_, err := ask(ctx, "cp", "--sparse=always", l.before("card"), l.card())
	if err = errors.Join(err, os.RemoveAll(l.centralDir())); err != nil {
		return err
	}
	if _, err := ask(ctx, "cp", "-a", l.before("central"), l.centralDir()); err != nil {
		return err
	}
	if err := l.startCentral(ctx); err != nil {
		return err
	}
	l.report.step("an update is over; the next begins from the card of before", "")
	return l.wholeStart(ctx, r, "before-more-cuts")
}
