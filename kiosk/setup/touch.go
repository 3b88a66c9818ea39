package setup

import (
	"fmt"
	"slices"

	"lintai/kiosk/phrase"
	"lintai/kiosk/visit"
)

// corners is how many marks there are: from top left on, clockwise.
const corners = 4

// layers are what touches on the four marks in turn hit, when the layer under the
// glass lies otherwise than the picture.
var layers = []struct {
	hit  [corners]int
	says phrase.ID
}{
	{[corners]int{1, 2, 3, 0}, "setup.touch_quarter"},
	{[corners]int{3, 0, 1, 2}, "setup.touch_quarter"},
	{[corners]int{2, 3, 0, 1}, "setup.touch_half"},
	{[corners]int{1, 0, 3, 2}, "setup.touch_sides"},
	{[corners]int{3, 2, 1, 0}, "setup.touch_ends"},
	{[corners]int{0, 3, 2, 1}, "setup.touch_swapped"},
	{[corners]int{2, 1, 0, 3}, "setup.touch_swapped"},
}

// touchStep has her touch four marks in the corners. A touch that hits another mark
// than the one she was asked for tells how the touch layer lies.
func touchStep() step {
	return step{
		id: "touch", stays: true, optional: true,
		wanted: func(s State) bool {
			return s.facts.Appliance && (!s.facts.Turned || s.kept("turn"))
		},
		complete: func(s State) bool { return len(s.marks) == corners },
		lacking:  "setup.touch_hint",
		look:     State.lookTouch,
		enter:    func(m *machine) { m.marks = nil },
		touch: func(m *machine, e visit.Event) {
			switch e := e.(type) {
			case visit.Retry:
				m.marks = nil
			case visit.Pick:
				var hit int
				if _, err := fmt.Sscanf(e.Option, "%d", &hit); err != nil || hit < 1 || hit > corners || len(m.marks) == corners {
					return
				}
				m.marks = append(slices.Clone(m.marks), hit-1)
				if len(m.marks) == corners && m.touchIs() == "" {
					m.pass()
				}
			}
		},
	}
}

// touchIs is what four touches say; "" when each hit its mark.
func (s State) touchIs() phrase.ID {
	if slices.Equal(s.marks, []int{0, 1, 2, 3}) {
		return ""
	}
	for _, l := range layers {
		if slices.Equal(s.marks, l.hit[:]) {
			return l.says
		}
	}
	return "setup.touch_unsure"
}

func (s State) lookTouch(v *visit.View) {
	if len(s.marks) == corners {
		v.Screen, v.Icon, v.Tone = visit.ScreenSetupWait, "trouble", visit.Warning
		v.Title, v.Hint = s.text("setup.touch_wrong"), s.text(s.touchIs())
		v.Actions = []visit.Control{
			{ID: "again", Label: s.text("setup.again"), Event: visit.Retry{}},
			{ID: "next", Label: s.text("setup.go_on"), Event: visit.Next{}}, s.back(),
		}
		return
	}
	v.Screen = visit.ScreenSetupMarks
	v.Title = s.text("setup.touch", "mark", fmt.Sprint(len(s.marks)+1))
	v.Hint = s.text("setup.touch_hint")
	for n := range corners {
		mark := fmt.Sprint(n + 1)
		v.Tiles = append(v.Tiles, visit.Control{ID: "mark." + mark, Label: mark, Event: visit.Pick{Option: mark}, Selected: n == len(s.marks)})
	}
	v.Actions = []visit.Control{s.skipIt(), s.back()}
}
