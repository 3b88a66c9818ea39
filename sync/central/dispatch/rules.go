package dispatch

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"lintai/sync/central/docket"
)

// ErrRules is returned for a document of rules that cannot be used.
var ErrRules = errors.New("dispatch: no document of rules")

// Setting is the name of the setting that holds the document, when staff have written
// one.
const Setting = "dispatch.rules"

// DefaultDocument is that of a community that wrote none.
//
//go:embed rules.toml
var DefaultDocument string

// Rules is a document that was read.
type Rules struct {
	Automatic []docket.Urgency
	Clerk     []string // services
	Most      int      // weight from which on somebody is Busy
	weights   [docket.Normal + 1]int
	// Departments are tried in order.
	Departments []DepartmentRule
}

// DepartmentRule says what goes to a department.
type DepartmentRule struct {
	To                                   docket.Department
	Services, Categories, Options, Words []string
	Automatic                            bool
}

// document is the text as it is written.
type document struct {
	Automatic []string `toml:"automatic"`
	Clerk     []string `toml:"clerk"`
	Most      int      `toml:"most"`
	Weight    struct {
		Urgent int `toml:"urgent"`
		Soon   int `toml:"soon"`
		Normal int `toml:"normal"`
	} `toml:"weight"`
	Department []struct {
		To         string   `toml:"to"`
		Services   []string `toml:"services"`
		Categories []string `toml:"categories"`
		Options    []string `toml:"options"`
		Words      []string `toml:"words"`
		Automatic  bool     `toml:"automatic"`
	} `toml:"department"`
}

// MaxDocument is how long a document may be, in bytes.
const MaxDocument = 64 << 10

// Parse reads a document; an empty text is DefaultDocument. ErrRules.
func Parse(text string) (*Rules, error) {
	if strings.TrimSpace(text) == "" {
		text = DefaultDocument
	}
	if len(text) > MaxDocument {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", ErrRules, MaxDocument)
	}
	var d document
	decoder := toml.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return nil, fmt.Errorf("%w: %s", ErrRules, strict.String())
		}
		return nil, fmt.Errorf("%w: %w", ErrRules, err)
	}
	r := &Rules{Clerk: d.Clerk, Most: d.Most, weights: [...]int{d.Weight.Urgent, d.Weight.Soon, d.Weight.Normal}}
	for _, word := range d.Automatic {
		u := docket.ParseUrgency(word)
		if u.String() != word {
			return nil, fmt.Errorf("%w: automatic: no urgency %q", ErrRules, word)
		}
		r.Automatic = append(r.Automatic, u)
	}
	if r.Most < 1 || slices.Min(r.weights[:]) < 1 || slices.Max(r.weights[:]) > 1000 {
		return nil, fmt.Errorf("%w: most and each weight are 1 or more", ErrRules)
	}
	for i, given := range d.Department {
		one := DepartmentRule{To: docket.Department(given.To), Services: given.Services, Categories: given.Categories,
			Options: given.Options, Words: given.Words, Automatic: given.Automatic}
		if err := one.check(); err != nil {
			return nil, fmt.Errorf("%w: department %d: %w", ErrRules, i+1, err)
		}
		r.Departments = append(r.Departments, one)
	}
	return r, nil
}

func (d DepartmentRule) check() error {
	if !slices.Contains(docket.Departments, d.To) {
		return fmt.Errorf("no department %q", d.To)
	}
	for _, c := range d.Categories {
		if !slices.Contains(docket.Categories, docket.Category(c)) {
			return fmt.Errorf("no category %q", c)
		}
	}
	if len(d.Options) == 0 && len(d.Words) == 0 && len(d.Categories) == 0 && len(d.Services) == 0 {
		return errors.New("it would take every case")
	}
	if slices.Contains(d.Words, "") || slices.Contains(d.Options, "") {
		return errors.New("an empty word is in every text")
	}
	return nil
}

func (r *Rules) automatic(u docket.Urgency) bool { return slices.Contains(r.Automatic, u) }

// weigh is what somebody's open cases weigh together.
func (r *Rules) weigh(l Load) (sum int) {
	for u, n := range l {
		sum += n * r.weights[u]
	}
	return sum
}

// department finds the first rule that fits, and what made it fit.
func (r *Rules) department(m Matter) (DepartmentRule, string, bool) {
	for _, d := range r.Departments {
		if len(d.Services) > 0 && !slices.Contains(d.Services, m.Case.Service) ||
			len(d.Categories) > 0 && !slices.Contains(d.Categories, string(m.Case.Category)) ||
			slices.Contains(m.Declined, docket.ToDepartment(d.To)) {
			continue
		}
		if len(d.Options) == 0 && len(d.Words) == 0 {
			return d, "", true
		}
		for _, w := range d.Words {
			if strings.Contains(m.Text, w) {
				return d, w, true
			}
		}
		for _, o := range d.Options {
			if slices.Contains(m.Options, o) {
				return d, m.answer(o), true
			}
		}
	}
	return DepartmentRule{}, "", false
}

// answer is what an option is called in the request.
func (m Matter) answer(option string) string {
	if body, err := m.Case.Request(); err == nil {
		for _, a := range body.Answers {
			if a.Option == option {
				return a.Text
			}
		}
	}
	return option
}
