package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is all that was measured.
type report struct {
	Began           time.Time
	Load            string // load averages when it began
	Kiosk, Chromium []round
}

// line is one row of the table. Target is the ratio that is aimed at.
type line struct {
	What            string
	Kiosk, Chromium float64
	Unit            string
	Target          float64 // 0: none
}

func (l line) ratio() float64 { return l.Kiosk / l.Chromium }

// lines makes the table: medians over the starts, and over all touches.
func (r *report) lines() []line {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	both := func(what, unit string, target float64, of func([]round) float64) line {
		return line{what, of(r.Kiosk), of(r.Chromium), unit, target}
	}
	return []line{
		both("process start to the first touchable frame", "ms", 0.35, func(all []round) float64 {
			return ms(median(each(all, func(r round) time.Duration { return r.Touchable })))
		}),
		both("process start to the first frame", "ms", 0, func(all []round) float64 {
			return ms(median(each(all, func(r round) time.Duration { return r.Frame })))
		}),
		both("process start to the answer of the first touch", "ms", 0, func(all []round) float64 {
			return ms(median(each(all, func(r round) time.Duration { return r.Answered })))
		}),
		both("memory (PSS), home screen", "MiB", 0.4, func(all []round) float64 {
			return inMiB(median(each(all, func(r round) int64 { return r.Memory.PSS })))
		}),
		both("touch to the next screen, median", "ms", 1, func(all []round) float64 { return ms(median(touches(all))) }),
		both("touch to the next screen, p95", "ms", 1, func(all []round) float64 { return ms(percentile(touches(all), 95)) }),
	}
}

func each[T any](all []round, of func(round) T) []T {
	var out []T
	for _, r := range all {
		out = append(out, of(r))
	}
	return out
}

func touches(all []round) []time.Duration {
	return slices.Concat(each(all, func(r round) []time.Duration { return r.Taps })...)
}

// table is the report in words, as Markdown.
func (r *report) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d starts of each in turn, %d touches of each; one X display without a monitor, OpenGL in software; load when it began: %s\n\n",
		len(r.Kiosk), len(touches(r.Kiosk)), r.Load)
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| what\t| kiosk\t| Chromium\t| ratio\t| aim\t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|")
	for _, l := range r.lines() {
		aim := ""
		if l.Target > 0 {
			aim = fmt.Sprintf("≤ %.2f", l.Target)
		}
		fmt.Fprintf(w, "| %s\t| %.0f %s\t| %.0f %s\t| %.2f\t| %s\t|\n", l.What, l.Kiosk, l.Unit, l.Chromium, l.Unit, l.ratio(), aim)
	}
	w.Flush()
	laid := slices.Concat(each(r.Kiosk, func(r round) []time.Duration { return r.Laid })...)
	fmt.Fprintf(&b, "\nOf the kiosk's %s from touch to screen, %s pass until the screen is laid out; the rest is drawing.\n", inMS(median(touches(r.Kiosk))), inMS(median(laid)))
	return b.String()
}

// write leaves the table and all figures in a directory, and shows the table.
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

func inMS(d time.Duration) string {
	return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
}

func median[T ~int64](all []T) T { return percentile(all, 50) }

// percentile is the smallest value that so many per cent of all do not exceed
// (nearest rank); 0 of nothing.
func percentile[T ~int64](all []T, percent int) T {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	rank := (len(sorted)*percent + 99) / 100
	return sorted[max(rank, 1)-1]
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}
