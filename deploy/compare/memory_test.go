package main

import (
	"os"
	"os/exec"
	"testing"
)

func TestParseRollup(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64 // -1: an error
	}{
		{"00400000-7ffd [rollup]\nRss:  9000 kB\nPss:      1234 kB\nPss_Dirty: 7 kB\nSwapPss: 3 kB\n", 1234 << 10},
		{"Pss: 0 kB\n", 0},
		{"Rss: 9000 kB\nPss_Dirty: 7 kB\n", -1},
		{"Pss: 12 MB\n", -1},
		{"Pss: many kB\n", -1},
		{"", -1},
	} {
		got, err := parseRollup([]byte(c.text))
		if (err != nil) != (c.want < 0) || err == nil && got != c.want {
			t.Errorf("%q: %d, %v; want %d", c.text, got, err, c.want)
		}
	}
}

func TestParseStat(t *testing.T) {
	for _, c := range []struct {
		text        string
		pid, parent int
		wrong       bool
	}{
		{"12 (kiosk) S 7 12 12 0", 12, 7, false},
		{"13 (a) S 99 (b) R 12 13", 13, 12, false},
		{"14 (x", 0, 0, true},
		{"14 (x) S", 0, 0, true},
		{"x (x) S 1 ", 0, 0, true},
	} {
		pid, parent, err := parseStat(c.text)
		if (err != nil) != c.wrong || err == nil && (pid != c.pid || parent != c.parent) {
			t.Errorf("%q: %d of %d, %v", c.text, pid, parent, err)
		}
	}
}

// A program is weighed with what it started.
func TestWeighCountsDescendants(t *testing.T) {
	// The shell says when its child is there, and both wait for the end of input.
	cmd := exec.Command("sh", "-c", `sh -c 'echo there; read x; true'; true`)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer in.Close()
	if _, err := out.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	two, err := weigh(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if two.Processes != 2 || two.PSS <= 0 {
		t.Errorf("a shell in a shell weighs %v", two)
	}
	self, err := weigh(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if self.Processes < 3 || self.PSS <= two.PSS {
		t.Errorf("this test with both weighs %v, both alone %v", self, two)
	}
}
