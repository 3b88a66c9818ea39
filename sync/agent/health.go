package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

// healthPause is the least time between two words on the devices: a cable with
// a loose contact must not become a stream of them.
const healthPause = 2 * time.Second

// devices is what is to be told of the terminal's devices; nil until Report.
type devices struct {
	mu  sync.Mutex
	now []wire.Device
}

func (d *devices) get() []wire.Device {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// Report has central told how the terminal's devices are: all of them, soon, and
// again every wire.HealthEvery. It returns at once and may be called at any time,
// also when nothing changed.
func (a *Agent) Report(all []wire.Device) {
	a.devices.mu.Lock()
	same := a.devices.now != nil && slices.EqualFunc(a.devices.now, all, sameHealth)
	a.devices.now = append([]wire.Device{}, all...)
	a.devices.mu.Unlock()
	if !same {
		kick(a.wakeHealth)
	}
}

// sameHealth leaves out when a device last answered, which is no news.
func sameHealth(a, b wire.Device) bool {
	return a.Name == b.Name && a.State == b.State && a.Fault == b.Fault && a.Since.Equal(b.Since)
}

func (a *Agent) healthLoop(ctx context.Context) {
	failures := 0
	for {
		pause := wire.HealthEvery
		if all := a.devices.get(); all != nil {
			if err := a.tellHealth(ctx, all); err != nil {
				failures++
				a.complain(ctx, "health not told", failures, err)
				pause = a.backoff(failures)
			} else {
				failures = 0
				if !wait(ctx, healthPause, nil) {
					return
				}
				pause -= healthPause
			}
		}
		if !wait(ctx, pause, a.wakeHealth) {
			return
		}
	}
}

func (a *Agent) tellHealth(ctx context.Context, all []wire.Device) error {
	body, err := json.Marshal(wire.Health{Kiosk: a.kiosk, DeviceTime: a.now().UTC(), Devices: all})
	if err != nil {
		return fmt.Errorf("agent: encode health: %w", err)
	}
	var answer wire.HealthAnswer
	err = exchange(ctx, a, requestTimeout, http.MethodPost, wire.PathHealth, body, &answer)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	a.outcome(err)
	return err
}

// Reach asks central once whether it is there and accepts the terminal's token,
// for a technician who stands before it. offset is what to add to this machine's
// clock to have central's.
func Reach(ctx context.Context, address, token string) (offset time.Duration, err error) {
	base, err := parseAddress(address)
	if err != nil {
		return 0, err
	}
	a := &Agent{base: base, token: token, transport: newTransport(nil)}
	a.client = &http.Client{Transport: a.transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer a.transport.CloseIdleConnections()
	var answer wire.HealthAnswer
	sent := time.Now()
	if err := exchange(ctx, a, requestTimeout, http.MethodGet, wire.PathHealth, nil, &answer); err != nil {
		return 0, err
	}
	a.clock.heard(answer.ServerTime, sent, time.Now())
	offset, _ = a.Offset()
	return offset, nil
}

// FaultOf gives the published fault of an error of Reach.
func FaultOf(err error) fault.Code {
	var r refusal
	switch {
	case err == nil:
		return fault.None
	case errors.As(err, &r) && r.unaccepted():
		return fault.CentralRefused
	}
	return fault.NoCentral
}
