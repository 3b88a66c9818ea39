package kioskapi

import (
	"context"
	"sync"
	"time"
)

// pace lets so many bytes a second go, of all who share it.
type pace struct {
	clock func() time.Time
	rate  int // bytes a second

	mu   sync.Mutex
	free time.Time // from when on the next byte may go
}

// burst is how much may go at once after a rest.
const burst = time.Second / 4

// take books n bytes, and tells how long to wait before they may go.
func (p *pace) take(n int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	if earliest := now.Add(-burst); p.free.Before(earliest) {
		p.free = earliest
	}
	p.free = p.free.Add(time.Duration(n) * time.Second / time.Duration(p.rate))
	return p.free.Sub(now)
}

func (p *pace) wait(ctx context.Context, n int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d := p.take(n)
	if d <= 0 {
		return nil
	}
	pause := time.NewTimer(d)
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
