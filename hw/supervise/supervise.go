// Package supervise keeps devices running.
//
// One Supervisor drives one device of any kind. It opens it, probes it until it
// answers, probes it again whenever it has been idle for a while, and believes
// what the device reports by itself in between. A device that misses three probes
// in a row, or says that it was lost, is closed and opened anew under its stable
// path: at first at once, then less and less often, so that a device that is there
// and fails costs next to nothing. A port that is not there at all is looked for
// once a second, because that is what a resident waits for when somebody has just
// put a cable back.
//
// What the supervisor knows is a hw.Health. The terminal is told whenever it
// changes; it never has to ask a device whether it is there.
package supervise

import (
	"context"
	"sync"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
)

const (
	// missLimit is the number of probes in a row that a device may miss.
	missLimit = 3
	// missPause is the time between a missed probe and the next one.
	missPause = time.Second
	// backoffFirst and backoffLast bound the pause before a device that is
	// there is opened again; it doubles in between.
	backoffFirst = 500 * time.Millisecond
	backoffLast  = 10 * time.Second
	// absentPause is the time between two looks for a port that is not there.
	absentPause = time.Second
	// defaultProbe is used when Config.ProbeEvery is 0.
	defaultProbe = 3 * time.Second
)

// Config says what to keep running.
type Config struct {
	// Open opens the device. It is called again after each loss, never twice at
	// a time.
	Open hw.Opener
	// ProbeEvery is the time without a report after which an idle device is
	// probed; 0 is 3 s.
	ProbeEvery time.Duration
	// OnHealth is called with each change of state, code or detail, from Run's
	// goroutine, one call at a time. It should return soon.
	OnHealth func(hw.Health)
	// Clock is the system's when nil.
	Clock hw.Clock
}

// Supervisor keeps one device running.
type Supervisor struct {
	config Config

	mu     sync.Mutex
	health hw.Health
}

// New makes a supervisor; Run starts it.
func New(c Config) *Supervisor {
	if c.ProbeEvery <= 0 {
		c.ProbeEvery = defaultProbe
	}
	if c.Clock == nil {
		c.Clock = hw.SystemClock{}
	}
	if c.OnHealth == nil {
		c.OnHealth = func(hw.Health) {}
	}
	return &Supervisor{config: c, health: hw.Health{State: hw.Absent, Since: c.Clock.Now()}}
}

// Health tells what is known now, with counters and last success up to date.
func (s *Supervisor) Health() hw.Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health
}

// Run keeps the device running until ctx ends, and returns when it is closed.
func (s *Supervisor) Run(ctx context.Context) {
	pause := backoffFirst
	for ctx.Err() == nil {
		answered, err := s.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if answered {
			pause = backoffFirst
		}
		wait := pause
		if hw.FaultOf(err) == fault.Unplugged {
			s.publish(hw.Absent, fault.Unplugged, err.Error())
			wait = min(wait, absentPause)
			pause = min(2*pause, absentPause)
		} else {
			s.publish(hw.Fault, hw.FaultOf(err), err.Error())
			pause = min(2*pause, backoffLast)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.config.Clock.After(wait):
		}
	}
}

// once opens the device and stays with it until it is lost. answered tells
// whether it ever answered a probe; err is never nil.
func (s *Supervisor) once(ctx context.Context) (answered bool, err error) {
	// While the device is being looked for again, what is wrong stays on view.
	if h := s.Health(); h.Code == fault.None {
		s.publish(hw.Opening, fault.None, "")
	}
	news := newReports()
	device, err := s.config.Open(ctx, news.tell)
	if err != nil {
		s.count(func(c *hw.Counters) { c.OpenErrors++ })
		return false, err
	}
	// A probe that waits for an answer must not keep the terminal from ending.
	unhook := context.AfterFunc(ctx, func() { device.Close() })
	defer unhook()
	defer device.Close()
	s.count(func(c *hw.Counters) { c.Opens++ })
	h := s.Health()
	s.publish(hw.Probing, h.Code, h.Detail)
	answered, err = s.watch(ctx, device, news)
	s.count(func(c *hw.Counters) { c.Losses++ })
	return answered, err
}

// watch probes an open device and believes its reports until it is lost.
func (s *Supervisor) watch(ctx context.Context, device hw.Device, news *reports) (answered bool, err error) {
	misses, busy := 0, false
	probe := true
	for {
		if probe {
			report, err := device.Probe(ctx)
			if lost(device) {
				return answered, cause(device, err)
			}
			if err != nil {
				if ctx.Err() != nil {
					return answered, err
				}
				s.count(func(c *hw.Counters) { c.Misses++ })
				misses++
				if misses == missLimit {
					return answered, err
				}
				if misses == missLimit-1 && s.Health().State.Usable() {
					s.publish(hw.Degraded, hw.FaultOf(err), err.Error())
				}
			} else {
				misses, answered, busy = 0, true, report.Busy
				s.count(func(c *hw.Counters) { c.Probes++ })
				s.accept(report)
			}
		}
		wait := s.config.ProbeEvery
		if misses > 0 {
			wait = min(wait, missPause)
		}
		timer := s.config.Clock.After(wait)
		if busy {
			timer = nil
		}
		select {
		case <-ctx.Done():
			return answered, ctx.Err()
		case <-device.Done():
			return answered, cause(device, nil)
		case <-news.arrived:
			report := news.take()
			// A report is as good as an answer: it puts the next probe off.
			misses, answered, busy = 0, true, report.Busy
			s.accept(report)
			probe = false
		case <-timer:
			probe = true
		}
	}
}

// accept takes a report as the truth of now.
func (s *Supervisor) accept(r hw.Report) {
	s.mu.Lock()
	s.health.LastOK = s.config.Clock.Now()
	s.mu.Unlock()
	s.publish(r.State(), r.Code, r.Detail)
}

// publish changes the health and tells it when it is news.
func (s *Supervisor) publish(state hw.State, code fault.Code, detail string) {
	s.mu.Lock()
	h := &s.health
	if h.State == state && h.Code == code && h.Detail == detail {
		s.mu.Unlock()
		return
	}
	if h.Code != code || h.State.Usable() != state.Usable() {
		h.Since = s.config.Clock.Now()
	}
	h.State, h.Code, h.Detail = state, code, detail
	h.Severity = 0
	if entry, ok := fault.Find(code); ok {
		h.Severity = entry.Severity
	}
	told := *h
	s.mu.Unlock()
	s.config.OnHealth(told)
}

func (s *Supervisor) count(add func(*hw.Counters)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	add(&s.health.Counters)
}

// lost tells whether the device gave itself up.
func lost(d hw.Device) bool {
	select {
	case <-d.Done():
		return true
	default:
		return false
	}
}

// cause is why a device was lost: its own word, or the error that showed it.
func cause(d hw.Device, seen error) error {
	if err := d.Err(); err != nil {
		return err
	}
	if seen != nil {
		return seen
	}
	return &hw.Error{Code: fault.DeviceFailed, Text: "supervise: the device ended without a reason"}
}

// reports holds the newest report of one opening.
type reports struct {
	arrived chan struct{} // holds a token while a report waits
	mu      sync.Mutex
	newest  hw.Report
}

func newReports() *reports { return &reports{arrived: make(chan struct{}, 1)} }

func (r *reports) tell(report hw.Report) {
	r.mu.Lock()
	r.newest = report
	r.mu.Unlock()
	select {
	case r.arrived <- struct{}{}:
	default:
	}
}

func (r *reports) take() hw.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newest
}
