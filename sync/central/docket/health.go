package docket

import (
	"slices"
	"time"

	"lintai/kiosk/fault"
)

// Health is the last word of a terminal on its devices, by central's clock. It
// holds nothing of a resident.
type Health struct {
	At      time.Time // when central had it
	Devices []Device
}

// Device is how one device was.
type Device struct {
	Name   string     `json:"name"`
	State  string     `json:"state"`
	Fault  fault.Code `json:"fault,omitempty"`
	Since  time.Time  `json:"since"`
	LastOK time.Time  `json:"last_ok,omitzero"`
}

// closeTimes is how far the same moment may move from one word to the next: it
// is reckoned anew each time from a terminal's clock.
const closeTimes = 30 * time.Second

// News tells whether another word on the devices says something that staff do
// not see already.
func (h Health) News(other Health) bool {
	return !slices.EqualFunc(h.Devices, other.Devices, func(a, b Device) bool {
		return a.Name == b.Name && a.State == b.State && a.Fault == b.Fault && a.Since.Sub(b.Since).Abs() < closeTimes
	})
}
