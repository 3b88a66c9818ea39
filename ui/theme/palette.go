package theme

import (
	"image/color"
	"math"
)

// Role is what a colour is for. A screen is built once and drawn with one of two
// palettes, so its parts keep roles and ask for the colour when they draw.
type Role uint8

// The roles. What is said on a full colour (Pine, Green) is said in Reverse.
const (
	None      Role = iota // nothing is drawn
	Paper                 // behind everything
	Sheet                 // tiles, tables, fields
	Sand                  // behind the bar
	Line                  // edges of sheets
	Ink                   // text
	SoftInk               // labels, second lines
	Pine                  // main actions, what is chosen, drawings
	PineDark              // main actions under the finger, and the edge below them
	PinePale              // grounds of drawings
	Reverse               // text and drawings on Pine and Green
	Mint                  // text on Pine that stands back
	Band                  // behind the strip and the start screen
	OnBand                // text there
	Call                  // calling for help, and nothing else
	CallDark              // that under the finger
	CallEdge              // around it
	OnCall                // text on it
	Red                   // text and drawings of trouble
	RedPale               // behind them
	Amber                 // text and drawings of a warning
	AmberPale             // behind them
	Green                 // done, good
	GreenPale             // behind it
	Sun                   // the invitation on the start screen
	SunPale               // it under the finger
	SunDark               // the edge below it
	OnSun                 // text on it
	Pressed               // a sheet under the finger
	Idle                  // a control that cannot be used now
	IdleEdge              // around it
	White                 // always white
	Black                 // always black: a QR code is black on white in every palette
	roles
)

// Palette gives each role its colour.
type Palette struct {
	colours [roles]color.NRGBA
	// Strong palettes say with edges what others say with shades: every edge is
	// drawn broader by this factor.
	edge float32
}

// Colour returns the colour of a role.
func (p *Palette) Colour(r Role) color.NRGBA { return p.colours[r] }

// Normal is warm paper, dark ink, a calm green for what can be done, and one red
// that belongs to calling for help and to trouble alone. Its texts have a
// contrast of at least 7:1.
var Normal = &Palette{edge: 1, colours: [roles]color.NRGBA{
	Paper:     rgb(0xFBF6EC),
	Sheet:     rgb(0xFFFFFF),
	Sand:      rgb(0xEFE5D2),
	Line:      rgb(0x8C7A60),
	Ink:       rgb(0x2A2018),
	SoftInk:   rgb(0x51442F),
	Pine:      rgb(0x0B4F45),
	PineDark:  rgb(0x07372F),
	PinePale:  rgb(0xDDEDE6),
	Reverse:   rgb(0xFFFFFF),
	Mint:      rgb(0xC4F0DF),
	Band:      rgb(0x0B4F45),
	OnBand:    rgb(0xFFFFFF),
	Call:      rgb(0xA3151C),
	CallDark:  rgb(0x6E0C11),
	CallEdge:  rgb(0x6E0C11),
	OnCall:    rgb(0xFFFFFF),
	Red:       rgb(0x8F1218),
	RedPale:   rgb(0xFCE4E0),
	Amber:     rgb(0x6B4200),
	AmberPale: rgb(0xFFEDC2),
	Green:     rgb(0x14522B),
	GreenPale: rgb(0xDDF1DF),
	Sun:       rgb(0xFFD877),
	SunPale:   rgb(0xFFEDC2),
	SunDark:   rgb(0xC78F12),
	OnSun:     rgb(0x2A2018),
	Pressed:   rgb(0xCFE5DC),
	Idle:      rgb(0xEAE3D6),
	IdleEdge:  rgb(0xEAE3D6),
	White:     rgb(0xFFFFFF),
	Black:     rgb(0x000000),
}}

// HighContrast is white on black with strong edges: no shades to tell apart, and
// no bright ground that dazzles eyes with a cataract. Yellow is what can be done
// and what was chosen. Its texts have a contrast of at least 12:1.
var HighContrast = &Palette{edge: 2.2, colours: [roles]color.NRGBA{
	Paper:     rgb(0x000000),
	Sheet:     rgb(0x000000),
	Sand:      rgb(0x262626),
	Line:      rgb(0xFFFFFF),
	Ink:       rgb(0xFFFFFF),
	SoftInk:   rgb(0xFFFFFF),
	Pine:      rgb(0xFFE14D),
	PineDark:  rgb(0xFFF3B0),
	PinePale:  rgb(0x202020),
	Reverse:   rgb(0x000000),
	Mint:      rgb(0x000000),
	Band:      rgb(0x000000),
	OnBand:    rgb(0xFFFFFF),
	Call:      rgb(0x6E0000),
	CallDark:  rgb(0x3D0000),
	CallEdge:  rgb(0xFFFFFF),
	OnCall:    rgb(0xFFFFFF),
	Red:       rgb(0xFFC9C2),
	RedPale:   rgb(0x1A0000),
	Amber:     rgb(0xFFE08A),
	AmberPale: rgb(0x141000),
	Green:     rgb(0xB6F5C2),
	GreenPale: rgb(0x00140A),
	Sun:       rgb(0xFFE14D),
	SunPale:   rgb(0xFFF3B0),
	SunDark:   rgb(0xFFFFFF),
	OnSun:     rgb(0x000000),
	Pressed:   rgb(0x2B2B2B),
	Idle:      rgb(0x262626),
	IdleEdge:  rgb(0x5C5C5C),
	White:     rgb(0xFFFFFF),
	Black:     rgb(0x000000),
}}

// Of returns the palette of a manner.
func Of(contrast bool) *Palette {
	if contrast {
		return HighContrast
	}
	return Normal
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xFF}
}

// Contrast is the WCAG 2 contrast of two opaque colours: 1 to 21.
func Contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	if la < lb {
		la, lb = lb, la
	}
	return (la + 0.05) / (lb + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func linear(channel uint32) float64 {
	v := float64(channel) / 0xFFFF
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
