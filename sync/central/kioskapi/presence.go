package kioskapi

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"lintai/sync/central/docket"
	"lintai/sync/central/live"
)

// contactEvery is how often a terminal's last contact is written down: often
// enough for staff, and no write to the disk for every heartbeat.
const contactEvery = time.Minute

// Presence knows which terminals are there: an open stream means now.
type Presence struct {
	// Elsewhere tells whether a terminal's stream is at another process of this
	// central; nil where there is none.
	Elsewhere func(kiosk int) bool

	store docket.Store
	hub   *live.Hub
	clock func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	streams map[int]int
	heard   map[int]time.Time
	written map[int]time.Time
	offsets map[int]time.Duration // as written
}

// NewPresence starts with nobody there.
func NewPresence(store docket.Store, hub *live.Hub, clock func() time.Time, log *slog.Logger) *Presence {
	return &Presence{store: store, hub: hub, clock: clock, log: log,
		streams: map[int]int{}, heard: map[int]time.Time{}, written: map[int]time.Time{}, offsets: map[int]time.Duration{}}
}

// Enter notes an open stream until the returned function is called.
func (p *Presence) Enter(kiosk int) (leave func()) {
	if p.count(kiosk, 1) == 1 {
		p.hub.Publish(live.Word{Kind: live.Terminal, Kiosk: kiosk})
	}
	return func() {
		if p.count(kiosk, -1) == 0 {
			p.hub.Publish(live.Word{Kind: live.Terminal, Kiosk: kiosk})
		}
	}
}

func (p *Presence) count(kiosk, by int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams[kiosk] += by
	p.heard[kiosk] = p.clock()
	return p.streams[kiosk]
}

// Heard notes a sign of life.
func (p *Presence) Heard(ctx context.Context, kiosk int) {
	now := p.clock()
	p.mu.Lock()
	p.heard[kiosk] = now
	due := now.Sub(p.written[kiosk]) >= contactEvery
	if due {
		p.written[kiosk] = now
	}
	p.mu.Unlock()
	if due {
		p.write(ctx, kiosk, now, nil)
	}
}

// Offset notes how wrong a terminal's clock is, when that changed by a second
// or more.
func (p *Presence) Offset(ctx context.Context, kiosk int, offset time.Duration) {
	p.mu.Lock()
	old, known := p.offsets[kiosk]
	due := !known || (offset-old).Abs() >= time.Second
	if due {
		p.offsets[kiosk] = offset
	}
	p.mu.Unlock()
	if due {
		p.write(ctx, kiosk, p.clock(), &offset)
	}
}

func (p *Presence) write(ctx context.Context, kiosk int, at time.Time, offset *time.Duration) {
	// That a terminal was heard of is no reason to refuse what it says.
	if err := p.store.Contact(ctx, kiosk, at, offset); err != nil && ctx.Err() == nil {
		p.log.Error("contact of a terminal not written", "kiosk", kiosk, "error", err)
	}
}

// Here lists the terminals whose streams are at this process.
func (p *Presence) Here() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []int
	for kiosk, streams := range p.streams {
		if streams > 0 {
			all = append(all, kiosk)
		}
	}
	return all
}

// Of tells whether a terminal is there now, and when it was last heard of since
// this process began; the zero time when it was not.
func (p *Presence) Of(kiosk int) (online bool, heard time.Time) {
	elsewhere := p.Elsewhere != nil && p.Elsewhere(kiosk)
	p.mu.Lock()
	defer p.mu.Unlock()
	return elsewhere || p.streams[kiosk] > 0, p.heard[kiosk]
}
