package intake

import (
	"encoding/hex"
	"time"

	"lintai/sync/central/docket"
)

// earliest is before the first terminal was built: a clock that shows an
// earlier time was never set.
var earliest = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// oldest is the greatest age that is believed. A counter that somebody broke may
// say anything.
const oldest = 400 * 24 * time.Hour

// trueTime is when something was made, by central's clock as well as can be
// known. The age that the terminal counted without a calendar says it best;
// without one it is the terminal's time, corrected by how wrong its clock was at
// the push. A time that still cannot be true (before there were terminals, or
// after it arrived) gives way to the time it arrived.
func trueTime(made time.Time, age *int64, offset time.Duration, received time.Time) time.Time {
	if age != nil && *age >= 0 && *age <= oldest.Milliseconds() {
		return received.Add(-time.Duration(*age) * time.Millisecond).UTC()
	}
	t := made.Add(offset)
	if t.Before(earliest) || t.After(received) {
		return received
	}
	return t.UTC()
}

// parseHash reads a hex hash; what is none becomes the zero hash.
func parseHash(text string) docket.Hash {
	var h docket.Hash
	if b, err := hex.DecodeString(text); err == nil && len(b) == len(h) {
		copy(h[:], b)
	}
	return h
}
