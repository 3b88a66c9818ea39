package main

import (
	"context"
	"errors"
	"time"

	"lintai/hw"
	"lintai/hw/appliance"
	"lintai/kiosk/fault"
	"lintai/kiosk/readiness"
)

const (
	// computerRow is the computer among the devices, where it is an appliance.
	computerRow = "computer"
	// troubleEvery is how often it is asked what is wrong with it.
	troubleEvery = 30 * time.Second
)

// watch notes in the book what the appliance's service has found wrong, at each look, until
// the context ends. Without it central would not hear of a network that refuses its
// password beside a cable that works, or of a program that ended again and again.
func (c computer) watch(ctx context.Context, looks <-chan time.Time, book *healthBook) {
	last := readiness.Row{Name: computerRow, Port: c.socket}
	for {
		status, _, err := c.status(ctx)
		switch {
		case errors.Is(err, appliance.ErrNone):
			return
		case err == nil:
			now := time.Now()
			if code, detail := worst(status.Faults); last.Since.IsZero() || code != last.Fault {
				last.Fault, last.Detail, last.Since = code, detail, now
			}
			last.State = hw.Ready.String()
			if last.Fault != fault.None {
				last.State = hw.Fault.String()
			}
			last.LastOK = now
			book.put(last)
		}
		select {
		case <-ctx.Done():
			return
		case <-looks:
		}
	}
}

// worst is the one of the faults that residents feel most; of those, the first. What
// became of an update is none: that is told with its version, and a rollout would take it
// for the doing of the one after it.
func worst(all []appliance.Trouble) (code fault.Code, detail string) {
	severity := fault.Severity(0)
	for _, t := range all {
		entry, known := fault.Find(t.Fault)
		switch t.Fault {
		case fault.UpdateRefused, fault.UpdateFailed, fault.UpdateUndone:
			continue
		}
		if known && entry.Severity > severity {
			code, detail, severity = t.Fault, t.Detail, entry.Severity
		}
	}
	return code, detail
}
