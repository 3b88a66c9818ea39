package printer

import (
	"strings"

	"lintai/kiosk/fault"
)

// Status is what a printer last said of itself.
type Status struct {
	Offline     bool // it does not take jobs now, for whatever reason
	CoverOpen   bool
	Feeding     bool // somebody holds the feed key
	PaperNear   bool // near the end
	PaperOut    bool
	Cutter      bool // the cutter is stuck
	Unrepaired  bool // an error that only switching off ends
	Recoverable bool // an error that ends by itself: the head is hot
	Error       bool // some error, of no kind named here
}

// Fault is the worst of what the status tells, as the published code. A status
// that only says "offline" is one of a printer that works on something.
func (s Status) Fault() fault.Code {
	switch {
	case s.Unrepaired:
		return fault.DeviceFailed
	case s.CoverOpen:
		return fault.CoverOpen
	case s.PaperOut:
		return fault.PaperOut
	case s.Cutter:
		return fault.Cutter
	case s.Recoverable:
		return fault.HeadHot
	case s.Error:
		return fault.DeviceFailed
	case s.PaperNear:
		return fault.PaperNearEnd
	}
	return fault.None
}

// Refuses tells whether a slip would not come out now.
func (s Status) Refuses() bool {
	return s.Unrepaired || s.CoverOpen || s.PaperOut || s.Cutter || s.Error || s.Offline
}

// String names what is set, for logs.
func (s Status) String() string {
	var words []string
	for _, w := range []struct {
		on   bool
		word string
	}{
		{s.Offline, "offline"}, {s.CoverOpen, "cover open"}, {s.Feeding, "feeding"},
		{s.PaperNear, "paper near end"}, {s.PaperOut, "paper out"}, {s.Cutter, "cutter"},
		{s.Unrepaired, "unrecoverable"}, {s.Recoverable, "recovering"}, {s.Error, "error"},
	} {
		if w.on {
			words = append(words, w.word)
		}
	}
	if len(words) == 0 {
		return "ready"
	}
	return strings.Join(words, ", ")
}

// apply takes over the answer to DLE EOT n, n from 1 to 4.
func (s *Status) apply(n int, b byte) {
	switch n {
	case 1:
		s.Offline = b&0x08 != 0
	case 2:
		s.CoverOpen = b&0x04 != 0
		s.Feeding = b&0x08 != 0
		s.PaperOut = b&0x20 != 0
		s.Error = b&0x40 != 0
	case 3:
		s.Cutter = b&0x08 != 0
		s.Unrepaired = b&0x20 != 0
		s.Recoverable = b&0x40 != 0
		// n = 2 only says that there is an error; now its kind is known.
		if s.Cutter || s.Unrepaired || s.Recoverable {
			s.Error = false
		}
	case 4:
		s.PaperNear = b&0x0C != 0
		// Either sensor byte may be the first to tell.
		s.PaperOut = s.PaperOut || b&0x60 != 0
	}
}

// autoStatus reads the four bytes that a printer sends by itself after GS a.
func autoStatus(b [4]byte) Status {
	return Status{
		Offline:     b[0]&0x08 != 0,
		CoverOpen:   b[0]&0x20 != 0,
		Feeding:     b[0]&0x40 != 0,
		Error:       b[1]&0x04 != 0,
		Cutter:      b[1]&0x08 != 0,
		Unrepaired:  b[1]&0x20 != 0,
		Recoverable: b[1]&0x40 != 0,
		PaperNear:   b[2]&0x03 != 0,
		PaperOut:    b[2]&0x0C != 0,
	}
}
