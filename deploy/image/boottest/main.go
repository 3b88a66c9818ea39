// Command boottest boots the card's image in QEMU and goes through a terminal's life
// with it, from outside only: a technician's kiosk.toml put into the image, a resident's
// touches and card, the slip, central's list; then keys, sticks and mice that ought to
// do nothing; then power cuts and a card that hangs; then updates, good ones and bad ones;
// then what lies on the data partition. Package guest says how honest a cut is.
// deploy/image/boot-test builds what this needs and calls it.
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
	bare := flag.String("bare", "out/image/bare-virt.img", "for the part bare: the image without anything of ours")
	bin := flag.String("bin", "bin", "where central, devbench and kioskctl are")
	out := flag.String("out", "out/boot-test", "for pictures, slips, logs and report.json")
	scratch := flag.String("scratch", "", "for the copy of the card; else a folder of its own, taken away afterwards")
	var count counts
	flag.IntVar(&count.cuts, "cuts", 10, "how many power cuts in visits")
	flag.IntVar(&count.moments, "moments", 100, "at how many moments of recorded visits the card is judged")
	choice := flag.String("updates", strings.Join(allUpdates, ","), "which updates the part update tries")
	flag.IntVar(&count.updateCuts, "update-cuts", 5, "how many power cuts in updates")
	flag.IntVar(&count.updateMoments, "update-moments", 50, "from how many moments of a recorded update the machine is started")
	flag.IntVar(&count.bundleCuts, "bundle-cuts", 20, "at how many bytes a bundle is cut")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of what is random")
	limit := flag.Duration("limit", 0, "after which it ends by itself (default 20m, a minute for each cut; with update an hour, 8m for each of its cuts, 2m for each of its moments)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "boottest [flags] [first] [visit] [menu] [turned] [escape] [ports] [cuts] [moments] [rescue] [stall] [watchdog] [stick] [bare] [update]   (visit and escape when nothing is said)")
		flag.PrintDefaults()
	}
	flag.Parse()
	parts := flag.Args()
	if len(parts) == 0 {
		parts = []string{"visit", "escape"}
	}
	if *limit == 0 {
		*limit = 20 * time.Minute
		if slices.Contains(parts, "cuts") {
			*limit += time.Duration(count.cuts) * time.Minute
		}
		if slices.Contains(parts, "update") {
			*limit += 40*time.Minute + time.Duration(count.updateCuts)*8*time.Minute + time.Duration(count.updateMoments)*2*time.Minute
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, *limit, fmt.Errorf("not within %s", *limit))
	defer cancel()
	if err := run(ctx, options{*image, *bare, *bin, *out, *scratch, *seed, strings.Split(*choice, ","), count}, parts); err != nil {
		fmt.Fprintln(os.Stderr, "boottest:", err)
		os.Exit(1)
	}
}

type options struct {
	image, bare       string
	bin, out, scratch string
	seed              uint64
	choice            []string // of updates
	count             counts
}

// counts is how often what is random is tried.
type counts struct{ cuts, moments, updateCuts, updateMoments, bundleCuts int }

func run(ctx context.Context, o options, parts []string) (err error) {
	for _, p := range parts {
		if !strings.Contains(" first visit menu turned escape ports cuts moments rescue stall watchdog stick bare update ", " "+p+" ") {
			return fmt.Errorf("there is no part %q: first, visit, menu, turned, escape, ports, cuts, moments, rescue, stall, watchdog, stick, bare, update", p)
		}
	}
	for _, folder := range []*string{&o.image, &o.bare, &o.bin, &o.out} {
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
		do := map[string]func(context.Context) error{"start": l.start, "first": l.first, "visit": l.visits, "menu": l.menu, "turned": l.turned, "escape": l.escape, "ports": l.ports, "cuts": l.cut, "moments": l.moments, "rescue": l.rescue, "stall": l.stall, "watchdog": l.watchdog, "stick": l.stick, "bare": l.beside, "update": l.update}[p]
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
