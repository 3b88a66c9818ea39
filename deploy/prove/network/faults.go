package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"lintai/deploy/prove/house"
	"lintai/deploy/prove/line"
	"lintai/kiosk/failpoint"
)

// faults is the proof of a bad line: every fault, on every line, again and again,
// while residents go on, clocks jump, and both ends are restarted.
type faults struct {
	house  *house.House
	random *rand.Rand
	rounds int
	bad    time.Duration // how long a line stays bad
	log    io.Writer

	mu     sync.Mutex
	counts map[string]int
}

func (f *faults) count(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[what]++
}

// run breaks lines for all rounds, then heals all.
func (f *faults) run(ctx context.Context) error {
	f.counts = map[string]int{}
	f.cutAfterCommits()
	defer failpoint.Install(func(failpoint.Point) {})
	began := time.Now()
	for round := range f.rounds {
		if err := f.round(ctx, round); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
		if every := max(1, min(10, f.rounds/6)); (round+1)%every == 0 {
			f.told(ctx, round+1, time.Since(began))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return together(f.house.Terminals(), func(_ int, t *house.Terminal, _ *rand.Rand) error { return t.Line.Heal() }, f.random)
}

// told tells how far it is.
func (f *faults) told(ctx context.Context, rounds int, took time.Duration) {
	filed, promised, err := f.house.Progress(ctx)
	if err != nil {
		fmt.Fprintf(f.log, "  round %d of %d after %.0f s: %v\n", rounds, f.rounds, took.Seconds(), err)
		return
	}
	fmt.Fprintf(f.log, "  round %d of %d after %.0f s: %d promised, central has %d\n", rounds, f.rounds, took.Seconds(), promised, filed)
}

// cutAfterCommits cuts all lines at some of the moments at which central has
// committed and the terminal does not know it yet: the fault that makes doubles. Each
// such cut is for all terminals, and the more there are, the more commits: so that a
// line of a thousand is cut as often as one of a few, and not at every turn, when
// nothing but handshakes would be proved.
func (f *faults) cutAfterCommits() {
	oneIn := 4 * max(1, len(f.house.Terminals())/fewTerminals)
	random := rand.New(rand.NewPCG(f.random.Uint64(), 0))
	var mu sync.Mutex
	failpoint.Install(func(p failpoint.Point) {
		if p != failpoint.Committed && p != failpoint.PieceStored {
			return
		}
		mu.Lock()
		cut := random.IntN(oneIn) == 0
		mu.Unlock()
		if !cut {
			return
		}
		f.count("reset after " + string(p))
		for _, t := range f.house.Terminals() {
			t.Line.Reset()
		}
	})
}

// fewTerminals make about as many commits as rounds need.
const fewTerminals = 20

func (f *faults) round(ctx context.Context, round int) error {
	all := f.house.Terminals()
	err := together(all, func(i int, t *house.Terminal, random *rand.Rand) error {
		fault := line.Faults[(round+i)%len(line.Faults)]
		f.count(string(fault))
		return t.Line.Break(fault, random)
	}, f.random)
	if err != nil {
		return err
	}
	for _, t := range all {
		if f.random.IntN(4) == 0 {
			f.count("clock set")
			t.SetClock(f.time())
		}
	}
	if f.random.IntN(8) == 0 {
		f.count("central restarted")
		if err := f.house.StopCentral(); err != nil {
			return err
		}
		defer func() { f.count("central back") }()
	}
	err = together(all, func(_ int, t *house.Terminal, _ *rand.Rand) error { return visits(ctx, t) }, f.random)
	if err != nil {
		return err
	}
	if err := f.house.StartCentral(); err != nil {
		return err
	}
	pause(ctx, f.bad)
	if t := all[f.random.IntN(len(all))]; f.random.IntN(6) == 0 {
		f.count("terminal restarted")
		t.Stop()
		if err := t.Start(f.house); err != nil {
			return err
		}
	}
	// Every other time the line stays bad in its next way; else it is good for a
	// while, as lines are.
	if f.random.IntN(2) == 0 {
		err := together(all, func(_ int, t *house.Terminal, _ *rand.Rand) error { return t.Line.Heal() }, f.random)
		if err != nil {
			return err
		}
		pause(ctx, f.bad)
	}
	return nil
}

// together does something at every terminal at the same time, with randomness of
// its own for each.
func together(all []*house.Terminal, do func(int, *house.Terminal, *rand.Rand) error, random *rand.Rand) error {
	errs := make([]error, len(all))
	var doing sync.WaitGroup
	for i, t := range all {
		own := rand.New(rand.NewPCG(random.Uint64(), 0))
		doing.Go(func() { errs[i] = do(i, t, own) })
	}
	doing.Wait()
	return errors.Join(errs...)
}

// time is what a clock may be set to.
func (f *faults) time() time.Time {
	switch f.random.IntN(4) {
	case 0:
		return time.Date(1970, 1, 1, 0, 0, 5, 0, time.UTC)
	case 1:
		return time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC)
	case 2:
		return time.Now().Add(-time.Duration(f.random.IntN(100)) * time.Hour)
	}
	return time.Now()
}

// visits are some residents at a terminal.
func visits(ctx context.Context, t *house.Terminal) error {
	for i := range 6 {
		photo := 0
		if i == 2 || i == 5 {
			photo = 20_000 + i*70_000
		}
		if err := t.Request(ctx, photo); err != nil {
			return err
		}
	}
	return t.Call(ctx)
}

// pause lets the lines be as they are for a while: time is what a line is bad for.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
