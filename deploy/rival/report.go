package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// The aims: how many times as fast as a rival we are to be, and what a terminal
// that does nothing may cost.
const (
	aimPocketBase = 5.0
	aimNATS       = 1.0
	aimMemory     = 50 << 10 // bytes of central's memory for each connected terminal
	aimTraffic    = 200.0    // bytes a second, both ways, headers of TCP and IP included
	aimRequests   = 1.0      // a minute, beside the stream
)

// report is all that was measured.
type report struct {
	Began      time.Time
	Load       string // load averages when it began
	Rounds     int    // 0: nobody raced
	Items      int
	Bytes      int // of all sealed bodies
	Lintai     []result
	PocketBase []result
	NATS       []result
	Idle       *idle // nil: not measured
}

// rate is the median of the rounds, in items a second.
func (r *report) rate(of []result) float64 {
	var all []float64
	for _, one := range of {
		if one.Took > 0 {
			all = append(all, float64(r.Items)/one.Took.Seconds())
		}
	}
	return median(all)
}

// processor is the median of the rounds' processor time for one item, in words.
func (r *report) processor(of []result) string {
	var server, sender []float64
	for _, one := range of {
		e := one.each(r.Items)
		server, sender = append(server, float64(e.Server)), append(sender, float64(e.Sender))
	}
	return effort{time.Duration(median(server)), time.Duration(median(sender))}.String()
}

// median is the middle value, the lower of two; 0 of nothing.
func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[(len(sorted)-1)/2]
}

// line is one row of the table, and whether its aim is met.
type line struct {
	What, Figure, Aim string
	Met               bool
}

func (r *report) lines() (lines []line) {
	if r.Rounds > 0 {
		lines = r.raceLines()
	}
	if r.Idle != nil {
		lines = append(lines, r.Idle.lines()...)
	}
	return lines
}

func (r *report) raceLines() []line {
	ours := r.rate(r.Lintai)
	lines := []line{{What: "lintai: agent → central on SQLite, TLS", Figure: fmt.Sprintf("%.0f items/s", ours), Met: ours > 0}}
	for _, rival := range []struct {
		what string
		of   []result
		aim  float64
	}{
		{"PocketBase: create API, 16 clients, plain HTTP", r.PocketBase, aimPocketBase},
		{"NATS JetStream: file store, sync always, 16 publishers, TLS", r.NATS, aimNATS},
	} {
		theirs := r.rate(rival.of)
		lines = append(lines,
			line{What: rival.what, Figure: fmt.Sprintf("%.0f items/s", theirs), Met: theirs > 0},
			// Written so that a figure that is missing misses its aim.
			line{What: "lintai : " + strings.Split(rival.what, ":")[0], Figure: fmt.Sprintf("%.2f ×", ours/theirs), Aim: fmt.Sprintf("≥ %.0f ×", rival.aim), Met: theirs > 0 && ours >= rival.aim*theirs})
	}
	return lines
}

func (i *idle) lines() []line {
	return []line{
		{fmt.Sprintf("central's memory for each of %d idle terminals", i.Terminals), fmt.Sprintf("%.1f KB", i.each()/1024), fmt.Sprintf("≤ %d KB", aimMemory>>10), i.After > i.Before && i.each() <= aimMemory},
		{"traffic of an idle terminal, with headers", fmt.Sprintf("%.0f bytes/s", i.traffic()), fmt.Sprintf("≤ %.0f bytes/s", aimTraffic), i.traffic() > 0 && i.traffic() <= aimTraffic},
		{"requests of an idle terminal beside the stream", fmt.Sprintf("%.1f a minute", i.requests()), fmt.Sprintf("≤ %.0f a minute", aimRequests), i.Watched > 0 && i.requests() <= aimRequests},
	}
}

// check fails when an aim is missed, or a server does not have what it
// acknowledged.
func (r *report) check() error {
	var missed []error
	for name, of := range map[string][]result{"lintai": r.Lintai, "PocketBase": r.PocketBase, "NATS JetStream": r.NATS} {
		for _, one := range of {
			if one.Kept != r.Items {
				missed = append(missed, fmt.Errorf("%s has %d of %d items", name, one.Kept, r.Items))
			}
		}
	}
	for _, l := range r.lines() {
		if !l.Met {
			missed = append(missed, fmt.Errorf("aim missed: %s: %s, want %s", l.What, l.Figure, l.Aim))
		}
	}
	return errors.Join(missed...)
}

// table is the report in words, as Markdown.
func (r *report) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d sealed requests of %d bytes on average, %d rounds in turn, medians; load when it began: %s\n\n",
		r.Items, r.Bytes/max(r.Items, 1), r.Rounds, r.Load)
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| what\t| figure\t| aim\t| met\t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|")
	for _, l := range r.lines() {
		met := ""
		switch {
		case l.Aim != "" && l.Met:
			met = "yes"
		case !l.Met:
			met = "NO"
		}
		fmt.Fprintf(w, "| %s\t| %s\t| %s\t| %s\t|\n", l.What, l.Figure, l.Aim, met)
	}
	w.Flush()
	if r.Rounds == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "\nProcessor time for one item: lintai %s; PocketBase %s; NATS JetStream %s.\n", r.processor(r.Lintai), r.processor(r.PocketBase), r.processor(r.NATS))
	b.WriteString("\nEvery acknowledgement means that the disk has the item: central and PocketBase sync SQLite at each commit (synchronous = FULL;\nPocketBase as shipped does not), JetStream each message (sync_interval: always). Central opens, judges and files each item;\nPocketBase has no TLS here and no log of requests, in its favour.\n")
	return b.String()
}

// write leaves the table and all figures in a folder, and shows the table.
func (r *report) write(out string, to io.Writer) error {
	table := r.table()
	fmt.Fprintf(to, "\n%s", table)
	figures, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "report.json"), figures, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "table.md"), []byte(table), 0o644)
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}
