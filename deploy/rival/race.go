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
	CPU  effort        // in that time
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

// race lets the clients send all items, and measures it.
func race(ctx context.Context, server *process, items []item, connect func() (client, error)) (result, error) {
	return timed(server, func() error { return relay(ctx, items, connect) })
}

// timed measures one run against a server, after the disk has finished with what
// came before it.
func timed(server *process, run func() error) (result, error) {
	syscall.Sync()
	before, err := spent(server)
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	if err := run(); err != nil {
		return result{}, err
	}
	r := result{Took: time.Since(began)}
	after, err := spent(server)
	r.CPU = after.since(before)
	return r, err
}

// relay lets the clients send all items, each the next that nobody has taken. The
// first failure ends it.
func relay(ctx context.Context, items []item, connect func() (client, error)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan item)
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
	return context.Cause(ctx)
}
