// Command boottest boots the card's image in QEMU and goes through a terminal's life
// with it, from outside only: a technician's kiosk.toml put into the image, a resident's
// touches and card, the slip, central's list; then keys, sticks and mice that ought to
// do nothing; then power cuts; then updates, good ones and bad ones; then what lies on the data partition. Package guest says
// how honest a cut is. deploy/image/boot-test builds what this needs and calls it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "relay" {
		if err := relay(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "boottest relay:", err)
			os.Exit(1)
		}
		return
	}
	image := flag.String("image", "out/image/card-virt.img", "the image for QEMU; it is copied")
	bin := flag.String("bin", "bin", "where central, devbench and kioskctl are")
	out := flag.String("out", "out/boot-test", "for pictures, slips, logs and report.json")
	scratch := flag.String("scratch", "", "for the copy of the card; else a folder of its own, taken away afterwards")
	cuts := flag.Int("cuts", 10, "how many power cuts in visits")
	choice := flag.String("updates", "strange,damaged,good,mute,closed,cuts", "which updates the part update tries")
	updateCuts := flag.Int("update-cuts", 50, "how many power cuts in updates")
	bundleCuts := flag.Int("bundle-cuts", 20, "at how many bytes a bundle is cut")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of what is random")
	limit := flag.Duration("limit", 0, "after which it ends by itself (default 20m; with update an hour and 8m for each of its cuts)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "boottest [flags] [first] [visit] [menu] [escape] [ports] [cuts] [update]   (visit and escape when nothing is said)")
		flag.PrintDefaults()
	}
	flag.Parse()
	parts := flag.Args()
	if len(parts) == 0 {
		parts = []string{"visit", "escape"}
	}
	if *limit == 0 {
		*limit = 20 * time.Minute
		if slices.Contains(parts, "update") {
			*limit = time.Hour + time.Duration(*updateCuts)*8*time.Minute
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, *limit, fmt.Errorf("not within %s", *limit))
	defer cancel()
	if err := run(ctx, options{*image, *bin, *out, *scratch, *cuts, *seed, strings.Split(*choice, ","), *updateCuts, *bundleCuts}, parts); err != nil {
		fmt.Fprintln(os.Stderr, "boottest:", err)
		os.Exit(1)
	}
}

type options struct {
	image, bin, out, scratch string
	cuts                     int
	seed                     uint64
	choice                   []string // of updates
	updateCuts, bundleCuts   int
}

func run(ctx context.Context, o options, parts []string) (err error) {
	for _, p := range parts {
		if !strings.Contains(" first visit menu escape ports cuts update ", " "+p+" ") {
			return fmt.Errorf("there is no part %q: first, visit, menu, escape, ports, cuts, update", p)
		}
	}
	for _, folder := range []*string{&o.image, &o.bin, &o.out} {
		if *folder, err = filepath.Abs(*folder); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(o.out, "logs"), 0o755); err != nil {
		return err
	}
	if o.scratch == "" {
		if o.scratch, err = os.MkdirTemp("", "boot-test"); err != nil {
			return err
		}
		defer os.RemoveAll(o.scratch)
	}
	l, err := newLobby(ctx, o)
	if err != nil {
		return err
	}
	defer l.close()
	if slices.Contains(parts, "update") {
		if err := l.prepareUpdates(ctx); err != nil {
			return fmt.Errorf("update: %w", err)
		}
	}
	// A first start comes before everything else; without it the file says all.
	if parts[0] != "first" {
		parts = append([]string{"start"}, parts...)
	}
	for _, p := range parts {
		do := map[string]func(context.Context) error{"start": l.start, "first": l.first, "visit": l.visits, "menu": l.menu, "escape": l.escape, "ports": l.ports, "cuts": l.cut, "update": l.update}[p]
		if err := do(ctx); err != nil {
			l.keepFailure()
			_ = l.report.write(o.out, false)
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	if err := l.end(ctx); err != nil {
		_ = l.report.write(o.out, false)
		return err
	}
	return l.report.write(o.out, true)
}
