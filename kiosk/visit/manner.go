package visit

import "lintai/kiosk/phrase"

// Manner is how a resident wants to be served: it begins as the default for
// each visit and the wipe brings the default back.
type Manner struct {
	Locale   phrase.Locale
	Size     Size
	Contrast bool // black and white with strong edges
	Slow     bool // slow voice
	Volume   int  // steps from the configured volume: -2 to 2
}

// Size is the size of letters.
type Size int

const (
	SizeStandard Size = iota
	SizeLarge
	SizeLargest
)

// eased tells that somebody takes more time than others.
func (m Manner) eased() bool { return m.Size != SizeStandard || m.Slow || m.Contrast }

// Adjustment is one press on the screen of letters and voice.
type Adjustment string

const (
	Larger   Adjustment = "larger"
	Smaller  Adjustment = "smaller"
	Contrast Adjustment = "contrast" // on or off
	Slower   Adjustment = "slower"   // on or off
	Louder   Adjustment = "louder"
	Softer   Adjustment = "softer"
)

// VolumeSteps is how far the volume goes up and down from the configured one.
const VolumeSteps = 2
