package kit

import (
	"image/color"

	"lintai/ui/theme"
)

// Style is how a button is coloured. Ink and Soft are read on Face and on
// Pressed; a test holds both to a contrast of 7:1.
type Style struct {
	Face, Pressed, Edge, Foot color.NRGBA // Foot is the darker edge below that says: this can be pressed
	Ink, Soft                 color.NRGBA // words and second line
	Drawing                   color.NRGBA
	Medallion                 color.Color // ground of the drawing, nil for none
}

// The styles of the terminal.
var (
	// TileStyle is a choice.
	TileStyle = Style{theme.Sheet, theme.Pressed, theme.Line, theme.Line, theme.Ink, theme.SoftInk, theme.Pine, theme.PinePale}
	// UrgentStyle, SoonStyle and CalmStyle are choices whose picture has its own colour.
	UrgentStyle = Style{theme.Sheet, theme.RedPale, theme.Line, theme.Line, theme.Ink, theme.SoftInk, theme.Red, theme.RedPale}
	SoonStyle   = Style{theme.Sheet, theme.AmberPale, theme.Line, theme.Line, theme.Ink, theme.SoftInk, theme.Amber, theme.AmberPale}
	CalmStyle   = Style{theme.Sheet, theme.GreenPale, theme.Line, theme.Line, theme.Ink, theme.SoftInk, theme.Green, theme.GreenPale}
	// MainStyle is the one main action of a screen.
	MainStyle = Style{theme.Pine, theme.PineDark, theme.Pine, theme.PineDark, theme.White, theme.Mint, theme.White, nil}
	// QuietStyle is any other action.
	QuietStyle = Style{theme.Sheet, theme.Pressed, theme.Pine, theme.Pine, theme.PineDark, theme.SoftInk, theme.Pine, nil}
	// KeyStyle is a key of the keypad.
	KeyStyle = Style{theme.Sheet, theme.Pressed, theme.Line, theme.Line, theme.Ink, theme.SoftInk, theme.Pine, nil}
	// BarStyle is a button of the fixed bar; CallStyle calls staff, on every screen alike.
	BarStyle  = Style{theme.Sheet, theme.Pressed, theme.Line, theme.Line, theme.Ink, theme.SoftInk, theme.Pine, nil}
	CallStyle = Style{theme.Red, theme.RedDark, theme.Red, theme.RedDark, theme.White, theme.White, theme.White, nil}
	// SunStyle invites on the start screen.
	SunStyle = Style{theme.Sun, theme.AmberPale, theme.Sun, theme.SunDark, theme.Ink, theme.Ink, theme.Ink, nil}
	// OffStyle is a control that cannot be used now.
	OffStyle = Style{theme.Idle, theme.Idle, theme.Line, theme.Idle, theme.SoftInk, theme.SoftInk, theme.SoftInk, nil}
)

// Styles lists them all, for the test of their contrast.
var Styles = map[string]Style{
	"tile": TileStyle, "urgent": UrgentStyle, "soon": SoonStyle, "calm": CalmStyle, "main": MainStyle,
	"quiet": QuietStyle, "key": KeyStyle, "bar": BarStyle, "call": CallStyle, "sun": SunStyle, "off": OffStyle,
}
