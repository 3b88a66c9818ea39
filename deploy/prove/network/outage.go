package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"lintai/deploy/prove/house"
	"lintai/deploy/prove/line"
)

// outage is a terminal that sees no central for thirty days, and then all of them
// at once.
type outage struct {
	house    *house.House
	random   *rand.Rand
	requests int
	bytes    int64 // of photos, over all of them
	log      io.Writer
}

const outageDays = 30

func (o *outage) run(ctx context.Context) error {
	t := o.house.Terminals()[0]
	if err := t.Line.Break(line.Cut, o.random); err != nil {
		return err
	}
	// One request in twenty has a photo, as large as they must be.
	const one = 20
	photo := int(o.bytes / int64(max(o.requests/one, 1)))
	begin := time.Now().Add(-outageDays * 24 * time.Hour)
	began := time.Now()
	for i := range o.requests {
		if i%500 == 0 {
			// The clock walks through the days, and is wrong on some of them.
			now := begin.Add(time.Duration(i) * outageDays * 24 * time.Hour / time.Duration(o.requests))
			switch o.random.IntN(6) {
			case 0:
				now = time.Date(1970, 1, 1, 0, 1, 0, 0, time.UTC)
			case 1:
				now = now.Add(time.Duration(o.random.IntN(200)-100) * time.Hour)
			}
			t.SetClock(now)
			if i%10_000 == 0 && i > 0 {
				fmt.Fprintf(o.log, "  %d saved in %.0f s\n", i, time.Since(began).Seconds())
			}
		}
		size := 0
		if i%one == 0 {
			size = photo
		}
		if err := t.Request(ctx, size); err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
		if i%1000 == 999 {
			if err := t.Call(ctx); err != nil {
				return err
			}
		}
	}
	t.SetClock(time.Now())
	fmt.Fprintf(o.log, "outage: %d requests and %d MB of photos saved in %.0f s; the line is back\n", o.requests, o.bytes>>20, time.Since(began).Seconds())
	return t.Line.Heal()
}
