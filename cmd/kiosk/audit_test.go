package main

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
	"lintai/offline"
	"lintai/sync/wire"
)

// ledger stands in for the queue.
type ledger struct {
	entries  []string
	retained chan offline.Rules
}

func (l *ledger) Audit(_ context.Context, event, detail string) error {
	l.entries = append(l.entries, event+" "+detail)
	return nil
}

func (l *ledger) Retain(_ context.Context, r offline.Rules) (offline.Retained, error) {
	l.retained <- r
	return offline.Retained{}, nil
}

type fixedPrinter slip.Result

func (p fixedPrinter) Print(context.Context, slip.Slip) slip.Result { return slip.Result(p) }

func quietLog() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func TestAuditNotesStartSlipsFaultsAndStop(t *testing.T) {
	l := &ledger{}
	a := newAuditor(l, quietLog())
	ctx, stop := context.WithCancel(t.Context())
	stop() // what is noted before the end is written all the same
	a.devices([]wire.Device{{Name: "printer", Fault: fault.PaperOut}, {Name: "card"}})
	a.devices([]wire.Device{{Name: "printer", Fault: fault.PaperOut}, {Name: "card"}}) // nothing new
	a.devices([]wire.Device{{Name: "printer", Fault: fault.CoverOpen}})
	a.devices([]wire.Device{{Name: "printer"}})
	auditedPrinter{fixedPrinter{Outcome: slip.NotPrinted, Fault: fault.PaperOut}, a}.Print(t.Context(), slip.Slip{})
	a.run(ctx)
	slices.Sort(l.entries)
	want := []string{
		"fault_cleared printer cover_open", "fault_cleared printer paper_out",
		"fault_raised printer cover_open", "fault_raised printer paper_out",
		"printed outcome=" + slip.NotPrinted.String() + " fault=paper_out",
		"start program=" + plain(buildVersion()), "stop ",
	}
	if !slices.Equal(l.entries, want) {
		t.Errorf("audited\n%q, want\n%q", l.entries, want)
	}
}

func TestRetentionRunsDailyAndByCentralsTime(t *testing.T) {
	l := &ledger{retained: make(chan offline.Rules, 9)}
	ticks := make(chan time.Time)
	known := make(chan bool, 1)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		retain(ctx, ticks, l, func() (time.Duration, bool) { return 50 * time.Hour, <-known }, quietLog())
	}()
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, tick := range []struct {
		after time.Duration
		known bool
	}{{0, false}, {time.Hour, true}, {2 * time.Hour, true}, {24 * time.Hour, true}, {26 * time.Hour, true}} {
		known <- tick.known
		ticks <- start.Add(tick.after)
	}
	stop()
	<-ended
	close(l.retained)
	var times []time.Duration
	for r := range l.retained {
		times = append(times, r.Now.Sub(start))
	}
	if want := []time.Duration{51 * time.Hour, 76 * time.Hour}; !slices.Equal(times, want) {
		t.Errorf("ran at %v by central's clock, want %v", times, want)
	}
}
