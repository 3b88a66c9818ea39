package agent

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Status is how the line to central is at one moment, for a technician.
type Status struct {
	Online bool
	// Last is when central last answered, by the terminal's clock; zero when it has
	// not since the terminal was started. Trouble says why the newest exchange
	// failed, and is empty when it did not.
	Last    time.Time
	Trouble Trouble
	Since   time.Time // when it first failed in this way
	// Offset is what to add to the terminal's clock to have central's.
	Offset      time.Duration
	OffsetKnown bool
	Delivered   int // items that central settled since the terminal was started
}

// Trouble is why an exchange failed: one lower-case word, or none.
type Trouble string

// The kinds of trouble.
const (
	Unreachable Trouble = "unreachable" // no connection
	Broken      Trouble = "broken"      // the connection ended before the answer
	Stranger    Trouble = "stranger"    // something else answers, such as a captive portal
	Refused     Trouble = "refused"     // central does not accept this terminal
	Unwilling   Trouble = "unwilling"   // central answers that it cannot do this now
	Unusable    Trouble = "unusable"    // central's answer makes no sense
	QueueFails  Trouble = "queue_fails" // the terminal's own queue does not work
)

// TroubleOf places an error of an exchange.
func TroubleOf(err error) Trouble {
	var r refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &r) && r.unaccepted():
		return Refused
	case errors.As(err, &r):
		return Unwilling
	case errors.Is(err, errUnreachable):
		return Unreachable
	case errors.Is(err, errStranger):
		return Stranger
	case errors.Is(err, errBroken):
		return Broken
	case errors.Is(err, errAnswer):
		return Unusable
	}
	return QueueFails
}

// loop names one of the two whose rounds a technician may wait for.
type loop int

const (
	pushing loop = iota
	pulling
	loops
)

// journal keeps what became of exchanges and of the loops' rounds.
type journal struct {
	mu      sync.Mutex
	last    time.Time
	trouble Trouble
	since   time.Time
	settled int
	begun   [loops]int // rounds
	ended   [loops]int // the number of the newest round that ended
	failed  [loops]Trouble
	idle    [loops]bool   // it ended with nothing left to do
	changed chan struct{} // closed at the next change; nil while nobody waits
}

func (j *journal) wake() {
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// exchanged notes how an exchange ended.
func (j *journal) exchanged(now time.Time, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	trouble := TroubleOf(err)
	if err == nil {
		j.last = now
	}
	if trouble != j.trouble {
		j.trouble, j.since = trouble, now
	}
}

func (j *journal) settledItems(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.settled += n
}

// begin notes that a loop begins a round, and end how that ended: more says that
// it goes on at once.
func (j *journal) begin(l loop) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begun[l]++
}

func (j *journal) end(l loop, more bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended[l], j.failed[l], j.idle[l] = j.begun[l], "", err == nil && !more
	if err != nil && !more {
		j.failed[l] = TroubleOf(err)
	}
	j.wake()
}

// Status tells how the line is.
func (a *Agent) Status() Status {
	s := Status{Online: a.link.online()}
	s.Offset, s.OffsetKnown = a.Offset()
	a.journal.mu.Lock()
	defer a.journal.mu.Unlock()
	s.Last, s.Trouble, s.Delivered = a.journal.last, a.journal.trouble, a.journal.settled
	if s.Trouble != "" {
		s.Since = a.journal.since
	}
	return s
}

// Attempt is what came of Sync.
type Attempt struct {
	Delivered int     // items that central settled meanwhile
	Trouble   Trouble // what ended it; empty when it was not trouble
	// Finished says that central answered and that nothing is left to send but
	// what it did not settle. False without trouble: it was not finished when the
	// context ended, and goes on.
	Finished bool
}

// Sync ends all waiting, and waits until everything was tried that waits in the
// queue and central was asked for news, something failed, or the context ended.
// Only rounds that began after it was asked count.
func (a *Agent) Sync(ctx context.Context) Attempt {
	j := &a.journal
	j.mu.Lock()
	from, before := j.begun, j.settled
	j.mu.Unlock()
	kick(a.wakePush)
	kick(a.wakePull)
	kick(a.wakeStream)
	kick(a.wakeHealth)
	for {
		j.mu.Lock()
		at := Attempt{Delivered: j.settled - before, Finished: true}
		for l := range loops {
			if j.ended[l] <= from[l] {
				at.Finished = false
				continue
			}
			if j.failed[l] != "" {
				at.Trouble = j.failed[l]
			}
			at.Finished = at.Finished && j.idle[l]
		}
		if j.changed == nil {
			j.changed = make(chan struct{})
		}
		changed := j.changed
		j.mu.Unlock()
		if at.Trouble != "" {
			at.Finished = false
		}
		if at.Finished || at.Trouble != "" {
			return at
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return at
		}
	}
}

// Versions are those of what the terminal runs, as central is told them.
func (a *Agent) Versions(ctx context.Context) map[string]string {
	var others map[string]string
	if a.words.tell != nil {
		others = a.words.tell(ctx, 0).Versions
	}
	return a.withDocuments(ctx, others)
}
