// Package catalog describes the services as data: what a resident can ask for,
// step by step, which personal data each service may take and how long it is
// kept. A new service needs no release: the default catalogue ships inside the
// binary, central serves the same document as Open311 service definitions and
// can push a newer version.
package catalog

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sync"
)

// Catalog is one version of the document.
type Catalog struct {
	Version  int       `json:"version"`
	Services []Service `json:"services"`
}

// Service is one thing that a resident can ask for.
type Service struct {
	Code        string   `json:"code"`        // Open311 service_code, e.g. "repair"
	Name        string   `json:"name"`        // "报修"
	Tile        string   `json:"tile"`        // on the home screen: "我要报修"
	Icon        string   `json:"icon"`        // name of a drawing in ui
	Description string   `json:"description"` // one sentence, shown by other channels
	Group       string   `json:"group"`
	Keywords    []string `json:"keywords"`
	Private     bool     `json:"private"` // never in a public GET
	Steps       []Step   `json:"steps"`
	// Personal lists the personal fields that this service may take. What is
	// not listed is dropped before it reaches a screen or the queue.
	Personal []PersonalField `json:"personal"`
	// Purpose and RetentionDays are said before the first personal field.
	Purpose       string `json:"purpose"`
	RetentionDays int    `json:"retention_days"`
}

// PersonalField is one kind of personal data.
type PersonalField string

const (
	Name    PersonalField = "name"
	Address PersonalField = "address"
)

// StepKind says what a step asks for.
type StepKind string

const (
	// Choose is one of up to six large tiles.
	Choose StepKind = "choose"
	// Identify takes name and address from the ID card, or goes on without.
	Identify StepKind = "identify"
	// Number is a few digits typed on the large keypad, e.g. a room number.
	Number StepKind = "number"
)

// Step is one screen of a service.
type Step struct {
	ID       string   `json:"id"`
	Kind     StepKind `json:"kind"`
	Title    string   `json:"title"`  // the question on the screen
	Label    string   `json:"label"`  // beside the answer on the confirm page and for staff
	Prompt   string   `json:"prompt"` // what the voice says
	Options  []Option `json:"options,omitempty"`
	MaxDigit int      `json:"max_digits,omitempty"` // Number
	Suffix   string   `json:"suffix,omitempty"`     // Number: "号楼", "室"
	// Address marks the Number steps whose answers together are the address;
	// they are skipped when the card gave one.
	Address bool `json:"address,omitempty"`
}

// Option is one tile of a Choose step.
type Option struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Detail  string `json:"detail,omitempty"` // a smaller second line
	Icon    string `json:"icon,omitempty"`
	Urgency string `json:"urgency,omitempty"` // urgent, soon, normal
}

// MaxTiles is the largest number of tiles on a screen.
const MaxTiles = 6

//go:embed default.json
var defaultDocument []byte

var parseDefault = sync.OnceValue(func() *Catalog {
	c, err := Parse(defaultDocument)
	if err != nil {
		panic("catalog: the built-in catalogue is invalid: " + err.Error())
	}
	return c
})

// Default is the catalogue inside the binary. It must not be changed.
func Default() *Catalog { return parseDefault() }

// Parse reads a catalogue and checks it. Unknown keys are errors, so that a
// misspelt one cannot silently drop a step.
func Parse(document []byte) (*Catalog, error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.DisallowUnknownFields()
	var c Catalog
	if err := dec.Decode(&c); err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("catalog: text after the document")
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	return &c, nil
}

// Service finds a service by its code.
func (c *Catalog) Service(code string) (*Service, bool) {
	for i := range c.Services {
		if c.Services[i].Code == code {
			return &c.Services[i], true
		}
	}
	return nil, false
}

// Allows tells whether the service may take a personal field.
func (s *Service) Allows(f PersonalField) bool {
	for _, p := range s.Personal {
		if p == f {
			return true
		}
	}
	return false
}

// Step finds a step by its id.
func (s *Service) Step(id string) (*Step, bool) {
	for i := range s.Steps {
		if s.Steps[i].ID == id {
			return &s.Steps[i], true
		}
	}
	return nil, false
}

// Option finds an option by its id.
func (s *Step) Option(id string) (*Option, bool) {
	for i := range s.Options {
		if s.Options[i].ID == id {
			return &s.Options[i], true
		}
	}
	return nil, false
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

func (c *Catalog) check() error {
	if c.Version < 1 {
		return fmt.Errorf("version must be 1 or more")
	}
	if len(c.Services) == 0 || len(c.Services) > MaxTiles-2 {
		return fmt.Errorf("%d services: the home screen has room for 1 to %d beside its own two tiles", len(c.Services), MaxTiles-2)
	}
	seen := map[string]bool{}
	for i := range c.Services {
		s := &c.Services[i]
		if !identifier.MatchString(s.Code) {
			return fmt.Errorf("service %d: code %q: small letters, digits and _ only", i+1, s.Code)
		}
		if seen[s.Code] {
			return fmt.Errorf("service %s: twice", s.Code)
		}
		seen[s.Code] = true
		if err := s.check(); err != nil {
			return fmt.Errorf("service %s: %w", s.Code, err)
		}
	}
	return nil
}

func (s *Service) check() error {
	if s.Name == "" || s.Tile == "" || s.Description == "" {
		return fmt.Errorf("name, tile and description must not be empty")
	}
	if len(s.Steps) == 0 {
		return fmt.Errorf("no steps")
	}
	if len(s.Personal) > 0 && (s.Purpose == "" || s.RetentionDays < 1) {
		return fmt.Errorf("takes personal data but does not say purpose and retention_days")
	}
	for _, p := range s.Personal {
		if p != Name && p != Address {
			return fmt.Errorf("personal field %q: allowed are %s, %s", p, Name, Address)
		}
	}
	seen := map[string]bool{}
	for i := range s.Steps {
		st := &s.Steps[i]
		if !identifier.MatchString(st.ID) || seen[st.ID] {
			return fmt.Errorf("step %d: id %q: must be new, in small letters, digits and _", i+1, st.ID)
		}
		seen[st.ID] = true
		if err := st.check(); err != nil {
			return fmt.Errorf("step %s: %w", st.ID, err)
		}
		if st.Kind == Identify && len(s.Personal) == 0 {
			return fmt.Errorf("step %s: identifies, but the service takes no personal field", st.ID)
		}
	}
	return nil
}

func (st *Step) check() error {
	if st.Title == "" || st.Prompt == "" {
		return fmt.Errorf("title and prompt must not be empty")
	}
	switch st.Kind {
	case Choose:
		if len(st.Options) < 2 || len(st.Options) > MaxTiles {
			return fmt.Errorf("%d options: a screen has 2 to %d tiles", len(st.Options), MaxTiles)
		}
	case Number:
		if st.MaxDigit < 1 || st.MaxDigit > 8 {
			return fmt.Errorf("max_digits %d: allowed are 1 to 8", st.MaxDigit)
		}
	case Identify:
	default:
		return fmt.Errorf("kind %q: allowed are %s, %s, %s", st.Kind, Choose, Identify, Number)
	}
	if st.Kind != Identify && st.Label == "" {
		return fmt.Errorf("label must not be empty")
	}
	if st.Kind != Choose && len(st.Options) > 0 {
		return fmt.Errorf("only a %s step has options", Choose)
	}
	if st.Address && st.Kind != Number {
		return fmt.Errorf("only a %s step can be part of the address", Number)
	}
	seen := map[string]bool{}
	for _, o := range st.Options {
		if !identifier.MatchString(o.ID) || seen[o.ID] {
			return fmt.Errorf("option %q: must be new, in small letters, digits and _", o.ID)
		}
		seen[o.ID] = true
		if o.Name == "" {
			return fmt.Errorf("option %s: no name", o.ID)
		}
		switch o.Urgency {
		case "", "urgent", "soon", "normal":
		default:
			return fmt.Errorf("option %s: urgency %q: allowed are urgent, soon, normal", o.ID, o.Urgency)
		}
	}
	return nil
}
