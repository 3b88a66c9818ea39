// Package line is a line between a terminal and central that fails on request, in
// the ways that lines of lobbies do. Bytes go through a proxy (toxiproxy) that
// slows, slices, swallows and cuts; where the terminal ends up when it dials is
// the line's word too, so that a captive portal or somebody else's central can
// stand in central's place.
package line

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Fault is one way in which a line fails.
type Fault string

const (
	Latency   Fault = "latency"    // every byte comes late, some much later
	Slow      Fault = "slow"       // few bytes a second
	Slicing   Fault = "slicing"    // in pieces of a few bytes
	Limit     Fault = "limit"      // closes after some bytes
	Cut       Fault = "cut"        // connections reset, no new ones
	HalfOpen  Fault = "half_open"  // connections stay, nothing comes through
	Portal    Fault = "portal"     // a captive portal answers 200 with HTML, in the clear
	PortalTLS Fault = "portal_tls" // the same over TLS with a certificate of its own
	Stranger  Fault = "stranger"   // another central, with another root
)

// Faults lists every Fault.
var Faults = []Fault{Latency, Slow, Slicing, Limit, Cut, HalfOpen, Portal, PortalTLS, Stranger}

// Places are where a line leads: host and port each.
type Places struct {
	Central, Portal, PortalTLS, Stranger string
}

// Line is one line. Its methods may be called at any time.
type Line struct {
	name   string
	places Places

	mu    sync.Mutex
	proxy *toxiproxy.Proxy
	fault Fault
	open  map[net.Conn]bool
}

var proxies = struct {
	sync.Once
	server *toxiproxy.ApiServer
}{}

// New makes a line that works. Close it.
func New(name string, places Places) (*Line, error) {
	proxies.Do(func() {
		zerolog.SetGlobalLevel(zerolog.Disabled) // some of its parts ask no logger
		proxies.server = toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	})
	p, err := start(name, places.Central)
	if err != nil {
		return nil, err
	}
	return &Line{name: name, places: places, proxy: p, open: map[net.Conn]bool{}}, nil
}

// Close ends the line.
func (l *Line) Close() {
	l.Reset()
	l.present().Stop()
}

var errCut = errors.New("line: cut")

// Dial opens a connection to wherever the line leads now. It has the form of
// agent.Options.Dial; the address is not looked at.
func (l *Line) Dial(ctx context.Context, network, _ string) (net.Conn, error) {
	l.mu.Lock()
	to := l.proxy.Listen
	switch l.fault {
	case Cut:
		l.mu.Unlock()
		return nil, errCut
	case Portal:
		to = l.places.Portal
	case PortalTLS:
		to = l.places.PortalTLS
	case Stranger:
		to = l.places.Stranger
	}
	l.mu.Unlock()
	var d net.Dialer
	c, err := d.DialContext(ctx, network, to)
	if err != nil {
		return nil, err
	}
	tracked := &conn{Conn: c, line: l}
	l.mu.Lock()
	l.open[tracked] = true
	l.mu.Unlock()
	return tracked, nil
}

// conn leaves the line's list when it is closed.
type conn struct {
	net.Conn
	line *Line
}

func (c *conn) Close() error {
	c.line.mu.Lock()
	delete(c.line.open, c)
	c.line.mu.Unlock()
	return c.Conn.Close()
}

// Reset cuts every connection at once.
func (l *Line) Reset() {
	l.mu.Lock()
	all := make([]net.Conn, 0, len(l.open))
	for c := range l.open {
		all = append(all, c)
	}
	l.mu.Unlock()
	for _, c := range all {
		if tcp, ok := c.(*conn).Conn.(*net.TCPConn); ok {
			tcp.SetLinger(0) // the other end sees RST
		}
		c.Close()
	}
}

// Break makes the line fail; what was wrong with it before is over, and so are the
// connections over it.
func (l *Line) Break(f Fault, random *rand.Rand) error {
	var toxics []string
	both := func(kind, attributes string) {
		for _, stream := range []string{"upstream", "downstream"} {
			toxics = append(toxics, fmt.Sprintf(`{"name":"%s_%s","type":%q,"stream":%q,"attributes":{%s}}`, kind, stream, kind, stream, attributes))
		}
	}
	switch f {
	case Latency:
		both("latency", fmt.Sprintf(`"latency":%d,"jitter":%d`, 20+random.IntN(200), random.IntN(200)))
	case Slow:
		both("bandwidth", fmt.Sprintf(`"rate":%d`, 16+random.IntN(200))) // KB a second
	case Slicing:
		both("slicer", fmt.Sprintf(`"average_size":%d,"size_variation":8,"delay":%d`, 16+random.IntN(400), random.IntN(300))) // microseconds
	case Limit:
		both("limit_data", fmt.Sprintf(`"bytes":%d`, 500+random.IntN(60_000)))
	case HalfOpen, Cut, Portal, PortalTLS, Stranger:
	default:
		return fmt.Errorf("line: no fault %q", f)
	}
	if f == HalfOpen {
		// What is open stays open and swallows everything; so does what is opened.
		both("timeout", `"timeout":0`)
		return l.add(f, l.present(), toxics)
	}
	return l.renew(f, toxics)
}

// Heal ends what is wrong with the line. Connections that a fault held are cut: a
// proxy that comes back knows nothing of them either.
func (l *Line) Heal() error {
	if l.String() == works {
		return nil
	}
	return l.renew("", nil)
}

func (l *Line) present() *toxiproxy.Proxy {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.proxy
}

// renew puts a new proxy in the place of the old: taking a fault from one that
// runs may wait for bytes that nobody reads.
func (l *Line) renew(f Fault, toxics []string) error {
	next, err := start(l.name, l.places.Central)
	if err != nil {
		return err
	}
	if err := l.add(f, next, toxics); err != nil {
		return err
	}
	l.mu.Lock()
	last := l.proxy
	l.proxy = next
	l.mu.Unlock()
	l.Reset()
	go last.Stop() // it waits for whoever still writes into it
	return nil
}

func (l *Line) add(f Fault, to *toxiproxy.Proxy, toxics []string) error {
	for _, text := range toxics {
		if _, err := to.Toxics.AddToxicJson(strings.NewReader(text)); err != nil && !errors.Is(err, toxiproxy.ErrToxicAlreadyExists) {
			return fmt.Errorf("line: %s: %w", f, err)
		}
	}
	l.mu.Lock()
	l.fault = f
	l.mu.Unlock()
	return nil
}

func start(name, upstream string) (*toxiproxy.Proxy, error) {
	p := toxiproxy.NewProxy(proxies.server, name, "127.0.0.1:0", upstream)
	if err := p.Start(); err != nil {
		return nil, fmt.Errorf("line: %w", err)
	}
	return p, nil
}

const works = "works"

// String tells the fault of the moment.
func (l *Line) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fault == "" {
		return works
	}
	return string(l.fault)
}
