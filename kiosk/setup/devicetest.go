package setup

import (
	"fmt"
	"strings"

	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
	"lintai/kiosk/visit"
)

// Testable are the devices that somebody can try, in the order in which she does, by
// the names under which health tells of them.
var Testable = []string{"printer", "card", "nfc", "scanner", "button", "presence", "speaker"}

const mostDevices = 7 // of Testable

// What came of trying a device.
const (
	Passed    = "passed"
	NotPassed = "failed"
	Skipped   = "skipped"
)

// Result is what came of trying one.
type Result struct {
	Verdict string     `json:"verdict,omitempty"` // "" while nobody tried it
	Fault   fault.Code `json:"fault,omitempty"`
}

func deviceOf(name string) int {
	for n, d := range Testable {
		if d == name {
			return n
		}
	}
	return -1
}

// testStep has one device tried.
func testStep(n int) step {
	name := Testable[n]
	return step{
		id: "test." + name, optional: true,
		wanted: func(s State) bool {
			if !s.facts.Appliance || !s.facts.Enrolled && !s.later {
				return false
			}
			for _, d := range s.facts.Devices {
				if d == name {
					return true
				}
			}
			return false
		},
		look: func(s State, v *visit.View) { s.lookTest(n, v) },
		enter: func(m *machine) {
			m.doubt = false
			if m.wares[n].Verdict != Passed {
				m.tryDevice(n)
			}
		},
		leave: func(m *machine) {
			m.doubt = false
			if m.wares[n].Verdict == "" {
				m.wares[n] = Result{Skipped, m.health[n]}
			}
			m.do(Rest{name})
		},
		touch: func(m *machine, e visit.Event) {
			switch e := e.(type) {
			case visit.Retry:
				m.tryDevice(n)
			case visit.Pick:
				m.judged(n, e.Option)
			}
		},
	}
}

func (m *machine) tryDevice(n int) {
	m.wares[n], m.doubt = Result{}, Testable[n] == "speaker"
	m.do(TryDevice{Testable[n]})
}

// judged takes her word for what no device can tell.
func (m *machine) judged(n int, word string) {
	switch word {
	case "yes":
		if m.doubt {
			m.wares[n] = Result{Verdict: Passed}
		}
	case "no":
		m.wares[n] = Result{NotPassed, m.health[n]}
	default:
		return
	}
	m.doubt = false
	m.pass()
}

// trying tells that this device is being tried now.
func (s State) trying(name string) bool {
	return s.phase == typing && all[s.step].id == "test."+name
}

// sensed: the device noticed what somebody did at it.
func (m *machine) sensed(name string) {
	if n := deviceOf(name); n >= 0 && m.trying(name) && m.wares[n].Verdict == "" && name != "printer" && name != "speaker" {
		m.wares[n], m.touched = Result{Verdict: Passed}, m.now
	}
}

func (m *machine) slipOut(e Printed) {
	n := deviceOf("printer")
	if !m.trying("printer") {
		return
	}
	switch e.Outcome {
	case slip.Printed:
		m.wares[n] = Result{Verdict: Passed}
	case slip.NotPrinted:
		m.wares[n] = Result{NotPassed, e.Fault}
	default:
		m.doubt, m.health[n] = true, e.Fault
	}
}

func (s State) lookTest(n int, v *visit.View) {
	name, r := Testable[n], s.wares[n]
	v.Screen, v.Title = visit.ScreenSetupTest, s.text("setup.test", "device", s.name("setup_device.", name))
	again := visit.Control{ID: "again", Label: s.text("setup.again"), Event: visit.Retry{}}
	on := visit.Control{ID: "next", Label: s.text("setup.go_on"), Event: visit.Next{}}
	no := visit.Control{ID: "no", Label: s.name("setup_no.", name), Event: visit.Pick{Option: "no"}}
	trouble := r.Fault
	switch {
	case r.Verdict == Passed:
		v.Icon, v.Tone, v.Headline = "ok", visit.Good, s.text("setup.passed")
		v.Actions = []visit.Control{on, again, s.back()}
		return
	case r.Verdict == NotPassed:
		v.Icon, v.Tone, v.Headline = "trouble", visit.Trouble, s.text("setup.not_passed")
		v.Actions = []visit.Control{again, on, s.back()}
	case s.doubt:
		v.Hint = s.name("setup_ask.", name)
		v.Actions = []visit.Control{{ID: "yes", Label: s.name("setup_yes.", name), Event: visit.Pick{Option: "yes"}}, no, again, s.back()}
		trouble = s.health[n]
	default:
		v.Hint = s.name("setup_do.", name)
		v.Actions = []visit.Control{s.skipIt(), again, no, s.back()}
		trouble = s.health[n]
	}
	if trouble != fault.None {
		v.Notice, v.NoticeTone = s.inWords(trouble), visit.Warning
		if trouble == fault.Unplugged && len(s.facts.Ports) > 0 {
			v.Hint = s.text("setup.ports", "ports", strings.Join(s.facts.Ports, " "))
		}
	}
}

// Results are what came of the devices that were tried or passed over.
func (s State) Results() map[string]Result {
	results := map[string]Result{}
	for n, name := range Testable {
		if s.wares[n].Verdict != "" {
			results[name] = s.wares[n]
		}
	}
	return results
}

// reportStep ends it: all at a glance, and the slip of readiness.
func reportStep() step {
	return step{
		id:     "report",
		wanted: func(s State) bool { return s.facts.Appliance && (s.facts.Enrolled || s.later) },
		look:   State.lookReport,
		settle: func(m *machine) {
			if m.printed != "" || !m.has("printer") {
				m.pass()
				return
			}
			m.do(PrintReport{m.begin(reporting), m.Results()})
		},
	}
}

func (s State) has(device string) bool {
	for _, d := range s.facts.Devices {
		if d == device {
			return true
		}
	}
	return false
}

// reported goes on when the slip is out; else it says so, and the next touch serves.
func (m *machine) reported(o slip.Outcome) {
	m.printed = o.String()
	if o == slip.Printed {
		m.pass()
	} else {
		m.notice = "setup.report_unprinted"
	}
}

func (s State) lookReport(v *visit.View) {
	v.Screen, v.Title, v.Hint = visit.ScreenSetupReport, s.text("setup.report"), s.text("setup.report_hint")
	central := s.text("setup.enrolled", "number", fmt.Sprint(s.facts.Number))
	if !s.facts.Enrolled {
		central = s.text("setup.enrols_later")
	}
	rows := []visit.Row{{Label: s.text("setup.row_central"), Value: central}}
	if s.facts.Grid != "" {
		rows = append(rows, visit.Row{Label: s.text("setup.row_grid"), Value: s.facts.Grid})
	}
	for n, name := range Testable {
		if !s.has(name) {
			continue
		}
		value := s.text("setup.untried")
		if r := s.wares[n]; r.Verdict != "" {
			value = s.name("setup_verdict.", r.Verdict)
			if r.Fault != fault.None {
				value = s.text("setup.verdict_fault", "verdict", value, "code", string(r.Fault))
			}
		}
		rows = append(rows, visit.Row{Label: s.name("setup_device.", name), Value: value})
	}
	paged := visit.View{}
	items := make([]visit.Control, len(rows))
	s.pages(&paged, items)
	v.Pager = paged.Pager
	first := 0
	if v.Pager != nil {
		first = (v.Pager.Page - 1) * perPage
	}
	v.Rows = rows[first : first+len(paged.Items)]
	label := s.text("setup.report_print")
	if s.printed != "" || !s.has("printer") {
		label = s.text("setup.serve")
	}
	v.Actions = []visit.Control{{ID: "next", Label: label, Event: visit.Next{}}, s.back()}
}
