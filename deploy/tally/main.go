// Command tally reads what "go test -json" writes and tells it shortly: a line
// for each package, the whole output of what failed and nothing of what passed,
// and at the end the number of tests that passed and failed.
//
// It exits with 1 when anything failed, also a package that did not build.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	t := newTally(os.Stdout)
	if err := t.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	t.close()
	if t.failed > 0 {
		os.Exit(1)
	}
}

// event is one line of "go doc test2json", with the build lines that go test
// adds since Go 1.24.
type event struct {
	Action     string
	Package    string
	ImportPath string // build lines
	Test       string
	Output     string
	Elapsed    float64 // seconds
	// FailedBuild names the package that did not build, on a failed package.
	FailedBuild string
}

// unit is a test or, with an empty test name, a package.
type unit struct{ pkg, test string }

type tally struct {
	out     io.Writer
	passed  int
	failed  int
	skipped int
	// held is the output of what is still running: it is told only if it fails.
	held map[unit][]string
	// broken are the packages in which a test has failed, so that the package's
	// own failure is not counted once more.
	broken map[string]bool
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, held: map[unit][]string{}, broken: map[string]bool{}}
}

func (t *tally) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if strings.TrimSpace(line) != "" {
			var e event
			if jsonErr := json.Unmarshal([]byte(line), &e); jsonErr != nil {
				// go test itself speaks plainly when it cannot even begin.
				fmt.Fprintln(t.out, strings.TrimRight(line, "\n"))
			} else {
				t.take(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (t *tally) take(e event) {
	u := unit{e.Package, e.Test}
	switch e.Action {
	case "output":
		t.held[u] = append(t.held[u], e.Output)
	case "build-output":
		build := unit{pkg: "build " + e.ImportPath}
		t.held[build] = append(t.held[build], e.Output)
	case "build-fail":
		t.tell(unit{pkg: "build " + e.ImportPath})
	case "pass", "skip", "fail":
		if e.Test != "" {
			t.endTest(u, e)
		} else {
			t.endPackage(u, e)
		}
		delete(t.held, u)
	}
}

func (t *tally) endTest(u unit, e event) {
	switch e.Action {
	case "pass":
		t.passed++
	case "skip":
		t.skipped++
		t.tell(u)
	case "fail":
		t.failed++
		t.broken[u.pkg] = true
		t.tell(u)
	}
}

func (t *tally) endPackage(u unit, e event) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(t.out, "ok    %-40s %6.1f s\n", u.pkg, e.Elapsed)
	case "fail":
		// Output that belongs to no finished test: a panic, a race at the end.
		t.tell(u)
		for other := range t.held {
			if other.pkg == u.pkg && other.test != "" {
				t.tell(other)
				delete(t.held, other)
			}
		}
		fmt.Fprintf(t.out, "FAIL  %-40s %6.1f s\n", u.pkg, e.Elapsed)
		if !t.broken[u.pkg] {
			t.failed++
		}
	}
}

func (t *tally) tell(u unit) {
	for _, line := range t.held[u] {
		fmt.Fprint(t.out, line)
	}
}

// close writes the last line. Its form differs from the closing line of
// deploy/test on purpose: that one counts more than these tests, and there must
// be only one of it.
func (t *tally) close() {
	fmt.Fprintf(t.out, "tests passed: %d, failed: %d, skipped: %d\n", t.passed, t.failed, t.skipped)
}
