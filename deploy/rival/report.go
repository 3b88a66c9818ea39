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
	Bytes      int      // of all sealed bodies
	Lintai     []result // the agent drains a queue into central
	Intake     []result // central alone takes what was packed before
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
	drain, intake := r.rate(r.Lintai), r.rate(r.Intake)
	pocketBase, nats := r.rate(r.PocketBase), r.rate(r.NATS)
	// Written so that a figure that is missing misses its aim.
	against := func(what string, ours, theirs, aim float64) line {
		l := line{What: what, Figure: fmt.Sprintf("%.2f ×", ours/theirs), Met: theirs > 0 && ours > 0}
		if aim > 0 {
			l.Aim, l.Met = fmt.Sprintf("≥ %.0f ×", aim), theirs > 0 && ours >= aim*theirs
		}
		return l
	}
	speed := func(what string, rate float64) line {
		return line{What: what, Figure: fmt.Sprintf("%.0f items/s", rate), Met: rate > 0}
	}
	return []line{
		speed(fmt.Sprintf("lintai intake: %d terminals' pushes → central on SQLite, TLS", clients), intake),
		speed("lintai drain: one queue → agent → central on SQLite, TLS", drain),
		speed(fmt.Sprintf("PocketBase: create API, %d clients, plain HTTP", clients), pocketBase),
		against("intake : PocketBase", intake, pocketBase, aimPocketBase),
		against("drain : PocketBase", drain, pocketBase, 0),
		speed(fmt.Sprintf("NATS JetStream: file store, sync always, %d publishers, TLS", clients), nats),
		against("drain : NATS JetStream", drain, nats, aimNATS),
	}
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
	for name, of := range map[string][]result{"lintai": r.Lintai, "lintai intake": r.Intake, "PocketBase": r.PocketBase, "NATS JetStream": r.NATS} {
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

const footnote = `
Intake is central alone, and what the aim beside PocketBase is about: requests that were sealed and packed before, up to 100 in a
push as an agent packs them; central opens, judges and files each as a case, and commits a push before it answers. A record
of PocketBase's create API is one request and one commit. The bodies of both are made before the clock begins.
Drain is the whole way of a terminal after an outage: its agent reads its queue, packs, and has central's word on
its own disk for every push before the next; it works beside central on the same processors and the same disk.
Every acknowledgement means that the disk has the item: central and PocketBase sync SQLite at each commit (synchronous = FULL;
PocketBase as shipped does not), JetStream each message (sync_interval: always). PocketBase has no TLS here and no log
of requests, in its favour.
`

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
	fmt.Fprintf(&b, "\nProcessor time for one item: lintai intake %s; drain %s; PocketBase %s; NATS JetStream %s.\n", r.processor(r.Intake), r.processor(r.Lintai), r.processor(r.PocketBase), r.processor(r.NATS))
	b.WriteString(footnote)
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
