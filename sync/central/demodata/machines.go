package demodata

import (
	"context"
	"fmt"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// The versions of the terminals' image: all have the newer one but the terminal that went
// back from it.
const (
	image      = "2026.10.18-1"
	olderImage = "2026.8.30-1"
)

// machine is how a terminal is as a computer at the end of the year.
type machine struct {
	slot    string
	boot    string
	days    int // since it started
	celsius int
	worn    int // percent of its card
	written int64
	free    int64
	fault   fault.Code // of its printer
}

var machines = []machine{
	{"A", "update", 31, 52, 9, 41_200, 21_400, fault.None},
	{"A", "update", 33, 49, 7, 36_900, 22_100, fault.None},
	{"B", "power", 12, 58, 14, 63_500, 20_300, fault.PaperNearEnd},
	{"B", "fallback", 34, 55, 11, 52_700, 20_900, fault.None},
	{"A", "restart", 5, 47, 6, 30_100, 22_600, fault.None},
	{"B", "update", 32, 61, 38, 168_000, 12_700, fault.None},
}

// parts are the devices of a terminal.
var parts = []string{"card", "printer", "scanner", "button", "speaker", "microphone", "camera", "nfc"}

// boot has each terminal say how it is, a few minutes before the year ends.
func (y *year) boot(ctx context.Context, _ string) error {
	for i, number := range y.terminals {
		m := machines[i%len(machines)]
		at := y.until.Add(-time.Duration(1+i) * time.Minute)
		started := at.Add(-time.Duration(m.days)*24*time.Hour - time.Duration(i*47)*time.Minute)
		s := &wire.System{Image: image, Slot: m.slot, BootReason: m.boot, Uptime: at.Sub(started).Milliseconds(),
			Celsius: &m.celsius, WornPercent: &m.worn, WrittenMB: &m.written, FreeMB: &m.free, Update: &wire.UpdateState{State: "none"}}
		if m.boot == "fallback" {
			s.Image = olderImage
			s.Update = &wire.UpdateState{State: "failed", Version: image, Fault: fault.UpdateUndone}
		}
		h := docket.Health{At: at.UTC(), System: s, Queue: &docket.Queue{Newest: y.sequence[number]},
			Versions: map[string]string{"program": s.Image, "catalog": fmt.Sprint(y.house.Catalog.Version)}}
		for _, name := range parts {
			d := docket.Device{Name: name, State: "ready", Since: started.UTC(), LastOK: at.UTC()}
			if name == "printer" && m.fault != fault.None {
				d.State, d.Fault, d.Since = "degraded", m.fault, at.Add(-5*time.Hour).UTC()
			}
			h.Devices = append(h.Devices, d)
		}
		if err := y.house.Store.Contact(ctx, number, at, new(time.Duration)); err != nil {
			return err
		}
		if err := y.house.Store.PutHealth(ctx, number, h); err != nil {
			return err
		}
	}
	return nil
}
