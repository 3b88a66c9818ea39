package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lintai/deploy/prove/house"
	"lintai/kiosk/request"
)

// The proof itself, short: each fault on each line.
func TestABadLineLosesNothing(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), options{rounds: 9, terminals: 3, bad: 300 * time.Millisecond, seed: 3, folder: t.TempDir(), drain: 3 * time.Minute}, &out)
	t.Log(out.String())
	if err != nil {
		t.Error(err)
	}
}

func TestAnOutageLosesNothing(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), options{outage: true, requests: 600, megabytes: 8, seed: 4, folder: t.TempDir(), drain: 3 * time.Minute}, &out)
	t.Log(out.String())
	if err != nil {
		t.Error(err)
	}
}

// TestTheProofFindsWhatIsLost: a promise that no queue holds is missed.
func TestTheProofFindsWhatIsLost(t *testing.T) {
	var out strings.Builder
	o := options{rounds: 1, terminals: 1, bad: time.Millisecond, seed: 5, folder: t.TempDir(), drain: 3 * time.Minute}
	o.plant = func(t *house.Terminal) {
		t.Pretend(house.Promise{ID: "00000000-0000-7000-8000-000000000001", Kind: request.KindCall})
	}
	if err := run(t.Context(), o, &out); !errors.Is(err, errFound) || !strings.Contains(out.String(), "1 lost") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
