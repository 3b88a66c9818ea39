// Command compare measures the terminal beside a Chromium kiosk page that shows
// the same screens, as deploy/bench asks.
//
// Both run on one X display without a monitor, with OpenGL in software, in turn
// and never at the same time, and both are measured from outside by the same
// means: a touch is an XTEST press and release, and a screen is there when its
// pixels stand on the display. The page is made from the terminal's own views
// and placed where the terminal has its targets, so that the two differ in what
// draws them only. All that the terminal is runs while it is measured: devices
// on a bench, queue, line to central, voice, pinyin and policies.
//
// It prints a table of ratios and says nothing about pass or fail: the figures
// belong to the machine. It is no part of the product.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// longest is how long all of it may take before it is given up.
const longest = 10 * time.Minute

func main() {
	var o options
	flag.StringVar(&o.out, "out", "", "leave table, report, pictures and logs in this `directory`")
	flag.StringVar(&o.bin, "bin", "", "`directory` of the programs (default: where this one is)")
	flag.StringVar(&o.drawings, "drawings", "ui/icon/drawings", "`directory` of the terminal's drawings, for the page")
	flag.StringVar(&o.chromium, "chromium", "chromium", "the browser's `program`")
	flag.IntVar(&o.rounds, "rounds", 5, "measured starts of each")
	flag.IntVar(&o.taps, "taps", 10, "touches after each start")
	flag.Parse()
	if flag.NArg() > 0 || o.out == "" || o.rounds < 1 || o.taps < 2 {
		fmt.Fprintln(os.Stderr, "compare: --out DIRECTORY is needed, at least 1 round and 2 taps, and nothing else")
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, longest, fmt.Errorf("it took longer than %s", longest))
	defer cancel()
	if err := run(ctx, o); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = errors.Join(err, cause)
		}
		fmt.Fprintln(os.Stderr, "compare:", err)
		cancel()
		os.Exit(1)
	}
}

type options struct {
	out, bin, drawings, chromium string
	rounds, taps                 int
}

func run(ctx context.Context, o options) (err error) {
	if o.bin == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		o.bin = filepath.Dir(self)
	}
	if o.bin, err = filepath.Abs(o.bin); err != nil {
		return err
	}
	logs := filepath.Join(o.out, "logs")
	if err := os.MkdirAll(logs, 0o755); err != nil {
		return err
	}
	// A short path: a socket's name has room for a hundred bytes.
	state, err := os.MkdirTemp("", "lintai-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(state)

	server, display, err := startDisplay(logs)
	if err != nil {
		return err
	}
	defer server.stop()
	s, err := openScreen(display)
	if err != nil {
		return err
	}
	defer s.close()
	h := &house{bin: o.bin, state: state, logs: logs, display: display}
	defer h.stop()
	if err := h.start(ctx); err != nil {
		return err
	}

	fmt.Println("one start of each to warm up, not measured")
	kiosk := &subject{name: "kiosk", screen: s, begin: h.startKiosk, laid: h.laidOut}
	where, err := h.learn(ctx, kiosk, o.out)
	if err != nil {
		return fmt.Errorf("kiosk: %w", err)
	}
	page := filepath.Join(state, "page.html")
	if err := writePage(page, o.drawings, where); err != nil {
		return err
	}
	b := &browser{program: o.chromium, state: state, logs: logs, display: display, page: page}
	chromium := &subject{name: "chromium", screen: s, begin: b.start}
	if err := chromium.learn(ctx, where, o.out); err != nil {
		return fmt.Errorf("chromium: %w", err)
	}

	all := &report{Load: loadAverage(), Began: time.Now()}
	for n := range o.rounds {
		for _, m := range []struct {
			of   *subject
			into *[]round
		}{{kiosk, &all.Kiosk}, {chromium, &all.Chromium}} {
			r, err := m.of.measure(ctx, where, o.taps)
			if err != nil {
				return fmt.Errorf("%s, start %d: %w", m.of.name, n+1, err)
			}
			fmt.Printf("%d/%d %-9s %s\n", n+1, o.rounds, m.of.name, r)
			*m.into = append(*m.into, r)
		}
	}
	return all.write(o.out, os.Stdout)
}
