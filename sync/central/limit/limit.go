// Package limit slows down whoever guesses: ticket codes on the public page,
// access keys on the sign-in page, ID cards at a terminal. Only wrong guesses
// count; an address or a terminal that made too many waits until some of them are
// forgotten.
package limit

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// maxAddresses bounds the memory. When it is reached, addresses whose guesses
// are forgotten by now make room; if there are none, all are forgotten.
const maxAddresses = 10_000

// Guesses counts wrong guesses by who made them: a remote address, or a name that
// the caller gives. Each may make Burst of them at once, and one more every Every.
type Guesses struct {
	Burst int
	Every time.Duration
	Clock func() time.Time

	mu   sync.Mutex
	full map[string]time.Time // when the last wrong guess will be forgotten
}

// Allowed tells whether the address may guess now.
func (g *Guesses) Allowed(r *http.Request) bool { return g.AllowedTo(Address(r)) }

// Wrong counts a wrong guess of an address.
func (g *Guesses) Wrong(r *http.Request) { g.WrongBy(Address(r)) }

// AllowedTo tells whether who may guess now.
func (g *Guesses) AllowedTo(who string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.allowed(who)
}

func (g *Guesses) allowed(who string) bool {
	return g.full[who].Sub(g.Clock()) <= time.Duration(g.Burst-1)*g.Every
}

// WrongBy counts a wrong guess of who.
func (g *Guesses) WrongBy(who string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count(who)
}

func (g *Guesses) count(who string) {
	now := g.Clock()
	if g.full == nil {
		g.full = map[string]time.Time{}
	}
	if _, ok := g.full[who]; !ok && len(g.full) >= maxAddresses {
		g.makeRoom(now)
	}
	until := g.full[who]
	if until.Before(now) {
		until = now
	}
	g.full[who] = until.Add(g.Every)
}

func (g *Guesses) makeRoom(now time.Time) {
	for a, until := range g.full {
		if until.Before(now) {
			delete(g.full, a)
		}
	}
	if len(g.full) >= maxAddresses {
		clear(g.full)
	}
}

// address is the remote address; of IPv6 the first 64 bits, which are what one
// subscriber gets.
func address(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
