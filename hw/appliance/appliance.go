// Package appliance is what a terminal asks of the computer that it lives in: which
// version and slot it runs, the network, the panel's light, a memory stick, a
// restart, an update.
//
// The window runs as a user who may do none of that. A small service that runs as
// root (kioskctl appliance) listens on a socket and knows the verbs below and no
// others: none of them takes a command, a program or a path outside the folders that
// it names itself, so whoever holds the window holds no more than a resident does.
// A terminal that is no appliance (a demonstration, a PC) has no such socket:
// ErrNone, and nothing on its screens offers what it cannot do.
package appliance

import (
	"errors"
	"time"

	"lintai/kiosk/fault"
)

// SocketPath is where the service listens: on each connection one Question as a line
// of JSON, one Answer back.
const SocketPath = "/run/lintai/appliance.sock"

// ErrNone is what a terminal hears that is no appliance.
var ErrNone = errors.New("appliance: there is none")

// Verb is what is asked.
type Verb string

// The verbs. What each needs of a Question stands beside it.
const (
	VerbStatus   Verb = "status"
	VerbNetworks Verb = "networks" // the Wi-Fi networks within reach
	VerbJoin     Verb = "join"     // Network: use these settings from now on
	VerbKeep     Verb = "keep"     // Values: write them into kiosk.toml, as "section.key" = TOML text
	VerbErase    Verb = "erase"    // Keys: take these out of kiosk.toml; what was secret is overwritten
	VerbLight    Verb = "light"    // Percent: the panel's brightness
	VerbTurn     Verb = "turn"     // Degrees: 0, 90, 180, 270; picture and touch together
	VerbRestart  Verb = "restart"  // What: "program" or "machine"
	VerbSticks   Verb = "sticks"   // the memory sticks that are plugged in
	VerbExport   Verb = "export"   // What: "queue" or "logs"; Stick: on which. Logs without a stick: into LogsPath
	VerbUpdate   Verb = "update"   // Bundle: a file's name in UpdateFolder, or Stick: the newest bundle on it
	VerbPassed   Verb = "passed"   // this boot passed its self-test: the slot is good
	VerbTime     Verb = "time"     // At: central's time, believed only while no time server is
)

// LogsPath is where the newest part of the log is put for central: one gzip member of
// at most MaxLogs bytes, which the terminal's user may read.
const (
	LogsPath = "/run/lintai/logs.gz"
	MaxLogs  = 1 << 20
)

// UpdateFolder is where the terminal puts bundles that it fetched from central, below
// its data folder.
const UpdateFolder = "update"

// Question is one line to the service.
type Question struct {
	Verb    Verb              `json:"verb"`
	Network *Network          `json:"network,omitempty"`
	Values  map[string]string `json:"values,omitempty"`
	Keys    []string          `json:"keys,omitempty"`
	Percent int               `json:"percent,omitempty"`
	Degrees int               `json:"degrees,omitempty"`
	What    string            `json:"what,omitempty"`
	Stick   string            `json:"stick,omitempty"` // a Stick's Name
	Bundle  string            `json:"bundle,omitempty"`
	At      time.Time         `json:"at,omitzero"`
}

// Answer is one line back. A Fault with a Detail for the technician says why nothing
// was done.
type Answer struct {
	Fault    fault.Code `json:"fault,omitempty"`
	Detail   string     `json:"detail,omitempty"`
	Status   *Status    `json:"status,omitempty"`
	Networks []WiFi     `json:"networks,omitempty"`
	Sticks   []Stick    `json:"sticks,omitempty"`
	File     string     `json:"file,omitempty"` // what an export wrote, its name on the stick
}

// Why this boot began.
const (
	BootPower    = "power"    // the plug, or a cut
	BootRestart  = "restart"  // somebody asked for it
	BootUpdate   = "update"   // into the new slot
	BootFallback = "fallback" // the new version did not pass, and the old one is back
	BootWatchdog = "watchdog" // the hardware watchdog ended the boot before
	BootRescue   = "rescue"   // the program ended too often; the rescue screen stood there
)

// Status is how the appliance is.
type Status struct {
	Image string `json:"image"` // version of the image, "2026.11.22-1"
	Slot  string `json:"slot"`  // "A" or "B"
	// Trial: this boot has not passed its self-test yet. Without VerbPassed in time the
	// machine starts again, and then with the old version.
	Trial      bool      `json:"trial"`
	BootReason string    `json:"boot_reason"`
	BootedAgo  int64     `json:"booted_ago_ms"`
	Online     bool      `json:"online"` // some address that the network gave
	Address    string    `json:"address,omitempty"`
	WiFi       string    `json:"wifi,omitempty"` // the network's name
	Light      *int      `json:"light,omitempty"`
	Update     Update    `json:"update"`
	SetUp      bool      `json:"set_up"` // the first-boot screens were gone through
	TimeSet    bool      `json:"time_set"`
	Faults     []Trouble `json:"faults,omitempty"`
}

// Trouble is one thing that the appliance itself has found.
type Trouble struct {
	Fault  fault.Code `json:"fault"`
	Detail string     `json:"detail,omitempty"`
}

// States of an update.
const (
	UpdateNone       = "none"
	UpdateFetching   = "fetching"
	UpdateInstalling = "installing"
	UpdateInstalled  = "installed" // in the other slot; the next start tries it
	UpdateFailed     = "failed"
)

// Update is how far an update is.
type Update struct {
	State   string     `json:"state"`
	Version string     `json:"version,omitempty"`
	Percent int        `json:"percent,omitempty"`
	Fault   fault.Code `json:"fault,omitempty"`
	Detail  string     `json:"detail,omitempty"`
}

// WiFi is a network within reach.
type WiFi struct {
	Name   string `json:"name"`
	Signal int    `json:"signal"` // percent
	Open   bool   `json:"open"`   // without a password
}

// Network is how the terminal gets onto the network: by cable or Wi-Fi, with an
// address that is given to it or one of its own.
type Network struct {
	WiFi     string `json:"wifi,omitempty"` // name of the network; empty: cable
	Password string `json:"password,omitempty"`
	Address  string `json:"address,omitempty"` // "192.168.1.20/24"; empty: DHCP
	Gateway  string `json:"gateway,omitempty"`
	DNS      string `json:"dns,omitempty"`
}

// Stick is a memory stick.
type Stick struct {
	Name      string `json:"name"` // "sda1"
	Label     string `json:"label,omitempty"`
	FreeBytes uint64 `json:"free_bytes"`
	Bundle    string `json:"bundle,omitempty"` // version of the newest update on it, or ""
}
