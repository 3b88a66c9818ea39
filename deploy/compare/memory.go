package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// memory is what a program holds with all that it started.
type memory struct {
	PSS       int64 // bytes: each page shared by n processes counts a nth for each
	Processes int
}

func (m memory) String() string {
	return fmt.Sprintf("%.0f MiB in %d processes", inMiB(m.PSS), m.Processes)
}

func inMiB(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// weigh sums over a process and all its descendants. What plays the loudspeaker
// (devbench) is the bench's and is left out.
func weigh(root int) (memory, error) {
	children, err := families()
	if err != nil {
		return memory{}, err
	}
	var m memory
	for todo := []int{root}; len(todo) > 0; todo = todo[1:] {
		todo = append(todo, children[todo[0]]...)
		dir := filepath.Join("/proc", strconv.Itoa(todo[0]))
		if program, _ := os.Readlink(filepath.Join(dir, "exe")); filepath.Base(program) == "devbench" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, "smaps_rollup"))
		if err == nil {
			var pss int64
			if pss, err = parseRollup(text); err == nil {
				m.PSS += pss
				m.Processes++
				continue
			}
		}
		// It may have ended since it was listed; the program itself may not.
		if todo[0] == root {
			return memory{}, err
		}
	}
	return m, nil
}

// families lists the children of each process.
func families() (map[int][]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // ended meanwhile
		}
		pid, parent, err := parseStat(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		children[parent] = append(children[parent], pid)
	}
	return children, nil
}

// parseStat reads the first and fourth field of /proc/PID/stat (proc(5)). The
// second is a name in brackets that may hold blanks and brackets itself.
func parseStat(text string) (pid, parent int, err error) {
	before, after := strings.Index(text, " ("), strings.LastIndex(text, ") ")
	if before < 0 || after < before {
		return 0, 0, fmt.Errorf("no name in %q", text)
	}
	fields := strings.Fields(text[after+2:])
	if len(fields) < 2 {
		return 0, 0, fmt.Errorf("no parent in %q", text)
	}
	pid, err = strconv.Atoi(text[:before])
	if err != nil {
		return 0, 0, err
	}
	parent, err = strconv.Atoi(fields[1])
	return pid, parent, err
}

// parseRollup reads the Pss of /proc/PID/smaps_rollup, in bytes.
func parseRollup(text []byte) (int64, error) {
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		value, ok := strings.CutPrefix(lines.Text(), "Pss:")
		if !ok {
			continue
		}
		number, ok := strings.CutSuffix(strings.TrimSpace(value), " kB")
		if !ok {
			return 0, fmt.Errorf("another unit of Pss: %q", value)
		}
		kB, err := strconv.ParseInt(number, 10, 64)
		return kB << 10, err
	}
	return 0, errors.New("no line of Pss")
}
