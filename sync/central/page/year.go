package page

import (
	"fmt"
	"html/template"
	"io"
	"sync"
	"time"

	"lintai/kiosk/phrase"
)

// Templates are templates in which times are written as they are read in some year: those
// of that year without it. One set is kept for a year; the first page of January makes
// the next.
type Templates struct {
	parsed *template.Template // never executed: that can be cloned

	mu   sync.Mutex
	year int
	set  *template.Template
}

// Of takes parsed templates, which are not executed by anybody else.
func Of(parsed *template.Template) *Templates { return &Templates{parsed: parsed} }

// Execute writes one of them as it is read at a time.
func (t *Templates) Execute(w io.Writer, name string, data any, now time.Time) error {
	set, err := t.at(now)
	if err != nil {
		return fmt.Errorf("page: %s: %w", name, err)
	}
	if err := set.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("page: %s: %w", name, err)
	}
	return nil
}

// at are they as read at a time.
func (t *Templates) at(now time.Time) (*template.Template, error) {
	year := now.In(phrase.Zone).Year()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.set != nil && t.year == year {
		return t.set, nil
	}
	set, err := t.parsed.Clone()
	if err != nil {
		return nil, err
	}
	t.set, t.year = set.Funcs(template.FuncMap{"when": func(at time.Time) string { return When(at, now) }}), year
	return t.set, nil
}
