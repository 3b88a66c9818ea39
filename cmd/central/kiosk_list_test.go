package main

import (
	"testing"

	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

func TestTheListSaysWhichImageATerminalRuns(t *testing.T) {
	for _, c := range []struct {
		system *wire.System
		want   string
	}{
		{nil, ""},
		{&wire.System{}, ""}, // a computer that is no appliance
		{&wire.System{Image: "2026.11.22-1", Slot: "A"}, ", image 2026.11.22-1 in system A"},
		{&wire.System{Image: "2026.11.22-1", Slot: "A", Update: &wire.UpdateState{State: "none"}}, ", image 2026.11.22-1 in system A"},
		{&wire.System{Image: "2026.11.22-2", Slot: "B", Trial: true}, ", image 2026.11.22-2 in system B on trial"},
		{&wire.System{Image: "2026.11.22-1", Slot: "A", Update: &wire.UpdateState{State: "fetching", Version: "2026.11.22-2", Percent: 40}},
			", image 2026.11.22-1 in system A, update 2026.11.22-2 fetching"},
		{&wire.System{Image: "2026.11.22-1", Slot: "A", Update: &wire.UpdateState{State: "failed", Version: "2026.11.22-2", Fault: fault.UpdateUndone}},
			", image 2026.11.22-1 in system A, update 2026.11.22-2 failed (update_undone)"},
	} {
		if got := runs(c.system); got != c.want {
			t.Errorf("%+v: %q, want %q", c.system, got, c.want)
		}
	}
}
