package hw

import (
	"context"
	"errors"
	"time"

	"lintai/kiosk/fault"
)

// Device is one opening of a device: from the moment its port is open until it
// is closed or lost. hw/supervise drives it.
type Device interface {
	// Probe asks the device whether it is well. An error is a miss; three in a
	// row and the device is opened anew. It returns within a few seconds, and at
	// once when the device is closed. It is called by one goroutine at a time.
	Probe(ctx context.Context) (Report, error)
	// Done is closed when the device noticed by itself that it was lost. Err
	// then tells why.
	Done() <-chan struct{}
	Err() error
	// Close ends whatever the device does and frees its port. It may be called
	// by anybody at any time, also twice, and returns when the port is free.
	Close() error
}

// Opener opens a device. With tell the device reports by itself what it learns
// between probes; tell never blocks, and the newest report counts.
type Opener func(ctx context.Context, tell func(Report)) (Device, error)

// Report is what a device says about itself. The zero Report says that it is
// well and idle.
type Report struct {
	// Code is what is wrong, empty when nothing is.
	Code fault.Code
	// Unusable tells that with Code the device cannot do its service: no paper.
	// Otherwise it still can: paper near its end.
	Unusable bool
	// Busy asks not to be probed until the next report.
	Busy bool
	// Detail is for a technician.
	Detail string
}

// State is the state that follows from a report.
func (r Report) State() State {
	switch {
	case r.Code != fault.None && r.Unusable:
		return Fault
	case r.Busy:
		return Busy
	case r.Code != fault.None:
		return Degraded
	}
	return Ready
}

// Error is an error that has a place in the published list of faults.
type Error struct {
	Code fault.Code
	Text string
}

func (e *Error) Error() string { return e.Text }

// FaultOf gives the published code of an error: that of the first Error in its
// chain, device_failed when there is none.
func FaultOf(err error) fault.Code {
	if err == nil {
		return fault.None
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fault.DeviceFailed
}

// Clock is the time as drivers see it, so that tests can own it. Waits for
// bytes of a port are not its business: those are real.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the time of the machine.
type SystemClock struct{}

func (SystemClock) Now() time.Time                         { return time.Now() }
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
