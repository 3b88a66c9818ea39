package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"lintai/hw/emulate/bench"
)

func TestCommandLines(t *testing.T) {
	for line, want := range map[string]bench.Request{
		"card tap":                    {Do: "card tap", Seconds: 20},
		"card tap --name 测试甲 --id 12": {Do: "card tap", Name: "测试甲", ID: "12", Seconds: 20},
		"card tap --type J --to 20200101 --moved 新路2号": {Do: "card tap", Type: "J", To: "20200101", Moved: "新路2号", Seconds: 20},
		"presence here":                   {Do: "presence here", Seconds: 20},
		"card lift":                       {Do: "card lift", Seconds: 20},
		"nfc tap":                         {Do: "nfc tap", Seconds: 20},
		"nfc tap --type B --uid 01020304": {Do: "nfc tap", Type: "B", UID: "01020304", Seconds: 20},
		"nfc lift":                        {Do: "nfc lift", Seconds: 20},
		"button press":                    {Do: "button press"},
		"button press --for 2":            {Do: "button press", Seconds: 2},
		"speak":                           {Do: "speak", Seconds: 20},
		"speak /tmp/words.wav":            {Do: "speak", File: "/tmp/words.wav", Seconds: 20},
		"scan 001234567891":               {Do: "scan", Code: "001234567891", Seconds: 20},
		"light":                           {Do: "light", Seconds: 20},
		"light --wait on --timeout 3":     {Do: "light", Light: "on", Seconds: 3},
		"printer last":                    {Do: "printer slip", Seconds: 20},
		"printer last --wait 2":           {Do: "printer slip", Slip: 2, Seconds: 20},
		"printer slip 3 --out a/slip-3":   {Do: "printer slip", Slip: 3, Seconds: 20},
		"printer paper=out cover=open":    {Do: "printer set", Set: map[string]string{"paper": "out", "cover": "open"}, Seconds: 20},
		"fault":                           {Do: "fault"},
		"fault card":                      {Do: "fault", Device: "card"},
		"fault card silent --times 3":     {Do: "fault", Device: "card", Kind: "silent", Times: 3},
		"fault printer slow --for 1.5":    {Do: "fault", Device: "printer", Kind: "slow", Seconds: 1.5},
		"unplug printer":                  {Do: "unplug", Device: "printer", Seconds: 20},
	} {
		_, got, err := commandLine(strings.Fields(line))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s asks %+v (%v), want %+v", line, got, err, want)
		}
	}
}

func TestMistakesInTheCommandLine(t *testing.T) {
	for _, line := range []string{
		"", "dance", "card", "speak a b", "card shuffle", "scan", "scan a b", "printer", "printer paper", "printer last --wait 0",
		"printer slip x", "unplug", "fault card silent now", "light --colour red", "paced", "paced --out f x", "run now", "button",
	} {
		err := run(context.Background(), strings.Fields(line), nil, io.Discard)
		if exitStatus(err) != exitUsage {
			t.Errorf("%q: %v, want a mistake in usage", line, err)
		}
	}
}

func TestHelpEverywhere(t *testing.T) {
	for _, line := range []string{"help", "--help", "card --help", "printer last --help", "run -h"} {
		var out bytes.Buffer
		if err := run(context.Background(), strings.Fields(line), nil, &out); err != nil || out.String() != usage {
			t.Errorf("%q: %v, %d bytes", line, err, out.Len())
		}
	}
}

func TestNoBench(t *testing.T) {
	err := run(t.Context(), []string{"status", "--dir", t.TempDir()}, nil, io.Discard)
	if exitStatus(err) != exitNotRunning {
		t.Errorf("%v", err)
	}
}

// started tells when "bench ready" was written.
type started struct{ ready chan struct{} }

func (s started) Write(p []byte) (int, error) {
	close(s.ready)
	return len(p), nil
}

// TestBenchAndHands is both ends of the command, as two processes would be.
func TestBenchAndHands(t *testing.T) {
	dir, err := os.MkdirTemp("", "bench") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	s := started{make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"run", "--dir", dir, "--font", "../../ui/font/lintai-regular.otf"}, nil, s)
	}()
	select {
	case <-s.ready:
	case err := <-ended:
		t.Fatal(err)
	}
	hand := func(line string) (string, error) {
		var out bytes.Buffer
		err := run(ctx, append(strings.Fields(line), "--dir", dir), nil, &out)
		return out.String(), err
	}
	if out, err := hand("printer count"); err != nil || out != "0\n" {
		t.Errorf("count: %q, %v", out, err)
	}
	if out, err := hand("light"); err != nil || out != "off\n" {
		t.Errorf("light: %q, %v", out, err)
	}
	if out, err := hand("printer paper=near"); err != nil || !strings.HasPrefix(out, "paper=near ") {
		t.Errorf("paper: %q, %v", out, err)
	}
	if out, err := hand("card tap"); err != nil || out != "" {
		t.Errorf("tap: %q, %v", out, err)
	}
	if _, err := hand("unplug card"); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "card")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the card reader's line is still there: %v", err)
	}
	if out, err := hand("status"); err != nil || !strings.Contains(out, "card       unplugged  card=laid\n") {
		t.Errorf("status: %q, %v", out, err)
	}
	if _, err := hand("printer last --wait 1 --timeout 0.05"); exitStatus(err) != exitLate {
		t.Errorf("a slip that does not come: %v", err)
	}
	if _, err := hand("printer last"); exitStatus(err) != exitFailed {
		t.Errorf("no slip yet: %v", err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
