package settings

import "strings"

// Begin is Parse for the first start of an appliance: number and place may be missing
// then (0 and ""), as in the template, because the screens of the first start ask for
// them.
func Begin(text []byte) (*Settings, error) {
	f, problems := read(text)
	if len(problems) > 0 {
		return nil, problems
	}
	s := f.settings()
	for _, p := range f.finish() {
		if !asked(f, p.Key) {
			problems = append(problems, p)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return s, nil
}

// asked tells whether a problem is one of those that are none at a first start: the
// key is not there, or as empty as in the template.
func asked(f *file, key string) bool {
	v, there := f.all[key]
	switch key {
	case "terminal.number":
		return !there || v == int64(0)
	case "terminal.place":
		return !there || v == ""
	}
	return false
}

// Says tells whether the file says something for a key, be it only what would be so
// anyway. An empty text says nothing.
func (s *Settings) Says(key string) bool { return s.said[key] }

// PrinterOf is the printer of a file that may be broken anywhere: what of its section
// is sound. ok is false where the file does not name a printer that can be.
func PrinterOf(text []byte) (p Printer, ok bool) {
	f, problems := read(text)
	if len(problems) > 0 {
		if f, problems = read(sectionOf(text, "printer")); len(problems) > 0 {
			f, _ = read(nil)
		}
	}
	p = f.settings().Printer
	for _, problem := range f.problems {
		switch problem.Key {
		case "printer.port":
			p.Port = ""
		case "printer.baud":
			p.Baud = 115200
		case "printer.width_mm":
			p.WidthMM = 80
		}
	}
	return p, p.Port != ""
}

// sectionOf cuts a section out of a text that is no TOML, line by line; lines of it
// that are none themselves are left out.
func sectionOf(text []byte, section string) []byte {
	var cut strings.Builder
	inside := false
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "[") {
			name, _, _ := strings.Cut(strings.TrimPrefix(trimmed, "["), "]")
			inside = strings.TrimSpace(name) == section
			if inside {
				cut.WriteString("[" + section + "]\n")
			}
			continue
		}
		if !inside {
			continue
		}
		if _, problems := read([]byte(line)); len(problems) == 0 {
			cut.WriteString(strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	return []byte(cut.String())
}
