// Package fleet is central's care for terminals as computers: which version of the image
// each runs and which it is to take (package rollout decides, this one keeps it), the few
// things that central may ask of a terminal, the logs that come of that, and the numbers
// that open a terminal's staff menu.
//
// A terminal says how it is in its Health and reads in the answer what there is to do.
// Nothing goes the other way: central opens no connection to a terminal, and an order is
// one of wire's three words without an argument. A version is a bundle, a file signed by
// a key that central does not have: central hands it out by its hash, and the terminal
// judges it.
//
// Who asked a terminal for something, read a log or was shown a number is noted, for ever.
package fleet

import (
	"errors"
	"slices"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/central/docket"
	"lintai/sync/wire"
)

// Errors of a Keeper and a Store.
var (
	ErrNotFound  = errors.New("fleet: not found")
	ErrExists    = errors.New("fleet: exists")
	ErrOrder     = errors.New("fleet: there is no such order")
	ErrWaiting   = errors.New("fleet: the same is asked of the terminal already")
	ErrComputer  = errors.New("fleet: the terminal is no appliance")
	ErrRunning   = errors.New("fleet: another version is on its way: let it finish or withdraw it")
	ErrOlder     = errors.New("fleet: a newer version has begun before")
	ErrBundle    = errors.New("fleet: this is no bundle of a terminal's image")
	ErrElsewhere = errors.New("fleet: the bundle's file is not here: add it again")
	ErrBusy      = errors.New("fleet: try again later")
	ErrLog       = errors.New("fleet: a log is one gzip member")
)

// Bundle is a version of the image as a file that terminals take.
type Bundle struct {
	Version    string
	Compatible string // for which machines, as the bundle says
	Hash       docket.Hash
	Size       int64
	Added      time.Time
}

// Kinds are the orders that there are, in the order in which staff read them.
var Kinds = []string{wire.OrderRestart, wire.OrderRestartMachine, wire.OrderLogs}

// Order is what was asked of a terminal.
type Order struct {
	ID    int64
	Kiosk int
	Kind  string
	By    string // account
	At    time.Time
	Told  time.Time // when it was first told
	Done  time.Time // when it said that it is done, or refused
	Fault fault.Code
	Log   int // bytes of the log that came of it, packed; 0: there is none
}

// OrderLife is how long an order is told: a terminal that was off for a week is not to
// start anew for what somebody wanted then.
const OrderLife = 24 * time.Hour

// Lapsed tells whether it is not told any more and nobody heard of its end.
func (o Order) Lapsed(now time.Time) bool { return o.Done.IsZero() && now.Sub(o.At) >= OrderLife }

// Log is what a terminal sent of its log.
type Log struct {
	Order int64
	Kiosk int
	At    time.Time
	Body  []byte // gzip
}

// LogLife is how long a log is kept, MaxLog how much of one is unpacked.
const (
	LogLife = 7 * 24 * time.Hour
	MaxLog  = 16 << 20
)

// Action is what somebody did or was shown.
type Action string

const (
	Asked     Action = "asked"     // the detail is the kind of order
	LogRead   Action = "log_read"  //
	Numbered  Action = "numbered"  // was shown a number for the staff menu
	Added     Action = "added"     // a bundle; the detail is its version, as of all that follow
	Removed   Action = "removed"   //
	Started   Action = "started"   //
	Halted    Action = "halted"    //
	WentOn    Action = "went_on"   //
	Withdrawn Action = "withdrawn" //
)

// Actions lists them all.
var Actions = []Action{Asked, LogRead, Numbered, Added, Removed, Started, Halted, WentOn, Withdrawn}

// Note is one line of what was done.
type Note struct {
	Number int64
	At     time.Time
	By     string // account; Operator for the operator at the machine
	Kiosk  int    // 0: of all terminals
	Action Action
	Detail string
}

// Operator is who acts from the command line of the machine.
const Operator = ""

// known tells whether there is such an order.
func known(kind string) bool { return slices.Contains(Kinds, kind) }
