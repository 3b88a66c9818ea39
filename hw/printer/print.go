package printer

import (
	"context"
	"errors"
	"time"

	"lintai/hw"
	"lintai/hw/serialport"
	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

// print prints a job: status, refusal, body, fence, wait, status, judgement.
func (s *session) print(ctx context.Context, job Job) slip.Result {
	if err := s.take(ctx); err != nil {
		return refused(err)
	}
	defer s.give()
	s.tell(hw.Report{Busy: true, Code: s.status.Fault(), Detail: "printing"})
	r := s.printTaken(ctx, job)
	after := s.report()
	if r.Outcome == slip.Unknown && after.Code == fault.None {
		after.Code = r.Fault
	}
	s.tell(after)
	return r
}

// refused is the result of a slip of which nothing was sent.
func refused(err error) slip.Result {
	r := slip.Result{Outcome: slip.NotPrinted, Method: methodRefused}
	if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		r.Fault = hw.FaultOf(err)
	}
	if errors.Is(err, serialport.ErrClosed) {
		r.Fault = fault.Unplugged
	}
	return r
}

func (s *session) printTaken(ctx context.Context, job Job) slip.Result {
	if err := s.ready(ctx); err != nil {
		return refused(err)
	}
	// Whatever becomes of this slip, the next one must know of it.
	memory := &s.printer.memory
	memory.stale, memory.unclosed = true, job.payload
	s.printer.leave()
	defer s.printer.leave()
	sent, err := s.sendJob(ctx, job)
	if err != nil {
		memory.torn = sent > 0
		return s.cutShort(ctx, err)
	}
	r := s.confirm(ctx, job)
	if r.Outcome == slip.Printed {
		memory.stale, memory.torn = false, false
	}
	return r
}

// ready makes sure that a slip sent now would come out, and that nothing of an
// earlier one would.
func (s *session) ready(ctx context.Context) error {
	settle := s.printer.options.Clock.After(s.limits.Settle)
	for {
		if err := s.ask(ctx); err != nil {
			return err
		}
		s.meet(ctx)
		if !s.status.Refuses() {
			break
		}
		code := s.status.Fault()
		if code != fault.None && code != fault.PaperNearEnd {
			return &hw.Error{Code: code, Text: "printer: " + s.status.String()}
		}
		select { // offline for no reason given: it may be feeding paper
		case <-settle:
			return &hw.Error{Code: fault.DeviceFailed, Text: "printer: offline"}
		case <-s.printer.options.Clock.After(s.limits.Poll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := s.recover(ctx); err != nil {
		return err
	}
	return s.findFence(ctx)
}

// sendJob writes a job in chunks at the line's own pace, obeying XOFF: what lies in
// the system's buffer cannot be held back any more. sent bytes were handed over
// also when err is not nil.
func (s *session) sendJob(ctx context.Context, job Job) (sent int, err error) {
	clock := s.printer.options.Clock
	start, paced := clock.Now(), 0
	chunk := chunkBytes
	if s.lineTime(1) == 0 {
		chunk = freeChunkBytes
	}
	for sent < len(job.Data) {
		if s.flowing() != nil {
			if err := s.waitForFlow(ctx); err != nil {
				return sent, err
			}
			start, paced = clock.Now(), sent
		}
		if now := clock.Now(); now.Sub(start) > s.lineTime(sent-paced) {
			start, paced = now, sent // the line fell silent: that is not made up for
		}
		if early := s.lineTime(sent-paced+chunk-aheadBytes) - clock.Now().Sub(start); early > 0 {
			select {
			case <-clock.After(early):
			case <-s.done:
				return sent, s.lostError()
			case <-ctx.Done():
				return sent, ctx.Err()
			}
			if s.flowing() != nil {
				continue
			}
		}
		n, err := s.port.Write(job.Data[sent:min(sent+chunk, len(job.Data))], s.limits.Stall)
		sent += n
		if err != nil {
			if !errors.Is(err, serialport.ErrTimeout) {
				s.end(err)
			}
			return sent, err
		}
	}
	return sent, nil
}

// waitForFlow waits while the printer says XOFF, at most as long as it may stall.
func (s *session) waitForFlow(ctx context.Context) error {
	resume := s.flowing()
	if resume == nil {
		return ctx.Err()
	}
	select {
	case <-resume:
		return nil
	case <-s.printer.options.Clock.After(s.limits.Stall):
		return serialport.ErrTimeout
	case <-s.done:
		return s.lostError()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cutShort ends a slip of which not all bytes went out: its cut did not, so no
// complete slip came out. It finds out why.
func (s *session) cutShort(ctx context.Context, cause error) slip.Result {
	r := slip.Result{Outcome: slip.NotPrinted, Method: methodWrite, Fault: hw.FaultOf(cause)}
	if errors.Is(cause, serialport.ErrClosed) || s.lost() {
		r.Fault = fault.Unplugged
		return r
	}
	if ctx.Err() != nil {
		// The caller gave up; the printer is put right all the same.
		r.Fault = fault.None
		var cancel context.CancelFunc
		ctx, cancel = s.aftercare(ctx)
		defer cancel()
	}
	s.clear(ctx)
	if s.ask(ctx) == nil && s.status.Refuses() {
		r.Fault = s.status.Fault()
	}
	return r
}

// aftercare is a context for what must be done although the caller has gone.
func (s *session) aftercare(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), s.limits.Fence+4*s.limits.Answer)
}

func (s *session) lost() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// confirm sends the fence and waits for its answer, with an eye on the status.
func (s *session) confirm(ctx context.Context, job Job) slip.Result {
	fence := s.newFence()
	s.watching = fence
	defer func() { s.watching = nil }()
	if fence.request != nil && s.send(fence.request) != nil {
		fence.request = nil // all of the slip went out; only the question did not
	}
	if fence.method == methodQueued && fence.request != nil {
		s.printer.memory.owed++
	}
	clock := s.printer.options.Clock
	over := clock.After(s.bound(job))
	// A question now would wait behind the slip's last bytes on the line.
	poll := clock.After(s.lineTime(2*aheadBytes) + s.limits.Poll)
	troubled := 0
	for {
		reached, err := s.watch(ctx, fence, poll, over)
		switch {
		case reached:
			return s.confirmed(ctx, fence)
		case s.lost():
			return slip.Result{Outcome: slip.Unknown, Method: methodNone, Fault: fault.Unplugged}
		case ctx.Err() != nil:
			return slip.Result{Outcome: slip.Unknown, Method: methodNone, Fault: fault.PrintUnknown}
		case errors.Is(err, errSilent): // the time is over
			return s.unconfirmed(ctx, fence)
		}
		// Two looks in a row: a cover's switch bounces, too.
		if s.ask(ctx) == nil && s.status.stopped() {
			troubled++
		} else {
			troubled = 0
		}
		if fence.reached {
			return s.confirmed(ctx, fence)
		}
		if troubled >= 2 {
			return s.unconfirmed(ctx, fence)
		}
		poll = clock.After(s.limits.Poll)
	}
}

// stopped tells whether a job in the printer has come to a halt that only a hand
// ends.
func (s Status) stopped() bool {
	return s.CoverOpen || s.PaperOut || s.Cutter || s.Unrepaired
}

// bound is the longest that a slip that was sent may take: its last bytes on the
// line, its paper through the printer, and a margin.
func (s *session) bound(job Job) time.Duration {
	speed := max(s.limits.Speed, 1) * 8 // dots a second
	paper := time.Duration(job.Dots) * time.Second / time.Duration(speed)
	return s.lineTime(2*aheadBytes) + paper + s.limits.Margin
}

// lineTime is how long n bytes take on a serial line, ten bits each. USB and
// networks are faster than any printer and hold their writer back by themselves.
func (s *session) lineTime(n int) time.Duration {
	baud := s.printer.options.Line.Baud
	if s.kind != onSerial || baud <= 0 || n <= 0 {
		return 0
	}
	return time.Duration(n) * 10 * time.Second / time.Duration(baud)
}

var errPoll = errors.New("printer: time to look at the status")

// watch waits for the fence, the next poll, or the end of the time.
func (s *session) watch(ctx context.Context, f *fence, poll, over <-chan time.Time) (reached bool, err error) {
	for {
		if f.reached {
			return true, nil
		}
		select {
		case a := <-s.answers:
			s.note(a)
		case <-poll:
			return false, errPoll
		case <-over:
			return false, errSilent
		case <-s.done:
			return false, s.lostError()
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// confirmed judges a slip whose fence was answered.
func (s *session) confirmed(ctx context.Context, f *fence) slip.Result {
	r := slip.Result{Outcome: slip.Printed, Method: f.method}
	if s.ask(ctx) != nil {
		return r
	}
	r.Fault = s.status.Fault()
	// GS r is answered when its turn comes, which some printers take to be
	// before the head has done its work.
	if f.method == methodQueued && s.status.stopped() {
		r.Outcome = slip.Unknown
	}
	return r
}

// unconfirmed judges a slip whose fence was not answered, and stops what the
// printer may still hold of it from coming out behind the next visitor's back.
func (s *session) unconfirmed(ctx context.Context, f *fence) slip.Result {
	r := slip.Result{Outcome: slip.Unknown, Method: methodNone, Fault: fault.PrintUnknown}
	known := s.ask(ctx) == nil
	stopped := known && s.status.stopped()
	if known && s.status.Fault() != fault.None && s.status.Fault() != fault.PaperNearEnd {
		r.Fault = s.status.Fault()
	}
	if f.request != nil {
		r.Method = f.method
	}
	// A printer that answers fences and stopped before this one has not reached
	// the end of the slip. A jammed cutter comes after the last line, though.
	if stopped && f.request != nil && !s.status.Cutter {
		r.Outcome = slip.NotPrinted
	}
	if r.Outcome == slip.Unknown && f.request == nil && !stopped {
		// Never a fence, nothing wrong: the slip is most likely in the
		// resident's hand, and there is nothing to put right.
		s.printer.memory.stale = false
		r.Method = methodNone
		return r
	}
	s.printer.memory.torn = stopped
	s.clear(ctx)
	return r
}
