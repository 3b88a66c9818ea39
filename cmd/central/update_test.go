package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const smallBundle = "../../sync/central/fleet/testdata/small.raucb"

func TestUpdatesFromTheCommandLine(t *testing.T) {
	data := t.TempDir()
	does := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), args, &out, io.Discard)
		return out.String(), err
	}
	if _, err := does("kiosk", "add", "--data", data, "--number", "12", "--name", "Lobby"); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.raucb")
	whole, err := os.ReadFile(smallBundle)
	if err == nil {
		err = os.WriteFile(broken, whole[:len(whole)-1], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	const version = "2026.11.22-1"
	for _, c := range []struct {
		args  string
		says  string
		fails bool
	}{
		{"add --data DATA " + broken, "", true},
		{"add --data DATA " + smallBundle, version + " for lintai-rpi4, 18070 bytes", false},
		{"add --data DATA " + smallBundle, version, false}, // again
		{"list --data DATA", "not begun", false},
		{"start --data DATA --version 2026.11.21-1", "", true},
		{"start --data DATA --version " + version + " --first 12", "", true}, // nobody heard of it
		{"start --data DATA --version " + version + " --watch-first 1s", "", true},
		{"start --data DATA --version " + version + " --watch-first 2h --watch-tenth 30m", "one terminal first", false},
		{"list --data DATA", "running in stage 1 of 3", false},
		{"go-on --data DATA --version " + version, "", true},
		{"remove --data DATA --version " + version, "", true},
		{"stop --data DATA --version " + version, "stops", false},
		{"list --data DATA", "stopped in stage 1 of 3", false},
		{"go-on --data DATA --version " + version, "goes on", false},
		{"withdraw --data DATA --version " + version, "withdrawn", false},
		{"remove --data DATA --version " + version, "removed", false},
	} {
		args := append([]string{"update"}, strings.Fields(strings.ReplaceAll(c.args, "DATA", data))...)
		if out, err := does(args...); (err != nil) != c.fails || !strings.Contains(out, c.says) {
			t.Errorf("%s: %q, %v", c.args, out, err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(data, "updates")); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
	for _, args := range []string{"add --data DATA", "add", "start --data DATA", "", "burn --data DATA"} {
		if _, err := does(append([]string{"update"}, strings.Fields(strings.ReplaceAll(args, "DATA", data))...)...); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", args, err)
		}
	}
}
