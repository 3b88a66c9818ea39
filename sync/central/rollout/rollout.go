// Package rollout decides which terminal is to take which version of the image, and
// when: first one terminal, then a tenth of all, then all. A stage begins when all of
// the stage before run the version, passed their own self-test, and have been well for
// some time; a version that a terminal had to undo stops for all until a person looked.
//
// It is pure: what terminals say comes in as facts, by central's clock, and what is to be
// done comes out. Package fleet keeps what is decided here.
package rollout

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"lintai/kiosk/fault"
)

// State is how a rollout stands.
type State string

const (
	Running   State = "running"
	Stopped   State = "stopped"   // until a person has it go on, or withdraws it
	Withdrawn State = "withdrawn" // for ever; who has the version keeps it
	Finished  State = "finished"  // every terminal that was there has it; who comes later gets it
)

// States lists them all.
var States = []State{Running, Stopped, Withdrawn, Finished}

// Over tells whether another rollout may begin.
func (s State) Over() bool { return s == Withdrawn || s == Finished }

// Stages, in their order.
const (
	One   = 1 // one terminal
	Tenth = 2 // a tenth of all, spread over the grids
	All   = 3
)

// Reason is why a rollout stopped.
type Reason string

const (
	Undone    Reason = "undone"     // a terminal went back to its old version
	CrashLoop Reason = "crash_loop" // the new version ended too often
	Failed    Reason = "failed"     // the installation failed mostFailures times
	Silent    Reason = "silent"     // a terminal was not heard of for longest since it was told
	Person    Reason = "person"
)

// Reasons lists them all.
var Reasons = []Reason{Undone, CrashLoop, Failed, Silent, Person}

const (
	// mostFailures of installations, at one terminal or several, stop a rollout.
	mostFailures = 2
	// longest is how long a terminal may be silent after it was told of a version.
	longest = 24 * time.Hour
	// fresh is how old the last sign of life of a terminal may be that is well.
	fresh = time.Hour
)

// How long the first terminal, and the tenth, are watched unless somebody says
// otherwise; and what she may say.
const (
	DefaultFirst = 24 * time.Hour
	DefaultTenth = 72 * time.Hour
	LeastWait    = time.Minute
	MostWait     = 60 * 24 * time.Hour
)

// Rollout is how one version goes to the terminals.
type Rollout struct {
	Version string           `json:"version"`
	Waits   [2]time.Duration `json:"waits"` // after stage One, after stage Tenth
	State   State            `json:"state"`
	Stage   int              `json:"stage"`
	Began   time.Time        `json:"began"` // the stage
	Started time.Time        `json:"started"`
	// Failures of installations since it was started, or somebody had it go on.
	Failures int       `json:"failures,omitempty"`
	Reason   Reason    `json:"reason,omitempty"` // of Stopped
	Culprit  int       `json:"culprit,omitempty"`
	Changed  time.Time `json:"changed"` // when State last did
}

// Member is one terminal of a rollout.
type Member struct {
	Kiosk     int       `json:"kiosk"`
	Stage     int       `json:"stage"` // in which it is told
	Offered   time.Time `json:"offered,omitzero"`
	Committed time.Time `json:"committed,omitzero"` // it runs the version, which passed its self-test
	Well      time.Time `json:"well,omitzero"`      // since when it has been, zero while it is not
	// Before are the faults that it had when it was told: not the new version's doing.
	Before  []fault.Code `json:"before,omitempty"`
	Failing bool         `json:"failing,omitempty"` // it last said that the installation failed
	Undone  bool         `json:"undone,omitempty"`  // it went back: it is not told again
	Excused bool         `json:"excused,omitempty"` // nobody waits for it
}

// Terminal is what is known of a terminal, by central's clock.
type Terminal struct {
	Kiosk   int
	Grid    string // "" where it stands in none
	Heard   time.Time
	Image   string // the version that it runs
	Trial   bool   // not passed yet
	Booted  time.Time
	Reason  string     // of the boot
	Failed  bool       // says that an installation failed
	Fault   fault.Code // of the update
	Version string     // that the update is about, or ""
	Faults  []Fault
}

// Fault is one of a terminal's faults. Since may be unknown.
type Fault struct {
	Code  fault.Code
	Since time.Time
}

// Errors of what a person asks for.
var (
	ErrVersion = errors.New("rollout: a version is written as 2026.11.22-1")
	ErrWaits   = fmt.Errorf("rollout: a stage is watched from %v to %v", LeastWait, MostWait)
	ErrState   = errors.New("rollout: not in this state")
)

// New begins a rollout. The first terminal is chosen by Step, unless somebody chose it.
func New(version string, waits [2]time.Duration, now time.Time) (Rollout, error) {
	if _, ok := Parse(version); !ok {
		return Rollout{}, ErrVersion
	}
	if slices.ContainsFunc(waits[:], func(d time.Duration) bool { return d < LeastWait || d > MostWait }) {
		return Rollout{}, ErrWaits
	}
	return Rollout{Version: version, Waits: waits, State: Running, Stage: One, Began: now, Started: now, Changed: now}, nil
}

// stop is what a terminal has done to a rollout.
func (r Rollout) stop(why Reason, kiosk int, now time.Time) Rollout {
	if r.State == Running {
		r.State, r.Reason, r.Culprit, r.Changed = Stopped, why, kiosk, now
	}
	return r
}

// Stop stops it, as a person asked for. ErrState.
func (r Rollout) Stop(now time.Time) (Rollout, error) {
	if r.State != Running {
		return r, ErrState
	}
	return r.stop(Person, 0, now), nil
}

// Withdraw ends it, also one that is finished: nobody is told of the version any more.
// ErrState.
func (r Rollout) Withdraw(now time.Time) (Rollout, error) {
	if r.State == Withdrawn {
		return r, ErrState
	}
	r.State, r.Changed = Withdrawn, now
	return r, nil
}

// GoOn goes on after a stop: a person has looked at what was wrong, and nobody waits any
// more for those that it was wrong with. ErrState.
func (r Rollout) GoOn(members []Member, terminals []Terminal, now time.Time) (Rollout, []Member, error) {
	if r.State != Stopped {
		return r, nil, ErrState
	}
	of := byKiosk(terminals)
	var changed []Member
	for _, m := range members {
		t, known := of[m.Kiosk]
		quiet := !known || now.Sub(t.Heard) > longest
		unwell := !m.Committed.IsZero() && m.Well.IsZero()
		if !m.Excused && (m.Undone || m.Failing || unwell || quiet || m.Kiosk == r.Culprit) {
			m.Excused = true
			changed = append(changed, m)
		}
	}
	r.State, r.Reason, r.Culprit, r.Failures, r.Changed = Running, "", 0, 0, now
	return r, changed, nil
}

func byKiosk(terminals []Terminal) map[int]Terminal {
	of := make(map[int]Terminal, len(terminals))
	for _, t := range terminals {
		of[t.Kiosk] = t
	}
	return of
}
