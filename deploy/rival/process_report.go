package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// aimTwo is how many times as fast as one process two on one PostgreSQL are to be.
const aimTwo = 1.6

// run is one race of central processes on PostgreSQL.
type run struct {
	Processes int
	Share     float64 // of one processor, for each; 0: not held
	Took      time.Duration
	CPU       parts
	Kept      int
}

func (r run) rate(items int) float64 { return float64(items) / r.Took.Seconds() }

// busy is how much of the processors our parts had.
func (r run) busy(cores int) float64 {
	return r.CPU.all().Seconds() / (r.Took.Seconds() * float64(cores))
}

// others is how much of them everybody else had.
func (r run) others(cores int) float64 {
	return max(r.CPU.Machine-r.CPU.all(), 0).Seconds() / (r.Took.Seconds() * float64(cores))
}

func (r run) words(items, cores int) string {
	return fmt.Sprintf("%s: %6.0f items/s, µs for one: central %d, PostgreSQL %d, generator %d; together %.0f %% of %d processors", r.what(), r.rate(items),
		r.each(r.CPU.Central, items), r.each(r.CPU.Postgres, items), r.each(r.CPU.Generator, items), 100*r.busy(cores), cores)
}

func (r run) each(d time.Duration, items int) int64 { return d.Microseconds() / int64(items) }

func (r run) what() string {
	what := "one process"
	if r.Processes > 1 {
		what = "two processes"
	}
	if r.Share > 0 {
		what += fmt.Sprintf(", held to %.0f %% of one processor each", 100*r.Share)
	}
	return what
}

// processReport is all that was measured.
type processReport struct {
	Began           time.Time
	Load, LoadAfter string
	Cores           int
	Items, Rounds   int
	Share           float64
	Races           []run
}

// middle is the race of median length among those alike; one that took no time when there is
// none.
func (r *processReport) middle(processes int, held bool) (m run) {
	var took []float64
	for _, one := range r.Races {
		if one.Processes == processes && one.Share > 0 == held {
			took = append(took, one.Took.Seconds())
		}
	}
	at := median(took)
	for _, one := range r.Races {
		if one.Processes == processes && one.Share > 0 == held && one.Took.Seconds() == at {
			return one
		}
	}
	return m
}

// times is how many times as fast as one process two are.
func (r *processReport) times(held bool) float64 {
	one, two := r.middle(1, held), r.middle(2, held)
	if one.Took <= 0 || two.Took <= 0 {
		return 0
	}
	return one.Took.Seconds() / two.Took.Seconds()
}

// table is the report in words.
func (r *processReport) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d sealed requests, packed before, of %d terminals into central on PostgreSQL (a commit waits for the disk), %d rounds in turn, medians;\nload when it began %s, when it ended %s\n\n",
		r.Items, clients, r.Rounds, r.Load, r.LoadAfter)
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| what\t| items/s\t| s of central\t| s of PostgreSQL\t| s of the generator\t| of the processors\t| others'\t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, held := range []bool{false, true} {
		for n := 1; n <= 2; n++ {
			m := r.middle(n, held)
			fmt.Fprintf(w, "| %s\t| %.0f\t| %.2f\t| %.2f\t| %.2f\t| %.0f %%\t| %.0f %%\t|\n", m.what(), m.rate(r.Items),
				m.CPU.Central.Seconds(), m.CPU.Postgres.Seconds(), m.CPU.Generator.Seconds(), 100*m.busy(r.Cores), 100*m.others(r.Cores))
		}
	}
	w.Flush()
	b.WriteString("\n" + r.verdict())
	return b.String()
}

// full is from which part of the processors on nobody could have had more of them.
const full = 0.9

// verdict says whether the aim is met, and what the limit is where it is not.
func (r *processReport) verdict() string {
	free, held := r.times(false), r.times(true)
	one, two := r.middle(1, false), r.middle(2, false)
	var b strings.Builder
	fmt.Fprintf(&b, "Two processes that nobody holds take in %.2f times as much as one (aim %.1f).\n", free, aimTwo)
	if free < aimTwo {
		fmt.Fprintf(&b, "One process, its PostgreSQL and the generator keep %.0f %% of %d processors busy by themselves (%d + %d + %d µs for a request), others %.0f %%:\n",
			100*one.busy(r.Cores), r.Cores, one.each(one.CPU.Central, r.Items), one.each(one.CPU.Postgres, r.Items), one.each(one.CPU.Generator, r.Items), 100*one.others(r.Cores))
		fmt.Fprintf(&b, "with all of them two could be no more than %.2f times as fast. ", 1/one.busy(r.Cores))
		if two.busy(r.Cores)+two.others(r.Cores) >= full {
			b.WriteString("With two none is left: the processors are the limit.\n")
		} else {
			b.WriteString("With two some is left: the limit is the disk, or what they wait for in PostgreSQL.\n")
		}
	}
	fmt.Fprintf(&b, "With each process held to %.0f %% of one processor, so that there is room for two and their PostgreSQL, two take in %.2f times as much as one.\n", 100*r.Share, held)
	return b.String()
}

// check fails when two processes are no use even where there is room for them, or when
// something is missing.
func (r *processReport) check() error {
	var missed []error
	for _, one := range r.Races {
		if one.Kept != r.Items {
			missed = append(missed, fmt.Errorf("%s filed %d of %d items", one.what(), one.Kept, r.Items))
		}
	}
	if free, held := r.times(false), r.times(true); free < aimTwo && held < aimTwo {
		missed = append(missed, fmt.Errorf("aim missed: two processes take in %.2f times as much as one, and %.2f times where there is room for both; want %.1f", free, held, aimTwo))
	}
	return errors.Join(missed...)
}

// write leaves the table and all figures in a folder, and shows the table.
func (r *processReport) write(out string, to io.Writer) error {
	table := r.table()
	fmt.Fprintf(to, "\n%s", table)
	figures, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "processes.json"), figures, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "processes.md"), []byte(table), 0o644)
}
