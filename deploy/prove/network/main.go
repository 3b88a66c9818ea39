// Command network proves that a bad line loses nothing and doubles nothing: the
// real agents of some terminals push to a real central through lines that are
// late, slow, sliced, limited, cut, half-open, led to a captive portal or to
// somebody else's central, and reset at the very moment when central has committed;
// clocks jump both ways and both ends are restarted. In the end the lines heal, and
// what every terminal promised must be at central once, in order, as it was.
//
//	network [--rounds N] [--terminals N] [--seconds S] [--seed N] [--dir DIR]
//	network --terminals 1000 --rounds 10 --report FILE
//	network --outage [--requests N] [--megabytes N]
//
// The exit code is 0 when nothing is wrong.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"

	"lintai/deploy/prove/house"
)

type options struct {
	rounds, terminals int
	bad               time.Duration
	seed              uint64
	folder            string
	outage            bool
	requests          int
	megabytes         int64
	drain             time.Duration
	report            string
	plant             func(*house.Terminal) // a fault that the proof must find
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 40, "`number` of rounds of faults")
	flag.IntVar(&o.terminals, "terminals", 6, "`number` of terminals")
	flag.DurationVar(&o.bad, "bad", time.Second, "how long a line stays bad in one way")
	flag.Uint64Var(&o.seed, "seed", 1, "of the faults")
	flag.StringVar(&o.folder, "dir", "", "empty `folder` to work in (default: a temporary one)")
	flag.BoolVar(&o.outage, "outage", false, "a line that is cut for thirty days")
	flag.IntVar(&o.requests, "requests", 100_000, "`number` of requests in the outage")
	flag.Int64Var(&o.megabytes, "megabytes", 2048, "`size` of the photos of the outage")
	flag.StringVar(&o.report, "report", "", "`file` for what both ends say of every terminal, as JSON")
	flag.DurationVar(&o.drain, "drain", 4*time.Hour, "how long the draining may take")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "network:", err)
		os.Exit(1)
	}
}

var errFound = errors.New("both ends do not agree")

func run(ctx context.Context, o options, out io.Writer) (err error) {
	if o.folder == "" {
		dir, err := os.MkdirTemp("", "lintai-network-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.folder = dir
	}
	// A thousand terminals that tried five times a second would prove what this
	// machine can bear, and nothing of the protocol.
	patience := max(200*time.Millisecond, time.Duration(o.terminals)*10*time.Millisecond)
	h, err := house.New(house.Options{Folder: o.folder, Seed: o.seed, Patience: patience})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if o.outage {
		o.terminals = 1
	}
	began := time.Now()
	told := tell{out: out}
	for n := range o.terminals {
		told.at(n, func() string { return fmt.Sprintf("%d of %d terminals stand", n, o.terminals) })
		t, err := h.Add(ctx, n+1)
		if err != nil {
			return err
		}
		if err := t.Start(h); err != nil {
			return err
		}
	}
	random := rand.New(rand.NewPCG(o.seed, 7))
	if o.terminals > 50 {
		fmt.Fprintf(out, "%d terminals in %.0f s\n", o.terminals, time.Since(began).Seconds())
	}
	began = time.Now()
	if o.outage {
		err = (&outage{house: h, random: random, requests: o.requests, bytes: o.megabytes << 20, log: out}).run(ctx)
	} else {
		f := &faults{house: h, random: random, rounds: o.rounds, bad: o.bad, log: out}
		err = f.run(ctx)
		fmt.Fprintln(out, "faults:", f.counts)
	}
	if err != nil {
		return err
	}
	healed := time.Now()
	bound, cancel := context.WithTimeout(ctx, o.drain)
	defer cancel()
	drained := drain(bound, h, out)
	if o.plant != nil {
		o.plant(h.Terminals()[0])
	}
	report, err := h.Compare(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "network: %s; %.0f s of faults, %.0f s to drain\n", report, healed.Sub(began).Seconds(), time.Since(healed).Seconds())
	if o.report != "" {
		if err := write(o.report, report); err != nil {
			return err
		}
	}
	for _, e := range report.Examples {
		fmt.Fprintln(out, "  ", e)
	}
	if !report.Faultless() {
		return errors.Join(errFound, drained)
	}
	return drained
}

// tellEvery is how long a proof says nothing of how far it came: one that is cut
// tells that much.
const tellEvery = time.Minute

// tell tells how far something is, now and then.
type tell struct {
	out  io.Writer
	last time.Time
}

// at is told at each step, of which the first is 0.
func (t *tell) at(step int, line func() string) {
	if now := time.Now(); step == 0 {
		t.last = now
	} else if now.Sub(t.last) >= tellEvery {
		t.last = now
		fmt.Fprintln(t.out, " ", line())
	}
}

// drain waits until nothing waits, and tells how far it is.
func drain(ctx context.Context, h *house.House, out io.Writer) error {
	done := make(chan error, 1)
	go func() { done <- h.Drain(ctx) }()
	ticks := time.NewTicker(tellEvery)
	defer ticks.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-ticks.C:
			filed, promised, err := h.Progress(ctx)
			if err != nil {
				fmt.Fprintln(out, "  draining:", err)
				continue
			}
			fmt.Fprintf(out, "  draining: central has %d of %d\n", filed, promised)
		}
	}
}

func write(file string, r house.Report) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}
