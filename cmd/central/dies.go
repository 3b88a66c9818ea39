//go:build failpoint

package main

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"lintai/kiosk/failpoint"
)

// A central that is built with the tag failpoint dies where LINTAI_KILL_AT says:
// "committed:3" is the third time that this point is reached. Only the proof with
// kills (deploy/proof kill) builds one.
func init() {
	at, times, _ := strings.Cut(os.Getenv("LINTAI_KILL_AT"), ":")
	if at == "" {
		return
	}
	after, err := strconv.Atoi(times)
	if err != nil {
		panic("LINTAI_KILL_AT: want POINT:TIMES")
	}
	var reached atomic.Int64
	failpoint.Install(func(p failpoint.Point) {
		if string(p) == at && reached.Add(1) == int64(after) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way
		}
	})
}
