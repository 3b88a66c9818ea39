package board

import "strings"

// mount is one line of /proc/mounts.
type mount struct {
	device, point, kind string
	readOnly            bool
}

// parseMounts reads /proc/mounts, proc(5): six fields, with blanks, tabs, line
// feeds and backslashes as \ooo. Lines that are something else are left out.
func parseMounts(text string) []mount {
	var all []mount
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 4 {
			continue
		}
		m := mount{device: unescape(fields[0]), point: unescape(fields[1]), kind: fields[2]}
		for option := range strings.SplitSeq(fields[3], ",") {
			m.readOnly = m.readOnly || option == "ro"
		}
		all = append(all, m)
	}
	return all
}

// holding finds the mount that a path is on. Of several on one point, the last
// covers the others.
func holding(all []mount, path string) (mount, bool) {
	best, found := mount{}, false
	for _, m := range all {
		inside := m.point == "/" || path == m.point || strings.HasPrefix(path, m.point+"/")
		if inside && strings.HasPrefix(path, "/") && len(m.point) >= len(best.point) {
			best, found = m, true
		}
	}
	return best, found
}

// unescape undoes the kernel's \ooo.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && octal(s[i+1]) && octal(s[i+2]) && octal(s[i+3]) {
			b.WriteByte((s[i+1]-'0')<<6 | (s[i+2]-'0')<<3 | (s[i+3] - '0'))
			i += 3
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func octal(c byte) bool { return c >= '0' && c <= '7' }
