package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"lintai/sync/agent"
	"lintai/sync/central"
	"lintai/sync/wire"
)

// processOptions are those of `rival processes`.
type processOptions struct {
	out, central  string
	items, rounds int
}

func readProcessOptions(args []string) (o processOptions, err error) {
	f := flag.NewFlagSet("rival processes", flag.ContinueOnError)
	f.StringVar(&o.out, "out", "", "leave table and report in this `folder`; the database lies there meanwhile, so its disk is the one that is measured")
	f.StringVar(&o.central, "central", "", "our `program`")
	f.IntVar(&o.items, "items", 6000, "requests to take in")
	f.IntVar(&o.rounds, "rounds", 3, "races of each")
	switch err := f.Parse(args); {
	case err != nil:
		return o, err
	case f.NArg() > 0 || o.out == "" || o.central == "" || o.items < clients || o.rounds < 1:
		return o, fmt.Errorf("folder and program are needed, at least %d items and 1 round, and nothing else", clients)
	}
	return o, nil
}

// town is one PostgreSQL, a database in it that knows the terminals, which is copied for
// each race, and the keys that all processes share.
type town struct {
	options processOptions
	state   string
	cluster *cluster
	keys    string
	senders []sender
	raced   int
}

const pattern = "pattern"

// runProcesses lets one central process take in what was packed before, then two on one
// PostgreSQL; both without limits, and held to a share of a processor each.
func runProcesses(ctx context.Context, o processOptions) (err error) {
	for _, path := range []*string{&o.out, &o.central} {
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
	t := &town{options: o, state: state}
	if err := t.found(ctx); err != nil {
		return err
	}
	defer t.cluster.stop()
	r := &processReport{Began: time.Now(), Load: loadAverage(), Cores: runtime.NumCPU(), Items: o.items, Rounds: o.rounds}
	for range o.rounds {
		for n := 1; n <= 2; n++ {
			if err := t.race(ctx, r, n, 0); err != nil {
				return err
			}
		}
	}
	// How much of a processor two may each have so that all of it together leaves room.
	r.Share = fitting(r.middle(1, false).CPU, r.Cores)
	for range o.rounds {
		for n := 1; n <= 2; n++ {
			if err := t.race(ctx, r, n, r.Share); err != nil {
				return err
			}
		}
	}
	r.LoadAfter = loadAverage()
	return errors.Join(r.write(o.out, os.Stdout), r.check())
}

// found starts PostgreSQL and makes the pattern.
func (t *town) found(ctx context.Context) (err error) {
	folder := filepath.Join(t.state, "postgres")
	if err := errors.Join(os.Chmod(t.state, 0o711), os.Mkdir(folder, 0o700)); err != nil {
		return err
	}
	if t.cluster, err = startCluster(ctx, folder); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			t.cluster.stop()
		}
	}()
	if err := t.cluster.run(ctx, "CREATE DATABASE "+pattern+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return err
	}
	home := filepath.Join(t.state, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	t.keys = filepath.Join(home, "keys")
	c, err := central.Open(ctx, central.Config{Folder: home, Database: t.cluster.address(pattern), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	var known []agent.Identity
	for number := kiosk; number < kiosk+clients && err == nil; number++ {
		var one agent.Identity
		one, err = agent.Introduce(number, func(request []byte) (wire.EnrolAnswer, error) { return c.Admit(ctx, number, request) })
		known = append(known, one)
	}
	if err = errors.Join(err, c.Close()); err != nil {
		return err
	}
	fmt.Printf("%d requests are sealed and packed\n", t.options.items)
	t.senders, err = pack(known, t.options.items)
	return err
}

// race lets n processes take in everything, each held to a share of a processor; 0 holds none.
func (t *town) race(ctx context.Context, r *processReport, n int, share float64) (err error) {
	t.raced++
	name := fmt.Sprint("race_", t.raced)
	if err := t.cluster.run(ctx, "CREATE DATABASE "+name+" TEMPLATE "+pattern); err != nil {
		return err
	}
	folder := filepath.Join(t.state, name)
	defer func() {
		err = errors.Join(err, os.RemoveAll(folder), t.cluster.run(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)"))
	}()
	var servers []*process
	var doors []string
	defer func() {
		for _, s := range servers {
			s.stop()
		}
	}()
	ours := &lintai{program: t.options.central, database: t.cluster.address(name)}
	for i := range n {
		own := filepath.Join(folder, fmt.Sprint(i))
		if err := os.CopyFS(filepath.Join(own, "central", "keys"), os.DirFS(t.keys)); err != nil {
			return err
		}
		server, door, err := ours.serve(ctx, own, t.senders[0].known)
		if err != nil {
			return err
		}
		servers, doors = append(servers, server), append(doors, door)
	}
	one, err := t.timed(ctx, servers, doors, share)
	if err != nil {
		return err
	}
	if one.Kept, err = t.cluster.filed(ctx, name); err != nil {
		return err
	}
	r.Races = append(r.Races, one)
	fmt.Println(one.words(t.options.items, r.Cores))
	return nil
}

// timed measures one race, after the disk has finished with what came before it.
func (t *town) timed(ctx context.Context, servers []*process, doors []string, share float64) (run, error) {
	syscall.Sync()
	one := run{Processes: len(servers), Share: share}
	before, err := t.spent(servers)
	if err != nil {
		return one, err
	}
	held, free := context.WithCancel(ctx)
	var holding sync.WaitGroup
	if share > 0 {
		for _, s := range servers {
			holding.Go(func() { hold(held, s, share) })
		}
	}
	began := time.Now()
	err = pushAll(ctx, t.senders, doors...)
	one.Took = time.Since(began)
	free()
	holding.Wait()
	if err != nil {
		return one, fmt.Errorf("%w\n%s", err, servers[0].tail())
	}
	after, err := t.spent(servers)
	one.CPU = after.since(before)
	return one, err
}

// fitting is the share of a processor that each of two processes may have, so that they,
// PostgreSQL and the generator take about two thirds of the machine.
func fitting(cost parts, cores int) float64 {
	if cost.Central <= 0 {
		return 0.1
	}
	all := float64(cost.Central+cost.Postgres+cost.Generator) / float64(cost.Central)
	share := float64(cores) * 2 / 3 / (2 * all)
	return min(max(math.Floor(share*20)/20, 0.05), 1)
}
