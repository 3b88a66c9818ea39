// Package readiness says whether a terminal can serve, and what somebody has to
// do where it cannot.
//
// A Row is one thing that must be well: a device, the queue, the line to central,
// the board, the technician's file. A Snapshot is what the running terminal says
// of its devices to whoever asks at its data folder. A Report is all rows at one
// moment, gathered by kioskctl doctor; its Verdict follows from the published
// severities of the faults alone, and its words and its slip follow from the rows.
//
// The package is pure: it opens nothing and asks nobody.
package readiness

import (
	"slices"
	"time"

	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

// SocketName is the socket in the data folder at which a running terminal answers
// questions: on each connection one Question as a line of JSON, one Snapshot back.
const SocketName = "health.sock"

// The rows that are not devices.
const (
	Config  = "config"
	Content = "content" // the community's own documents
	// Documents are those that central signs.
	Documents = "documents"
	Queue     = "queue"
	Central   = "central"
	Board     = "board"
)

// States of rows that are not those of devices (hw.State).
const (
	// StateNone: the file names no such device; this terminal has none.
	StateNone = "none"
	// StateWell and StateTrouble are those of rows that are no devices.
	StateWell    = "well"
	StateTrouble = "trouble"
)

// Row is one thing that must be well.
type Row struct {
	Name string `json:"name"` // card, printer, …, or one of the constants above
	// Port is where it is: a device file, an address, a folder.
	Port  string `json:"port,omitempty"`
	State string `json:"state"`
	// Fault is what is wrong, empty when nothing is.
	Fault fault.Code `json:"fault,omitempty"`
	// Since is when the fault began, where that is known; LastOK is when a device
	// last answered as it should.
	Since  time.Time `json:"since,omitzero"`
	LastOK time.Time `json:"last_ok,omitzero"`
	// Detail is for a technician: an error's text, figures.
	Detail string `json:"detail,omitempty"`
}

// Part makes the row of something that is no device.
func Part(name, port string, code fault.Code, detail string) Row {
	state := StateWell
	if code != fault.None {
		state = StateTrouble
	}
	return Row{Name: name, Port: port, State: state, Fault: code, Detail: detail}
}

// severity is the published one; a code that is not in the list is taken for
// Degraded: somebody should look.
func (r Row) severity() fault.Severity {
	if r.Fault == fault.None {
		return 0
	}
	if entry, ok := fault.Find(r.Fault); ok {
		return entry.Severity
	}
	return fault.Degraded
}

// Question is what a running terminal is asked: how its devices are, and, when
// Print is given, to print that report's slip, because the printer is its own, or
// how its line is, when Sync is.
type Question struct {
	Print *Report      `json:"print,omitempty"`
	Sync  SyncQuestion `json:"sync,omitempty"`
}

// Snapshot is a running terminal's word on its devices.
type Snapshot struct {
	At      time.Time `json:"at"`
	Devices []Row     `json:"devices"`
	// Printed is what became of the slip that was asked for.
	Printed *slip.Result `json:"printed,omitempty"`
	Sync    *Sync        `json:"sync,omitempty"` // nil when it was not asked for
}

// Source says where a report's rows on devices come from.
type Source string

const (
	// FromTerminal: the running terminal told.
	FromTerminal Source = "terminal"
	// FromDevices: no terminal runs; the devices were opened and asked.
	FromDevices Source = "devices"
)

// Report is everything at one moment.
type Report struct {
	At       time.Time `json:"at"`
	Terminal int       `json:"terminal,omitempty"`
	Place    string    `json:"place,omitempty"`
	Source   Source    `json:"source,omitempty"`
	Rows     []Row     `json:"rows"`
	Verdict  Verdict   `json:"verdict"`
}

// Verdict is whether the terminal can serve.
type Verdict string

const (
	Ready    Verdict = "ready"    // all that residents need is there
	Degraded Verdict = "degraded" // requests are taken; something is missing
	Cannot   Verdict = "cannot"   // no requests are taken
)

// ExitCode is the exit code of kioskctl doctor: 0 can serve, 3 serves with
// something missing, 1 cannot serve.
func (v Verdict) ExitCode() int {
	switch v {
	case Ready:
		return 0
	case Degraded:
		return 3
	}
	return 1
}

// order is that of the rows on console and paper: first what a terminal cannot
// serve without, then its devices as a resident meets them.
var order = []string{Config, Content, Queue, Central, Board, "card", "nfc", "scanner", "printer", "button", "presence", "speaker", "microphone", "camera"}

// Sort puts the rows into their order; what is not known in it comes last.
func (r *Report) Sort() {
	place := func(row Row) int {
		if i := slices.Index(order, row.Name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(r.Rows, func(a, b Row) int { return place(a) - place(b) })
}

// Judge sets the verdict: the gravest fault decides. A notice, such as paper for
// a few slips only, is told and takes nothing from residents yet.
func (r *Report) Judge() {
	r.Verdict = Ready
	for _, row := range r.Rows {
		switch row.severity() {
		case fault.Fatal:
			r.Verdict = Cannot
			return
		case fault.Degraded:
			r.Verdict = Degraded
		}
	}
}
