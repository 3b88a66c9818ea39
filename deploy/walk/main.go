// Command walk brings the whole house up on one machine, as deploy/demo asks:
// central, a bench of emulated devices and a terminal.
//
// By default it then walks through it without anybody there: each service once,
// one of them in English, two while central is down, a certificate on its way through
// three offices to the printer, and a call for help, by
// clicks on a display of its own, bytes at the device ports, speech into the
// microphone and a real browser on the staff page. Each step waits until what
// must follow is really to be seen, and fails with a reason when it is not. What
// the visits leave (pictures, slips, sound, the terminal's database, a report) is
// put into a directory. With --by-hand it opens the terminal in a window instead,
// says how to use it, and waits.
//
// It knows the house only from outside: programs, files, the display, HTTP. It
// is no part of the product.
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

// longest is how long a walk may take on a slow machine before it is given up.
const longest = 8 * time.Minute

func main() {
	out := flag.String("out", "", "walk headless and leave everything in this `directory`")
	byHand := flag.Bool("by-hand", false, "open the terminal in a window on $DISPLAY and wait for Ctrl-C")
	bin := flag.String("bin", "", "`directory` of the programs (default: where this one is)")
	flag.Parse()
	if flag.NArg() > 0 || (*out == "") == !*byHand {
		fmt.Fprintln(os.Stderr, "walk: give either --out DIRECTORY or --by-hand")
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, *out, *bin); err != nil {
		fmt.Fprintln(os.Stderr, "walk:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, out, bin string) (err error) {
	if bin == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		bin = filepath.Dir(self)
	}
	if bin, err = filepath.Abs(bin); err != nil {
		return err
	}
	// A short path: a socket's name has room for a hundred bytes.
	state, err := os.MkdirTemp("", "lintai-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(state)
	if out == "" {
		return standBy(ctx, &house{bin: bin, state: state, logs: state})
	}
	if out, err = emptied(out); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, longest, fmt.Errorf("the walk took longer than %s", longest))
	defer cancel()
	return through(ctx, &house{bin: bin, state: state, logs: filepath.Join(out, "logs")}, out)
}

// emptied makes the output directory, or takes the one of an earlier walk. It
// never empties a directory that it does not know.
func emptied(out string) (string, error) {
	out, err := filepath.Abs(out)
	if err != nil {
		return "", err
	}
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return "", err
	case len(entries) > 0:
		if _, err := os.Stat(filepath.Join(out, "report.json")); err != nil {
			return "", fmt.Errorf("%s is not empty and holds no report.json of an earlier walk; name another directory", out)
		}
		if err := os.RemoveAll(out); err != nil {
			return "", err
		}
	}
	return out, os.MkdirAll(filepath.Join(out, "logs"), 0o755)
}
