// Command attack proves that central takes nothing from whom it should not, and a
// terminal nothing that its central did not sign. A real central serves over real
// TLS from a folder on the disk; against it stand rogues: a stranger on the line, one
// who steals what was said, terminals with certificates of their own, of another
// central, revoked ones, and whoever restores or rewrites central's own folder.
//
// Each attack must be refused and leave a line in central's log that names it and
// nothing personal; no table of central's database may differ afterwards beyond what
// the attack is allowed (an altered item is kept for staff, so it adds to the
// quarantine); a good terminal's request must be filed while the attack goes on; and
// central's goroutines and memory must come back to where they were.
//
//	attack [--rounds N] [--hold N] [--seed N] [--only NAME] [--dir DIR]
//
// The exit code is 0 when every attack was withstood.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

type options struct {
	rounds int    // of all attacks
	hold   int    // connections that a slow loris holds
	seed   uint64 // of what is random
	only   string // part of the names of the attacks to run; all when empty
	folder string
	list   []attack // all when nil
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 10, "`number` of rounds of all attacks")
	flag.IntVar(&o.hold, "hold", 3000, "`number` of connections that a slow loris holds")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "of what is random")
	flag.StringVar(&o.only, "only", "", "part of the `name` of the attacks to run")
	flag.StringVar(&o.folder, "dir", "", "empty `folder` to work in (default: a temporary one)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

var errSucceeded = errors.New("an attack was not withstood")

func run(ctx context.Context, o options, out io.Writer) (err error) {
	if o.folder == "" {
		if o.folder, err = os.MkdirTemp("", "lintai-attack-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.folder)
	}
	if o.list == nil {
		o.list = attacks
	}
	began := time.Now()
	all := score{}
	for n := range max(o.rounds, 1) {
		round := o
		round.seed += uint64(n)
		round.folder = filepath.Join(o.folder, fmt.Sprint("round-", n+1))
		if err := all.round(ctx, round, out); err != nil {
			return err
		}
		fmt.Fprintf(out, "round %d of %d after %.0f s: %d attacks, %d not withstood; %d promised, %d lost, %d twice, %d altered\n",
			n+1, max(o.rounds, 1), time.Since(began).Seconds(), all.ran, all.failed, all.promised, all.lost, all.twice, all.altered)
	}
	if all.ran == 0 {
		return fmt.Errorf("no attack is named %q", o.only)
	}
	fmt.Fprintf(out, "attack: %d attacks, %d not withstood; the good terminal: %d promised, %d lost, %d twice, %d altered; %d altered items kept for staff; at most %d MiB more memory; %.0f s\n",
		all.ran, all.failed, all.promised, all.lost, all.twice, all.altered, all.kept, all.peak>>20, time.Since(began).Seconds())
	if all.failed > 0 || all.unsound {
		return errSucceeded
	}
	return nil
}

// score is what came of all rounds.
type score struct {
	ran, failed                          int
	promised, lost, twice, altered, kept int
	unsound                              bool
	peak                                 uint64
}

// round tries every attack once against a central of its own.
func (all *score) round(ctx context.Context, o options, out io.Writer) (err error) {
	s, err := newStage(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(), os.RemoveAll(o.folder)) }()
	for _, a := range o.list {
		if !strings.Contains(a.name, o.only) {
			continue
		}
		r := s.try(ctx, a)
		all.ran++
		all.peak = max(all.peak, r.peak)
		if len(r.wrong) == 0 {
			fmt.Fprintf(out, "withstood: %-64s %6.2f s, at most %4d MiB more\n", a.name, r.took.Seconds(), r.peak>>20)
			continue
		}
		all.failed++
		for _, wrong := range r.wrong {
			fmt.Fprintf(out, "NOT WITHSTOOD: %s: %v\n", a.name, wrong)
		}
	}
	r, err := s.house.Compare(ctx)
	if err != nil {
		return err
	}
	both := r.Accounts[good]
	if r.Lost+r.Twice+r.Altered+r.Disordered+r.Undrained > 0 || both.Terminal != both.Central {
		all.unsound = true
		fmt.Fprintln(out, "NOT SOUND:", r, r.Examples)
	}
	all.promised += r.Promised
	all.lost += r.Lost
	all.twice += r.Twice
	all.altered += r.Altered
	all.kept += r.Quarantined
	return nil
}
