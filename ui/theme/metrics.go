// Package theme says how the terminal looks: sizes in millimetres, calm warm
// colours with a contrast of at least 7:1, and the two fonts.
//
// Older residents read and touch millimetres, not pixels: the same text must be
// as large on a 10-inch panel as on a 21-inch one. Every size is therefore given
// in millimetres and becomes pixels only here, by the panel's own density.
package theme

// Panel is the screen the terminal is built around.
type Panel struct {
	PxPerMM float32 // pixels per millimetre, e.g. 4.0 for 21.5" at 1080×1920
	Width   int     // pixels
	Height  int     // pixels
}

// DefaultPanel serves where no configuration could be read: 21.5", upright.
var DefaultPanel = Panel{PxPerMM: 4.0, Width: 1080, Height: 1920}

// MM turns millimetres into pixels.
func (p Panel) MM(mm float32) float32 { return mm * p.PxPerMM }

// Landscape tells whether the panel is wider than high.
func (p Panel) Landscape() bool { return p.Width > p.Height }

// Text sizes (the em) in millimetres.
const (
	Minimum  = 7.0  // nothing that must be read is smaller
	Small    = 8.0  // labels beside values, second lines
	Body     = 10.0 // sentences
	Label    = 11.0 // words on buttons
	Title    = 16.0 // the one question of a screen
	Headline = 24.0 // the status word
)

// Targets, in millimetres.
const (
	Target = 20.0 // least side of a primary target
	Key    = 16.0 // least side of a key
	Gap    = 4.0  // between targets; at least 3.2 is asked for
	Slack  = 10.0 // how far a finger may slide off and still mean the target
)

// EaseFactor is how much larger texts become with 大字.
const EaseFactor = 1.25

// ClosestFit is the smallest factor by which texts shrink until a screen fits.
// Below it everything has reached Minimum already.
const ClosestFit = 0.3

// Scale is a factor on text sizes: more than 1 with 大字, less where a screen is
// full. Text never becomes smaller than Minimum.
type Scale float32

// Text returns the pixels of a text size in millimetres at a scale.
func (p Panel) Text(mm float32, s Scale) float32 {
	scaled := mm * float32(s)
	if scaled < Minimum {
		scaled = min(mm, Minimum)
	}
	return p.MM(scaled)
}

// Space returns the pixels of a space that may shrink to half with the text.
func (p Panel) Space(mm float32, s Scale) float32 {
	return p.MM(mm * min(1, max(0.5, float32(s))))
}
