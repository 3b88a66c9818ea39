package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"lintai/sync/wire"
)

// raced is a report in which two take in so many times as much as one, without limits and held.
func raced(free, held float64) *processReport {
	r := &processReport{Cores: 2, Items: 1000, Rounds: 1, Share: 0.25}
	for share, times := range map[float64]float64{0: free, 0.25: held} {
		for n := 1; n <= 2; n++ {
			took := 10 * time.Second
			if n == 2 {
				took = time.Duration(float64(took) / times)
			}
			cpu := parts{Central: 8 * time.Second, Postgres: 7 * time.Second, Generator: time.Second, Machine: 17 * time.Second}
			r.Races = append(r.Races, run{Processes: n, Share: share, Took: took, CPU: cpu, Kept: 1000})
		}
	}
	return r
}

func TestTwoProcessesAreJudged(t *testing.T) {
	for name, c := range map[string]struct {
		report *processReport
		says   string // in the table
		wrong  string // in the error; "" none
	}{
		"room for two":      {raced(1.7, 1.9), "1.70 times as much as one", ""},
		"full processors":   {raced(1.1, 1.9), "the processors are the limit", ""},
		"1 / 80 %":          {raced(1.1, 1.9), "no more than 1.25 times as fast", ""},
		"no use even then":  {raced(1.0, 1.2), "held to 25 %", "1.20 times where there is room"},
		"something is lost": {lost(raced(1.7, 1.9)), "", "filed 999 of 1000"},
		"nothing raced":     {&processReport{Items: 1000, Cores: 2}, "", "aim missed"},
	} {
		if table := c.report.table(); !strings.Contains(table, c.says) {
			t.Errorf("%s:\n%s", name, table)
		}
		switch err := c.report.check(); {
		case c.wrong == "" && err != nil, c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func lost(r *processReport) *processReport {
	r.Races[0].Kept--
	return r
}

func TestWhoIsHeldHasItsShare(t *testing.T) {
	a := allowance{share: 0.25}
	var had time.Duration
	may := true
	for range 10_000 { // ten seconds, in which it takes all that it may
		took := time.Duration(0)
		if may {
			took = time.Millisecond
		}
		had += took
		may = a.after(time.Millisecond, took)
	}
	if got := had.Seconds() / 10; got < 0.24 || got > 0.26 {
		t.Errorf("it had %.3f of a processor", got)
	}
	a = allowance{share: 0.25}
	a.after(time.Hour, 0)
	if a.left > 2*shareEvery {
		t.Errorf("who slept may have %v", a.left)
	}
}

func TestWhatTheKernelTells(t *testing.T) {
	before, err := had(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := family(os.Getpid()); err != nil || sum < 0 {
		t.Errorf("%v %v", sum, err)
	}
	if after, err := had(os.Getpid()); err != nil || after <= before {
		t.Errorf("%v then %v: %v", before, after, err)
	}
	if d, err := machineTime([]byte("cpu  100 20 3 9999 5 4 1 0 0 0\ncpu0 1\n")); err != nil || d != 1280*time.Millisecond {
		t.Errorf("%v %v", d, err)
	}
	if _, err := machineTime([]byte("intr 5")); err == nil {
		t.Error("anything is taken for /proc/stat")
	}
}

func TestShareLeavesRoomForTwo(t *testing.T) {
	for _, c := range []struct {
		cost  parts
		cores int
		want  float64
	}{
		{parts{Central: 300, Postgres: 600}, 2, 0.2},
		{parts{Central: 300, Postgres: 600}, 64, 1},
		{parts{}, 2, 0.1},
	} {
		if got := fitting(c.cost, c.cores); got != c.want {
			t.Errorf("%v on %d: %v, want %v", c.cost, c.cores, got, c.want)
		}
	}
}

func TestPushThatIsNotTakenIsTold(t *testing.T) {
	p := parcel{items: 1}
	for name, c := range map[string]struct {
		status int
		text   string
		taken  bool
	}{
		"created":   {200, `{"protocol":"PROTOCOL","answers":[{"id":"a","outcome":"created"}]}`, true},
		"duplicate": {200, `{"protocol":"PROTOCOL","answers":[{"id":"a","outcome":"duplicate"}]}`, false},
		"none":      {200, `{"protocol":"PROTOCOL","answers":[]}`, false},
		"foreign":   {200, `<html>`, false},
		"refused":   {503, `{}`, false},
	} {
		text := strings.ReplaceAll(c.text, "PROTOCOL", wire.Protocol)
		if err := p.taken(c.status, []byte(text)); (err == nil) != c.taken {
			t.Errorf("%s: %v", name, err)
		}
	}
}
