package main

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"
)

// clients is how many of them send to a rival at the same time. The terminal has
// one connection, as in a lobby.
const clients = 16

// result is what one contender did in one round.
type result struct {
	Took time.Duration // from before the first connection to the last acknowledgement
	Kept int           // what the server says it has, asked after the race
}

// contender takes the items into a server of its own, in an empty folder.
type contender interface {
	name() string
	drain(ctx context.Context, folder string, load *load) (result, error)
}

// client sends one item and returns when the server has acknowledged it.
type client struct {
	send  func(item) error
	close func() error
}

// race lets the clients send all items, each the next that nobody has taken, and
// measures how long that takes. The first failure ends it.
func race(ctx context.Context, items []item, connect func() (client, error)) (result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan item)
	settle()
	began := time.Now()
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			c, err := connect()
			if err != nil {
				cancel(fmt.Errorf("connect: %w", err))
				return
			}
			defer c.close()
			for i := range next {
				if err := c.send(i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	func() {
		defer close(next)
		for _, i := range items {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	all.Wait()
	return result{Took: time.Since(began)}, context.Cause(ctx)
}

// settle lets the disk finish with what came before the race.
func settle() { syscall.Sync() }
