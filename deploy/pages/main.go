// Command pages opens every page of central in a real browser and says which are too
// heavy, too slow, too wide for a telephone or complain, as deploy/bench pages asks.
//
// Central is filled with demo data, fifty thousand cases unless told otherwise, and
// served. Each role signs in, and opens every page of its menu and, of whatever these
// pages lead to, one page of each kind that nobody opened before; so do residents'
// phones. A page is loaded three times; the middle one counts.
//
// With "lists" before everything else it asks instead, without a browser, for every kind of
// list of two centrals, one with ten thousand cases and one with a million, and names those
// that grow with the number of cases.
//
// It knows central only from outside: the program, HTTP, what stands on a page. It is no
// part of the product.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// longest is how long all of it may take before it is given up.
const longest = 40 * time.Minute

// password is everybody's of the demo data.
const password = "evening lantern 47"

// people are who signs in, as demo-data names them. The last one is all of them
// together, as in a small community.
var people = []struct{ role, login string }{
	{"worker", "demo-worker1"}, {"mediator", "demo-mediator"}, {"clerk", "demo-clerk1"},
	{"auditor", "demo-auditor"}, {"administrator", "demo-admin"}, {"all roles", everything},
}

const everything = "demo-all"

type options struct {
	out, bin, data string
	cases, loads   int
	pictures       bool
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "lists" {
		o, err := readListOptions(os.Args[2:])
		if err != nil {
			fmt.Fprintln(os.Stderr, "pages lists:", err)
			os.Exit(2)
		}
		end(func(ctx context.Context) error { return runLists(ctx, o) })
		return
	}
	var o options
	flag.StringVar(&o.out, "out", "out/pages", "leave table, report, pictures and logs in this `directory`")
	flag.StringVar(&o.bin, "bin", "", "`directory` of the programs (default: where this one is)")
	flag.StringVar(&o.data, "data", "", "central's `directory`: made when it is not there, and kept (default: one that is removed)")
	flag.IntVar(&o.cases, "cases", 50_000, "`number` of cases of the demo data")
	flag.IntVar(&o.loads, "loads", 3, "how often each page is loaded")
	flag.BoolVar(&o.pictures, "pictures", false, "leave a picture of each page, at a desk and on a telephone")
	flag.Parse()
	if flag.NArg() > 0 || o.out == "" || o.cases < 1 || o.loads < 1 {
		fmt.Fprintln(os.Stderr, "pages: at least 1 case and 1 load, and nothing else")
		flag.Usage()
		os.Exit(2)
	}
	end(func(ctx context.Context) error { return run(ctx, o) })
}

// end does what was asked for, and exits with 1 when it failed.
func end(run func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, longest, fmt.Errorf("it took longer than %s", longest))
	defer cancel()
	if err := run(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = errors.Join(err, cause)
		}
		fmt.Fprintln(os.Stderr, "pages:", err)
		cancel()
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	if o.bin == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		o.bin = filepath.Dir(self)
	}
	state, err := os.MkdirTemp("", "lintai-pages-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(state)
	if o.data == "" {
		o.data = filepath.Join(state, "central")
	}
	if err := os.MkdirAll(filepath.Join(o.out, "logs"), 0o755); err != nil {
		return err
	}
	c := &served{program: filepath.Join(o.bin, "central"), data: o.data, log: filepath.Join(o.out, "logs", "central.log")}
	if err := c.fill(ctx, o.cases); err != nil {
		return err
	}
	if err := c.start(ctx); err != nil {
		return err
	}
	defer c.stop()
	all := &report{Began: time.Now(), Load: load(), Cases: o.cases}
	ticket, seen := "", map[string]bool{}
	for _, p := range people {
		b, err := openBrowser(ctx, filepath.Join(state, p.login), filepath.Join(o.out, "logs"))
		if err != nil {
			return err
		}
		if err = c.signIn(ctx, b, p.login); err == nil {
			var found []visit
			found, err = b.explore(p.role, c.address, seen, o)
			all.Visits = append(all.Visits, found...)
		}
		if ticket == "" {
			ticket = b.ticket
		}
		b.close()
		if err != nil {
			return fmt.Errorf("%s: %w", p.role, err)
		}
	}
	b, err := openBrowser(ctx, filepath.Join(state, "resident"), filepath.Join(o.out, "logs"))
	if err != nil {
		return err
	}
	defer b.close()
	public := []string{"/sign-in", "/verify", "/votes"}
	if ticket != "" {
		public = append(public, "/t/"+ticket)
	}
	found, err := b.walk("public", c.address, public, nil, seen, o)
	if err != nil {
		return fmt.Errorf("public pages: %w", err)
	}
	all.Visits = append(all.Visits, found...)
	all.LoadAfter = load()
	return all.write(o.out, os.Stdout)
}

// ask runs a command of central and returns what it printed.
func (c *served) ask(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, c.program, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("central %s: %w\n%s", args[0], err, out)
	}
	return string(out), nil
}
