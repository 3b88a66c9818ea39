package setup

import (
	"fmt"
	"time"

	"lintai/kiosk/visit"
)

// turnBackAfter is how long a turned picture stays unless somebody says that it is
// right: who cannot read it cannot touch it either.
const turnBackAfter = 15 * time.Second

// turning is a picture that was turned and not confirmed. Where the program starts anew
// for that, the time begins when it is back.
type turning struct {
	pending  bool
	from, to int
	until    time.Time // zero: from the next tick on
}

var arrows = []struct {
	id      string
	degrees int
}{{"up", 0}, {"right", 90}, {"down", 180}, {"left", 270}}

// turnStep asks which way is up: of four arrows that one, whatever the picture does.
func turnStep() step {
	return step{
		id: "turn", stays: true, optional: true,
		wanted:   func(s State) bool { return s.facts.Appliance && !s.facts.Turned },
		complete: func(s State) bool { return s.turning.pending },
		lacking:  "setup.turn",
		look:     State.lookTurn,
		touch: func(m *machine, e visit.Event) {
			pick, ok := e.(visit.Pick)
			if !ok || m.turning.pending {
				return
			}
			for _, a := range arrows {
				if a.id == pick.Option {
					from := m.facts.Rotation
					m.turning = turning{true, from, (from + a.degrees) % 360, m.now.Add(turnBackAfter)}
					m.answered |= 1 << m.step // the file says it from now on
					if a.degrees != 0 {
						m.do(Turn{m.turning.to})
					}
				}
			}
		},
		settle: func(m *machine) {
			to := m.turning.to
			m.turning = turning{}
			m.facts.Rotation = to
			m.keep(Values{"panel.rotation": fmt.Sprint(to)})
		},
		leave: func(m *machine) {
			if m.turning.pending {
				m.undoTurn()
			}
		},
	}
}

func (m *machine) undoTurn() {
	if m.turning.from != m.turning.to {
		m.do(Turn{m.turning.from})
	}
	m.turning = turning{}
}

// turnBack turns the picture back that nobody found right.
func (m *machine) turnBack() {
	switch {
	case !m.turning.pending:
	case m.turning.until.IsZero():
		m.turning.until = m.now.Add(turnBackAfter)
	case !m.now.Before(m.turning.until):
		m.undoTurn()
		m.notice = "setup.turned_back"
	}
}

func (s State) lookTurn(v *visit.View) {
	v.Screen = visit.ScreenSetupChoose
	if s.turning.pending {
		v.Screen, v.Icon = visit.ScreenSetupWait, "ok"
		v.Title = s.text("setup.turned")
		left := turnBackAfter
		if !s.turning.until.IsZero() {
			left = s.turning.until.Sub(s.now)
		}
		seconds := max(1, int((left+time.Second-1)/time.Second))
		v.Hint = s.text("setup.turned_hint", "seconds", fmt.Sprint(seconds))
		v.Actions = []visit.Control{{ID: "next", Label: s.text("setup.turned_keep"), Icon: "ok", Event: visit.Next{}}, s.back()}
		return
	}
	v.Title, v.Hint = s.text("setup.turn"), s.text("setup.turn_hint")
	for _, a := range arrows {
		v.Tiles = append(v.Tiles, visit.Control{ID: "turn." + a.id, Label: s.name("setup_arrow.", a.id), Event: visit.Pick{Option: a.id}})
	}
	v.Actions = []visit.Control{s.skipIt(), s.back()}
}
