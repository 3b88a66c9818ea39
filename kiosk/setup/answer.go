package setup

import (
	"strings"

	"lintai/kiosk/fault"
	"lintai/kiosk/slip"
)

// answer takes what devices, central and the appliance say.
func (m *machine) answer(e Event) {
	switch e := e.(type) {
	case Enrolled:
		if m.waitsFor(e.Try, enrolling) {
			m.code = ""
			m.facts.Enrolled = true
			m.phase = typing
			m.pass()
		}
	case Joined:
		if m.waitsFor(e.Try, joiningNet) {
			m.net.password = ""
			m.later, m.facts.Online, m.phase = false, true, typing
			m.pass()
		}
	case Kept:
		if m.waitsFor(e.Try, keeping) {
			m.phase = typing
			m.pass()
		}
	case ReportPrinted:
		if m.waitsFor(e.Try, reporting) {
			m.phase = typing
			m.reported(e.Outcome)
		}
	case Failed:
		if m.phase == trying && e.Try == m.try {
			m.refused(e)
		}
	case Around:
		m.around(e)
	case DeviceIs:
		if n := deviceOf(e.Device); n >= 0 {
			m.health[n] = e.Fault
		}
	case Sensed:
		m.sensed(e.Device)
	case Printed:
		m.slipOut(e)
	}
}

func (s State) waitsFor(try int, what busy) bool {
	return s.phase == trying && s.try == try && s.busy == what
}

// refused stands at the step again and says why. A code that central knows and does
// not take is of no more use; what has a wrong letter can be mended.
func (m *machine) refused(f Failed) {
	m.phase, m.failed, m.detail, m.notice = typing, f.Fault, f.Detail, ""
	switch m.busy {
	case enrolling:
		if f.Fault == fault.CodeUsed || f.Fault == fault.CodeExpired {
			m.code = ""
		}
		if all[m.step].id != "code" && ofCode(f.Fault) { // the code of the file
			m.step = stepOf("code")
		}
	case joiningNet:
		m.step = m.mend(f.Fault)
	case reporting:
		m.failed = fault.None
		m.reported(slip.NotPrinted)
	}
}

// keep writes into the technician's file what a step asked for.
func (m *machine) keep(values Values) {
	m.do(Keep{m.begin(keeping), values})
}

// tomlText writes a text as TOML has it.
func tomlText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
