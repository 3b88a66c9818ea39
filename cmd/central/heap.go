package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// leastRoom is by how many bytes the heap may grow before garbage is collected. What
// central keeps is a few megabytes, a push makes half a one of garbage: by Go's
// measure, which is once more what is kept, a sixth of the processor's time goes
// into looking at the same few megabytes again.
const leastRoom = 24 << 20

// giveRoom keeps to leastRoom from now on, looking anew after each collection.
func giveRoom() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(roomPercent(live[0].Value.Uint64()))
	runtime.AddCleanup(new(collected), func(struct{}) { giveRoom() }, struct{}{})
}

// collected is what the next collection takes. It is no tiny object, which others
// could keep alive.
type collected [4]uintptr

// roomPercent is the growth in percent of what is kept: Go's own, if that is enough.
func roomPercent(live uint64) int {
	const least, most = 100, 1000
	return int(min(max(leastRoom*100/max(live, 1), least), most))
}
