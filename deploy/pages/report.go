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

// What is aimed at.
const (
	mostBytes = 100_000
	mostFCP   = 300 // ms
)

// visit is one page as somebody saw it.
type visit struct {
	Who, Path, Kind, Title string
	Status                 int
	Bytes, HTML            int
	Server, FCP            float64 // ms, of the middle load
	Wide                   int     // px, on a telephone of phoneWidth
	Said                   []string
}

// misses names what is not as it should be.
func (v visit) misses() []string {
	var all []string
	if v.Status != 200 {
		all = append(all, fmt.Sprintf("status %d", v.Status))
	}
	if v.Bytes >= mostBytes {
		all = append(all, fmt.Sprintf("%d bytes", v.Bytes))
	}
	if v.FCP < 0 || v.FCP >= mostFCP {
		all = append(all, fmt.Sprintf("%.0f ms", v.FCP))
	}
	if v.Wide > phoneWidth {
		all = append(all, fmt.Sprintf("%d px wide", v.Wide))
	}
	if len(v.Said) > 0 {
		all = append(all, fmt.Sprintf("console: %s", strings.Join(v.Said, " | ")))
	}
	return all
}

type report struct {
	Began           time.Time
	Cases           int
	Load, LoadAfter string // load averages
	Visits          []visit
}

func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// write leaves the report, prints the table, the slowest page first, and returns an error
// that names the pages that miss.
func (r *report) write(out string, w io.Writer) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(out, "report.json"), append(text, '\n'), 0o644)
	}
	if err != nil {
		return err
	}
	slices.SortStableFunc(r.Visits, func(a, b visit) int { return int(b.FCP*1000) - int(a.FCP*1000) })
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ms to see\tms of central\tbytes\tpx wide\twho\tpage\tmisses")
	var missing []string
	for _, v := range r.Visits {
		wrong := strings.Join(v.misses(), ", ")
		fmt.Fprintf(table, "%.0f\t%.0f\t%d\t%d\t%s\t%s\t%s\n", v.FCP, v.Server, v.Bytes, v.Wide, v.Who, v.Path, wrong)
		if wrong != "" {
			missing = append(missing, v.Who+" "+v.Path+": "+wrong)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d pages; load averages %s, then %s\n", len(r.Visits), r.Load, r.LoadAfter)
	switch {
	case len(r.Visits) == 0:
		return fmt.Errorf("no page was opened")
	case len(missing) > 0:
		return fmt.Errorf("%d of %d pages miss:\n  %s", len(missing), len(r.Visits), strings.Join(missing, "\n  "))
	}
	return nil
}
