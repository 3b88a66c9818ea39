package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// report is what was true, in words, and what was measured.
type report struct {
	Finished bool               `json:"finished"`
	Steps    []stepReport       `json:"steps"`
	Measures map[string]float64 `json:"measures"`
	began    time.Time
}

type stepReport struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"at_s"`
	Picture string  `json:"picture,omitempty"`
}

func newReport() *report { return &report{Measures: map[string]float64{}, began: time.Now()} }

func (r *report) step(name, picture string) {
	at := time.Since(r.began).Seconds()
	r.Steps = append(r.Steps, stepReport{name, at, picture})
	fmt.Printf("%7.1f  %s\n", at, name)
}

func (r *report) measure(name string, v float64) {
	r.Measures[name] = v
	fmt.Printf("         %s = %.1f\n", name, v)
}

func (r *report) write(dir string, finished bool) error {
	r.Finished = finished
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "report.json"), append(text, '\n'), 0o644)
}
