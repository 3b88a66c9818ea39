package agent

import (
	"sync"
	"time"
)

// clock keeps how far the terminal's clock is from central's.
type clock struct {
	mu     sync.Mutex
	known  bool
	offset time.Duration
	// news is called when the offset becomes known, or another by an hour or more;
	// nil: nobody asks.
	news func()
}

// heard takes central's time from an answer to a request that was sent and
// answered at these times of the terminal's clock. Central wrote it about
// half-way between.
func (c *clock) heard(server, sent, answered time.Time) {
	if server.IsZero() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	offset := server.Sub(sent.Add(answered.Sub(sent) / 2))
	if c.news != nil && (!c.known || (offset-c.offset).Abs() >= time.Hour) {
		c.news()
	}
	c.known, c.offset = true, offset
}

// Offset is what to add to the terminal's clock to have central's; known is
// false until central has answered once.
func (a *Agent) Offset() (offset time.Duration, known bool) {
	a.clock.mu.Lock()
	defer a.clock.mu.Unlock()
	return a.clock.offset, a.clock.known
}
