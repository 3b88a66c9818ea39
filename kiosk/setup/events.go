package setup

import (
	"log/slog"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
)

// Code is what was typed. It does not print.
type Code string

// String implements fmt.Stringer.
func (Code) String() string { return "(code)" }

// GoString implements fmt.GoStringer.
func (Code) GoString() string { return "(code)" }

// LogValue implements slog.LogValuer.
func (Code) LogValue() slog.Value { return slog.StringValue("(code)") }

// WiFi is a network within reach.
type WiFi struct {
	Name   string
	Signal int  // percent
	Open   bool // without a password
}

// Network is how the terminal is to get onto the network: WiFi empty is the cable,
// Address empty an address that is given to it.
type Network struct {
	WiFi                  string
	Password              Code
	Address, Gateway, DNS string
}

// Event is something that happened: one of the types below.
type Event interface{ event() }

type (
	// Touch is a control that was touched.
	Touch struct{ Event visit.Event }
	// Told brings what the terminal knows of itself, looked up anew.
	Told struct{ Facts Facts }
	// Enrolled and Failed answer the effect with the same Try: Failed also a Join, a
	// Keep or a PrintReport. Detail is for the technician.
	Enrolled struct{ Try int }
	Failed   struct {
		Try    int
		Fault  fault.Code
		Detail string
	}
	// Joined answers a Join, Kept a Keep, ReportPrinted a PrintReport.
	Joined        struct{ Try int }
	Kept          struct{ Try int }
	ReportPrinted struct {
		Try     int
		Outcome slip.Outcome
	}
	// Around answers a LookAround; Fault when it could not be looked.
	Around struct {
		Networks []WiFi
		Fault    fault.Code
	}
	// DeviceIs brings a device's health: Fault is empty when it is ready.
	DeviceIs struct {
		Device string
		Fault  fault.Code
	}
	// Sensed is what somebody did at a device: laid a card there, pressed, held a code.
	// What it was is nobody's business here.
	Sensed struct{ Device string }
	// Printed answers a TestPrint.
	Printed struct {
		Outcome slip.Outcome
		Fault   fault.Code
	}
	// Tick is the clock: about every second, and before anything else.
	Tick struct{ Now time.Time }
)

func (Touch) event()         {}
func (Told) event()          {}
func (Enrolled) event()      {}
func (Failed) event()        {}
func (Joined) event()        {}
func (Kept) event()          {}
func (ReportPrinted) event() {}
func (Around) event()        {}
func (DeviceIs) event()      {}
func (Sensed) event()        {}
func (Printed) event()       {}
func (Tick) event()          {}

// Effect is something to be done: one of the types below.
type Effect interface{ effect() }

type (
	// Enrol asks central for an identity. Code is empty where the file has it. Answered
	// by Enrolled or Failed.
	Enrol struct {
		Try     int
		Address string
		Code    Code
	}
	// Abandon ends the Enrol or Join with this Try, whose answer no longer counts.
	Abandon struct{ Try int }
	// LookAround asks for the Wi-Fi networks within reach. Answered by Around.
	LookAround struct{}
	// Join uses a network, and is answered when it leads somewhere: by Joined or Failed.
	Join struct {
		Try     int
		Network Network
	}
	// Keep writes into the technician's file: "section.key" as TOML text. What is written
	// may be secret: it does not print. Answered by Kept or Failed.
	Keep struct {
		Try    int
		Values Values
	}
	// Turn turns the picture, and what the finger touches with it.
	Turn struct{ Degrees int }
	// TryDevice has a device tried: print a slip, say a sentence, wait for a card.
	// Answered by Printed or Sensed, or by nothing.
	TryDevice struct{ Device string }
	// Rest ends what TryDevice began.
	Rest struct{ Device string }
	// PrintReport prints the slip of readiness. Answered by ReportPrinted or Failed.
	PrintReport struct {
		Try     int
		Results map[string]Result
	}
)

// Values are what is to be written. They do not print.
type Values map[string]string

// String implements fmt.Stringer.
func (Values) String() string { return "(values)" }

// GoString implements fmt.GoStringer.
func (Values) GoString() string { return "(values)" }

// LogValue implements slog.LogValuer.
func (Values) LogValue() slog.Value { return slog.StringValue("(values)") }

func (Enrol) effect()       {}
func (Abandon) effect()     {}
func (LookAround) effect()  {}
func (Join) effect()        {}
func (Keep) effect()        {}
func (Turn) effect()        {}
func (TryDevice) effect()   {}
func (Rest) effect()        {}
func (PrintReport) effect() {}
