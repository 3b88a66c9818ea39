package main

import (
	"context"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A process that is held to a share of one processor is stopped whenever it has had that
// share, as a container's quota does, but with nothing set up: the kernel tells what time of
// the processors it has had to the nanosecond.
const (
	shareEvery = 20 * time.Millisecond // what it may have is given in these steps
	shareLook  = time.Millisecond      // and looked at so often
)

// had is the time of the processors that a process has had.
func had(pid int) (time.Duration, error) {
	// The clock of a process, as clock_getcpuclockid(3) makes it.
	clock := int32(^uint32(pid)<<3 | 2)
	var t unix.Timespec
	err := unix.ClockGettime(clock, &t)
	return time.Duration(t.Nano()), err
}

// allowance is what a process may have by now and has not had. What it did not take
// when it could is lost but for two steps.
type allowance struct {
	share float64
	left  time.Duration
}

// after is whether it may run, when so much time went by of which it had some.
func (a *allowance) after(wall, had time.Duration) bool {
	most := 2 * time.Duration(a.share*float64(shareEvery))
	a.left = min(a.left-had+time.Duration(a.share*float64(wall)), most)
	return a.left > 0
}

// hold holds a process to its share until ctx ends, and lets it run freely then.
func hold(ctx context.Context, p *process, share float64) {
	look := time.NewTicker(shareLook)
	defer look.Stop()
	a, running := allowance{share: share}, true
	defer p.cmd.Process.Signal(syscall.SIGCONT)
	before, err := had(p.pid())
	if err != nil {
		return // it is gone, which whoever waits for it hears
	}
	for at := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-p.exited:
			return
		case <-look.C:
		}
		now := time.Now()
		used, err := had(p.pid())
		if err != nil {
			return
		}
		may := a.after(now.Sub(at), used-before)
		at, before = now, used
		if may == running {
			continue
		}
		running = may
		signal := syscall.SIGSTOP
		if may {
			signal = syscall.SIGCONT
		}
		if p.cmd.Process.Signal(signal) != nil {
			return
		}
	}
}
