package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestAHeapHasRoom(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 1000}, {1 << 20, 1000}, {4 << 20, 600}, {16 << 20, 150}, {24 << 20, 100}, {1 << 40, 100}} {
		if got := roomPercent(c.live); got != c.want {
			t.Errorf("%d bytes are kept: %d%%, want %d%%", c.live, got, c.want)
		}
	}
}

// kept is what the next test lets grow.
var kept []byte

// What is kept grows: the room is measured anew.
func TestRoomFollowsWhatIsKept(t *testing.T) {
	before := debug.SetGCPercent(100)
	giveRoom()
	if percent := debug.SetGCPercent(-1); percent <= 100 {
		t.Errorf("a small heap has a room of %d%%", percent)
	} else {
		debug.SetGCPercent(percent)
	}
	kept = make([]byte, 4*leastRoom)
	t.Cleanup(func() { kept = nil; debug.SetGCPercent(before) })
	// It is measured by a goroutine that runs some time after a collection.
	for range 10000 {
		runtime.GC()
		runtime.Gosched()
		percent := debug.SetGCPercent(-1)
		debug.SetGCPercent(percent)
		if percent == 100 {
			return
		}
	}
	t.Error("the room stays that of a small heap")
}
