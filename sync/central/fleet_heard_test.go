package central_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"lintai/sync/central"
	"lintai/sync/wire"
)

// What is done at the command line, by another process, is heard by the terminals that it
// concerns at once and not with their next word.
func TestUpdateOfTheCommandLineIsHeardAtOnce(t *testing.T) {
	h := setup(t)
	h.answered(h.me, h.computer(12, olderImage))
	h.bundle(0)
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { h.central.WatchUpdates(ctx) })
	defer watching.Wait()
	defer cancel()
	lines := h.stream(h.me, wire.PathStream)
	h.await(lines, "event: changed")
	command, err := central.Open(t.Context(), central.Config{Folder: h.folder, Clock: h.clock.Now, Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	defer command.Close()
	for _, step := range []struct {
		what    string
		do      func() error
		offered bool
	}{
		{"start", func() error { return command.StartUpdate(t.Context(), newerImage, 0, central.DefaultWaits) }, true},
		{"stop", func() error { return command.StopUpdate(t.Context(), newerImage) }, false},
		{"go-on", func() error { return command.ContinueUpdate(t.Context(), newerImage) }, true},
		{"withdraw", func() error { return command.WithdrawUpdate(t.Context(), newerImage) }, false},
	} {
		h.clock.Add(time.Second)
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		h.await(lines, "event: "+wire.StreamOrders)
		if got := h.answered(h.me, h.computer(12, olderImage)).Offer; (got != nil) != step.offered {
			t.Errorf("%s: %+v", step.what, got)
		}
	}
}
