// Package edit changes single values of kiosk.toml and leaves every other byte as the
// technician wrote it: her comments, her order, the line ends and the byte order mark
// of the editor on her PC. What it cannot do without touching anything else it refuses.
//
// A key is "section.key", as in the messages of package settings.
package edit

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// ErrForm is a key or value that cannot stand in the file.
var ErrForm = errors.New("edit: no key and value of kiosk.toml")

// The largest value, in bytes.
const maxValue = 1024

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}\.[a-z][a-z0-9_]{0,31}$`)

// Apply writes values, as the TOML text that stands after the equals sign, and takes
// other keys out: a text becomes "", which says nothing and shows where a new one goes,
// the line of anything else a comment. The text that it returns reads back as it was
// but for that, which Apply has checked.
func Apply(text []byte, set map[string]string, erase []string) ([]byte, error) {
	before, err := values(text)
	if err != nil {
		return nil, err
	}
	want := maps.Clone(before)
	out := text
	for _, key := range slices.Sorted(maps.Keys(set)) {
		v, err := value(key, set[key])
		if err != nil {
			return nil, err
		}
		want[key] = v
		if out, err = put(out, key, set[key]); err != nil {
			return nil, err
		}
	}
	for _, key := range erase {
		if !keyForm.MatchString(key) {
			return nil, fmt.Errorf("%w: %q", ErrForm, key)
		}
		if _, there := set[key]; there {
			return nil, fmt.Errorf("%w: %s is to be kept and erased", ErrForm, key)
		}
		var left bool
		if out, left, err = take(out, key); err != nil {
			return nil, err
		}
		if delete(want, key); left {
			want[key] = ""
		}
	}
	after, err := values(out)
	if err != nil {
		return nil, fmt.Errorf("edit: the text would be none any more: %w", err)
	}
	if !reflect.DeepEqual(after, want) {
		return nil, errors.New("edit: another value would change")
	}
	return out, nil
}

// Blank overwrites the values of keys where they stand. The text keeps its length, and
// at any moment while it is written over the old one it is a text that can be read: a
// line that held a value is a comment. It needs no room on a full medium.
func Blank(text []byte, keys ...string) ([]byte, error) {
	f, err := find(text)
	if err != nil {
		return nil, err
	}
	out := bytes.Clone(text)
	for _, e := range f.entries {
		if !slices.Contains(keys, e.key) {
			continue
		}
		from, with := e.start, byte('#')
		if e.inline {
			from, with = e.value, ' '
		}
		for i := from; i < e.end; i++ {
			if out[i] != '\n' && out[i] != '\r' {
				out[i] = with
			}
		}
		if e.inline {
			copy(out[e.value:e.end], `""`)
		}
	}
	return out, nil
}

// Holds tells which of the keys have a value that is not empty.
func Holds(text []byte, keys ...string) []string {
	all, err := values(text)
	if err != nil {
		return nil
	}
	var held []string
	for _, k := range keys {
		if v, there := all[k]; there && v != "" {
			held = append(held, k)
		}
	}
	return held
}

// value reads one value alone, so that none brings a second line or key with it.
func value(key, text string) (any, error) {
	if !keyForm.MatchString(key) {
		return nil, fmt.Errorf("%w: %q", ErrForm, key)
	}
	if len(text) > maxValue || strings.ContainsAny(text, "\n\r") {
		return nil, fmt.Errorf("%w: the value of %s", ErrForm, key)
	}
	var one map[string]any
	if err := toml.Unmarshal([]byte("value = "+text), &one); err != nil || len(one) != 1 || comment(text) {
		return nil, fmt.Errorf("%w: the value of %s", ErrForm, key)
	}
	if _, table := one["value"].(map[string]any); table {
		return nil, fmt.Errorf("%w: the value of %s", ErrForm, key)
	}
	return one["value"], nil
}

// comment tells whether something stands behind the value.
func comment(text string) bool {
	end, ok := valueEnd([]byte(text), 0)
	return !ok || strings.TrimSpace(text[end:]) != "" || text[end:] != ""
}

// values flattens a text to its values, the way package settings reads it.
func values(text []byte) (map[string]any, error) {
	var sections map[string]any
	if err := toml.Unmarshal(bytes.TrimPrefix(text, mark), &sections); err != nil {
		return nil, fmt.Errorf("edit: kiosk.toml cannot be read: %w", err)
	}
	all := map[string]any{}
	for section, v := range sections {
		table, ok := v.(map[string]any)
		if !ok {
			all[section] = v
			continue
		}
		for key, v := range table {
			all[section+"."+key] = v
		}
	}
	return all, nil
}

// put replaces the value of a key, or adds a line for it to its section.
func put(text []byte, key, with string) ([]byte, error) {
	f, err := find(text)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(f.entries, func(e entry) bool { return e.key == key }); i >= 0 {
		e := f.entries[i]
		return splice(text, e.value, e.end, with), nil
	}
	section, name, _ := strings.Cut(key, ".")
	line := name + " = " + with
	if whole, ok := f.tables[section]; ok {
		inner := bytes.TrimSpace(text[whole.from+1 : whole.to-1])
		if len(inner) > 0 {
			return splice(text, whole.to-1, whole.to-1, ", "+line), nil
		}
		return splice(text, whole.to-1, whole.to-1, line), nil
	}
	if at, ok := f.last[section]; ok {
		return addLine(text, at, line), nil
	}
	if at, ok := f.dotted[section]; ok {
		return addLine(text, at, key+" = "+with), nil
	}
	eol := lineEnd(text)
	var gap string
	if len(bytes.TrimPrefix(text, mark)) > 0 {
		gap = eol
		if !bytes.HasSuffix(text, []byte("\n")) {
			gap += eol
		}
	}
	return append(bytes.Clone(text), gap+"["+section+"]"+eol+line+eol...), nil
}

// take empties a key. Left tells that its value is "" now, and its line no comment:
// it is a text, or shares its line with others.
func take(text []byte, key string) (out []byte, left bool, err error) {
	f, err := find(text)
	if err != nil {
		return nil, false, err
	}
	i := slices.IndexFunc(f.entries, func(e entry) bool { return e.key == key })
	if i < 0 {
		return text, false, nil
	}
	e := f.entries[i]
	if e.inline || text[e.value] == '"' || text[e.value] == '\'' {
		return splice(text, e.value, e.end, `""`), true, nil
	}
	return splice(text, e.start, e.end, "# "+string(text[e.start:e.keyEnd])+` = ""`), false, nil
}

func splice(text []byte, from, to int, with string) []byte {
	return slices.Concat(text[:from], []byte(with), text[to:])
}

// addLine puts a line behind the one that holds the byte at.
func addLine(text []byte, at int, line string) []byte {
	i := bytes.IndexByte(text[at:], '\n')
	if i < 0 {
		return append(bytes.Clone(text), lineEnd(text)+line+lineEnd(text)...)
	}
	at += i + 1
	eol := "\n"
	if at >= 2 && text[at-2] == '\r' {
		eol = "\r\n"
	}
	return splice(text, at, at, line+eol)
}

// lineEnd is how the text's first line ends.
func lineEnd(text []byte) string {
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
