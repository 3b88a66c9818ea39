package kit

import "lintai/ui/theme"

// Style is how a button is coloured. Ink and Soft are read on Face and on
// Pressed; a test holds both to the contrast that each palette promises.
type Style struct {
	Face, Pressed, Edge, Foot theme.Role // Foot is the darker edge below that says: this can be pressed
	Ink, Soft                 theme.Role // words and second line
	Drawing                   theme.Role
	Medallion                 theme.Role // ground of the drawing, or theme.None
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
	MainStyle = Style{theme.Pine, theme.PineDark, theme.Pine, theme.PineDark, theme.Reverse, theme.Mint, theme.Reverse, theme.None}
	// QuietStyle is any other action.
	QuietStyle = Style{theme.Sheet, theme.Pressed, theme.Pine, theme.Pine, theme.PineDark, theme.SoftInk, theme.Pine, theme.None}
	// KeyStyle is a key of the keypad.
	KeyStyle = Style{theme.Sheet, theme.Pressed, theme.Line, theme.Line, theme.Ink, theme.SoftInk, theme.Pine, theme.None}
	// BarStyle is a button of the fixed bar; CallStyle calls staff, on every screen alike.
	BarStyle  = Style{theme.Sheet, theme.Pressed, theme.Line, theme.Line, theme.Ink, theme.SoftInk, theme.Pine, theme.None}
	CallStyle = Style{theme.Call, theme.CallDark, theme.CallEdge, theme.CallEdge, theme.OnCall, theme.OnCall, theme.OnCall, theme.None}
	// SunStyle invites on the start screen.
	SunStyle = Style{theme.Sun, theme.SunPale, theme.Sun, theme.SunDark, theme.OnSun, theme.OnSun, theme.OnSun, theme.None}
	// OffStyle is a control that cannot be used now.
	OffStyle = Style{theme.Idle, theme.Idle, theme.IdleEdge, theme.IdleEdge, theme.SoftInk, theme.SoftInk, theme.SoftInk, theme.None}
)

// Styles lists them all, for the test of their contrast.
var Styles = map[string]Style{
	"tile": TileStyle, "urgent": UrgentStyle, "soon": SoonStyle, "calm": CalmStyle, "main": MainStyle,
	"quiet": QuietStyle, "key": KeyStyle, "bar": BarStyle, "call": CallStyle, "sun": SunStyle, "off": OffStyle,
}
