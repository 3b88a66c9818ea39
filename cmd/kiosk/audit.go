package main

import (
	"context"
	"log/slog"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
	"lintai/kiosk/terminal"
	"lintai/offline"
	"lintai/sync/wire"
)

// auditLog is where it is written: *offline.Queue, which notes by itself what
// becomes of requests, documents and old items.
type auditLog interface {
	Audit(ctx context.Context, event, detail string) error
}

// auditor notes what happens at the terminal: start and stop, slips, faults,
// changes of content. It never makes anybody wait.
type auditor struct {
	to      auditLog
	log     *slog.Logger
	entries chan [2]string
	// faults are those of the devices that were noted last. Only healthBook, under
	// its lock, uses them.
	faults map[string]fault.Code
}

func newAuditor(to auditLog, log *slog.Logger) *auditor {
	return &auditor{to: to, log: log, entries: make(chan [2]string, 256), faults: map[string]fault.Code{}}
}

// note takes an entry: a word, and nothing of a resident's.
func (a *auditor) note(event, detail string) {
	select {
	case a.entries <- [2]string{event, detail}:
	default:
		a.log.Error("not audited: too much happens at once", "event", event, "detail", detail)
	}
}

// run writes entries until the context ends, and then what is left.
func (a *auditor) run(ctx context.Context) {
	a.note("start", "program="+plain(buildVersion()))
	write := context.WithoutCancel(ctx)
	for {
		select {
		case e := <-a.entries:
			a.write(write, e)
		case <-ctx.Done():
			a.note("stop", "")
			for {
				select {
				case e := <-a.entries:
					a.write(write, e)
				default:
					return
				}
			}
		}
	}
}

func (a *auditor) write(ctx context.Context, e [2]string) {
	if err := a.to.Audit(ctx, e[0], e[1]); err != nil {
		a.log.Error("not audited", "event", e[0], "detail", e[1], "error", err)
	}
}

// devices notes the faults that came and went.
func (a *auditor) devices(all []wire.Device) {
	for _, d := range all {
		before := a.faults[d.Name]
		if d.Fault == before {
			continue
		}
		a.faults[d.Name] = d.Fault
		if before != fault.None {
			a.note("fault_cleared", d.Name+" "+string(before))
		}
		if d.Fault != fault.None {
			a.note("fault_raised", d.Name+" "+string(d.Fault))
		}
	}
}

// auditedPrinter notes what became of each slip.
type auditedPrinter struct {
	terminal.Printer
	audit *auditor
}

func (p auditedPrinter) Print(ctx context.Context, s slip.Slip) slip.Result {
	result := p.Printer.Print(ctx, s)
	detail := "outcome=" + result.Outcome.String()
	if result.Fault != fault.None {
		detail += " fault=" + string(result.Fault)
	}
	p.audit.note("printed", detail)
	return result
}

// retainer is the queue's retention job.
type retainer interface {
	Retain(ctx context.Context, rules offline.Rules) (offline.Retained, error)
}

const (
	// retainLook is how often it is asked whether the job is due, retainEvery how
	// often it is.
	retainLook  = 10 * time.Minute
	retainEvery = 24 * time.Hour
)

// retain runs the retention job at the first tick at which central's time is known,
// and then daily by the clock of the ticks. The job counts in the audit log.
func retain(ctx context.Context, ticks <-chan time.Time, queue retainer, offset func() (time.Duration, bool), log *slog.Logger) {
	var last time.Time
	for {
		var now time.Time
		select {
		case <-ctx.Done():
			return
		case now = <-ticks:
		}
		ahead, known := offset()
		if !known || !last.IsZero() && now.Sub(last) < retainEvery {
			continue
		}
		last = now
		done, err := queue.Retain(ctx, offline.Rules{Now: now.Add(ahead)})
		if err != nil {
			log.Error("old items not deleted", "fault", string(offline.FaultOf(err)), "error", err)
			continue
		}
		log.Info("old items deleted", "items", done.Items, "attachments", done.Attachments, "tickets", done.Tickets, "statuses", done.Statuses)
	}
}
