package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// mostGrown is how many times as long a list may take with a hundred times as many cases.
const mostGrown = 2

// How many cases the two houses have.
const (
	smallCases = 10_000
	largeCases = 1_000_000
)

type listOptions struct {
	out, bin, small, large, only string
	rounds                       int
	settle                       time.Duration
}

// readListOptions reads what stands behind the word lists.
func readListOptions(args []string) (o listOptions, err error) {
	f := flag.NewFlagSet("pages lists", flag.ContinueOnError)
	f.StringVar(&o.out, "out", "out/lists", "leave report and logs in this `directory`")
	f.StringVar(&o.bin, "bin", "", "`directory` of the programs (default: where this one is)")
	f.StringVar(&o.small, "small", "", fmt.Sprintf("central's `directory` with %d cases: made when it is not there, and kept (default: one that is removed)", smallCases))
	f.StringVar(&o.large, "large", "", fmt.Sprintf("the same with %d", largeCases))
	f.StringVar(&o.only, "only", "", "only the lists whose reader and address, with a blank between, contain these `words`")
	f.IntVar(&o.rounds, "rounds", 21, "how often each list is asked for at each of them")
	f.DurationVar(&o.settle, "settle", time.Minute, "how long each may go on with what it does by itself after its start")
	switch err := f.Parse(args); {
	case err != nil:
		return o, err
	case f.NArg() > 0 || o.out == "" || o.rounds < 1:
		return o, errors.New("at least 1 round, and nothing else")
	}
	return o, nil
}

// grown is one list at both houses.
type grown struct {
	Who, Path    string
	Page         int // that was reached at both
	Rounds       int // 0: the page that was reached is among those before
	Small, Large time.Duration
	Bytes        [2]int
}

func (g grown) ratio() float64 { return float64(g.Large) / float64(max(g.Small, 1)) }

// more is how many times as much the page of the large house shows: of what is open the small
// one may have less than a page.
func (g grown) more() float64 {
	return max(1, float64(g.Bytes[1])/float64(max(g.Bytes[0], 1)))
}

// misses tells whether a page takes too long beside one that shows as much.
func (g grown) misses() bool { return g.ratio() > mostGrown*g.more() }

// runLists compares the lists of a small house with those of a large one. Both serve at the
// same time and are asked in turn, so that whatever else the machine does meets both.
func runLists(ctx context.Context, o listOptions) error {
	if o.bin == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		o.bin = filepath.Dir(self)
	}
	state, err := os.MkdirTemp("", "lintai-lists-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(state)
	if err := os.MkdirAll(filepath.Join(o.out, "logs"), 0o755); err != nil {
		return err
	}
	r := &listReport{Began: time.Now(), Load: load()}
	small, large := &house{name: "small"}, &house{name: "large"}
	for _, one := range []struct {
		*house
		data  string
		cases int
	}{{small, o.small, smallCases}, {large, o.large, largeCases}} {
		if one.data == "" {
			one.data = filepath.Join(state, one.name)
		}
		one.served = served{program: filepath.Join(o.bin, "central"), data: one.data, log: filepath.Join(o.out, "logs", one.name+".log")}
		if err := one.fill(ctx, one.cases); err != nil {
			return err
		}
		if err := one.start(ctx); err != nil {
			return err
		}
		defer one.stop()
		if err := one.enter(ctx); err != nil {
			return err
		}
	}
	// What a central does by itself after its start is not what is measured.
	for _, h := range []*house{small, large} {
		rested, err := h.rest(ctx, o.settle)
		if err != nil {
			return err
		}
		if !rested {
			r.Busy = append(r.Busy, h.name)
		}
	}
	for _, l := range lists {
		if !strings.Contains(l.who+" "+l.path, o.only) {
			continue
		}
		g, err := compare(ctx, small, large, l, o.rounds, r.Lists)
		if err != nil {
			return err
		}
		if g.misses() {
			// Once more and for longer: something else on this machine may have come between.
			if g, err = compare(ctx, small, large, l, 3*o.rounds, r.Lists); err != nil {
				return err
			}
		}
		if g.Rounds > 0 {
			r.Lists = append(r.Lists, g)
		}
	}
	r.LoadAfter = load()
	return r.write(o.out, os.Stdout)
}

// compare asks both for the same page of a list, first to have it read from the disk and then
// so many times in turn, each beginning every second time.
func compare(ctx context.Context, small, large *house, l list, rounds int, before []grown) (g grown, err error) {
	houses := [2]*house{small, large}
	var paths [2][]string
	for i, h := range houses {
		if paths[i], err = h.pages(ctx, l); err != nil {
			return g, err
		}
	}
	at := min(len(paths[0]), len(paths[1])) - 1
	g = grown{Who: l.who, Path: l.path, Page: at + 1}
	if slices.ContainsFunc(before, func(b grown) bool { return b.Who == g.Who && b.Path == g.Path && b.Page == g.Page }) {
		return g, nil
	}
	g.Rounds = rounds
	var took [2][]time.Duration
	const warm = 3
	for round := range warm + rounds {
		for turn := range houses {
			i := (round + turn) % len(houses)
			a, err := houses[i].read(ctx, l.who, paths[i][at])
			if err != nil {
				return g, err
			}
			if g.Bytes[i] = len(a.text); round >= warm {
				took[i] = append(took[i], a.took)
			}
		}
	}
	g.Small, g.Large = middle(took[0]), middle(took[1])
	return g, nil
}

// middle is the median, the lower of two.
func middle(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[(len(sorted)-1)/2]
}

type listReport struct {
	Began           time.Time
	Load, LoadAfter string
	Busy            []string // who was still busy by itself when it was asked
	Lists           []grown
}

// write leaves the report, prints the table, what grew most first, and returns an error that
// names the lists that grew too much.
func (r *listReport) write(out string, w io.Writer) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(out, "report.json"), append(text, '\n'), 0o644)
	}
	if err != nil {
		return err
	}
	slices.SortStableFunc(r.Lists, func(a, b grown) int { return int(b.ratio()*1e6) - int(a.ratio()*1e6) })
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "ratio\tms at %d\tms at %d\tbytes\tbytes\twho\tlist\tpage\n", smallCases, largeCases)
	var missing []string
	longer := 0
	for _, g := range r.Lists {
		fmt.Fprintf(table, "%.2f\t%.2f\t%.2f\t%d\t%d\t%s\t%s\t%d\n", g.ratio(), ms(g.Small), ms(g.Large), g.Bytes[0], g.Bytes[1], g.Who, g.Path, g.Page)
		switch {
		case g.misses():
			missing = append(missing, fmt.Sprintf("%s %s, page %d: %.2f ×", g.Who, g.Path, g.Page, g.ratio()))
		case g.ratio() > mostGrown:
			longer++
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d lists, medians; load averages %s, then %s\n", len(r.Lists), r.Load, r.LoadAfter)
	if len(r.Busy) > 0 {
		fmt.Fprintf(w, "Still busy by itself, and slower by that: %s\n", strings.Join(r.Busy, ", "))
	}
	if longer > 0 {
		fmt.Fprintf(w, "%d of them take more than %d times as long because the page itself is longer there, as its bytes say: they are no miss.\n", longer, mostGrown)
	}
	switch {
	case len(r.Lists) == 0:
		return errors.New("no list was asked for")
	case len(missing) > 0:
		return fmt.Errorf("%d of %d lists take more than %d times as long with %d cases:\n  %s",
			len(missing), len(r.Lists), mostGrown, largeCases, strings.Join(missing, "\n  "))
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
