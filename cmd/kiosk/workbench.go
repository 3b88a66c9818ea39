package main

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/phrase"
	"lintai/kiosk/readiness"
	"lintai/kiosk/settings"
	"lintai/kiosk/setup"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
)

// workbench has the terminal's devices open while a technician tries them one by one.
type workbench struct {
	devices *devices
	ports   map[string]string
	stop    context.CancelFunc
	parts   sync.WaitGroup

	mu   sync.Mutex
	told map[string]chan struct{} // closed when a device has said how it is
}

// openWorkbench opens all devices of the file. tell must not wait.
func openWorkbench(ctx context.Context, s *settings.Settings, clips []string, tell func(setup.Event), log *slog.Logger) (*workbench, error) {
	b := &workbench{ports: s.Ports(), told: map[string]chan struct{}{}}
	for _, name := range setup.Testable {
		b.told[name] = make(chan struct{})
	}
	heard := func(name string, code fault.Code) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if told, there := b.told[name]; there {
			select {
			case <-told:
			default:
				close(told)
			}
		}
		tell(setup.DeviceIs{Device: name, Fault: code})
	}
	post := func(e visit.Event) {
		switch e := e.(type) {
		case visit.DeviceChanged:
			heard(string(e.Device), e.Fault)
		case visit.CardRead:
			tell(setup.Sensed{Device: "card"})
		case visit.CardFailed:
			tell(setup.DeviceIs{Device: "card", Fault: e.Fault})
		case visit.CardPresent:
			tell(setup.Sensed{Device: "nfc"})
		case visit.Scanned:
			tell(setup.Sensed{Device: "scanner"})
		case visit.ButtonPressed:
			tell(setup.Sensed{Device: "button"})
		case visit.Presence:
			if e.Here {
				tell(setup.Sensed{Device: "presence"})
			}
		}
	}
	d, err := newDevices(s, nil, clips, post, log)
	if err != nil {
		return nil, err
	}
	b.devices = d
	ctx, b.stop = context.WithCancel(ctx)
	d.run(ctx, &b.parts)
	return b, nil
}

// fits tells whether the bench has the devices that the file names now.
func (b *workbench) fits(s *settings.Settings) bool { return maps.Equal(b.ports, s.Ports()) }

func (b *workbench) close() {
	b.stop()
	b.parts.Wait()
}

// ready waits until a device has said how it is.
func (b *workbench) ready(ctx context.Context, name string) {
	late := time.NewTimer(printerOpens)
	defer late.Stop()
	select {
	case <-b.told[name]:
	case <-late.C:
	case <-ctx.Done():
	}
}

// try begins to try a device; what comes of it is told.
func (b *workbench) try(ctx context.Context, name string, tell func(setup.Event)) {
	switch name {
	case "printer":
		b.ready(ctx, name)
		r := b.devices.printer.Print(ctx, testSlip(time.Now()))
		tell(setup.Printed{Outcome: r.Outcome, Fault: r.Fault})
	case "speaker":
		b.ready(ctx, name)
		b.devices.Say(visit.Say{Key: "setup", Text: phrase.Text("setup_slip.said"), Locale: phrase.Chinese})
	case "card":
		b.devices.SetMode(visit.CardsRead)
	}
}

// rest ends what try began.
func (b *workbench) rest(name string) {
	switch name {
	case "speaker":
		b.devices.Hush()
	case "card":
		b.devices.SetMode(visit.CardsOff)
	}
}

// testSlip shows whether paper, width and letters are right.
func testSlip(at time.Time) slip.Slip {
	return slip.Slip{Blocks: []slip.Block{
		slip.Text{Text: phrase.Text("setup_slip.test_title"), Large: true, Align: slip.Center},
		slip.Rule{},
		slip.Text{Text: phrase.Text("setup_slip.test_text")},
		slip.Text{Text: at.In(phrase.Zone).Format("2006-01-02 15:04"), Align: slip.Center},
	}}
}

// report is the readiness of a terminal whose devices were tried.
func (b *workbench) report(s *settings.Settings, central fault.Code, results map[string]setup.Result) readiness.Report {
	r := readiness.Report{At: time.Now(), Terminal: s.Terminal.Number, Place: s.Terminal.Place, Source: readiness.FromTerminal}
	r.Rows = append(r.Rows, readiness.Part(readiness.Config, "", fault.None, ""), readiness.Part(readiness.Central, s.Central.Address, central, ""))
	for _, row := range b.devices.book.snapshot().Devices {
		if got := results[row.Name]; got.Verdict == setup.NotPassed {
			row.Fault = cmp.Or(row.Fault, got.Fault, fault.DeviceFailed)
		}
		r.Rows = append(r.Rows, row)
	}
	r.Sort()
	r.Judge()
	return r
}
