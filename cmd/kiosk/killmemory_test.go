package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"lintai/sync/wire"
)

// memory is what residents and staff remember.
type memory struct {
	mu        sync.Mutex
	confirmed map[int][]string // by visit: the rows that she read before she confirmed
	saved     map[int]*promise // by visit
	codes     []string         // in the order in which they were shown
	presses   map[int]*press
	progress  map[string]string // by code: the furthest status that central was quoted with
	moved     map[string]bool   // codes of cases that central told staff were moved
	answered  map[string]bool   // calls that central told staff were answered
	broken    []string          // what cannot be true whatever comes
	looked    int

	retains map[int]bool                        // terminals that delete what central had long ago
	kept    map[int]map[wire.DocumentKind]int64 // by terminal: the newest that was ever found there
	aside   map[string]bool                     // items that failed once

	cases, calls, attachments, pictures, retained, slips int // at the last comparison
}

// promise is what a resident was shown on the saved screen.
type promise struct {
	kiosk     int
	code      string
	state     string    // the last
	delivered time.Time // when she first read that central has it
	slip      string    // the last word on the slip
}

// press is one press of the button, and what the screen said then.
type press struct {
	kiosk     int
	id        string // under which the log says it was saved
	noted     bool   // she read that the call is kept
	delivered time.Time
	words     string
}

func newMemory() *memory {
	return &memory{confirmed: map[int][]string{}, saved: map[int]*promise{}, presses: map[int]*press{}, progress: map[string]string{},
		moved: map[string]bool{}, answered: map[string]bool{}, retains: map[int]bool{}, kept: map[int]map[wire.DocumentKind]int64{}, aside: map[string]bool{}}
}

// way is the order of what is said of a request. An urgent one is dispatched by itself
// as soon as it is accepted.
var way = []string{"saved", "delivered", "accepted", "dispatched", "working", "done"}

func (m *memory) hear(kiosk int, t told) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch t.Kind {
	case toldConfirm:
		// On a slow machine she touches again before the screen has answered.
		if before, twice := m.confirmed[t.Visit]; twice && !slices.Equal(before, t.Rows) {
			m.broken = append(m.broken, fmt.Sprintf("visit %d was confirmed twice", t.Visit))
		}
		m.confirmed[t.Visit] = t.Rows
	case toldSaved:
		p := m.saved[t.Visit]
		if p == nil {
			p = &promise{kiosk: kiosk, code: t.Code}
			m.saved[t.Visit] = p
			m.codes = append(m.codes, t.Code)
		}
		if p.code != t.Code {
			m.broken = append(m.broken, fmt.Sprintf("visit %d was shown two codes", t.Visit))
		}
		if t.State == "delivered" && p.delivered.IsZero() {
			p.delivered = t.At
		}
		p.state, p.slip = t.State, t.Slip
	case toldPress:
		m.presses[t.Press] = &press{kiosk: kiosk}
	case toldQueued:
		if p := m.presses[t.Press]; p != nil && p.id == "" {
			p.id = t.ID
		} else {
			m.broken = append(m.broken, fmt.Sprintf("one press (%d) made two calls", t.Press))
		}
	case toldCall:
		m.hearCall(t)
	case toldProgress:
		m.looked++
		if t.State == "sending" { // which is one way of having it saved
			t.State = "saved"
		}
		before := m.progress[t.Code]
		own := strings.HasPrefix(t.Code, fmt.Sprintf("%04d", kiosk))
		switch {
		// It still waits where it was made, or is forgotten here, and central is dead.
		case (!own || m.retains[kiosk]) && (t.State == "unknown" || t.State == ""):
		case t.State == "unknown" || t.State == "held" || t.State == "":
			m.broken = append(m.broken, fmt.Sprintf("a slip from before (%s) was answered with %q", t.Code, t.State))
		case t.State == "no answer" || t.Slip == "here":
		case slices.Index(way, t.State) < slices.Index(way, before):
			m.broken = append(m.broken, fmt.Sprintf("%s went back from %s to %s", t.Code, before, t.State))
		default:
			m.progress[t.Code] = t.State
		}
	}
}

func (m *memory) hearCall(t told) {
	p := m.presses[t.Press]
	if p == nil {
		return // an answer to a call of before, in a visit without one
	}
	switch t.State {
	case "offline", "late_hint":
		p.noted = true
	case "delivered":
		p.noted = true
		if p.delivered.IsZero() {
			p.delivered = t.At
		}
	case "answered":
		p.noted, p.words = true, t.Words
	}
	if p.noted && p.id == "" {
		m.broken = append(m.broken, fmt.Sprintf("press %d: the screen said %s before the call was saved", t.Press, t.State))
		p.noted = false // once is enough
	}
}

// someCodes are of slips that residents hold.
func (m *memory) someCodes(random *rand.Rand, n int) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for range min(n, len(m.codes)) {
		// Of the last ones, which may not be at central yet.
		all = append(all, m.codes[len(m.codes)-1-random.IntN(min(4, len(m.codes)))])
	}
	return all
}

func (m *memory) callOf(name int) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.presses[name]; p != nil {
		return p.id
	}
	return ""
}

func (m *memory) staffMoved(code string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.moved[code] = true
}

func (m *memory) staffAnswered(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answered[id] = true
}

// slipsShown is how many requests were shown as saved, with a slip.
func (m *memory) slipsShown() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, p := range m.saved {
		if p.slip == "printed" {
			n++
		}
	}
	return n
}

func (m *memory) line() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	delivered, printed := 0, 0
	for _, p := range m.saved {
		if !p.delivered.IsZero() {
			delivered++
		}
		if p.slip == "printed" {
			printed++
		}
	}
	return fmt.Sprintf("%d visits confirmed, %d shown as saved, %d of them as delivered and %d as printed, %d presses, %d slips looked up, %d moves and %d answers of staff; at central %d cases, %d calls, %d attachments, %d of them in pieces; %d items deleted as old; %d pieces of paper",
		len(m.confirmed), len(m.saved), delivered, printed, len(m.presses), m.looked, len(m.moved), len(m.answered), m.cases, m.calls, m.attachments, m.pictures, m.retained, m.slips)
}

func counts(m map[string]int) string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(all, ", ")
}
