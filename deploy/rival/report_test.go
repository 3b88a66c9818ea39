package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sound is a report in which every aim is just met.
func sound() *report {
	of := func(rates ...int) (all []result) {
		for _, rate := range rates {
			all = append(all, result{Took: time.Duration(float64(time.Second) * 1000 / float64(rate)), Kept: 1000})
		}
		return all
	}
	return &report{
		Load: "0.10 0.20 0.30", Rounds: 3, Items: 1000, Bytes: 1_500_000,
		// The medians count, not the round that went well.
		Lintai: of(9000, 2000, 1000), Intake: of(2500, 9000, 1000), PocketBase: of(500, 5000, 300), NATS: of(2000, 100, 9000),
		Idle: &idle{Terminals: 1000, Before: 20 << 20, After: 20<<20 + 1000*aimMemory, Watched: 5 * time.Minute, Bytes: 5 * 60 * aimTraffic, Requests: 5},
	}
}

func TestWhoMeetsEveryAimPasses(t *testing.T) {
	if err := sound().check(); err != nil {
		t.Error(err)
	}
}

func TestEveryAimCanBeMissed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*report)
		want  string
	}{
		"slow beside PocketBase":       {func(r *report) { r.PocketBase[0].Took -= time.Millisecond * 10 }, "intake : PocketBase"},
		"slow beside NATS":             {func(r *report) { r.NATS[0].Took -= time.Millisecond * 10 }, "drain : NATS"},
		"PocketBase did not run":       {func(r *report) { r.PocketBase = nil }, "intake : PocketBase"},
		"NATS did not run":             {func(r *report) { r.NATS = nil }, "drain : NATS"},
		"nothing was drained":          {func(r *report) { r.Lintai = nil }, "lintai drain: one"},
		"nothing was taken in":         {func(r *report) { r.Intake = nil }, "lintai intake: 16"},
		"intake lost one":              {func(r *report) { r.Intake[1].Kept-- }, "lintai intake has 999 of 1000"},
		"we lost one":                  {func(r *report) { r.Lintai[2].Kept-- }, "lintai has 999 of 1000"},
		"we have one twice":            {func(r *report) { r.Lintai[0].Kept++ }, "lintai has 1001 of 1000"},
		"PocketBase lost one":          {func(r *report) { r.PocketBase[1].Kept-- }, "PocketBase has 999 of 1000"},
		"NATS lost one":                {func(r *report) { r.NATS[1].Kept-- }, "NATS JetStream has 999 of 1000"},
		"terminals weigh too much":     {func(r *report) { r.Idle.After += 1000 }, "central's memory"},
		"the scales do not move":       {func(r *report) { r.Idle.After = r.Idle.Before }, "central's memory"},
		"an idle terminal chatters":    {func(r *report) { r.Idle.Bytes += 300 }, "traffic of an idle terminal"},
		"nothing came from it":         {func(r *report) { r.Idle.Bytes = 0 }, "traffic of an idle terminal"},
		"an idle terminal asks often":  {func(r *report) { r.Idle.Requests++ }, "requests of an idle terminal"},
		"the idle one was not watched": {func(r *report) { r.Idle.Watched = 0 }, "requests of an idle terminal"},
	} {
		r := sound()
		c.spoil(r)
		err := r.check()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: judged %v, want it to name %q", name, err, c.want)
		}
	}
}

func TestTableSaysWhatWasMeasured(t *testing.T) {
	r := sound()
	r.NATS[0].Took /= 2
	out := t.TempDir()
	var said strings.Builder
	if err := r.write(out, &said); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"1000 sealed requests of 1500 bytes", "3 rounds", "0.10 0.20 0.30", "2000 items/s", "5.00 ×", "4.00 ×", "≥ 5 ×", "0.50 ×", "| NO", "50.0 KB", "200 bytes/s", "1.0 a minute"} {
		if !strings.Contains(said.String(), part) {
			t.Errorf("the table does not say %q:\n%s", part, &said)
		}
	}
	figures, err := os.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var again report
	if err := json.Unmarshal(figures, &again); err != nil {
		t.Fatal(err)
	}
	if again.table() != r.table() {
		t.Errorf("the figures kept make another table:\n%s", again.table())
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		all  []float64
		want float64
	}{{nil, 0}, {[]float64{7}, 7}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 3, 2, 1}, 2}} {
		if got := median(c.all); got != c.want {
			t.Errorf("median of %v is %v, want %v", c.all, got, c.want)
		}
	}
}
