package main

import (
	"strings"
	"testing"
)

func TestTally(t *testing.T) {
	tests := []struct {
		name  string
		lines string
		last  string
		shows []string
		hides []string
	}{
		{
			name: "passed tests are counted, their output is not shown",
			lines: `{"Action":"start","Package":"lintai/a"}
{"Action":"output","Package":"lintai/a","Test":"TestX","Output":"chatter\n"}
{"Action":"pass","Package":"lintai/a","Test":"TestX/sub"}
{"Action":"pass","Package":"lintai/a","Test":"TestX"}
{"Action":"pass","Package":"lintai/a","Elapsed":1.5}`,
			last:  "tests passed: 2, failed: 0, skipped: 0",
			shows: []string{"ok    lintai/a"},
			hides: []string{"chatter"},
		},
		{
			name: "a failed test is counted once and shown whole",
			lines: `{"Action":"output","Package":"lintai/a","Test":"TestX","Output":"x_test.go:7: wrong\n"}
{"Action":"fail","Package":"lintai/a","Test":"TestX"}
{"Action":"output","Package":"lintai/a","Output":"FAIL\n"}
{"Action":"fail","Package":"lintai/a"}`,
			last:  "tests passed: 0, failed: 1, skipped: 0",
			shows: []string{"x_test.go:7: wrong", "FAIL  lintai/a"},
		},
		{
			name: "a package that does not build is a failure",
			lines: `{"ImportPath":"lintai/b","Action":"build-output","Output":"b.go:3: undefined: y\n"}
{"ImportPath":"lintai/b","Action":"build-fail"}
{"Action":"fail","Package":"lintai/b","Elapsed":0,"FailedBuild":"lintai/b"}`,
			last:  "tests passed: 0, failed: 1, skipped: 0",
			shows: []string{"b.go:3: undefined: y"},
		},
		{
			name: "a panic leaves its test without an end and is shown all the same",
			lines: `{"Action":"output","Package":"lintai/c","Test":"TestP","Output":"panic: boom\n"}
{"Action":"fail","Package":"lintai/c"}`,
			last:  "tests passed: 0, failed: 1, skipped: 0",
			shows: []string{"panic: boom"},
		},
		{
			name: "a skipped test tells its reason and passes nothing",
			lines: `{"Action":"output","Package":"lintai/d","Test":"TestS","Output":"no card\n"}
{"Action":"skip","Package":"lintai/d","Test":"TestS"}
{"Action":"pass","Package":"lintai/d"}`,
			last:  "tests passed: 0, failed: 0, skipped: 1",
			shows: []string{"no card"},
		},
		{
			name:  "what is no JSON is passed on",
			lines: "go: cannot find main module",
			last:  "tests passed: 0, failed: 0, skipped: 0",
			shows: []string{"cannot find main module"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			tally := newTally(&out)
			if err := tally.read(strings.NewReader(tt.lines)); err != nil {
				t.Fatal(err)
			}
			tally.close()
			if got := out.String(); !strings.HasSuffix(got, "\n"+tt.last+"\n") && got != tt.last+"\n" {
				t.Errorf("last line: %q, want %q", got, tt.last)
			}
			for _, s := range tt.shows {
				if !strings.Contains(out.String(), s) {
					t.Errorf("%q is missing in:\n%s", s, out.String())
				}
			}
			for _, s := range tt.hides {
				if strings.Contains(out.String(), s) {
					t.Errorf("%q must not be shown in:\n%s", s, out.String())
				}
			}
		})
	}
}
