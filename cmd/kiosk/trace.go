package main

import (
	"encoding/json"
	"os"
	"sync"
	"time"

	"lintai/kiosk/visit"
	"lintai/ui"
)

// trace writes what is shown and measured as lines of JSON, for programs that
// drive the terminal from outside. It holds names of screens and places of
// targets, nothing of what stands on them.
type trace struct {
	mu  sync.Mutex
	out *os.File // nil: nobody listens
}

type traceView struct {
	At      time.Time     `json:"at"`
	Kind    string        `json:"kind"`
	Screen  visit.Screen  `json:"screen"`
	Step    string        `json:"step,omitempty"`
	Targets []traceTarget `json:"targets"`
}

type traceTarget struct {
	ID string  `json:"id"`
	X  float32 `json:"x"`
	Y  float32 `json:"y"`
	W  float32 `json:"w"`
	H  float32 `json:"h"`
}

type traceMeasure struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Name string    `json:"name"`
	MS   float64   `json:"ms"`
}

func openTrace(path string) (*trace, error) {
	if path == "" {
		return &trace{}, nil
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return &trace{out: out}, nil
}

func (t *trace) write(line any) {
	if t.out == nil {
		return
	}
	b, err := json.Marshal(line)
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	// A listener that went away must not disturb the terminal.
	_, _ = t.out.Write(append(b, '\n'))
}

func (t *trace) shown(v visit.View, targets []ui.Target) {
	line := traceView{At: time.Now(), Kind: "view", Screen: v.Screen, Step: v.Step, Targets: []traceTarget{}}
	for _, target := range targets {
		line.Targets = append(line.Targets, traceTarget(target))
	}
	t.write(line)
}

func (t *trace) measured(name string, took time.Duration) {
	t.write(traceMeasure{At: time.Now(), Kind: "measure", Name: name, MS: float64(took.Microseconds()) / 1000})
}
