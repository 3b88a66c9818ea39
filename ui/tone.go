package ui

import (
	"lintai/kiosk/visit"
	"lintai/ui/theme"
)

// toneLook is how a tone shows. The drawing goes with the colour, because colour
// alone says nothing to one man in twelve.
type toneLook struct {
	ink, ground theme.Role
	icon        string
}

func look(t visit.Tone) toneLook {
	switch t {
	case visit.Good:
		return toneLook{theme.Green, theme.GreenPale, "ok"}
	case visit.Warning:
		return toneLook{theme.Amber, theme.AmberPale, "warning"}
	case visit.Trouble:
		return toneLook{theme.Red, theme.RedPale, "trouble"}
	}
	return toneLook{theme.Pine, theme.PinePale, "info"}
}
