// Package theme says how the terminal looks: sizes in millimetres, calm warm
// colours with a contrast of at least 7:1, and the two fonts.
//
// Older residents read and touch millimetres, not pixels: the same text must be
// as large on a 10-inch panel as on a 21-inch one. Every size is therefore given
// in millimetres and becomes pixels only here, by the panel's own density.
package theme

import "image/color"

// Panel is the screen the terminal is built around.
type Panel struct {
	PxPerMM float32 // pixels per millimetre, e.g. 4.0 for 21.5" at 1080×1920
	Width   int     // pixels
	Height  int     // pixels

	// look is what all parts of one screen are drawn with now; see WithLook.
	look *Look
}

// Look is what a resident's manner makes of a screen, and what the screen that
// stands there now has behind everything.
type Look struct {
	Palette *Palette
	Ground  Role // Paper where it says None
}

// WithLook returns the panel with a look that the parts built for it share: who
// changes the look changes how all of them draw from then on.
func (p Panel) WithLook(l *Look) Panel {
	p.look = l
	return p
}

// Palette returns the colours to draw with now.
func (p Panel) Palette() *Palette {
	if p.look == nil || p.look.Palette == nil {
		return Normal
	}
	return p.look.Palette
}

// Ground returns the colour behind everything now.
func (p Panel) Ground() color.Color {
	if p.look == nil || p.look.Ground == None {
		return p.Colour(Paper)
	}
	return p.Colour(p.look.Ground)
}

// Colour returns the colour of a role now; none for None.
func (p Panel) Colour(r Role) color.Color {
	if r == None {
		return color.Transparent
	}
	return p.Palette().Colour(r)
}

// Edge turns the breadth of an edge from millimetres into pixels: broader in a
// palette of strong edges.
func (p Panel) Edge(mm float32) float32 { return p.MM(mm * p.Palette().edge) }

// DefaultPanel serves where no configuration could be read: 21.5", upright.
var DefaultPanel = Panel{PxPerMM: 4.0, Width: 1080, Height: 1920}

// MM turns millimetres into pixels.
func (p Panel) MM(mm float32) float32 { return mm * p.PxPerMM }

// Tight tells whether the panel is so small (10 inches and less) that nothing can
// be given away: margins, gaps and secondary targets are at their least.
func (p Panel) Tight() bool { return float32(min(p.Width, p.Height))/p.PxPerMM < 150 }

// Gap is the space between two targets, in pixels.
func (p Panel) Gap() float32 {
	if p.Tight() {
		return p.MM(leastGap)
	}
	return p.MM(Gap)
}

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
	Gap    = 4.0  // between targets
	Slack  = 10.0 // how far a finger may slide off and still mean the target
)

const leastGap = 3.2 // the least that is asked for

// The three sizes of letters: what a resident may choose.
const (
	Standard Scale = 1
	Large    Scale = 1.25
	Largest  Scale = 1.5
)

// ClosestFit is the factor at which every text has reached Minimum.
const ClosestFit Scale = 0.29

// Scale is a factor on text sizes: more than 1 with 大字, less where a screen is
// full. No text becomes smaller than Minimum.
type Scale float32

// Text returns the pixels of a text size in millimetres at a scale.
func (p Panel) Text(mm float32, s Scale) float32 {
	return p.MM(max(mm*float32(s), min(mm, Minimum)))
}

// Space returns the pixels of a space that may shrink to half with the text.
func (p Panel) Space(mm float32, s Scale) float32 {
	return p.MM(mm * min(1, max(0.5, float32(s))))
}
