// Package agent is the terminal's end of the wire: it carries what waits in the
// queue to central and brings back what central says.
//
// Four loops run side by side. One pushes: batches in the queue's order, one at
// a time (attachments by themselves, and never in the way of a call), and takes central's word item by item; nothing counts as delivered but
// an answer that names the item and carries the protocol's own name. One pulls
// what changed, by a cursor that the queue keeps. One holds a stream open on
// which central says "changed" and what it answers to a call, and notices within
// three heartbeats when the line behind it is dead. Large bodies go up in pieces,
// each of them once. One tells how the terminal's devices are, when that
// changes and every few minutes. One brings the documents that central signed: see
// Documents. Each retries for ever, at growing, random
// intervals of two minutes at most; a new request, a change of the network, or a
// sign that central is back, ends the waiting at once.
//
// What happens is told as events of package visit. Neither log nor error ever
// holds a ticket code or anything of a resident.
package agent

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/visit"
	"lintai/offline"
	"lintai/sync/wire"
)

// Queue is what the agent needs of the terminal's queue; *offline.Queue is one.
type Queue interface {
	NextUpTo(ctx context.Context, limit, maxBytes, largest int) ([]offline.Waiting, error)
	ReadSealed(ctx context.Context, id string, offset int64, n int) ([]byte, error)
	Sending(ids []string)
	Settle(ctx context.Context, answers []offline.Answer) error
	SetAside(ctx context.Context, ids []string) error
	Pending(ctx context.Context) (int, error)
	Cursor(ctx context.Context) (int64, error)
	ApplyStatuses(ctx context.Context, cursor int64, statuses []offline.Status) error
	Subscribe() (saved <-chan struct{}, cancel func())
}

// Options says to whom the agent speaks and whom it tells.
type Options struct {
	Address  string   // central's base address, of its door for terminals
	Identity Identity // which terminal this is, and which central it trusts
	Queue    Queue

	// Keep writes an identity down whenever it changes: Identity.Save into the data
	// folder. nil keeps it in memory only.
	Keep func(Identity) error

	// Post takes visit.LinkChanged, Sending, Delivered, Held, CallDelivered and CallAnswered. It
	// is never called twice at the same time, and must not block.
	Post func(visit.Event)
	// Fault takes what is wrong between terminal and central, when that changes:
	// fault.CentralRefused, Revoked or CentralForeign, a fault of the queue, or
	// fault.None. Like Post.
	Fault func(fault.Code)
	// Words tells what stands beside the devices in the terminal's word on its
	// health; nil when it says no more than that. See Report.
	Words func(ctx context.Context, told int64) Words
	// Grid is where on central's map the terminal stands; empty where its file does not say.
	Grid string

	// Documents keeps what central signs, with DocumentKey; without both the agent
	// takes no documents. DocumentKept is told after a document was kept, and
	// DocumentsRefused what is wrong with the documents that central offers, by kind,
	// when that changes: an empty map when nothing is. Both must not block.
	Documents        Documents
	DocumentKey      ed25519.PublicKey
	DocumentKept     func(wire.Document)
	DocumentsRefused func(map[wire.DocumentKind]error)

	// Computer is the computer inside the terminal, and UpdateFolder the folder for
	// updates; without both central has no say in it.
	Computer     Computer
	UpdateFolder string

	Now func() time.Time // the terminal's clock; time.Now when nil
	// Jitter draws a waiting time from 0 to limit; uniformly when nil.
	Jitter func(limit time.Duration) time.Duration
	Log    *slog.Logger // slog.Default() when nil
	// Dial opens connections; the net package's dialer when nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Network calls changed whenever the machine's network is another one, until the
	// context ends; an error says that it cannot. The kernel's word when nil.
	Network func(ctx context.Context, changed func()) error
}

// Agent is the terminal's end of the wire.
type Agent struct {
	base    *url.URL
	trust   *trust
	kiosk   int
	queue   Queue
	now     func() time.Time
	jitter  func(time.Duration) time.Duration
	network func(ctx context.Context, changed func()) error
	log     *slog.Logger

	client    *http.Client
	transport *http.Transport

	// Each loop waits on its own channel; see kick.
	wakePush, wakePull, wakeStream, wakeHealth, wakeDocuments, wakeRenew, wakeOrders, wakeUpdate chan struct{}
	// overtake is kicked at every save, for a push of attachments to look.
	overtake chan struct{}
	// counting holds one place: a count is told before the next is taken.
	counting chan struct{}

	streaming atomic.Bool // a stream is open and alive
	link      link
	picker    picker
	packed    *parcel // ahead, for the next push
	answers   answers
	clock     clock
	expired   atomic.Bool // central said so of the certificate
	devices   devices
	words     words
	journal   journal

	documents *documents
	fleet     *fleet
}

// New makes an agent. It does nothing before Run, except that Find works.
func New(o Options) (*Agent, error) {
	base, err := parseAddress(o.Address)
	if err != nil {
		return nil, err
	}
	if o.Queue == nil {
		return nil, errors.New("agent: a queue is needed")
	}
	trust, err := newTrust(o.Identity)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		base: base, trust: trust, kiosk: o.Identity.Kiosk, queue: o.Queue, now: o.Now, jitter: o.Jitter, log: o.Log, network: o.Network,
		counting: make(chan struct{}, 1),
		wakePush: make(chan struct{}, 1), wakePull: make(chan struct{}, 1), wakeStream: make(chan struct{}, 1),
		wakeHealth: make(chan struct{}, 1), wakeDocuments: make(chan struct{}, 1), wakeRenew: make(chan struct{}, 1), wakeOrders: make(chan struct{}, 1), wakeUpdate: make(chan struct{}, 1), overtake: make(chan struct{}, 1), picker: newPicker(),
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.jitter == nil {
		a.jitter = func(limit time.Duration) time.Duration { return rand.N(limit + 1) }
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	if a.network == nil {
		a.network = watchNetwork
	}
	a.link.post, a.link.fault = o.Post, o.Fault
	if a.link.post == nil {
		a.link.post = func(visit.Event) {}
	}
	if a.link.fault == nil {
		a.link.fault = func(fault.Code) {}
	}
	a.documents = newDocuments(o)
	if a.fleet, err = newFleet(o); err != nil {
		a.log.Warn("it is not known what central had done", "error", err)
	}
	a.words.tell = o.Words
	if (wire.Health{Grid: o.Grid}).Check() == nil { // else central would refuse all the rest with it
		a.words.grid = o.Grid
	}
	a.clock.news = func() { kick(a.wakeRenew) }
	trust.keep, trust.log = o.Keep, a.log
	a.transport = newTransport(o.Dial, trust.config())
	a.client = newClient(a.transport)
	return a, nil
}

// Run works until the context ends. It returns after everything that it
// started has ended.
func (a *Agent) Run(ctx context.Context) {
	saved, cancel := a.queue.Subscribe()
	defer cancel()
	a.countPending(ctx)
	var loops sync.WaitGroup
	loops.Go(func() { a.pushLoop(ctx) })
	loops.Go(func() { a.pullLoop(ctx) })
	loops.Go(func() { a.streamLoop(ctx) })
	loops.Go(func() { a.networkLoop(ctx) })
	loops.Go(func() { a.healthLoop(ctx) })
	loops.Go(func() { a.renewLoop(ctx) })
	loops.Go(func() { a.documentLoop(ctx) })
	loops.Go(func() { a.orderLoop(ctx) })
	loops.Go(func() { a.updateLoop(ctx) })
	loops.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-saved:
				kick(a.wakePush)
				kick(a.overtake)
				a.countPending(ctx)
			}
		}
	})
	loops.Wait()
	a.transport.CloseIdleConnections()
}

// kick ends the waiting of the loop behind a channel, or its next waiting when
// it is busy.
func kick(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// Waiting between tries: the n-th failure in a row waits a random time up to
// firstBackoff·2ⁿ, so that a thousand terminals do not come back at once, and
// leastBackoff at least: whatever is drawn, nothing is tried without a pause.
const (
	leastBackoff = 50 * time.Millisecond
	firstBackoff = time.Second
	maxBackoff   = 2 * time.Minute
)

func (a *Agent) backoff(failures int) time.Duration {
	limit := maxBackoff
	if failures < 8 {
		limit = min(limit, firstBackoff<<max(failures-1, 0))
	}
	return max(a.jitter(limit), leastBackoff)
}

// wait returns after d or a kick, and false when the context has ended.
func wait(ctx context.Context, d time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

// complain logs a failure: the first of a row, and then ever more seldom but
// without end, because a terminal that fails in silence is a known complaint.
func (a *Agent) complain(ctx context.Context, what string, failures int, err error) {
	if ctx.Err() != nil || failures&(failures-1) != 0 {
		return
	}
	a.log.Warn(what, "failures", failures, "error", err)
}

func (a *Agent) countPending(ctx context.Context) {
	a.counting <- struct{}{}
	defer func() { <-a.counting }()
	n, err := a.queue.Pending(ctx)
	if err != nil {
		a.queueFailed(ctx, err)
		return
	}
	a.link.pending(n)
	if a.words.drained(n) {
		kick(a.wakeHealth)
	}
}

// queueFailed reports that the terminal's own queue does not work.
func (a *Agent) queueFailed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		a.link.queueFault(offline.FaultOf(err))
	}
}

var errAnswer = errors.New("agent: central's answer cannot be used")

func unusable(format string, values ...any) error {
	return fmt.Errorf("%w: %s", errAnswer, fmt.Sprintf(format, values...))
}
