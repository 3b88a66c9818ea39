package hw_test

import (
	"errors"
	"fmt"
	"testing"

	"lintai/hw"
	"lintai/kiosk/fault"
)

func TestStatesHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for s := hw.Absent; s <= hw.Fault; s++ {
		name, err := s.MarshalText()
		if err != nil || len(name) == 0 || seen[string(name)] {
			t.Errorf("%d: %q, %v", int(s), name, err)
		}
		seen[string(name)] = true
	}
	if got := hw.State(99).String(); got != "state(99)" {
		t.Errorf("an unknown state is %q", got)
	}
}

func TestStateOfAReport(t *testing.T) {
	for _, c := range []struct {
		report hw.Report
		want   hw.State
		usable bool
	}{
		{hw.Report{}, hw.Ready, true},
		{hw.Report{Busy: true}, hw.Busy, true},
		{hw.Report{Code: fault.PaperNearEnd}, hw.Degraded, true},
		{hw.Report{Code: fault.PaperNearEnd, Busy: true}, hw.Busy, true},
		{hw.Report{Code: fault.PaperOut, Unusable: true}, hw.Fault, false},
		{hw.Report{Code: fault.PaperOut, Unusable: true, Busy: true}, hw.Fault, false},
	} {
		if got := c.report.State(); got != c.want || got.Usable() != c.usable {
			t.Errorf("%+v: %v", c.report, got)
		}
	}
}

func TestFaultOfAnError(t *testing.T) {
	gone := &hw.Error{Code: fault.Unplugged, Text: "gone"}
	for _, c := range []struct {
		err  error
		want fault.Code
	}{
		{nil, fault.None},
		{gone, fault.Unplugged},
		{fmt.Errorf("reader: %w: %w", gone, errors.New("why")), fault.Unplugged},
		{errors.New("odd"), fault.DeviceFailed},
	} {
		if got := hw.FaultOf(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
