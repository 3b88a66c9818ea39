// Package checkup asks devices once how they are.
//
// A terminal that runs knows its devices by supervising them. For the technician
// who stands before one that does not run, Look brings each device up with its
// real driver, waits until the driver has made up its mind, and takes it down
// again. All devices are asked at the same time, and none is waited for longer
// than the limit.
package checkup

import (
	"context"
	"sync"
	"time"

	"lintai/hw"
	"lintai/kiosk/fault"
)

// Device is one device to be asked.
type Device struct {
	Name string
	Port string
	// Start makes the driver. Its run keeps the device going until the context
	// ends and tells onHealth each change, as drivers and hw/supervise do. Nil
	// is a device that this terminal does not have.
	Start func(onHealth func(hw.Health)) (run func(context.Context), err error)
}

// Finding is what one device answered.
type Finding struct {
	Device Device
	Health hw.Health
	// None tells that the terminal has no such device.
	None bool
}

// Limit is enough for the slowest driver to find that nobody answers: three
// probes and the pauses between them.
const Limit = 12 * time.Second

// Look asks all devices and returns when each has answered, failed, or used the
// limit up. The findings are in the order of the devices.
func Look(ctx context.Context, limit time.Duration, devices []Device) []Finding {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	findings := make([]Finding, len(devices))
	var looking sync.WaitGroup
	for i, d := range devices {
		findings[i] = Finding{Device: d, None: d.Start == nil}
		if d.Start != nil {
			looking.Go(func() { findings[i].Health = look(ctx, d) })
		}
	}
	looking.Wait()
	return findings
}

// look runs one device until it is known how it is.
func look(ctx context.Context, d Device) hw.Health {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var mu sync.Mutex
	last := hw.Health{State: hw.Opening}
	known := make(chan struct{})
	once := sync.OnceFunc(func() { close(known) })
	run, err := d.Start(func(h hw.Health) {
		mu.Lock()
		defer mu.Unlock()
		if ctx.Err() != nil {
			return // what is told while it is taken down is not its health
		}
		select {
		case <-known:
		default:
			last = h
			if decided(h) {
				once()
			}
		}
	})
	if err != nil {
		return hw.Health{State: hw.Fault, Code: hw.FaultOf(err), Detail: err.Error()}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run(ctx)
	}()
	select {
	case <-known:
	case <-ended:
	case <-ctx.Done():
	}
	mu.Lock()
	h := last
	once()
	mu.Unlock()
	stop()
	<-ended
	if !decided(h) {
		h.State, h.Code, h.Detail = hw.Fault, fault.NoAnswer, "no answer within the time of a check-up"
	}
	return h
}

// decided tells whether a driver has made up its mind. A sound card that the file
// turns off is absent with nothing wrong, and that is a decision too.
func decided(h hw.Health) bool {
	return h.State.Usable() || h.Code != fault.None || h.State == hw.Absent
}
