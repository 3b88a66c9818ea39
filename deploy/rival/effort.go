package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// effort is processor time, user and system together: of a server, and of us who
// send. It says more than the clock on a machine that others use as well.
type effort struct{ Server, Sender time.Duration }

// spent is what a server and we have used so far.
func spent(server *process) (effort, error) {
	var e effort
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return e, err
	}
	e.Sender = time.Duration(used.Utime.Nano() + used.Stime.Nano())
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", server.pid()))
	if err != nil {
		return e, err
	}
	e.Server, err = processorTime(line)
	return e, err
}

// processorTime reads utime and stime, fields 14 and 15 of /proc/PID/stat
// (proc_pid_stat(5)); the second field is a name and may hold anything.
func processorTime(stat []byte) (time.Duration, error) {
	end := bytes.LastIndexByte(stat, ')')
	fields := bytes.Fields(stat[end+1:])
	if end < 0 || len(fields) < 13 {
		return 0, fmt.Errorf("%q is no /proc/PID/stat", stat)
	}
	return ticks(fields[11:13])
}

// ticks sums up times as the kernel writes them.
func ticks(fields [][]byte) (time.Duration, error) {
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on
	var sum int64
	for _, f := range fields {
		n, err := strconv.ParseInt(string(f), 10, 48)
		if err != nil || n < 0 {
			return 0, fmt.Errorf("%q is no time in /proc", f)
		}
		sum += n
	}
	return time.Duration(sum) * tick, nil
}

// since is what was used after another measure.
func (e effort) since(before effort) effort {
	return effort{e.Server - before.Server, e.Sender - before.Sender}
}

// each is the effort for one of so many items.
func (r result) each(items int) effort {
	n := time.Duration(max(items, 1))
	return effort{r.CPU.Server / n, r.CPU.Sender / n}
}

func (e effort) String() string {
	return fmt.Sprintf("%d µs server, %d µs sender", e.Server.Microseconds(), e.Sender.Microseconds())
}
