package scanner_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"lintai/hw"
	"lintai/hw/emulate"
	"lintai/hw/scanner"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// patience bounds waits that end by themselves when the code is right.
const patience = 20 * time.Second

// hurried is the machine's clock for a supervisor whose pauses are a hundredth as long.
type hurried struct{ hw.SystemClock }

func (hurried) After(d time.Duration) <-chan time.Time { return time.After(d / 100) }

type bench struct {
	t       *testing.T
	device  *emulate.Scanner
	line    *emulate.Line
	codes   chan string
	healths chan hw.Health
}

func setup(t *testing.T, tail string) *bench {
	t.Helper()
	b := &bench{t: t, device: emulate.NewScanner(tail), codes: make(chan string, 100), healths: make(chan hw.Health, 100)}
	var err error
	b.line, err = emulate.NewLine(filepath.Join(t.TempDir(), "scanner"), b.device)
	if err != nil {
		t.Fatal(err)
	}
	s := scanner.New(scanner.Config{
		OpenPort: scanner.On(serialport.Settings{Path: b.line.Path(), Baud: 9600}),
		OnCode:   func(code string) { b.codes <- code },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		supervise.New(supervise.Config{Open: s.Open, Clock: hurried{}, OnHealth: func(h hw.Health) { b.healths <- h }}).Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-ended; b.line.Close() })
	b.until(hw.Ready)
	return b
}

func (b *bench) until(state hw.State) hw.Health {
	b.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case h := <-b.healths:
			if h.State == state {
				return h
			}
		case <-limit:
			b.t.Fatalf("never %v", state)
		}
	}
}

func (b *bench) scan(code string) {
	b.t.Helper()
	if err := b.device.Scan(code); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) want(code string) {
	b.t.Helper()
	select {
	case got := <-b.codes:
		if got != code {
			b.t.Fatalf("code %q, want %q", got, code)
		}
	case <-time.After(patience):
		b.t.Fatalf("%q does not arrive", code)
	}
}

func TestTails(t *testing.T) {
	for name, tail := range map[string]string{"CR": "\r", "LF": "\n", "CRLF": "\r\n", "TAB": "\t", "none": ""} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, tail)
			for _, code := range []string{"12345678", "https://127.0.0.1/t?c=12345678"} {
				b.scan(code)
				b.want(code)
			}
		})
	}
}

func TestPulledInTheMiddleOfACode(t *testing.T) {
	b := setup(t, "\r")
	if err := b.device.Send([]byte("1234")); err != nil {
		t.Fatal(err)
	}
	if err := b.line.Unplug(); err != nil {
		t.Fatal(err)
	}
	if h := b.until(hw.Absent); h.Code != fault.Unplugged {
		t.Errorf("health %+v", h)
	}
	if err := b.device.Scan("99999999"); err == nil {
		t.Error("a scanner without power scanned")
	}
	if err := b.line.Plug(); err != nil {
		t.Fatal(err)
	}
	b.until(hw.Ready)
	if len(b.codes) > 0 {
		// The pull came later than the pause that ends a code without a tail.
		b.want("1234")
	}
	b.scan("87654321")
	b.want("87654321") // and not with the half before
}

func TestNoiseIsDropped(t *testing.T) {
	b := setup(t, "\r")
	if err := b.device.Send([]byte("\xff\x80\x00\xfe\r")); err != nil {
		t.Fatal(err)
	}
	b.scan("12345678")
	b.want("12345678")
}
