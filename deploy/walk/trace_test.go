package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
)

// bundle is a trace fed by the test, line by line.
type bundle struct {
	t     *testing.T
	trace *trace
	feed  *io.PipeWriter
	copy  *strings.Builder
}

func setup(t *testing.T) *bundle {
	r, w := io.Pipe()
	b := &bundle{t: t, feed: w, copy: &strings.Builder{}}
	b.trace = follow(r, b.copy)
	t.Cleanup(func() { w.Close() })
	return b
}

// say writes a line and returns when the trace has taken it: the pipe has no
// buffer, and a second write begins only after the first was read whole.
func (b *bundle) say(line string) {
	b.t.Helper()
	mark := b.trace.mark()
	if _, err := fmt.Fprintln(b.feed, line); err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.trace.await(b.t.Context(), mark, "the line just written", func(event) bool { return true }); err != nil {
		b.t.Fatal(err)
	}
}

const homeLine = `{"at":"2026-03-01T08:00:00.5Z","kind":"view","screen":"home","targets":[{"id":"tile.repair","x":40,"y":300.5,"w":480,"h":400}]}`

func TestTraceKeepsViewsWithTheirTargets(t *testing.T) {
	b := setup(t)
	b.say(`{"at":"2026-03-01T08:00:00Z","kind":"view","screen":"start","targets":[{"id":"wake","x":0,"y":0,"w":1080,"h":1920}]}`)
	b.say(homeLine)
	b.say(`{"at":"2026-03-01T08:00:01Z","kind":"measure","name":"durable","ms":12.3}`)

	view, ok := b.trace.view()
	if !ok || view.Screen != "home" {
		t.Fatalf("last view: %v, %v; want home, a measure is no view", view, ok)
	}
	if got, ok := view.target("tile.repair"); !ok || got.Y != 300.5 {
		t.Errorf("tile.repair: %v, %v", got, ok)
	}
	if _, ok := view.target("wake"); ok {
		t.Error("wake is a target of the screen before")
	}
	if b.trace.mark() != 3 {
		t.Errorf("mark after three lines: %d", b.trace.mark())
	}
}

func TestTraceWaitsForWhatComesAfterTheMark(t *testing.T) {
	b := setup(t)
	b.say(homeLine)
	mark := b.trace.mark()
	found := make(chan error, 1)
	go func() {
		_, err := b.trace.await(t.Context(), mark, "home", onScreen("home"))
		found <- err
	}()
	// The home screen from before the mark must not count; this one does not
	// match either.
	b.say(`{"kind":"view","screen":"choose","step":"what"}`)
	select {
	case err := <-found:
		t.Fatalf("returned before the screen came: %v", err)
	default:
	}
	b.say(homeLine)
	if err := <-found; err != nil {
		t.Fatal(err)
	}
}

func TestTraceTellsSinceWhenAScreenIsShown(t *testing.T) {
	b := setup(t)
	if !b.trace.since().IsZero() {
		t.Error("a screen before any was shown")
	}
	for second, where := range []string{`"home"`, `"choose","step":"what"`, `"choose","step":"what"`, `"choose","step":"place"`, `"choose","step":"place"`, `"choose","step":"place"`} {
		b.say(fmt.Sprintf(`{"at":"2026-03-01T08:00:%02dZ","kind":"view","screen":%s,"targets":[]}`, second, where))
	}
	b.say(`{"at":"2026-03-01T08:00:59Z","kind":"measure","name":"durable","ms":3}`)
	if got := b.trace.since().Second(); got != 3 {
		t.Errorf("since second %d, want 3: the first view of the screen that is shown", got)
	}
}

func TestTraceMatchesSteps(t *testing.T) {
	place := event{Kind: "view", Screen: "choose", Step: "place"}
	tests := []struct {
		where string
		want  bool
	}{
		{"choose", true},
		{"choose/place", true},
		{"choose/what", false},
		{"home", false},
	}
	for _, tt := range tests {
		if got := onScreen(tt.where)(place); got != tt.want {
			t.Errorf("onScreen(%q) on choose/place: %v", tt.where, got)
		}
	}
	if onScreen("durable")(event{Kind: "measure", Screen: "durable"}) {
		t.Error("a measure is no view")
	}
}

func TestTraceTellsWhatCameInstead(t *testing.T) {
	b := setup(t)
	b.say(homeLine)
	b.say(homeLine)
	b.say(`{"kind":"view","screen":"choose","step":"what"}`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.trace.await(ctx, 0, "screen saved", onScreen("saved"))
	if err == nil || !strings.Contains(err.Error(), "screen saved") || !strings.Contains(err.Error(), "home, choose/what:") {
		t.Errorf("error: %v", err)
	}
}

func TestTraceStopsAtALineThatIsNone(t *testing.T) {
	b := setup(t)
	if _, err := fmt.Fprintln(b.feed, "panic: oh"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.trace.await(t.Context(), 0, "anything", func(event) bool { return true }); err == nil || !strings.Contains(err.Error(), "trace line 1") {
		t.Errorf("error: %v", err)
	}
}

func FuzzTrace(f *testing.F) {
	f.Add(homeLine + "\n")
	f.Add("{}\n{\n")
	f.Fuzz(func(t *testing.T, text string) {
		trace := &trace{arrived: make(chan struct{})}
		var copied strings.Builder
		trace.read(strings.NewReader(text), &copied)
		whole := strings.Count(text, "\n")
		if got := len(trace.events); got > whole {
			t.Errorf("%d events from %d lines", got, whole)
		}
		if got := strings.Count(copied.String(), "\n"); got != whole {
			t.Errorf("%d of %d lines copied", got, whole)
		}
	})
}
