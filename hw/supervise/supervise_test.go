package supervise_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// clock hands every wait to the test, which lets it end.
type clock struct {
	waits chan wait
}

type wait struct {
	d    time.Duration
	fire chan time.Time
}

func (clock) Now() time.Time { return time.Unix(0, 0) }

func (c clock) After(d time.Duration) <-chan time.Time {
	w := wait{d, make(chan time.Time, 1)}
	c.waits <- w
	return w.fire
}

// device answers as the test says.
type device struct {
	answers chan answer
	done    chan struct{}
	err     error
	closed  chan struct{}
}

type answer struct {
	report hw.Report
	err    error
}

func newDevice() *device {
	return &device{answers: make(chan answer), done: make(chan struct{}), closed: make(chan struct{}, 8)}
}

func (d *device) Probe(ctx context.Context) (hw.Report, error) {
	select {
	case a := <-d.answers:
		return a.report, a.err
	case <-d.done:
		return hw.Report{}, d.err
	case <-ctx.Done():
		return hw.Report{}, ctx.Err()
	}
}
func (d *device) Done() <-chan struct{} { return d.done }
func (d *device) Err() error            { return d.err }
func (d *device) Close() error          { d.closed <- struct{}{}; return nil }

// opening is what the next call of Open gives.
type opening struct {
	device *device
	err    error
}

type bench struct {
	t        *testing.T
	clock    clock
	openings chan opening
	tells    chan func(hw.Report)
	healths  chan hw.Health
	super    *supervise.Supervisor
	stop     context.CancelFunc
	ended    chan struct{}
}

func setup(t *testing.T) *bench {
	b := &bench{
		t:        t,
		clock:    clock{make(chan wait)},
		openings: make(chan opening),
		tells:    make(chan func(hw.Report), 100),
		healths:  make(chan hw.Health, 1000),
		ended:    make(chan struct{}),
	}
	ctx, stop := context.WithCancel(t.Context())
	b.stop = stop
	b.super = supervise.New(supervise.Config{
		Open: func(ctx context.Context, tell func(hw.Report)) (hw.Device, error) {
			b.tells <- tell
			select {
			case o := <-b.openings:
				if o.err != nil {
					return nil, o.err
				}
				return o.device, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
		ProbeEvery: 3 * time.Second,
		OnHealth:   func(h hw.Health) { b.healths <- h },
		Clock:      b.clock,
	})
	go func() { defer close(b.ended); b.super.Run(ctx) }()
	t.Cleanup(func() { stop(); b.drain() })
	return b
}

// drain serves waits until Run has returned.
func (b *bench) drain() {
	for {
		select {
		case <-b.clock.waits:
		case <-b.ended:
			return
		}
	}
}

// pass lets the next wait end and checks how long it would have been.
func (b *bench) pass(d time.Duration) {
	b.t.Helper()
	w := <-b.clock.waits
	if w.d != d {
		b.t.Fatalf("waits %v, want %v", w.d, d)
	}
	w.fire <- time.Time{}
}

func (b *bench) states(want ...hw.State) []hw.Health {
	b.t.Helper()
	var got []hw.State
	var all []hw.Health
	for range want {
		h := <-b.healths
		got, all = append(got, h.State), append(all, h)
	}
	if !slices.Equal(got, want) {
		b.t.Fatalf("states %v, want %v", got, want)
	}
	return all
}

var (
	unplugged = &hw.Error{Code: fault.Unplugged, Text: "gone"}
	silent    = &hw.Error{Code: fault.NoAnswer, Text: "silent"}
	busyPort  = &hw.Error{Code: fault.PortBusy, Text: "busy"}
)

func TestAWellDeviceIsProbedWhenIdle(t *testing.T) {
	b := setup(t)
	d := newDevice()
	b.openings <- opening{device: d}
	d.answers <- answer{}
	b.states(hw.Opening, hw.Probing, hw.Ready)
	for range 3 {
		b.pass(3 * time.Second)
		d.answers <- answer{}
	}
	b.stop()
	b.drain()
	<-d.closed
	h := b.super.Health()
	if h.Counters.Probes < 3 || h.Counters.Opens != 1 || h.Counters.Misses != 0 {
		t.Errorf("counters %+v", h.Counters)
	}
	if len(b.healths) != 0 {
		t.Errorf("nothing changed, yet %+v was told", <-b.healths)
	}
}

func TestADeviceThatFailsIsTriedLessAndLess(t *testing.T) {
	b := setup(t)
	for _, d := range []time.Duration{500, 1000, 2000, 4000, 8000, 10000, 10000} {
		b.openings <- opening{err: busyPort}
		b.pass(d * time.Millisecond)
	}
	h := b.states(hw.Opening, hw.Fault)[1]
	if h.Code != fault.PortBusy || h.Severity != fault.Degraded || h.Detail != "busy" {
		t.Errorf("health %+v", h)
	}
	if len(b.healths) != 0 {
		t.Errorf("told again: %+v", <-b.healths)
	}
	// An answer forgives what was.
	d := newDevice()
	b.openings <- opening{device: d}
	d.answers <- answer{}
	b.states(hw.Probing, hw.Ready)
	<-b.clock.waits
	d.err = unplugged
	close(d.done)
	b.pass(500 * time.Millisecond)
}

func TestAMissingPortIsLookedForEachSecond(t *testing.T) {
	b := setup(t)
	b.openings <- opening{err: unplugged}
	b.pass(500 * time.Millisecond)
	for range 5 {
		b.openings <- opening{err: unplugged}
		b.pass(time.Second)
	}
	if h := b.states(hw.Opening, hw.Absent)[1]; h.Code != fault.Unplugged {
		t.Errorf("health %+v", h)
	}
}

func TestThreeMissesReopen(t *testing.T) {
	b := setup(t)
	d := newDevice()
	b.openings <- opening{device: d}
	d.answers <- answer{}
	b.states(hw.Opening, hw.Probing, hw.Ready)
	b.pass(3 * time.Second)
	d.answers <- answer{err: silent}
	b.pass(time.Second)
	if got := b.super.Health().State; got != hw.Ready {
		t.Errorf("after one miss: %v", got)
	}
	d.answers <- answer{err: silent}
	if h := b.states(hw.Degraded)[0]; h.Code != fault.NoAnswer {
		t.Errorf("health %+v", h)
	}
	b.pass(time.Second)
	d.answers <- answer{err: silent}
	<-d.closed
	if h := b.states(hw.Fault)[0]; h.Code != fault.NoAnswer {
		t.Errorf("health %+v", h)
	}
	b.pass(500 * time.Millisecond)
	d = newDevice()
	b.openings <- opening{device: d}
	d.answers <- answer{}
	if h := b.states(hw.Probing, hw.Ready)[0]; h.Code != fault.NoAnswer {
		t.Errorf("while it is probed again the fault is forgotten: %+v", h)
	}
}

func TestAnAnswerBetweenMissesForgives(t *testing.T) {
	b := setup(t)
	d := newDevice()
	b.openings <- opening{device: d}
	d.answers <- answer{}
	for range 4 {
		b.pass(3 * time.Second)
		for range 2 {
			d.answers <- answer{err: silent}
			b.pass(time.Second)
		}
		d.answers <- answer{}
	}
	if got := b.super.Health().Counters; got.Losses != 0 || got.Misses != 8 {
		t.Errorf("counters %+v", got)
	}
}

func TestADeviceThatNeverAnswersIsAFault(t *testing.T) {
	b := setup(t)
	d := newDevice()
	b.openings <- opening{device: d}
	for range 2 {
		d.answers <- answer{err: silent}
		b.pass(time.Second)
	}
	d.answers <- answer{err: silent}
	b.states(hw.Opening, hw.Probing, hw.Fault)
}

func TestReportsAreBelieved(t *testing.T) {
	b := setup(t)
	tell := <-b.tells
	d := newDevice()
	b.openings <- opening{device: d}
	d.answers <- answer{report: hw.Report{Code: fault.PaperNearEnd}}
	b.states(hw.Opening, hw.Probing, hw.Degraded)
	<-b.clock.waits
	tell(hw.Report{Code: fault.PaperOut, Unusable: true})
	if h := b.states(hw.Fault)[0]; h.Code != fault.PaperOut {
		t.Errorf("health %+v", h)
	}
	<-b.clock.waits
	tell(hw.Report{Busy: true})
	b.states(hw.Busy)
	w := <-b.clock.waits
	w.fire <- time.Time{} // a busy device is left alone
	select {
	case d.answers <- answer{}:
		t.Fatal("a busy device was probed")
	default:
	}
	tell(hw.Report{})
	b.states(hw.Ready)
	b.pass(3 * time.Second)
	d.answers <- answer{}
}

func TestLossIsToldAtOnce(t *testing.T) {
	b := setup(t)
	d := newDevice()
	b.openings <- opening{device: d}
	// In the middle of the first probe.
	d.err = unplugged
	close(d.done)
	if h := b.states(hw.Opening, hw.Probing, hw.Absent)[2]; h.Code != fault.Unplugged {
		t.Errorf("health %+v", h)
	}
	<-d.closed
}

func TestTheEndWaitsForNobody(t *testing.T) {
	b := setup(t)
	d := newDevice()
	b.openings <- opening{device: d}
	b.states(hw.Opening, hw.Probing) // a probe waits for an answer that never comes
	b.stop()
	b.drain()
	<-d.closed
}

func TestErrorsWithoutACodeAreDeviceFailures(t *testing.T) {
	b := setup(t)
	b.openings <- opening{err: errors.New("odd")}
	if h := b.states(hw.Opening, hw.Fault)[1]; h.Code != fault.DeviceFailed {
		t.Errorf("health %+v", h)
	}
}
