package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lintai/deploy/image/guest"
	"lintai/kiosk/ticket"
)

// longest is how late in a visit the plug is pulled. It reaches from the first touch to
// some time after the slip.
const longest = 45 * time.Second

// cut pulls the plug at random moments of visits. Each time the card keeps what an honest
// card keeps; then the queue must be sound and have every ticket whose slip came out, and
// the request that the screen said was saved. The machine starts again from that card.
// In the end central has all of it.
func (l *lobby) cut(ctx context.Context) error {
	random := rand.New(rand.NewPCG(l.seed, 1))
	l.report.step(fmt.Sprintf("%d cuts with --seed %d", l.count.cuts, l.seed), "")
	if len(l.known) == 0 {
		if err := l.visits(ctx); err != nil {
			return err
		}
	}
	items, promised := 0, 0
	for n := range l.count.cuts {
		until := time.Duration(random.Int64N(int64(longest)))
		visit, over := context.WithTimeout(ctx, until)
		began := time.Now()
		err := l.swift(visit)
		if visit.Err() == nil {
			<-visit.Done()
		}
		over()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("visit before cut %d: %w", n+1, err)
		}
		shown, err := l.machine.Picture(ctx)
		if err != nil {
			return err
		}
		l.machine.Cut()
		after := time.Since(began)
		settled, err := l.machine.Settle(guest.AnyLoss(random), random)
		if err != nil {
			return err
		}
		if err := l.takeSlips(ctx); err != nil {
			return err
		}
		text, err := guest.Text(ctx, l.scratch, shown)
		if err != nil {
			return err
		}
		saved := saysSaved(text)
		l.report.step(fmt.Sprintf("cut %d after %.1f s, the screen said saved: %t: %s", n+1, after.Seconds(), saved, settled), "")
		had := items
		if items, err = l.queueAfterCut(ctx); err != nil {
			return fmt.Errorf("cut %d: %w", n+1, err)
		}
		if saved {
			promised++
			if items <= had {
				return fmt.Errorf("cut %d: the screen said saved, and the queue has %d items as before", n+1, items)
			}
		}
		if err := l.boot(ctx); err != nil {
			return fmt.Errorf("start after cut %d: %w", n+1, err)
		}
		if err := l.atStart(ctx, fmt.Sprintf("start-after-cut-%d", n+1)); err != nil {
			return fmt.Errorf("start after cut %d: %w", n+1, err)
		}
	}
	var codes []ticket.Code
	for _, c := range l.tickets {
		codes = append(codes, ticket.Code(c))
	}
	l.report.measure("cuts", float64(l.count.cuts))
	l.report.measure("cuts_after_saved", float64(promised))
	return l.arrives(ctx, codes...)
}

// swift is a visit by touches where the words stood before, without reading: each waits
// until the picture is another one and rests.
func (l *lobby) swift(ctx context.Context) error {
	defer func() {
		lift, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		_, _ = l.devbench(lift, "card", "lift") // it may not lie there
	}()
	for _, words := range []string{"触摸屏幕开始", "我要报修", "漏水", "家里", "很急"} {
		if err := l.soon(ctx, func(ctx context.Context) error { return l.touches(ctx, words) }); err != nil {
			return err
		}
	}
	err := l.changes(ctx, func(ctx context.Context) error {
		_, err := l.devbench(ctx, "card", "tap", "--name", resident.name, "--id", resident.number, "--address", resident.address)
		return err
	})
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	for _, at := range l.turns {
		if err := l.soon(ctx, func(ctx context.Context) error { return l.machine.Touch(ctx, at, 0) }); err != nil {
			return err
		}
	}
	return l.soon(ctx, func(ctx context.Context) error { return l.touches(ctx, "确认提交") })
}

// soon touches again when nothing comes of it within a quarter of a minute.
func (l *lobby) soon(ctx context.Context, touch func(context.Context) error) (err error) {
	for ctx.Err() == nil {
		soon, over := context.WithTimeout(ctx, 15*time.Second)
		err = l.changes(soon, touch)
		over()
		if err == nil {
			return nil
		}
	}
	return errors.Join(context.Cause(ctx), err)
}

// changes does something and waits until the picture has changed much and rests.
func (l *lobby) changes(ctx context.Context, do func(context.Context) error) error {
	before, err := l.machine.Settled(ctx)
	if err != nil {
		return err
	}
	if err := do(ctx); err != nil {
		return err
	}
	return eventually(ctx, patience, func(ctx context.Context) error {
		now, err := l.machine.Settled(ctx)
		if err == nil && alike(before, now) {
			err = errors.New("the screen is as before")
		}
		return err
	})
}

// alike tells a clock that went on from another screen: less than a fiftieth differs.
func alike(a, b *image.RGBA) bool {
	differ := 0
	for i := 0; i+4 <= min(len(a.Pix), len(b.Pix)); i += 4 {
		if !bytes.Equal(a.Pix[i:i+4], b.Pix[i:i+4]) {
			differ++
		}
	}
	return differ*50 < len(a.Pix)/4
}

// takeSlips takes what lies in the printer's tray. A slip that the cut left without its
// end is none; the printer counts only those that were cut off.
func (l *lobby) takeSlips(ctx context.Context) error {
	out, err := l.devbench(ctx, "printer", "count")
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		return err
	}
	for l.slips < count {
		if _, err := l.slip(ctx); err != nil {
			return err
		}
	}
	return nil
}

// queueAfterCut judges the queue on the card and tells how many items it has.
func (l *lobby) queueAfterCut(ctx context.Context) (int, error) {
	data := filepath.Join(l.scratch, "data.ext4")
	defer os.Remove(data)
	if err := guest.Extract(l.card(), 4, data); err != nil {
		return 0, err
	}
	return l.queueIsSound(ctx, data)
}
