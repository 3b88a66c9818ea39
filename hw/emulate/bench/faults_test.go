package bench_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lintai/hw"
	"lintai/hw/emulate/bench"
	"lintai/hw/idcard"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

// Every fault of the table can begin, take another's place and end.
func TestEveryFaultBeginsAndEnds(t *testing.T) {
	for _, kind := range []string{"line", "gm65"} {
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		b, err := bench.Start(dir, bench.Options{Scanner: kind})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		for _, f := range bench.Faults("") {
			_, err := b.Do(t.Context(), bench.Request{Do: "fault", Device: f.Device, Kind: f.Kind})
			other := f.Device == bench.Scanner && (strings.Contains(f.Help, "(gm65)") && kind == "line" || strings.Contains(f.Help, "(line mode)") && kind == "gm65")
			if (err != nil) != other {
				t.Errorf("%s scanner: %s %s: %v", kind, f.Device, f.Kind, err)
			}
			if f.Help == "" {
				t.Errorf("%s %s says not what it does", f.Device, f.Kind)
			}
		}
		for _, device := range []string{bench.Card, bench.NFC, bench.Printer, bench.Scanner} {
			if _, err := b.Do(t.Context(), bench.Request{Do: "fault", Device: device, Kind: bench.NoFault}); err != nil {
				t.Errorf("%s scanner: %s: %v", kind, device, err)
			}
		}
	}
}

func TestFaultsThatAreNone(t *testing.T) {
	d := newDesk(t)
	all := d.ask(bench.Request{Do: "fault"}).Text
	for _, f := range bench.Faults("") {
		if !strings.Contains(all, f.Kind) || !strings.Contains(all, f.Help) {
			t.Errorf("%s %s is not listed", f.Device, f.Kind)
		}
	}
	if some := d.ask(bench.Request{Do: "fault", Device: "printer"}).Text; strings.Contains(some, "card ") || !strings.Contains(some, "fence_twice") {
		t.Errorf("the printer's faults: %s", some)
	}
	for _, tt := range []struct {
		request bench.Request
		want    string
	}{
		{bench.Request{Device: "toaster", Kind: "burn"}, "card, nfc, printer, scanner"},
		{bench.Request{Device: "card", Kind: "burn"}, "flip_checksum, truncate"},
		{bench.Request{Device: "printer", Kind: "slow", Times: 2}, "cannot be counted"},
		{bench.Request{Device: "card", Kind: "silent", Times: -1}, "above 0"},
	} {
		tt.request.Do = "fault"
		if _, err := bench.Ask(d.ctx, d.dir, tt.request); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.request, err)
		}
	}
}

// watched runs the real card driver on a bench, and gives what it tells.
func (d *desk) watched() (until func(fault.Code)) {
	d.t.Helper()
	codes := make(chan fault.Code, 256)
	reader := idcard.New(idcard.Config{OpenPort: idcard.On(serialport.Settings{Path: filepath.Join(d.dir, bench.Card), Baud: 115200})})
	reader.SetMode(idcard.Read)
	s := supervise.New(supervise.Config{Open: reader.Open, OnHealth: func(h hw.Health) {
		if h.State.Usable() || h.Code != fault.None {
			codes <- h.Code
		}
	}})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	d.t.Cleanup(func() { cancel(); running.Wait() })
	return func(want fault.Code) {
		d.t.Helper()
		for {
			select {
			case code := <-codes:
				if code == want {
					return
				}
			case <-d.ctx.Done():
				d.t.Fatalf("the driver never told %q", want)
			}
		}
	}
}

// What a fault does is what the real driver then says.
func TestFaultsReachTheDriver(t *testing.T) {
	d := newDesk(t)
	until := d.watched()
	until(fault.None)
	d.ask(bench.Request{Do: "fault", Device: "card", Kind: "status_60"})
	until(fault.SAMSelfTest)
	d.ask(bench.Request{Do: "fault", Device: "card", Kind: bench.NoFault})
	until(fault.None)
	// It ends by itself.
	d.ask(bench.Request{Do: "fault", Device: "card", Kind: "status_66", Seconds: 4})
	until(fault.SAMUnauthorised)
	until(fault.None)
	// In the middle of a card's frame the cable is gone.
	d.ask(bench.Request{Do: "fault", Device: "card", Kind: "unplug_mid_frame"})
	d.ask(bench.Request{Do: "card tap"})
	until(fault.Unplugged)
	d.ask(bench.Request{Do: "plug", Device: "card"})
	until(fault.None)
}
