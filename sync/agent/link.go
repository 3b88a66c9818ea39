package agent

import (
	"errors"
	"sync"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/visit"
	"lintai/sync/wire"
)

// link is what the terminal knows about its line to central, and the one place
// from which the outside is told, one word at a time.
type link struct {
	mu    sync.Mutex
	post  func(visit.Event)
	fault func(fault.Code)

	told     bool // LinkChanged was posted at least once
	last     visit.LinkChanged
	refused  fault.Code
	queue    fault.Code
	lastCode fault.Code
	woken    time.Time // when the loops were last woken for a reconnect
}

// wokenEvery keeps a line that answers one loop and fails another from driving
// them round without a pause.
const wokenEvery = 10 * time.Second

func (l *link) event(e visit.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.post(e)
}

func (l *link) online() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last.Online
}

func (l *link) pending(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.change(visit.LinkChanged{Online: l.last.Online, Pending: n})
}

func (l *link) queueFault(code fault.Code) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = code
	l.tellFault()
}

// outcome takes the result of an exchange and tells whether it is the first
// that worked after the line was down.
func (l *link) outcome(err error) (reconnected bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var r refusal
	switch {
	case err == nil:
		l.refused = fault.None
		if reconnected = !l.last.Online && time.Since(l.woken) > wokenEvery; reconnected {
			l.woken = time.Now()
		}
		l.change(visit.LinkChanged{Online: true, Pending: l.last.Pending})
	case errors.As(err, &r) && r.code == wire.ErrorExpired:
		// No matter for a technician: the terminal renews it by itself.
		l.change(visit.LinkChanged{Online: false, Pending: l.last.Pending})
	case errors.As(err, &r) && r.unaccepted(), errors.Is(err, ErrForeign):
		l.refused = FaultOf(err)
		l.change(visit.LinkChanged{Online: false, Pending: l.last.Pending})
	case errors.As(err, &r) && r.status < 500:
		// Central is there and dislikes what was said; that is no matter of the line.
	default:
		l.change(visit.LinkChanged{Online: false, Pending: l.last.Pending})
	}
	l.tellFault()
	return reconnected
}

func (l *link) change(to visit.LinkChanged) {
	if l.told && to == l.last {
		return
	}
	l.told, l.last = true, to
	l.post(to)
}

func (l *link) tellFault() {
	code := l.queue
	if code == fault.None {
		code = l.refused
	}
	if code != l.lastCode {
		l.lastCode = code
		l.fault(code)
	}
}

// outcome notes the result of an exchange; central's being back wakes all loops.
func (a *Agent) outcome(err error) {
	var r refusal
	if errors.As(err, &r) && r.code == wire.ErrorExpired && !a.expired.Swap(true) {
		kick(a.wakeRenew)
	}
	a.journal.exchanged(a.now(), err)
	if a.link.outcome(err) {
		a.wakeAll()
	}
}

// wakeAll ends the waiting of all loops.
func (a *Agent) wakeAll() {
	kick(a.wakePush)
	kick(a.wakePull)
	kick(a.wakeStream)
	kick(a.wakeHealth)
	kick(a.wakeDocuments)
}
