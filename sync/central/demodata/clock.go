package demodata

import (
	"sync"
	"time"
)

// Clock is one that is set.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock shows a time until it is set.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now is what it shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set sets it.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}
