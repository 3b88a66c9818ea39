package staffmenu

import (
	"time"

	"lintai/kiosk/staffcode"
)

const (
	// mostWrong is after how many wrong numbers nobody is let in for LockedFor.
	mostWrong = 5
	// LockedFor is how long then.
	LockedFor = 15 * time.Minute
)

// Door lets in who has a number of central's, once for each. It is kept over a restart,
// before what it said counts.
type Door struct {
	Step  int64     `json:"step"`            // of the newest number that was let in
	Wrong int       `json:"wrong,omitempty"` // in a row
	Until time.Time `json:"until,omitzero"`  // nobody before, by the terminal's clock
}

// Verdict is what the door says to a number.
type Verdict string

// The verdicts.
const (
	Right  Verdict = "right"
	Wrong  Verdict = "wrong"
	Used   Verdict = "used"   // it was right, and was let in before
	Locked Verdict = "locked" // too many wrong ones
	NoKey  Verdict = "no_key" // central has not told this terminal its key yet
)

// Locked tells whether nobody is let in at this time of the terminal's clock. A lock
// that reaches further ahead than any does is that of a clock that was set back.
func (d Door) Locked(now time.Time) bool {
	return now.Before(d.Until) && d.Until.Sub(now) <= LockedFor
}

// Try is the door after a number was typed or scanned, and its verdict. now is the
// terminal's clock, ahead what central's is ahead of it.
func (d Door) Try(key []byte, kiosk int, now time.Time, ahead time.Duration, number string) (Door, Verdict) {
	if len(key) == 0 {
		return d, NoKey
	}
	if d.Locked(now) {
		return d, Locked
	}
	d.Until = time.Time{}
	step, ok := staffcode.Verify(key, kiosk, now.Add(ahead), number)
	switch {
	case ok && step > d.Step:
		return Door{Step: step}, Right
	case ok:
		return d, Used // nobody guesses one that was right
	}
	if d.Wrong++; d.Wrong >= mostWrong {
		d.Wrong, d.Until = 0, now.Add(LockedFor)
		return d, Locked
	}
	return d, Wrong
}
