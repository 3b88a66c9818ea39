// Command rival lets central race others that acknowledge what is on the disk, as
// deploy/rivals asks: PocketBase's create API and NATS JetStream take the same
// sealed requests that a terminal's agent drains into central.
//
// All run on this machine and this disk, each in a fresh folder, in turn and
// never at the same time, the one that begins changing from round to round. The
// clock runs from before the first connection to the last acknowledgement. After
// each race the server is asked how many items it has, and whether it still
// syncs what it acknowledges.
//
// With "processes" before everything else it measures instead what a second central process on
// the same PostgreSQL is good for.
//
// It ends with an error when an aim is missed. It is no part of the product.
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
const longest = 45 * time.Minute

type options struct {
	out, central, pocketBase, nats string
	only                           string
	items, rounds, terminals       int
	watch                          time.Duration
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "processes" {
		o, err := readProcessOptions(os.Args[2:])
		if err != nil {
			fmt.Fprintln(os.Stderr, "rival processes:", err)
			os.Exit(2)
		}
		end(func(ctx context.Context) error { return runProcesses(ctx, o) })
		return
	}
	var o options
	flag.StringVar(&o.out, "out", "", "leave table and report in this `folder`; the servers' data lies there meanwhile, so its disk is the one that is measured")
	flag.StringVar(&o.central, "central", "", "our `program`")
	flag.StringVar(&o.pocketBase, "pocketbase", "", "PocketBase's `program`")
	flag.StringVar(&o.nats, "nats", "", "NATS's `program`")
	flag.StringVar(&o.only, "only", "", "let only this contender race, for a profile, and judge nothing")
	flag.IntVar(&o.items, "items", 10000, "requests to drain")
	flag.IntVar(&o.rounds, "rounds", 5, "races of each; 0 for none")
	flag.IntVar(&o.terminals, "terminals", 1000, "idle terminals to weigh; 0 for none")
	flag.DurationVar(&o.watch, "watch", 10*time.Minute, "how long to watch the idle terminal's line; health is told every ten minutes")
	flag.Parse()
	if flag.NArg() > 0 || o.out == "" || o.central == "" || o.items < 1 || o.rounds < 0 || o.terminals < 0 {
		fmt.Fprintln(os.Stderr, "rival: folder and programs are needed, and numbers that are none below 0")
		flag.Usage()
		os.Exit(2)
	}
	end(func(ctx context.Context) error { return runRaces(ctx, o) })
}

// end does what was asked for, and exits with 1 when it failed.
func end(do func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, longest, fmt.Errorf("it took longer than %s", longest))
	defer cancel()
	if err := do(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = errors.Join(err, cause)
		}
		fmt.Fprintln(os.Stderr, "rival:", err)
		cancel()
		stop()
		os.Exit(1)
	}
}

func runRaces(ctx context.Context, o options) (err error) {
	for _, path := range []*string{&o.out, &o.central, &o.pocketBase, &o.nats} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	state, err := os.MkdirTemp(o.out, "state-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(state)) }()
	pair, err := issue(state)
	if err != nil {
		return err
	}
	ours := &lintai{program: o.central}
	r := &report{Began: time.Now(), Load: loadAverage(), Rounds: o.rounds, Items: o.items}
	if err := r.races(ctx, state, o, ours, pair); err != nil {
		return err
	}
	if o.terminals > 0 {
		if r.Idle, err = ours.idle(ctx, filepath.Join(state, "idle"), o.terminals, o.watch); err != nil {
			return err
		}
	}
	if o.only != "" {
		return nil
	}
	return errors.Join(r.write(o.out, os.Stdout), r.check())
}

// races runs the rounds.
func (r *report) races(ctx context.Context, state string, o options, ours *lintai, pair certificate) error {
	if o.rounds == 0 {
		return nil
	}
	template := filepath.Join(state, "template")
	if err := os.Mkdir(template, 0o700); err != nil {
		return err
	}
	fmt.Printf("%d requests are sealed and saved\n", o.items)
	load, err := ours.load(ctx, template, o.items)
	if err != nil {
		return err
	}
	r.Bytes = load.bytes()
	all := []struct {
		contender
		results *[]result
	}{
		{ours, &r.Lintai},
		{&intake{central: ours}, &r.Intake},
		{&collection{program: o.pocketBase}, &r.PocketBase},
		{&stream{program: o.nats, pair: pair}, &r.NATS},
	}
	for round := range o.rounds {
		for turn := range all {
			c := all[(round+turn)%len(all)]
			if o.only != "" && c.name() != o.only {
				continue
			}
			folder := filepath.Join(state, "race")
			if err := os.Mkdir(folder, 0o700); err != nil {
				return err
			}
			one, err := c.drain(ctx, folder, load)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name(), err)
			}
			if err := os.RemoveAll(folder); err != nil {
				return err
			}
			*c.results = append(*c.results, one)
			fmt.Printf("round %d: %-15s %6.0f items/s, processor time for one %v\n", round+1, c.name(), float64(o.items)/one.Took.Seconds(), one.each(o.items))
		}
	}
	return nil
}
