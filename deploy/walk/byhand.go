package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// standBy opens the terminal in a window for a person to use, says how, and
// waits until she has had enough.
func standBy(ctx context.Context, h *house) error {
	// Where devbench looks by itself, so that its commands need no flag.
	if h.benchAt = os.Getenv("LINTAI_BENCH"); h.benchAt == "" {
		h.benchAt = filepath.Join(os.TempDir(), fmt.Sprintf("lintai-bench-%d", os.Getuid()))
	}
	defer os.Remove(h.benchAt) // it is empty by then; what is not empty stays
	defer h.stop()
	h.benchPage = true
	if err := h.startBench(ctx); err != nil {
		return err
	}
	page, err := h.benchPageAddress(ctx)
	if err != nil {
		return err
	}
	if err := h.startCentral(ctx); err != nil {
		return err
	}
	if err := h.configure(ctx, desk); err != nil {
		return err
	}
	staff, err := h.staffAddress(ctx)
	if err != nil {
		return err
	}
	// What is said at the bench is heard beside the sound devices of this machine.
	hearing := filepath.Join(h.state, "hearing.conf")
	if err := os.WriteFile(hearing, []byte(h.hearing()), 0o600); err != nil {
		return err
	}
	if err := h.startKiosk([]string{"ALSA_CONFIG_PATH=" + systemSound + ":" + hearing}); err != nil {
		return err
	}
	bench := relative(h.program("devbench"))
	fmt.Printf(`
The terminal 邻台 is in its window. Central and the devices run beside it.

  staff page   %s
               (works once: set a password there; the login is admin)
  devices      %s

The page of the devices has a button for everything that a hand can do: lay a
card, press the call button, scan, take the paper out, pull a cable. Or, in
another shell:

  %s card tap          lay an ID card (身份证) on the reader
  %s button press      press the large call button (呼叫)
  %s scan TEXT         hold a slip's code before the scanner
  %s speak             speak into the microphone
  %s help              everything else: paper out, unplug, slips, the light

Ctrl-C here ends all of it and leaves nothing behind.

`, staff, page, bench, bench, bench, bench, bench)
	select {
	case <-ctx.Done():
		return nil
	case <-h.kiosk.exited:
		if h.kiosk.err != nil {
			return h.kiosk.running()
		}
		return nil // its window was closed
	case <-h.central.exited:
		return h.central.running()
	case <-h.bench.exited:
		return h.bench.running()
	}
}

// systemSound is where Debian's ALSA finds the sound devices of a machine.
const systemSound = "/usr/share/alsa/alsa.conf"

// benchPageAddress is where the bench says that its page is.
func (h *house) benchPageAddress(ctx context.Context) (page string, err error) {
	err = eventually(ctx, 10*time.Second, func() error {
		said, err := os.ReadFile(filepath.Join(h.logs, "devbench.log"))
		if err != nil {
			return err
		}
		m := benchPageLine.FindSubmatch(said)
		if m == nil {
			return errors.Join(errors.New("devbench did not say where its page is"), h.bench.running())
		}
		page = string(m[1])
		return nil
	})
	return page, err
}

var benchPageLine = regexp.MustCompile(`(?m)^bench page at (http://\S+)$`)

// relative shows a path as one would type it here.
func relative(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if r, err := filepath.Rel(here, path); err == nil && len(r) < len(path) {
		return r
	}
	return path
}
