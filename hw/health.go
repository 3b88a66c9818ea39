package hw

import (
	"fmt"
	"time"

	"lintai/kiosk/fault"
)

// State is where a device is on its way to being usable:
//
//	Absent → Opening → Probing → Ready ↔ Busy → Degraded → Fault
type State int

const (
	// Absent: the port is not there, or was lost.
	Absent State = iota
	// Opening: the port is being opened.
	Opening
	// Probing: the port is open and the device is asked who it is.
	Probing
	// Ready: the device answered its last probe.
	Ready
	// Busy: the device is at work and is not probed.
	Busy
	// Degraded: the device works with a fault that somebody should see to, or it
	// missed two probes and may be about to be lost.
	Degraded
	// Fault: the device is there and cannot be used.
	Fault
)

var stateNames = [...]string{"absent", "opening", "probing", "ready", "busy", "degraded", "fault"}

func (s State) String() string {
	if s < 0 || int(s) >= len(stateNames) {
		return fmt.Sprintf("state(%d)", int(s))
	}
	return stateNames[s]
}

// MarshalText writes the state's name, as reports show it.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Usable tells whether the device can be asked for its service now.
func (s State) Usable() bool { return s == Ready || s == Busy || s == Degraded }

// Health is all that is known about a device at one moment. It holds nothing of
// a resident: it is logged, sent to central and printed on readiness slips.
type Health struct {
	State State
	// Code is empty when nothing is wrong.
	Code fault.Code
	// Severity is the published severity of Code, 0 when Code is empty.
	Severity fault.Severity
	// Since is when Code last changed or the device became usable or unusable;
	// attempts to open it again do not touch it. LastOK is when the device last
	// answered as it should, zero when it never did.
	Since  time.Time
	LastOK time.Time
	// Detail is for a technician: an error's text, a firmware version.
	Detail   string
	Counters Counters
}

// Counters count since the terminal started.
type Counters struct {
	Opens      int // times the port was opened
	OpenErrors int // times it could not be
	Probes     int // probes answered
	Misses     int // probes not answered as they should be
	Losses     int // times an open device was lost or given up
}
