package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// lull is how long central is to do next to nothing before it counts as at rest, and
	// idle how many hundredths of a second of a processor that may be.
	lull = 3 * time.Second
	idle = 15
)

// rest waits until central has done what it does after a start, but no longer than settle: of
// a million cases that were just made it takes out for hours what is kept no longer.
func (c *served) rest(ctx context.Context, settle time.Duration) (rested bool, err error) {
	most := time.After(settle)
	for before := -1; ; {
		now, err := c.ticks()
		if err != nil {
			return false, err
		}
		if before >= 0 && now-before <= idle {
			return true, nil
		}
		before = now
		select {
		case <-time.After(lull):
		case <-most:
			return false, nil
		case <-c.exited:
			return false, fmt.Errorf("central ended by itself: see %s", c.log)
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}

// ticks are the hundredths of a second that central has had of the processors: utime and
// stime of /proc/PID/stat (proc_pid_stat(5)), whose second field is a name and may hold anything.
func (c *served) ticks() (int, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("%q is no /proc/PID/stat", stat)
	}
	sum := 0
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			return 0, fmt.Errorf("%q is no /proc/PID/stat: %w", stat, err)
		}
		sum += n
	}
	return sum, nil
}
