package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestReportIsTrueOnlyIfEveryStepWas(t *testing.T) {
	good := stepReport{Name: "a", Outcome: "ok"}
	bad := stepReport{Name: "b", Outcome: "failed", Reason: "it was not so"}
	tests := []struct {
		name     string
		steps    []stepReport
		finished bool
		want     string
	}{
		{"all good", []stepReport{good, good}, true, "true"},
		{"one bad", []stepReport{good, bad, good}, true, "false"},
		{"ended early", []stepReport{good}, false, "false"},
		{"no step at all", nil, true, "false"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newReport(io.Discard)
			for _, s := range tt.steps {
				r.add(s)
			}
			r.measure("durable_ms", 12.5, "confirm to durable")
			dir := t.TempDir()
			if err := r.write(dir, tt.finished); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(filepath.Join(dir, "report.json"))
			if err != nil {
				t.Fatal(err)
			}
			var got report
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatal(err)
			}
			if got.Outcome != tt.want {
				t.Errorf("outcome %q, want %q", got.Outcome, tt.want)
			}
			if len(got.Steps) != len(tt.steps) || got.Measures["durable_ms"] != 12.5 {
				t.Errorf("read back: %+v", got)
			}
			for i, s := range got.Steps {
				if s.Number != i+1 {
					t.Errorf("step %d has number %d", i+1, s.Number)
				}
			}
		})
	}
}
