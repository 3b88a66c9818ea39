package settings

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"strings"
)

// Template is kiosk.toml as it lies on a new card: every key with what it is for, in
// Chinese and English. A key with # right before it says nothing: the first start asks. It is written as Windows' old Notepad wants it, with a byte order
// mark and CRLF.
//
//go:embed kiosk.toml
var Template []byte

// keyLine is a line that gives a key its value, or would without its #.
var keyLine = regexp.MustCompile(`^\s*#?([A-Za-z0-9_]+)\s*=\s*(.*?)\s*$`)

// Fill gives keys of a file other values and leaves all else of it as it is, comments
// and line ends too. Values are TOML text by "section.key". It is for files whose
// values stand on one line each, like Template; a key that is not in the file is an
// error.
func Fill(text []byte, values map[string]string) ([]byte, error) {
	left := len(values)
	section := ""
	lines := bytes.SplitAfter(text, []byte("\n"))
	for i, line := range lines {
		word := strings.TrimRight(strings.TrimPrefix(string(line), "\ufeff"), "\r\n")
		if name, ok := strings.CutPrefix(strings.TrimSpace(word), "["); ok {
			section, _, _ = strings.Cut(name, "]")
			continue
		}
		m := keyLine.FindStringSubmatch(word)
		if m == nil {
			continue
		}
		if v, ok := values[section+"."+m[1]]; ok {
			left--
			end := line[len(bytes.TrimRight(line, "\r\n")):]
			lines[i] = append([]byte(m[1]+" = "+v), end...)
		}
	}
	if left != 0 {
		return nil, fmt.Errorf("settings: %d of %d keys do not stand in the file once", left, len(values))
	}
	return bytes.Join(lines, nil), nil
}

// Examples are the values of the keys of Template, as TOML text: what kind of value a
// key has.
func Examples() map[string]string {
	all := map[string]string{}
	section := ""
	for line := range strings.Lines(string(Template)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			section, _, _ = strings.Cut(name, "]")
		} else if m := keyLine.FindStringSubmatch(line); m != nil {
			all[section+"."+m[1]] = m[2]
		}
	}
	return all
}
