package kioskapi

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestAllTogetherGoNoFaster(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	p := &pace{clock: func() time.Time { return now }, rate: 1000}
	var sent int
	for second := range 10 {
		for p.free.Sub(now) < time.Second { // whoever waits for less than a second goes in it
			p.take(50)
			sent += 50
		}
		if most := 1000*(second+1) + 1000/4 + 50; sent > most || sent < 1000*(second+1) {
			t.Fatalf("%d bytes in %d seconds", sent, second+1)
		}
		now = now.Add(time.Second)
	}
	now = now.Add(time.Hour) // a rest is not saved up
	if d := p.take(1250); d != time.Second {
		t.Errorf("waits %v", d)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.wait(gone, 1<<30); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
