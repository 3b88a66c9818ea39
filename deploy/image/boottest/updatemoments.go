package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"lintai/deploy/image/guest"
)

// recorded is a stretch of an update of which every call to the card is kept, and the card
// that it began with.
type recorded struct {
	card   string
	record *guest.Record
	bytes  []int64 // how long the record was, again and again, at even times
	trial  bool    // the new version started in it
}

// updateMoments records an update from the offer to the new version's having passed, and
// then starts the machine from the card as power cuts would have left it at random moments
// of that: a start for each, and no update for each.
func (l *lobby) updateMoments(ctx context.Context, s system) error {
	random := rand.New(rand.NewPCG(l.seed, 5))
	l.report.step(fmt.Sprintf("%d moments of an update with --seed %d", l.count.updateMoments, l.seed), "")
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
	if err := l.startCentral(ctx); err != nil {
		return err
	}
	r := &round{old: l.updates.runs, new: s}
	fetched, done, err := l.records(ctx, "card-before-update", false, func(ctx context.Context) error {
		if err := l.wholeStart(ctx, r, "before-recording"); err != nil {
			return err
		}
		_, err := l.installed(ctx, 0, s)
		return err
	})
	defer func() { done() }()
	if err != nil {
		return err
	}
	tried, doneTrial, err := l.records(ctx, "card-before-trial", true, func(ctx context.Context) error {
		if err := l.boot(ctx); err != nil {
			return err
		}
		if err := l.started(ctx, 0, s.version, "update"); err != nil {
			return err
		}
		_, _, err := l.await(ctx, 0, 2*patience, saysPassed)
		return errors.Join(err, l.runs(ctx, s))
	})
	defer func() { doneTrial() }()
	if err != nil {
		return err
	}
	olds, news := 0, 0
	for n := 1; n <= l.count.updateMoments; n++ {
		of := fetched
		if random.IntN(3) == 0 {
			of = tried
		}
		version, err := l.startsFrom(ctx, n, of, r.home, l.updates.runs, s, random)
		if err != nil {
			return fmt.Errorf("moment %d: %w", n, err)
		}
		if version == s {
			news++
		} else {
			olds++
		}
	}
	l.report.measure("update_moments", float64(l.count.updateMoments))
	l.report.measure("update_moments_with_the_new_version", float64(news))
	l.report.measure("update_moments_with_the_old_version", float64(olds))
	return nil
}

// records switches the machine on from a card that it keeps, has something done, and
// pulls the plug. The card has all of it then. The function forgets the record.
func (l *lobby) records(ctx context.Context, name string, trial bool, do func(context.Context) error) (r recorded, done func(), err error) {
	r = recorded{card: l.before(name), trial: trial}
	done = func() { _ = os.Remove(r.card) }
	if _, err := ask(ctx, "cp", "--sparse=always", l.card(), r.card); err != nil {
		return r, done, err
	}
	setup, err := l.setup()
	if err != nil {
		return r, done, err
	}
	watching, over := context.WithCancel(ctx)
	watched := make(chan []int64)
	go func() { watched <- l.watches(watching, setup) }()
	err = do(ctx)
	over()
	r.bytes = <-watched
	if err != nil {
		return r, done, err
	}
	if len(r.bytes) == 0 {
		return r, done, errors.New("nothing was recorded")
	}
	l.machine.Cut()
	record, closes, err := l.machine.Record()
	if err != nil {
		return r, done, err
	}
	r.record = record
	done = func() { _, _ = os.Remove(r.card), closes() }
	_, err = l.machine.Settle(guest.NoLoss, nil)
	return r, done, err
}

// watches looks how long the record of the machine is, ten times a second.
func (l *lobby) watches(ctx context.Context, setup guest.Setup) (all []int64) {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return all
		case <-again.C:
			// Before the machine is on there is none.
			if bytes, err := setup.Recorded(); err == nil && bytes > 0 {
				all = append(all, bytes)
			}
		}
	}
}

// any draws after how many calls a cut comes: at an even time, or close behind a flush,
// since what lies between two is short and what decides.
func (r recorded) any(random *rand.Rand) int {
	n := r.record.Calls(r.bytes[random.IntN(len(r.bytes))])
	if flushes := r.record.Flushes(); len(flushes) > 0 && random.IntN(2) == 0 {
		n = min(flushes[random.IntN(len(flushes))]+random.IntN(4), r.record.Len())
	}
	return n
}

// startsFrom starts the machine from the card of a moment and tells which version is at
// the start screen.
func (l *lobby) startsFrom(ctx context.Context, n int, of recorded, home string, old, young system, random *rand.Rand) (system, error) {
	after := of.any(random)
	if _, err := ask(ctx, "cp", "--sparse=always", of.card, l.card()); err != nil {
		return system{}, err
	}
	card, err := os.OpenFile(l.card(), os.O_RDWR, 0)
	if err != nil {
		return system{}, err
	}
	err = of.record.Bring(card, 0, of.record.Flushed(after))
	if err = errors.Join(err, card.Close()); err != nil {
		return system{}, err
	}
	settled, err := loses(of.record, l.card(), guest.Partition{}, after, random)
	if err != nil {
		return system{}, err
	}
	what := "fetching and installing"
	if of.trial {
		what = "the first start"
	}
	l.report.step(fmt.Sprintf("moment %d, after call %d of %d of %s: %s", n, after, of.record.Len(), what, settled), "")
	if _, err := l.queueAfterCut(ctx); err != nil {
		return system{}, err
	}
	r := &round{old: old, new: young, home: home}
	if of.trial {
		r.tried = 1
	}
	if err := l.wholeStart(ctx, r, fmt.Sprintf("after-moment-%d", n)); err != nil {
		return system{}, err
	}
	l.machine.Cut()
	return r.now, nil
}
