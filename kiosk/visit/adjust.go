package visit

import "lintai/kiosk/phrase"

// adjust changes letters or voice at one press; what it did is seen and heard at
// once.
func (m *machine) adjust(what Adjustment) {
	n := &m.visit.manner
	switch what {
	case Larger:
		n.Size = min(n.Size+1, SizeLargest)
	case Smaller:
		n.Size = max(n.Size-1, SizeStandard)
	case Contrast:
		n.Contrast = !n.Contrast
	case Slower:
		n.Slow = !n.Slow
	case Louder, Softer:
		step := 1
		if what == Softer {
			step = -1
		}
		n.Volume = min(max(n.Volume+step, -VolumeSteps), VolumeSteps)
		m.do(Volume{n.Volume})
	default:
		return
	}
	m.visit.said++
}

// ease opens the screen of letters and voice, or closes it.
func (m *machine) ease() {
	v := &m.visit
	if v.screen == ScreenStart {
		return
	}
	m.stopNote()
	v.adjusting = !v.adjusting
	v.said++
}

func (s State) lookManner(v *View) {
	n := s.visit.manner
	l := n.Locale
	v.Title = phrase.In(l, "manner.title")
	v.Hint = phrase.In(l, "manner.now", "size", phrase.In(l, sizeWords[n.Size]))
	tile := func(what Adjustment, icon string, disabled, selected bool) {
		v.Tiles = append(v.Tiles, Control{
			ID: "tile." + string(what), Label: phrase.In(l, phrase.ID("manner."+string(what))), Icon: icon,
			Event: Adjust{what}, Disabled: disabled, Selected: selected,
		})
	}
	tile(Larger, "letters_up", n.Size == SizeLargest, false)
	tile(Smaller, "letters_down", n.Size == SizeStandard, false)
	tile(Contrast, "contrast", false, n.Contrast)
	if !s.broken(Speaker) {
		tile(Slower, "slow", false, n.Slow)
		tile(Louder, "volume_up", n.Volume == VolumeSteps, false)
		tile(Softer, "volume_down", n.Volume == -VolumeSteps, false)
	}
	v.Actions = []Control{{ID: "done", Label: phrase.In(l, "manner.done"), Icon: "ok", Event: Ease{}}}
}

var sizeWords = [...]phrase.ID{SizeStandard: "manner.standard", SizeLarge: "manner.large", SizeLargest: "manner.largest"}

// speak chooses the language and begins the visit.
func (m *machine) speak(l phrase.Locale) {
	if m.visit.screen != ScreenStart {
		return
	}
	for _, offered := range m.rules.Locales {
		if offered == l {
			m.visit.manner.Locale = l
			m.open(ScreenHome)
		}
	}
}

// helpBegins notes the member of staff who fills in what follows.
func (m *machine) helpBegins() {
	number := ""
	for _, st := range m.written().Steps {
		if a, ok := m.visit.answer(st.ID); ok && st.Behalf {
			number = a.Text
		}
	}
	m.forgetService()
	m.visit.behalf = number
	m.open(ScreenHome)
}
