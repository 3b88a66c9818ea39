package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lintai/deploy/image/guest"
	"lintai/kiosk/ticket"
)

// recordedVisits is how many visits follow one another while all that the machine writes
// is recorded.
const recordedVisits = 4

// promise is what the terminal had told people when its record was so many bytes long.
type promise struct {
	bytes int64
	items int
}

// moment judges the card as power cuts would have left it at many random moments of
// visits, each with a loss of its own. It takes as long as the visits do and a second or
// two for each moment, because the card of a moment is made from the record of all calls
// to it; the part cuts pulls the plug.
func (l *lobby) moments(ctx context.Context) error {
	random := rand.New(rand.NewPCG(l.seed, 4))
	l.report.step(fmt.Sprintf("%d moments with --seed %d", l.count.moments, l.seed), "")
	began, err := l.machine.Recorded()
	if err != nil {
		return err
	}
	promises := []promise{{began, len(l.tickets)}}
	var codes []ticket.Code
	for range recordedVisits {
		bytes, err := l.saves(ctx)
		if err != nil {
			return err
		}
		promises = append(promises, promise{bytes, len(l.tickets) + 1})
		code, err := l.slip(ctx)
		if err != nil {
			return err
		}
		codes = append(codes, code)
		if err := l.home(ctx); err != nil {
			return err
		}
	}
	if err := l.judgeMoments(ctx, random, promises); err != nil {
		return err
	}
	return l.arrives(ctx, codes...)
}

// saves makes a visit and tells how long the record was when the screen said that the
// request is saved.
func (l *lobby) saves(ctx context.Context) (bytes int64, err error) {
	if err := l.reports(ctx, func(context.Context, string) error { return nil }); err != nil {
		return 0, err
	}
	if err := l.seesSaved(ctx); err != nil {
		return 0, err
	}
	return l.machine.Recorded()
}

func (l *lobby) seesSaved(ctx context.Context) error {
	return eventually(ctx, patience, func(ctx context.Context) error {
		shown, err := l.machine.Settled(ctx)
		if err != nil {
			return errors.Join(err, l.machine.Running())
		}
		_, _, err = guest.FindAny(ctx, l.scratch, shown, wordsOfSaved...)
		return err
	})
}

// wordsOfSaved are those of a screen that says that the request is saved, or more than that.
var wordsOfSaved = []string{"已保存", "已送达"}

func saysSaved(text string) bool {
	return slices.ContainsFunc(wordsOfSaved, func(words string) bool { return strings.Contains(text, words) })
}

// promised is what was promised at the latest when the record was so long.
func promised(all []promise, bytes int64) (items int) {
	for _, p := range all {
		if p.bytes <= bytes {
			items = p.items
		}
	}
	return items
}

// judgeMoments draws moments since the first promise and judges the data partition of
// each.
func (l *lobby) judgeMoments(ctx context.Context, random *rand.Rand, promises []promise) (err error) {
	record, done, err := l.machine.Record()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	first := record.Calls(promises[0].bytes)
	moments := anyCalls(random, first, record.Len(), l.count.moments)
	base, partition, err := l.dataAt(ctx, record, record.Flushed(first))
	if err != nil {
		return err
	}
	defer os.Remove(base)
	going, err := os.OpenFile(base, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer going.Close()
	data := filepath.Join(l.scratch, "moment.ext4")
	defer os.Remove(data)
	// Promises by calls: whoever saw the screen saw it after all of them.
	for i := range promises {
		promises[i].bytes = int64(record.Calls(promises[i].bytes))
	}
	from, lost, afterPromise := record.Flushed(first), 0, 0
	for _, n := range moments {
		if err := record.Bring(partition.WriterAt(going), from, record.Flushed(n)); err != nil {
			return err
		}
		from = record.Flushed(n)
		if _, err := ask(ctx, "cp", "--sparse=always", base, data); err != nil {
			return err
		}
		settled, err := loses(record, data, partition, n, random)
		if err != nil {
			return err
		}
		lost += settled.Lost
		want := promised(promises, int64(n))
		if want > promises[0].items {
			afterPromise++
		}
		items, err := l.judgeQueue(ctx, data)
		if err != nil {
			return fmt.Errorf("after call %d of %d (%s): %w", n, record.Len(), settled, err)
		}
		if items < want {
			return fmt.Errorf("after call %d of %d (%s): %d requests were said to be saved, and the queue has %d", n, record.Len(), settled, want, items)
		}
	}
	l.report.step(fmt.Sprintf("queue and audit log are sound at %d moments of %d visits (%d calls to the card, %d of them flushes; %d calls lost in all), each with what was promised by then",
		len(moments), len(promises)-1, record.Len()-first, len(record.Flushes()), lost), "")
	l.report.measure("moments", float64(len(moments)))
	l.report.measure("moments_after_a_promise", float64(afterPromise))
	return nil
}

// anyCalls draws behind how many calls cuts come, in order.
func anyCalls(random *rand.Rand, from, to, count int) []int {
	var all []int
	for range count {
		all = append(all, from+random.IntN(to-from+1))
	}
	slices.Sort(all)
	return all
}

// dataAt takes the data partition off the card as it is after n calls.
func (l *lobby) dataAt(ctx context.Context, record *guest.Record, n int) (string, guest.Partition, error) {
	card, data := filepath.Join(l.scratch, "moment.img"), filepath.Join(l.scratch, "moments.ext4")
	defer os.Remove(card)
	none := guest.Partition{}
	if _, err := ask(ctx, "cp", "--sparse=always", l.card(), card); err != nil {
		return "", none, err
	}
	f, err := os.OpenFile(card, os.O_RDWR, 0)
	if err != nil {
		return "", none, err
	}
	defer f.Close()
	if err := record.Bring(f, 0, n); err != nil {
		return "", none, err
	}
	// The first start made the partition larger.
	all, err := guest.Partitions(f)
	if err != nil {
		return "", none, err
	}
	return data, all[3], guest.Extract(card, 4, data)
}

// loses leaves in a file what a cut leaves of the calls since the last flush.
func loses(record *guest.Record, file string, partition guest.Partition, n int, random *rand.Rand) (guest.Settled, error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return guest.Settled{}, err
	}
	var to io.WriterAt = f
	if partition.Size > 0 {
		to = partition.WriterAt(f)
	}
	settled, err := record.Lose(to, n, guest.AnyLoss(random), random)
	return settled, errors.Join(err, f.Close())
}
