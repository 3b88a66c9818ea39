package offline

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// bootClock counts since the machine was started, also while it sleeps. Nobody
// sets it: two of its times with the same id tell how long ago something was,
// also on a terminal whose calendar says 1970.
type bootClock struct {
	id      []byte // of this start of the machine, 16 bytes
	elapsed func() time.Duration
}

// thisBoot reads the machine's.
func thisBoot() bootClock {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	id, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(string(text)), "-", ""))
	if err != nil || len(id) != 16 {
		// The kernel does not say. An id of this process's own makes ages known for
		// as long as it runs, and never wrong.
		id = make([]byte, 16)
		rand.Read(id) // never fails
	}
	return bootClock{id: id, elapsed: sinceBoot}
}

func sinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		panic("the kernel has no clock that counts since its start: " + err.Error())
	}
	return time.Duration(t.Nano())
}
