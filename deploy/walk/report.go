package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// report is what the walk leaves for whoever was not there: report.json.
type report struct {
	Began    time.Time          `json:"began"`
	Outcome  string             `json:"outcome"` // "true" only if every step was
	Steps    []stepReport       `json:"steps"`
	Measures map[string]float64 `json:"measures"`
	// Notes say what was measured, with its unit; nothing is asserted of them.
	Notes map[string]string `json:"notes"`

	out io.Writer // one line a step, for whoever is there
}

// stepReport is one step as it went.
type stepReport struct {
	Number       int     `json:"number"`
	Name         string  `json:"name"`
	Screen       string  `json:"screen,omitempty"` // the terminal's screen after the step
	Milliseconds float64 `json:"milliseconds"`
	Outcome      string  `json:"outcome"` // "ok" or "failed"
	Reason       string  `json:"reason,omitempty"`
	Picture      string  `json:"picture,omitempty"`
}

func newReport(out io.Writer) *report {
	return &report{Began: time.Now(), Outcome: "unfinished", Measures: map[string]float64{}, Notes: map[string]string{}, out: out}
}

func (r *report) add(s stepReport) {
	s.Number = len(r.Steps) + 1
	r.Steps = append(r.Steps, s)
	mark := "ok  "
	if s.Outcome != "ok" {
		mark = "FAIL"
	}
	fmt.Fprintf(r.out, "%s %3d  %-62s %-10s %7.0f ms\n", mark, s.Number, s.Name, s.Screen, s.Milliseconds)
	if s.Reason != "" {
		fmt.Fprintf(r.out, "          %s\n", s.Reason)
	}
}

// measure notes a figure; it is never a reason to fail.
func (r *report) measure(name string, value float64, note string) {
	r.Measures[name] = value
	r.Notes[name] = note
}

// failed counts the steps that were not true.
func (r *report) failed() int {
	n := 0
	for _, s := range r.Steps {
		if s.Outcome != "ok" {
			n++
		}
	}
	return n
}

// write ends the report: its outcome is "true" only when all steps were done
// and none failed.
func (r *report) write(dir string, finished bool) error {
	r.Outcome = "false"
	if finished && r.failed() == 0 && len(r.Steps) > 0 {
		r.Outcome = "true"
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "report.json"), append(b, '\n'), 0o644)
}
