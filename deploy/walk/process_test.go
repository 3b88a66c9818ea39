package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestProcessStopsWithAllThatItStarted(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "ready")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	// Both hold the pipe open for writing: it ends when both have ended.
	p, err := begin(dir, "shell", nil, "sh", "-c", "exec 3>"+pipe+"; sleep 1000 & echo ready >&3; wait")
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 16)
	ready, err := os.Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer ready.Close()
	if n, err := ready.Read(b); err != nil || string(b[:n]) != "ready\n" {
		t.Fatalf("%q, %v", b[:n], err)
	}
	if err := p.running(); err != nil {
		t.Fatal(err)
	}
	if !p.stop() {
		t.Error("it had to be killed")
	}
	if n, err := ready.Read(b); n != 0 || err == nil {
		t.Errorf("its child goes on: %d bytes, %v", n, err)
	}
	p.kill() // once more does no harm, also when it has ended long ago
}

func TestProcessTellsWhyItEnded(t *testing.T) {
	dir := t.TempDir()
	p, err := begin(dir, "central", []string{"WORD=busy"}, "sh", "-c", "echo first; echo the port is $WORD >&2; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	<-p.exited
	err = p.running()
	if err == nil || !strings.Contains(err.Error(), "the port is busy") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error: %v", err)
	}
}

func TestEventually(t *testing.T) {
	tries := 0
	err := eventually(t.Context(), time.Minute, func() error {
		if tries++; tries < 3 {
			return errors.New("not yet")
		}
		return nil
	})
	if err != nil || tries != 3 {
		t.Errorf("%v after %d tries", err, tries)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := eventually(ctx, time.Minute, func() error { return errors.New("never") }); err == nil || !strings.Contains(err.Error(), "never") {
		t.Errorf("error: %v", err)
	}
}

func TestEmptiedNeverEmptiesWhatItDoesNotKnow(t *testing.T) {
	dir := t.TempDir()
	letters := filepath.Join(dir, "letters.txt")
	if err := os.WriteFile(letters, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := emptied(dir); err == nil {
		t.Error("a strange directory was taken")
	}
	if _, err := os.Stat(letters); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "report.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := emptied(dir); err != nil {
		t.Errorf("the directory of an earlier walk: %v", err)
	}
	if _, err := os.Stat(letters); err == nil {
		t.Error("the earlier walk is still there")
	}
	fresh := filepath.Join(dir, "a", "b")
	if got, err := emptied(fresh); err != nil || got != fresh {
		t.Errorf("a new directory: %q, %v", got, err)
	}
}
