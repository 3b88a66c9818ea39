package docket

import (
	"maps"
	"slices"
	"time"

	"lintai/kiosk/fault"
	"lintai/sync/wire"
)

// Health is the last word of a terminal on itself, by central's clock. It holds
// nothing of a resident.
type Health struct {
	At       time.Time // when central had it
	Devices  []Device
	Queue    *Queue            // nil when it did not say
	Versions map[string]string // of what it runs; nil when it did not say
	System   *wire.System      // nil when it is no appliance
	Grid     string            // where it says that it stands; "" when it did not say
	Audit    Audit             // read with the rest, written by Tx.PutAudit
}

// Device is how one device was.
type Device struct {
	Name   string     `json:"name"`
	State  string     `json:"state"`
	Fault  fault.Code `json:"fault,omitempty"`
	Since  time.Time  `json:"since"`
	LastOK time.Time  `json:"last_ok,omitzero"`
}

// Queue is what waited in a terminal's queue.
type Queue struct {
	Waiting     int       `json:"waiting"`          // requests and calls
	Attachments int       `json:"attachments"`      // voice notes and photos
	Held        int       `json:"held"`             // in conflict or rejected: staff must look
	Oldest      time.Time `json:"oldest,omitzero"`  // when what waits longest was saved; zero when nothing waits
	LowSpace    bool      `json:"low_space"`        // photos are refused
	Newest      int64     `json:"newest,omitempty"` // sequence of the newest item that it ever saved
}

// closeTimes is how far the same moment may move from one word to the next: it
// is reckoned anew each time from a terminal's clock.
const closeTimes = 30 * time.Second

// News tells whether another word says something that staff do not see already.
func (h Health) News(other Health) bool {
	return !slices.EqualFunc(h.Devices, other.Devices, func(a, b Device) bool {
		return a.Name == b.Name && a.State == b.State && a.Fault == b.Fault && a.Since.Sub(b.Since).Abs() < closeTimes
	}) || h.Queue.news(other.Queue) || !maps.Equal(h.Versions, other.Versions) || h.Grid != other.Grid || systemNews(h.System, other.System)
}

// warmer is by how much the temperature of a terminal changes before it is news.
const warmer = 5

// systemNews tells whether a computer is another than it was: what only counts up is none.
func systemNews(a, b *wire.System) bool {
	if a == nil || b == nil {
		return a != b
	}
	ua, ub := update(a), update(b)
	return a.Image != b.Image || a.Slot != b.Slot || a.Trial != b.Trial || a.BootReason != b.BootReason ||
		ua.State != ub.State || ua.Version != ub.Version || ua.Fault != ub.Fault || ua.Percent/10 != ub.Percent/10 ||
		far(a.Celsius, b.Celsius, warmer) || far(a.WornPercent, b.WornPercent, 1)
}

func update(s *wire.System) wire.UpdateState {
	if s.Update == nil {
		return wire.UpdateState{}
	}
	return *s.Update
}

func far(a, b *int, by int) bool {
	if a == nil || b == nil {
		return a != b
	}
	return *a-*b >= by || *b-*a >= by
}

func (q *Queue) news(other *Queue) bool {
	if q == nil || other == nil {
		return q != other
	}
	near := q.Oldest.Sub(other.Oldest).Abs() < closeTimes
	a, b := *q, *other
	a.Oldest, b.Oldest = time.Time{}, time.Time{}
	a.Newest, b.Newest = 0, 0
	return a != b || !near
}
