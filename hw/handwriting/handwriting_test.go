package handwriting

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lintai/kiosk/terminal"
	"lintai/kiosk/visit"
)

var _ terminal.Handwriting = (*Recogniser)(nil)

// strokes reads rows of points and has them as a finger leaves them: many points,
// at even distances.
func strokes(t *testing.T, rows []string) []visit.Stroke {
	t.Helper()
	var out []visit.Stroke
	for _, row := range rows {
		var corners []visit.Point
		for field := range strings.FieldsSeq(row) {
			var p visit.Point
			if _, err := fmt.Sscanf(field, "%d,%d", &p.X, &p.Y); err != nil {
				t.Fatal(row, err)
			}
			corners = append(corners, p)
		}
		line := corners[:1:1]
		for i := 1; i < len(corners); i++ {
			from, to := corners[i-1], corners[i]
			const steps = 12
			for s := 1; s <= steps; s++ {
				line = append(line, visit.Point{X: from.X + (to.X-from.X)*s/steps, Y: from.Y + (to.Y-from.Y)*s/steps})
			}
		}
		out = append(out, visit.Stroke{Points: line})
	}
	return out
}

// move draws the same elsewhere and smaller, in hundredths.
func move(all []visit.Stroke, size, x, y int) []visit.Stroke {
	var out []visit.Stroke
	for _, s := range all {
		line := slices.Clone(s.Points)
		for i, p := range line {
			line[i] = visit.Point{X: p.X*size/100 + x, Y: p.Y*size/100 + y}
		}
		out = append(out, visit.Stroke{Points: line})
	}
	return out
}

// installed opens Debian's zinnia, which deploy/setup brings.
func installed(t *testing.T) *Recogniser {
	t.Helper()
	r, err := Open("", "")
	if err != nil {
		t.Fatalf("%v; deploy/setup installs it", err)
	}
	return r
}

// zinnia's model has a few simple characters wrong (山, 水): what counts is how
// many of the table it knows, wherever and however large they are drawn.
func TestCharactersAreRead(t *testing.T) {
	r := installed(t)
	for how, place := range map[string][3]int{"large": {100, 0, 0}, "small in a corner": {40, 560, 20}, "smaller at the foot": {30, 100, 690}} {
		first, five := 0, 0
		for _, c := range drawn {
			read, err := r.Recognise(t.Context(), move(strokes(t, c.strokes), place[0], place[1], place[2]))
			if err != nil {
				t.Fatal(err)
			}
			if len(read) == 0 || len(read) > characters {
				t.Errorf("%s, %s: %d characters", c.character, how, len(read))
			}
			at := slices.Index(read, c.character)
			if at == 0 {
				first++
			} else {
				t.Logf("%s, %s, is number %d of %v", c.character, how, at+1, read)
			}
			if at >= 0 && at < 5 {
				five++
			}
		}
		t.Logf("%s: of %d characters %d first, %d in the first five", how, len(drawn), first, five)
		if first < 20 || five < 26 {
			t.Errorf("%s: of %d characters %d first and %d in the first five; want 20 and 26", how, len(drawn), first, five)
		}
	}
}

func TestNothingDrawnIsNothingRead(t *testing.T) {
	r := installed(t)
	for _, s := range [][]visit.Stroke{nil, {}, {{}}, {{}, {}}} {
		if read, err := r.Recognise(t.Context(), s); err != nil || len(read) != 0 {
			t.Errorf("%v, %v", read, err)
		}
	}
}

// A tap, a scribble, a finger that left the pad: something is read or nothing, and
// nothing fails.
func TestAnythingDrawnIsBorne(t *testing.T) {
	r := installed(t)
	scribble := visit.Stroke{}
	for i := range 5000 {
		scribble.Points = append(scribble.Points, visit.Point{X: i * 7919 % 1700, Y: -300 + i*104729%1900})
	}
	many := slices.Repeat([]visit.Stroke{scribble}, 90)
	for name, s := range map[string][]visit.Stroke{
		"tap": {{Points: []visit.Point{{X: 500, Y: 500}}}}, "taps": slices.Repeat([]visit.Stroke{{Points: []visit.Point{{X: 3, Y: 999}}}}, 40),
		"scribble": {scribble}, "scribbles": many,
	} {
		read, err := r.Recognise(t.Context(), s)
		if err != nil || len(read) > characters {
			t.Errorf("%s: %d characters, %v", name, len(read), err)
		}
	}
}

func TestNotInstalled(t *testing.T) {
	empty := t.TempDir()
	if _, err := Open("", filepath.Join(empty, "no.model")); !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), "tegaki-zinnia-simplified-chinese") {
		t.Errorf("without a model: %v", err)
	}
	t.Setenv("PATH", empty)
	if r, err := Open("", ""); r != nil || !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), "zinnia-utils") {
		t.Errorf("without the program: %v", err)
	}
}

// stand is a program in zinnia's place.
func stand(t *testing.T, script string) *Recogniser {
	t.Helper()
	name := filepath.Join(t.TempDir(), "stand")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	r, err := Open(name, os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var line = []visit.Stroke{{Points: []visit.Point{{X: 123, Y: 456}, {X: 789, Y: 456}}}}

func TestAProgramThatHangsIsKilled(t *testing.T) {
	// Opening a pipe for reading waits for one who writes; the test never does.
	pipes := t.TempDir()
	started, never := filepath.Join(pipes, "started"), filepath.Join(pipes, "never")
	for _, name := range []string{started, never} {
		if err := syscall.Mkfifo(name, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := stand(t, "echo $$ >"+started+"\nexec cat "+never)
	// As long as nobody else opens it for writing, so that the kill is what ends it.
	r.limit = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := r.Recognise(ctx, line)
		result <- err
	}()
	said, err := os.ReadFile(started)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("after the context ended: %v", err)
	}
	var pid int
	if _, err := fmt.Sscan(string(said), &pid); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d is still there: %v", pid, err)
	}
	r = stand(t, "exec cat "+never)
	r.limit = time.Millisecond
	if _, err := r.Recognise(t.Context(), line); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after the limit: %v", err)
	}
}

func TestAProgramThatFailsTellsNothingOfWhatWasDrawn(t *testing.T) {
	for name, script := range map[string]string{
		"ends with a fault":    "cat >&2; exit 1",
		"repeats what it read": "cat",
		"says nothing":         "cat >/dev/null",
		"is killed":            "kill -9 $$",
	} {
		read, err := stand(t, script).Recognise(t.Context(), line)
		if err == nil || len(read) > 0 {
			t.Errorf("%s: %v, %v", name, read, err)
		} else if strings.ContainsAny(err.Error(), "456789") && !strings.Contains(err.Error(), "signal") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkRecognise(b *testing.B) {
	r, err := Open("", "")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := r.Recognise(b.Context(), line); err != nil {
			b.Fatal(err)
		}
	}
}
