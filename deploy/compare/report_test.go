package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	twenty := make([]int64, 20)
	for i := range twenty {
		twenty[i] = int64(20 - i)
	}
	for _, c := range []struct {
		all     []int64
		percent int
		want    int64
	}{
		{nil, 50, 0},
		{[]int64{7}, 50, 7},
		{[]int64{7}, 95, 7},
		{[]int64{9, 1, 5}, 50, 5},
		{twenty, 50, 10},
		{twenty, 95, 19},
		{twenty, 100, 20},
	} {
		if got := percentile(c.all, c.percent); got != c.want {
			t.Errorf("%d%% of %v is %d, want %d", c.percent, c.all, got, c.want)
		}
	}
	if twenty[0] != 20 {
		t.Error("the figures were put into another order")
	}
}

func TestTableComparesMedians(t *testing.T) {
	start := func(ms, mib int64, taps ...time.Duration) round {
		for i := range taps {
			taps[i] *= time.Millisecond
		}
		d := time.Duration(ms) * time.Millisecond
		return round{Frame: d, Touchable: d, Answered: 2 * d, Taps: taps, Memory: memory{PSS: mib << 20}}
	}
	r := &report{Load: "0.10 0.20 0.30",
		Kiosk:    []round{start(300, 150, 20, 40), start(200, 100, 30), start(9000, 90, 20)},
		Chromium: []round{start(1000, 400, 40, 50), start(900, 500, 40), start(1100, 100, 40)},
	}
	want := map[string]float64{"first touchable frame": 0.3, "memory": 0.25, "median": 0.5, "p95": 0.8}
	for part, ratio := range want {
		found := 0
		for _, l := range r.lines() {
			if strings.Contains(l.What, part) {
				found++
				if l.ratio() != ratio {
					t.Errorf("%s: ratio %v of %v and %v, want %v", l.What, l.ratio(), l.Kiosk, l.Chromium, ratio)
				}
			}
		}
		if found != 1 {
			t.Errorf("%d lines speak of %s, want one", found, part)
		}
	}
	table := r.table()
	for _, part := range []string{"3 starts", "4 touches", "0.10 0.20 0.30", "| 300 ms", "| 1000 ms", "| 0.30", "≤ 0.35", "≤ 0.40", "≤ 1.00"} {
		if !strings.Contains(table, part) {
			t.Errorf("the table does not say %q:\n%s", part, table)
		}
	}

	out := t.TempDir()
	var said bytes.Buffer
	if err := r.write(out, &said); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(out, "table.md"))
	if err != nil || string(kept) != table || !strings.Contains(said.String(), table) {
		t.Errorf("kept %q and said %q (%v), want the table", kept, &said, err)
	}
	figures, err := os.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var again report
	if err := json.Unmarshal(figures, &again); err != nil {
		t.Fatal(err)
	}
	if again.table() != table {
		t.Errorf("the figures kept make another table:\n%s", again.table())
	}
}
