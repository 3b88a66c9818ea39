package edit

import (
	"bytes"
	"errors"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// mark is the byte order mark with which Windows' Notepad begins a file.
var mark = []byte("\ufeff")

// entry is where a key and its value stand.
type entry struct {
	key    string
	start  int // of the key
	keyEnd int
	value  int // of the value
	end    int // behind the value
	inline bool
}

type span struct{ from, to int }

// found is where everything stands in a text.
type found struct {
	entries []entry
	last    map[string]int  // section → a byte of the last line that belongs to its header
	dotted  map[string]int  // section → a byte of the last line "section.key = …" without a header
	tables  map[string]span // section → section = { … }
}

var errPlace = errors.New("edit: a value's place was not found")

// find locates the keys of a text that is sound TOML.
func find(text []byte) (*found, error) {
	skip := 0
	if bytes.HasPrefix(text, mark) {
		skip = len(mark)
	}
	f := &found{last: map[string]int{}, dotted: map[string]int{}, tables: map[string]span{}}
	p := unstable.Parser{}
	p.Reset(text[skip:])
	section := ""
	for p.NextExpression() {
		e := p.Expression()
		name, start, keyEnd := keyOf(e, skip)
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			section = name
			f.last[section] = keyEnd
			continue
		case unstable.KeyValue:
		default:
			continue
		}
		from, to, ok := valueSpan(text, keyEnd)
		if !ok {
			return nil, errPlace
		}
		key := name
		if section != "" {
			key = section + "." + name
			f.last[section] = to
		} else if first, _, nested := strings.Cut(name, "."); nested {
			f.dotted[first] = to
		}
		f.entries = append(f.entries, entry{key: key, start: start, keyEnd: keyEnd, value: from, end: to})
		if e.Value().Kind != unstable.InlineTable {
			continue
		}
		if section == "" {
			f.tables[name] = span{from, to}
		}
		for it := e.Value().Children(); it.Next(); {
			inner := it.Node()
			if inner.Kind != unstable.KeyValue {
				continue
			}
			name, start, keyEnd := keyOf(inner, skip)
			from, to, ok := valueSpan(text, keyEnd)
			if !ok {
				return nil, errPlace
			}
			f.entries = append(f.entries, entry{key: key + "." + name, start: start, keyEnd: keyEnd, value: from, end: to, inline: true})
		}
	}
	if err := p.Error(); err != nil {
		return nil, err
	}
	return f, nil
}

// keyOf is a key as it is read, and where it stands.
func keyOf(n *unstable.Node, skip int) (name string, start, end int) {
	var parts []string
	start = -1
	for it := n.Key(); it.Next(); {
		k := it.Node()
		parts = append(parts, string(k.Data))
		if start < 0 {
			start = skip + int(k.Raw.Offset)
		}
		end = skip + int(k.Raw.Offset+k.Raw.Length)
	}
	return strings.Join(parts, "."), start, end
}

// valueSpan finds the value behind a key.
func valueSpan(text []byte, keyEnd int) (from, to int, ok bool) {
	if keyEnd > len(text) {
		return 0, 0, false
	}
	i := bytes.IndexByte(text[keyEnd:], '=')
	if i < 0 {
		return 0, 0, false
	}
	from = keyEnd + i + 1
	for from < len(text) && (text[from] == ' ' || text[from] == '\t') {
		from++
	}
	to, ok = valueEnd(text, from)
	return from, to, ok
}

// valueEnd finds where the value that begins at i is over. It knows strings and
// brackets; all else ends where something else begins.
func valueEnd(text []byte, i int) (end int, ok bool) {
	depth := 0
	for i < len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\'':
			i = stringEnd(text, i)
			if i < 0 {
				return 0, false
			}
			if depth == 0 {
				return i, true
			}
		case c == '[' || c == '{':
			depth++
			i++
		case (c == ']' || c == '}') && depth > 0:
			depth--
			i++
			if depth == 0 {
				return i, true
			}
		case depth == 0 && strings.IndexByte(",#\r\n]}", c) >= 0:
			return len(bytes.TrimRight(text[:i], " \t")), true
		case c == '#': // a comment between the lines of an array
			n := bytes.IndexByte(text[i:], '\n')
			if n < 0 {
				return 0, false
			}
			i += n
		default:
			i++
		}
	}
	return len(bytes.TrimRight(text, " \t")), depth == 0
}

// stringEnd is behind the string that begins at i, or -1.
func stringEnd(text []byte, i int) int {
	quote := text[i : i+1]
	long := bytes.Repeat(quote, 3)
	if bytes.HasPrefix(text[i:], long) {
		for j := i + 3; j < len(text); j++ {
			if text[j] == '\\' && quote[0] == '"' {
				j++
			} else if bytes.HasPrefix(text[j:], long) {
				// Up to two quotes may stand before those that end it.
				for end := j + 3; ; end++ {
					if end >= len(text) || text[end] != quote[0] || end == j+5 {
						return end
					}
				}
			}
		}
		return -1
	}
	for j := i + 1; j < len(text); j++ {
		switch {
		case text[j] == '\\' && quote[0] == '"':
			j++
		case text[j] == quote[0]:
			return j + 1
		case text[j] == '\n':
			return -1
		}
	}
	return -1
}
