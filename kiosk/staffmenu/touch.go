package staffmenu

import (
	"strconv"
	"strings"

	"lintai/kiosk/fault"
	"lintai/kiosk/staffcode"
	"lintai/kiosk/visit"
)

// entries of the menu that this terminal has, in their order.
func (s State) entries() []string {
	var all []string
	add := func(id string, has bool) {
		if has {
			all = append(all, id)
		}
	}
	a := s.facts.Appliance
	add("volume", a)
	add("light", a && s.facts.Light > 0)
	add("devices", len(s.facts.Devices) > 0)
	add("reprint", s.facts.Slip)
	add("network", true)
	add("versions", true)
	add("report", true)
	add("queue", a)
	add("logs", a)
	add("update", a)
	add("restart", a)
	return all
}

func (m *machine) touch(e visit.Event) {
	switch e := e.(type) {
	case visit.Finish:
		if m.page != working {
			m.leave()
		}
		return
	case visit.Back:
		m.back()
		return
	case visit.Turn:
		m.turned = max(0, min(m.turned+e.By, m.pages()-1))
		return
	}
	switch m.page {
	case number:
		m.typed(e)
	case menu:
		if o, ok := e.(visit.Open); ok {
			m.choose(o.Item)
		}
	case volume, light:
		if o, ok := e.(visit.Open); ok {
			m.set(o.Item)
		}
	case devices:
		if o, ok := e.(visit.Open); ok && has(m.facts.Devices, o.Item) {
			m.open(device)
			m.tryDevice(o.Item)
		}
	case device:
		m.atDevice(e)
	case restart:
		if o, ok := e.(visit.Open); ok && (o.Item == "program" || o.Item == "machine") {
			m.open(confirm)
			m.aim, m.what = "restart", o.Item
		}
	case sticks:
		if o, ok := e.(visit.Open); ok {
			m.pick(o.Item)
		}
	case confirm:
		if _, ok := e.(visit.Confirm); ok {
			m.confirmed()
		}
	case result:
		// An update that is installed waits for a restart.
		if _, ok := e.(visit.Retry); ok && m.aim == "update" && m.failed == fault.None {
			m.what = "machine"
			m.work("restart", func(try int) Effect { return Restart{try, "machine"} })
		}
	}
}

func (m *machine) typed(e visit.Event) {
	if m.judging {
		return
	}
	switch e := e.(type) {
	case visit.Digit:
		if len(m.entry) < staffcode.Digits && e.Digit >= '0' && e.Digit <= '9' {
			m.entry, m.verdict = m.entry+string(e.Digit), ""
		}
	case visit.Erase:
		m.entry = m.entry[:max(0, len(m.entry)-1)]
	case visit.Next:
		if len(m.entry) == staffcode.Digits {
			m.judging = true
			m.do(TryNumber{m.entry})
		}
	}
}

func (m *machine) choose(entry string) {
	if !has(m.entries(), entry) {
		return
	}
	switch entry {
	case "volume", "light", "devices", "restart", "network", "versions":
		m.open(page(entry))
		m.do(LookAnew{})
	case "reprint":
		m.work(entry, func(try int) Effect { return Reprint{try} })
	case "report":
		m.work(entry, func(try int) Effect { return PrintReport{try} })
	case "queue", "logs", "update":
		m.work(entry, func(try int) Effect { return LookForSticks{try} })
	}
}

func (m *machine) set(item string) {
	percent, err := strconv.Atoi(item)
	if err != nil || !has(levels, percent) {
		return
	}
	if m.page == volume {
		m.work("volume", func(try int) Effect { return SetVolume{try, percent} })
	} else {
		m.work("light", func(try int) Effect { return SetLight{try, percent} })
	}
}

func (m *machine) pick(item string) {
	for _, s := range m.found {
		if s.Name != item {
			continue
		}
		m.stick = s
		if m.aim == "update" {
			m.what = s.Update
			m.open(confirm)
			return
		}
		aim := m.aim
		m.work(aim, func(try int) Effect { return Export{try, aim, s.Name} })
		return
	}
}

func (m *machine) confirmed() {
	switch m.aim {
	case "restart":
		what := m.what
		m.work("restart", func(try int) Effect { return Restart{try, what} })
	case "update":
		s := m.stick
		m.work("update", func(try int) Effect { return Install{try, s.Name, s.Update} })
	}
}

func (m *machine) tryDevice(name string) {
	m.device, m.passed, m.doubt, m.failed = name, false, name == "speaker", fault.None
	m.do(TryDevice{name})
}

func (m *machine) atDevice(e visit.Event) {
	switch e := e.(type) {
	case visit.Retry:
		m.tryDevice(m.device)
	case visit.Pick:
		if m.doubt {
			m.doubt, m.passed = false, e.Option == "yes"
			if !m.passed {
				m.failed = fault.DeviceFailed
			}
		}
	}
}

// back goes where one came from. What is being done is waited for.
func (m *machine) back() {
	switch m.page {
	case number, menu:
		m.leave()
	case device:
		m.open(devices)
	case confirm:
		if m.aim == "restart" {
			m.open(restart)
		} else {
			m.open(sticks)
		}
	case working:
	default:
		m.open(menu)
	}
}

func has[T comparable](all []T, one T) bool {
	for _, x := range all {
		if x == one {
			return true
		}
	}
	return false
}

// grouped writes a number as central shows it.
func grouped(digits string) string {
	const half = staffcode.Digits / 2
	if len(digits) <= half {
		return digits
	}
	return strings.Join([]string{digits[:half], digits[half:]}, " ")
}
