package agent

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

func (c *central) serveHealth(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		var h wire.Health
		if err := json.NewDecoder(r.Body).Decode(&h); err != nil || h.Check() != nil {
			refuse(w, http.StatusBadRequest, "bad_request")
			return
		}
		c.set(func() { c.healths = append(c.healths, h) })
	}
	c.mu.Lock()
	answer := wire.HealthAnswer{Protocol: wire.Protocol, ServerTime: c.now().UTC(), AuditSequence: c.audit}
	if c.answers != nil && r.Method == http.MethodPost {
		c.answers(&answer)
	}
	c.mu.Unlock()
	write(w, http.StatusOK, answer)
}

func (b *bench) healths() []wire.Health {
	b.central.mu.Lock()
	defer b.central.mu.Unlock()
	return append([]wire.Health(nil), b.central.healths...)
}

func device(code fault.Code) wire.Device {
	state := "ready"
	if code != fault.None {
		state = "fault"
	}
	return wire.Device{Name: "printer", State: state, Fault: code, Since: time.Unix(1_800_000_000, 0).UTC()}
}

// Told at once when it changes, every ten minutes when it does not, and no
// sooner for a device that only answered again.
func TestHealthIsToldOnChangeAndEveryTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		defer b.start()()
		pass(time.Hour)
		synctest.Wait()
		if n := len(b.healths()); n != 0 {
			t.Fatalf("%d words on devices that nobody reported", n)
		}
		b.Report([]wire.Device{device(fault.None)})
		synctest.Wait()
		if n := len(b.healths()); n != 1 {
			t.Fatalf("told %d times of the first report", n)
		}
		pass(wire.HealthEvery - time.Second)
		again := device(fault.None)
		again.LastOK = time.Now()
		b.Report([]wire.Device{again})
		synctest.Wait()
		if n := len(b.healths()); n != 1 {
			t.Errorf("told %d times before anything changed", n)
		}
		pass(2 * time.Second)
		synctest.Wait()
		all := b.healths()
		if len(all) != 2 || !all[1].Devices[0].LastOK.Equal(again.LastOK) {
			t.Fatalf("after ten minutes: %+v", all)
		}
		pass(time.Minute)
		before := time.Now()
		b.Report([]wire.Device{device(fault.PaperOut)})
		synctest.Wait()
		all = b.healths()
		if len(all) != 3 || all[2].Devices[0].Fault != fault.PaperOut || time.Since(before) != 0 || all[2].Kiosk != kioskNumber {
			t.Errorf("a change: %+v after %v", all, time.Since(before))
		}
	})
}

// A device that comes and goes ten times a second is told every two seconds, and
// its last word is not lost.
func TestFlickeringDeviceIsNoStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, stopServer := inMemory(t)
		defer stopServer()
		defer b.start()()
		for i := range 600 { // a minute
			b.Report([]wire.Device{device([]fault.Code{fault.None, fault.Unplugged}[i%2])})
			pass(100 * time.Millisecond)
		}
		b.Report([]wire.Device{device(fault.Cutter)})
		pass(healthPause)
		synctest.Wait()
		all := b.healths()
		if len(all) > 33 || len(all) < 28 {
			t.Errorf("told %d times in a minute", len(all))
		}
		if last := all[len(all)-1].Devices[0].Fault; last != fault.Cutter {
			t.Errorf("the last word is %q", last)
		}
	})
}

func TestHealthIsToldWhenCentralIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, net, stopServer := inMemory(t)
		defer stopServer()
		b.options.Jitter = longest
		net.setDown(true)
		defer b.start()()
		b.Report([]wire.Device{device(fault.PaperOut)})
		pass(time.Hour)
		synctest.Wait()
		net.setDown(false)
		pass(maxBackoff)
		synctest.Wait()
		if all := b.healths(); len(all) == 0 || all[len(all)-1].Devices[0].Fault != fault.PaperOut {
			t.Errorf("central heard %+v", all)
		}
	})
}

func TestReach(t *testing.T) {
	c := newCentral(t)
	ahead := 90 * time.Minute
	c.now = func() time.Time { return time.Now().Add(ahead) }
	address := serve(t, c)
	offset, err := Reach(t.Context(), address, ours().identity(knownSerial, time.Now()))
	if err != nil || FaultOf(err) != fault.None || (offset-ahead).Abs() > time.Minute {
		t.Errorf("offset %v, %v", offset, err)
	}
	if _, err := Reach(t.Context(), address, ours().identity(1, time.Now())); FaultOf(err) != fault.CentralRefused {
		t.Errorf("another terminal: %v", err)
	}
	if _, err := Reach(t.Context(), "https://127.0.0.1:1", ours().identity(knownSerial, time.Now())); FaultOf(err) != fault.NoCentral {
		t.Errorf("nobody there: %v", err)
	}
}

// Where the terminal stands is told with the rest; what central would refuse is left out,
// and the rest told.
func TestGridIsToldWithHealth(t *testing.T) {
	for grid, want := range map[string]string{"3号楼": "3号楼", "": "", "3号\n楼": ""} {
		synctest.Test(t, func(t *testing.T) {
			b, _, stopServer := inMemory(t)
			defer stopServer()
			b.options.Grid = grid
			defer b.start()()
			b.Report([]wire.Device{device(fault.None)})
			synctest.Wait()
			if all := b.healths(); len(all) != 1 || all[0].Grid != want {
				t.Errorf("%q: %+v", grid, all)
			}
		})
	}
}
