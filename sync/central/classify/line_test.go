package classify

import (
	"errors"
	"strings"
	"testing"
)

// A mistake is named with the line on which it stands.
func TestErrorsNameTheirLine(t *testing.T) {
	const document = `{
  "version": 1,
  "duplicate_days": 7,
  "duplicate_score": 65,
  "repeats": [{"from": 2, "priority": "soon"}],
  "shared": ["light"],
  "rules": [
    {"id": "lamp", "words": ["灯"], "topic": "light"},
    {"id": "lift",
     "words": ["电梯"], "category": "living"}
  ]
}`
	if _, err := Parse([]byte(document)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to string
		line     int
		says     string
	}{
		{`"version": 1,`, `"version": 1`, 3, "invalid character"},
		{`"version": 1`, `"version": "one"`, 2, "string"},
		{`"duplicate_days": 7`, `"duplicate_days": 90`, 3, "duplicate_days"},
		{`"duplicate_score": 65`, `"duplicate_scores": 65`, 4, "duplicate_scores"},
		{`"from": 2`, `"from": 1`, 5, "repeats"},
		{`["light"]`, `["lamp"]`, 6, "shared"},
		{`"topic": "light"`, `"theme": "light"`, 8, "theme"},
		{`"category": "living"`, `"category": "live"`, 9, "category"},
		{`"id": "lift"`, `"id": "lamp"`, 9, "another"},
		{`["电梯"]`, `[3]`, 10, "number"},
	} {
		_, err := Parse([]byte(strings.Replace(document, c.from, c.to, 1)))
		var at *LineError
		if !errors.As(err, &at) || !errors.Is(err, ErrRules) {
			t.Errorf("%s: no line: %v", c.to, err)
			continue
		}
		if at.Line != c.line || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: line %d: %v, want line %d", c.to, at.Line, err, c.line)
		}
	}
}
