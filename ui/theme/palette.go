package theme

import (
	"image/color"
	"math"
)

// The colours. Warm paper, dark ink, a calm green for what can be done, and one
// red that belongs to calling for help and to trouble alone.
var (
	Paper     = rgb(0xFBF6EC) // behind everything
	Sheet     = rgb(0xFFFFFF) // tiles, tables, fields
	Sand      = rgb(0xEFE5D2) // bar, quiet buttons
	Line      = rgb(0x8C7A60) // edges of sheets
	Ink       = rgb(0x2A2018) // text
	SoftInk   = rgb(0x51442F) // labels, second lines
	Pine      = rgb(0x0B4F45) // main actions, strip
	PineDark  = rgb(0x07372F) // pressed, and the edge below
	PinePale  = rgb(0xDDEDE6) // medallions
	Mint      = rgb(0xC4F0DF) // text on Pine that stands back
	Red       = rgb(0xA3151C) // calling for help, trouble
	RedDark   = rgb(0x6E0C11)
	RedPale   = rgb(0xFCE4E0)
	Amber     = rgb(0x6B4200) // warning text and drawings
	AmberPale = rgb(0xFFEDC2)
	Green     = rgb(0x14522B) // done, good
	GreenPale = rgb(0xDDF1DF)
	Sun       = rgb(0xFFD877) // the invitation on the start screen
	SunDark   = rgb(0xC78F12)
	White     = rgb(0xFFFFFF)
	Pressed   = rgb(0xCFE5DC) // a sheet under the finger
	Idle      = rgb(0xEAE3D6) // a control that cannot be used now
)

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
