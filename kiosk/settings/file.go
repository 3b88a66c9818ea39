package settings

import (
	"errors"
	"fmt"
	"maps"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// Problem is one mistake in a configuration file.
type Problem struct {
	Line    int    // 1 is the first line; 0 when something is missing from the file
	Key     string // "printer.baud"; empty when the text is no TOML
	Message string // what is wrong, in the technician's language
	Allowed string // what may stand there
}

// String is one line for the screen and the log. It never holds the value: the
// value may be a secret.
func (p Problem) String() string {
	text := p.where() + "：" + p.Message
	if p.Allowed != "" {
		text += "。允许：" + p.Allowed
	}
	return text
}

// where is the line and the key.
func (p Problem) where() string {
	where := "缺少"
	if p.Line > 0 {
		where = fmt.Sprintf("第 %d 行", p.Line)
	}
	if p.Key != "" {
		where += " " + p.Key
	}
	return where
}

// Problems is every mistake that was found, in the order of the file.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// file is a parsed document whose keys are taken out one by one; what is left
// at the end is unknown.
type file struct {
	values   map[string]any // "printer.baud" → 9600
	all      map[string]any // the same, with those that were taken
	lines    map[string]int
	known    []string
	problems Problems
}

func read(text []byte) (*file, Problems) {
	if problems := saved(text); len(problems) > 0 {
		return nil, problems
	}
	// A file saved by Windows' Notepad begins with a byte order mark.
	text = []byte(strings.TrimPrefix(string(text), "\ufeff"))
	var sections map[string]any
	if err := toml.Unmarshal(text, &sections); err != nil {
		p := Problem{Message: "不是正确的 TOML：" + err.Error()}
		var d *toml.DecodeError
		if errors.As(err, &d) {
			p.Line, _ = d.Position()
		}
		if p.Line == 0 {
			p.Line = 1
		}
		return nil, Problems{p}
	}
	f := &file{values: map[string]any{}, lines: lines(text)}
	for section, v := range sections {
		table, ok := v.(map[string]any)
		if !ok {
			f.values[section] = v
			continue
		}
		for key, v := range table {
			f.values[section+"."+key] = v
		}
		if len(table) == 0 {
			f.values[section] = table
		}
	}
	f.all = maps.Clone(f.values)
	return f, nil
}

// lines finds on which line each key and each section stands.
func lines(text []byte) map[string]int {
	found := map[string]int{}
	section := ""
	p := unstable.Parser{}
	p.Reset(text)
	for p.NextExpression() {
		e := p.Expression()
		var parts []string
		line := 0
		for it := e.Key(); it.Next(); {
			n := it.Node()
			parts = append(parts, string(n.Data))
			if line == 0 {
				line = p.Shape(n.Raw).Start.Line
			}
		}
		key := strings.Join(parts, ".")
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			section = key
		case unstable.KeyValue:
			if section != "" {
				key = section + "." + key
			}
		default:
			continue
		}
		if found[key] == 0 {
			found[key] = line
		}
		if e.Kind != unstable.KeyValue || e.Value().Kind != unstable.InlineTable {
			continue
		}
		// TOML keeps an inline table on the line on which it begins.
		for it := e.Value().Children(); it.Next(); {
			for inner := it.Node().Key(); inner.Next(); {
				found[key+"."+string(inner.Node().Data)] = line
			}
		}
	}
	return found
}

func (f *file) problem(section, key, message, allowed string) {
	full := section + "." + key
	f.problems = append(f.problems, Problem{Line: f.lines[full], Key: full, Message: message, Allowed: allowed})
}

func (f *file) take(section, key string) (any, bool) {
	full := section + "." + key
	f.known = append(f.known, full)
	v, ok := f.values[full]
	delete(f.values, full)
	return v, ok
}

func (f *file) text(section, key, fallback string, rule textRule) string {
	v, ok := f.take(section, key)
	if !ok {
		if fallback == required {
			allowed, _ := rule("")
			f.problem(section, key, "没有填写", allowed)
			return ""
		}
		return fallback
	}
	s, isText := v.(string)
	allowed, ok := rule(s)
	switch {
	case !isText:
		f.problem(section, key, "应当是文字，要加引号", allowed)
	case s == "" && fallback == "":
		return "" // written, but left empty: as if it were not there
	case !ok:
		f.problem(section, key, "填写的内容不对", allowed)
	}
	return s
}

func (f *file) integer(section, key, fallback string, rule func(int) (string, bool)) int {
	v, ok := f.take(section, key)
	if !ok {
		if fallback == required {
			allowed, _ := rule(0)
			f.problem(section, key, "没有填写", allowed)
			return 0
		}
		n, _ := strconv.Atoi(fallback)
		return n
	}
	n, isInt := v.(int64)
	if allowed, ok := rule(int(n)); !isInt || !ok {
		if allowed == "" {
			allowed, _ = rule(-1) // a rule says what is allowed only when it refuses
		}
		f.problem(section, key, "填写的数字不对", allowed)
	}
	return int(n)
}

func (f *file) decimal(section, key string, fallback, low, high float64) float64 {
	v, ok := f.take(section, key)
	if !ok {
		return fallback
	}
	var n float64
	switch v := v.(type) {
	case float64:
		n = v
	case int64:
		n = float64(v)
	}
	if !(n >= low && n <= high) {
		f.problem(section, key, "填写的数字不对", fmt.Sprintf("%g 到 %g", low, high))
	}
	return n
}

func (f *file) boolean(section, key string, fallback bool) bool {
	v, ok := f.take(section, key)
	if !ok {
		return fallback
	}
	b, ok := v.(bool)
	if !ok {
		f.problem(section, key, "填写的内容不对", "true、false（不加引号）")
	}
	return b
}

// finish adds a problem for every key that nobody asked for.
func (f *file) finish() Problems {
	for full := range f.values {
		section, _, _ := strings.Cut(full, ".")
		var near []string
		for _, k := range f.known {
			if strings.HasPrefix(k, section+".") {
				near = append(near, strings.TrimPrefix(k, section+"."))
			}
		}
		p := Problem{Line: f.lines[full], Key: full, Message: "不认识这一项"}
		if len(near) > 0 {
			p.Allowed = "[" + section + "] 里可以写 " + strings.Join(near, "、")
		} else {
			p.Allowed = "小节 " + strings.Join(f.sections(), "、")
		}
		f.problems = append(f.problems, p)
	}
	sort.SliceStable(f.problems, func(i, j int) bool {
		a, b := f.problems[i], f.problems[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Key < b.Key
	})
	return f.problems
}

func (f *file) sections() []string {
	var names []string
	for _, k := range f.known {
		section, _, _ := strings.Cut(k, ".")
		if len(names) == 0 || names[len(names)-1] != "["+section+"]" {
			names = append(names, "["+section+"]")
		}
	}
	return names
}
