package wire

import (
	"errors"
	"fmt"
	"strings"

	"lintai/kiosk/fault"
)

// PathUpdates is the folder of bundles, each under its hash. A GET with a Range goes
// on where a line broke.
const PathUpdates = "/kiosk/v1/updates/"

// System is how the computer inside a terminal is: it goes with Health where the
// terminal is an appliance.
type System struct {
	Image      string `json:"image"`       // version of the image
	Slot       string `json:"slot"`        // A or B
	Trial      bool   `json:"trial"`       // not judged yet
	BootReason string `json:"boot_reason"` // power, restart, update, fallback, watchdog, rescue
	Uptime     int64  `json:"uptime_ms"`   // since it started
	// Celsius and WornPercent are nil where the machine does not tell.
	Celsius     *int         `json:"celsius,omitempty"`
	WornPercent *int         `json:"worn_percent,omitempty"`
	WrittenMB   *int64       `json:"written_mb,omitempty"` // to the data partition since it was made
	FreeMB      *int64       `json:"free_mb,omitempty"`
	Update      *UpdateState `json:"update,omitempty"`
}

// UpdateState is how far a terminal is with an update.
type UpdateState struct {
	State   string     `json:"state"` // none, fetching, installing, installed, failed
	Version string     `json:"version,omitempty"`
	Percent int        `json:"percent,omitempty"`
	Fault   fault.Code `json:"fault,omitempty"`
}

// UpdateOffer is a version that this terminal should take now.
type UpdateOffer struct {
	Version string `json:"version"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"` // hex; also its name below PathUpdates
}

// Kinds of orders. There are no others, and none has an argument: central can never
// have a terminal run something.
const (
	OrderRestart        = "restart"         // the program
	OrderRestartMachine = "restart_machine" // the computer
	OrderLogs           = "logs"            // send the newest part of the log, which has nothing personal
)

// StreamOrders is the event of the stream that says: tell your Health now, an order
// waits in its answer. Whoever misses it hears of the order with the next one.
const StreamOrders = "orders"

// Order is what central asks of a terminal. It is done once: its number goes into
// Health.Done when it was, or was refused.
type Order struct {
	ID   int64  `json:"id"`
	Kind string `json:"kind"`
}

// OrderDone says what became of an order.
type OrderDone struct {
	ID    int64      `json:"id"`
	Fault fault.Code `json:"fault,omitempty"`
}

// Limits on the above.
const (
	MaxOrders   = 16
	MaxLogBytes = 1 << 20
	// PathLogs takes a terminal's log by POST: one gzip member as the body, without a
	// Content-Encoding, at most MaxLogBytes of it; the order's number follows. The answer
	// is a HealthAnswer with protocol and time. Central notes the order as done.
	PathLogs = "/kiosk/v1/logs/"
)

var errSystem = errors.New("wire: image, slot and boot reason are single words, figures are none below zero")

// Check refuses what cannot be said of a computer.
func (s System) Check() error {
	if s.Image == "" || len(s.Image) > maxVersionBytes || strings.ContainsFunc(s.Image, notInVersion) || !word(strings.ToLower(s.Slot)) || !word(s.BootReason) || s.Uptime < 0 {
		return errSystem
	}
	for _, n := range []*int64{s.WrittenMB, s.FreeMB} {
		if n != nil && *n < 0 {
			return errSystem
		}
	}
	if s.WornPercent != nil && (*s.WornPercent < 0 || *s.WornPercent > 110) || s.Celsius != nil && (*s.Celsius < -60 || *s.Celsius > 200) {
		return errSystem
	}
	if u := s.Update; u != nil {
		if !word(u.State) || u.Percent < 0 || u.Percent > 100 || u.Fault != fault.None && !word(string(u.Fault)) ||
			len(u.Version) > maxVersionBytes || strings.ContainsFunc(u.Version, notInVersion) {
			return fmt.Errorf("wire: an update's state is a single word, and a version has at most %d characters", maxVersionBytes)
		}
	}
	return nil
}
