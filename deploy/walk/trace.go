package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// event is one line of the terminal's trace: a view that was laid out, or a
// measure. Coordinates are pixels of its window.
type event struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"` // "view" or "measure"
	Screen  string    `json:"screen"`
	Step    string    `json:"step"`
	Targets []target  `json:"targets"`
	Name    string    `json:"name"`
	MS      float64   `json:"ms"`
}

type target struct {
	ID string  `json:"id"`
	X  float64 `json:"x"`
	Y  float64 `json:"y"`
	W  float64 `json:"w"`
	H  float64 `json:"h"`
}

func (e event) target(id string) (target, bool) {
	i := slices.IndexFunc(e.Targets, func(t target) bool { return t.ID == id })
	if i < 0 {
		return target{}, false
	}
	return e.Targets[i], true
}

func (e event) ids() []string {
	var all []string
	for _, t := range e.Targets {
		all = append(all, t.ID)
	}
	return all
}

func (e event) String() string {
	if e.Kind == "measure" {
		return fmt.Sprintf("%s=%.1f ms", e.Name, e.MS)
	}
	if e.Step != "" {
		return e.Screen + "/" + e.Step
	}
	return e.Screen
}

// trace follows what a terminal says of itself while it runs. Every event keeps
// its place in order, so that "after I touched it" is a number and no event is
// missed between two looks.
type trace struct {
	mu      sync.Mutex
	events  []event
	arrived chan struct{} // closed and replaced whenever something was added
	broken  error         // the first line that could not be read
}

// follow reads lines until the reader ends. The raw lines also go to copy.
func follow(r io.Reader, copy io.Writer) *trace {
	t := &trace{arrived: make(chan struct{})}
	go t.read(r, copy)
	return t
}

func (t *trace) read(r io.Reader, copy io.Writer) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return // the walk closed it; a line without an end is not an event
		}
		_, _ = copy.Write(line)
		var e event
		err = json.Unmarshal(line, &e)
		t.mu.Lock()
		if err != nil {
			if t.broken == nil {
				t.broken = fmt.Errorf("trace line %d: %w", len(t.events)+1, err)
			}
		} else {
			t.events = append(t.events, e)
		}
		close(t.arrived)
		t.arrived = make(chan struct{})
		t.mu.Unlock()
	}
}

// mark is the place after the last event until now.
func (t *trace) mark() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.events)
}

// view is the last view until now.
func (t *trace) view() (event, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range slices.Backward(t.events) {
		if e.Kind == "view" {
			return e, true
		}
	}
	return event{}, false
}

// since is when the screen that is shown came up: the first of the views of the
// same screen and step that came one after the other until now.
func (t *trace) since() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	var at time.Time
	screen := ""
	for _, e := range slices.Backward(t.events) {
		if e.Kind != "view" {
			continue
		}
		if screen != "" && e.String() != screen {
			break
		}
		at, screen = e.At, e.String()
	}
	return at
}

// await returns the first event at or after a mark that matches, waiting for it
// until ctx ends.
func (t *trace) await(ctx context.Context, from int, what string, match func(event) bool) (event, error) {
	for next := from; ; {
		t.mu.Lock()
		seen, arrived, broken := t.events, t.arrived, t.broken
		t.mu.Unlock()
		if broken != nil {
			return event{}, broken
		}
		for ; next < len(seen); next++ {
			if match(seen[next]) {
				return seen[next], nil
			}
		}
		select {
		case <-ctx.Done():
			return event{}, fmt.Errorf("waited for %s and saw %s: %w", what, summary(seen[min(from, len(seen)):]), ctx.Err())
		case <-arrived:
		}
	}
}

// summary names what was seen instead, shortly.
func summary(seen []event) string {
	if len(seen) == 0 {
		return "nothing new"
	}
	var names []string
	for _, e := range seen {
		if n := e.String(); len(names) == 0 || names[len(names)-1] != n {
			names = append(names, n)
		}
	}
	return strings.Join(names, ", ")
}

// onScreen matches a view by its screen, and by its step when one is given:
// "choose/place".
func onScreen(where string) func(event) bool {
	name, step, withStep := strings.Cut(where, "/")
	return func(e event) bool {
		return e.Kind == "view" && e.Screen == name && (!withStep || e.Step == step)
	}
}
