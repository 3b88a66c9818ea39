package live

import (
	"fmt"
	"slices"
	"testing"
)

func all(Word) bool { return true }

func TestWordsReachWhoWantsThem(t *testing.T) {
	h := NewHub()
	calls := h.Watch(func(w Word) bool { return w.Kind == Call })
	everything := h.Watch(all)
	call, moved := Word{Kind: Call, ID: "a", Kiosk: 1}, Word{Kind: Case, ID: "7", Kiosk: 1}
	h.Publish(call, moved, call)
	<-calls.Signal()
	if got := calls.Take(); !slices.Equal(got, []Word{call}) {
		t.Errorf("calls: %v", got)
	}
	<-everything.Signal()
	if got := everything.Take(); !slices.Equal(got, []Word{call, moved}) {
		t.Errorf("everything, each once: %v", got)
	}
	if got := everything.Take(); len(got) != 0 {
		t.Errorf("taken twice: %v", got)
	}
	h.Publish(call) // taken before, so it is news again
	<-everything.Signal()
}

func TestSlowWatcherCostsABoundedSet(t *testing.T) {
	h := NewHub()
	w := h.Watch(all)
	for i := range 10 * maxPending {
		h.Publish(Word{Kind: Case, ID: fmt.Sprint(i)})
	}
	if got := w.Take(); !slices.Equal(got, []Word{{Kind: Everything}}) {
		t.Errorf("%d words, first %v", len(got), got[:1])
	}
}

func TestEnds(t *testing.T) {
	h := NewHub()
	stopped, closed := h.Watch(all), h.Watch(all)
	stopped.Stop()
	<-stopped.Ended()
	h.Publish(Word{Kind: Call})
	if len(stopped.Take()) != 0 {
		t.Error("a stopped watcher hears")
	}
	h.Close()
	h.Close()
	<-closed.Ended()
	<-h.Watch(all).Ended()
	stopped.Stop()
}

// Two hubs that each relay what they hear from the other would pass a word on for
// ever.
func TestRelayedWordsAreNotOwn(t *testing.T) {
	h := NewHub()
	own, all := h.WatchOwn(), h.Watch(func(Word) bool { return true })
	h.Publish(Word{Kind: Case, ID: "1"})
	h.Relay(Word{Kind: Case, ID: "2"})
	if got := own.Take(); len(got) != 1 || got[0].ID != "1" {
		t.Errorf("own: %v", got)
	}
	if got := all.Take(); len(got) != 2 {
		t.Errorf("all: %v", got)
	}
}
