package bench_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"lintai/hw"
	"lintai/hw/emulate/bench"
	"lintai/hw/nfc"
	"lintai/hw/serialport"
	"lintai/hw/supervise"
	"lintai/kiosk/fault"
)

func TestATagReachesTheDriver(t *testing.T) {
	d := newDesk(t)
	events, healths := make(chan nfc.Event, 10), make(chan hw.Health, 100)
	reader := nfc.New(nfc.Config{
		OpenChip: nfc.OnSerial(serialport.Settings{Path: filepath.Join(d.dir, bench.NFC), Baud: 115200}),
		OnEvent:  func(e nfc.Event) { events <- e },
	})
	ctx, stop := context.WithCancel(d.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		supervise.New(supervise.Config{Open: reader.Open, OnHealth: func(h hw.Health) { healths <- h }}).Run(ctx)
	}()
	defer func() { stop(); <-ended }()
	next := func() nfc.Event {
		t.Helper()
		select {
		case e := <-events:
			return e
		case <-d.ctx.Done():
			t.Fatal("nothing happens on the reader")
			return nil
		}
	}
	d.await(healths, hw.Ready, fault.None)
	seen := map[nfc.Token]bool{}
	for _, r := range []bench.Request{{}, {Type: "B"}, {UID: "DEADBEEF"}, {Type: "B", UID: "deadbeef"}, {}} {
		r.Do = "nfc tap"
		d.ask(r)
		e, laid := next().(nfc.Present)
		if !laid || (e.Token.Type() == nfc.TypeB) != (r.Type == "B") {
			t.Fatalf("%+v: %v of type %v", r, e, e.Token.Type())
		}
		seen[e.Token] = true
		if text := d.ask(bench.Request{Do: "status"}).Text; !strings.Contains(text, "tag=laid") {
			t.Errorf("status: %s", text)
		}
		d.ask(bench.Request{Do: "nfc lift"})
		if _, lifted := next().(nfc.Lifted); !lifted {
			t.Fatal("not lifted")
		}
	}
	if len(seen) != 4 {
		t.Errorf("%d tokens of four tags", len(seen))
	}
	d.ask(bench.Request{Do: "unplug", Device: "nfc"})
	d.await(healths, hw.Absent, fault.Unplugged)
	d.ask(bench.Request{Do: "plug", Device: "nfc"})
	d.await(healths, hw.Ready, fault.None)
}
