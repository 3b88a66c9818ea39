package main

import (
	"testing"
	"time"
)

func TestProcessorTime(t *testing.T) {
	good := "77 (a) b) S 1 77 77 0 -1 4194560 900 0 0 0 250 31 0 0 20 0 9 0 1000 0 0"
	if got, err := processorTime([]byte(good)); err != nil || got != 2810*time.Millisecond {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []string{"", "77", "77 (a", "77 (a) S 1 77", "77 (a) S 1 77 77 0 -1 4194560 900 0 0 0 x 31 0", "77 (a) S 1 77 77 0 -1 4194560 900 0 0 0 -3 31 0"} {
		if got, err := processorTime([]byte(bad)); err == nil {
			t.Errorf("%q reads as %s", bad, got)
		}
	}
}

func FuzzProcessorTime(f *testing.F) {
	f.Add([]byte("77 (a) b) S 1 77 77 0 -1 4194560 900 0 0 0 250 31 0 0 20 0 9 0 1000 0 0"))
	f.Fuzz(func(t *testing.T, stat []byte) {
		if got, err := processorTime(stat); err == nil && got < 0 {
			t.Errorf("%q reads as %s", stat, got)
		}
	})
}
