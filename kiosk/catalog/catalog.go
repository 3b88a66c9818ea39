// Package catalog describes the services as data: what a resident can ask for,
// step by step, which personal data each service may take and how long it is
// kept. A new service needs no release: the default catalogue ships inside the
// binary, central serves the same document as Open311 service definitions and
// can push a newer version, and a file on the terminal can replace it.
//
// The document is written in one language, Chinese; translations of its texts
// stand beside them by their path (see Translated).
package catalog

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Catalog is one version of the document.
type Catalog struct {
	Version  int       `json:"version"`
	Services []Service `json:"services"` // in the order of the home screen
	// Translations are texts by locale and path, e.g. "en": {"repair.what.title": …}.
	Translations map[string]map[string]string `json:"translations,omitempty"`
}

// ServiceKind says what begins behind a service's tile.
type ServiceKind string

const (
	// KindRequest asks step by step and files a request. It is the default.
	KindRequest ServiceKind = "request"
	// KindLookUp tells how far a request has come, by slip, code or card.
	KindLookUp ServiceKind = "lookup"
	// KindPolicy answers from the policy corpus on the terminal.
	KindPolicy ServiceKind = "policy"
	// KindInformation shows notices, telephone numbers and opening hours.
	KindInformation ServiceKind = "information"
	// KindBehalf lets a member of staff help: what is filed afterwards in the same
	// visit is recorded as done by her on the resident's behalf.
	KindBehalf ServiceKind = "behalf"
)

// Service is one thing that a resident can ask for.
type Service struct {
	Code        string      `json:"code"`           // Open311 service_code, e.g. "repair"
	Kind        ServiceKind `json:"kind,omitempty"` // empty means KindRequest
	Name        string      `json:"name"`           // "报修"
	Tile        string      `json:"tile"`           // on the home screen: "我要报修"
	Icon        string      `json:"icon"`           // name of a drawing in ui
	Description string      `json:"description"`    // one sentence, shown by other channels
	Group       string      `json:"group"`
	Keywords    []string    `json:"keywords"`
	Private     bool        `json:"private"` // never in a public GET
	// Awaits names what only central can grant, e.g. "活动名额"; until its word
	// comes, screen and slip say 待确认.
	Awaits string `json:"awaits,omitempty"`
	Steps  []Step `json:"steps,omitempty"`
	// Personal lists the personal fields that this service may take. What is
	// not listed is dropped before it reaches a screen or the queue.
	Personal []PersonalField `json:"personal,omitempty"`
	// Purpose and RetentionDays are said before the first personal field.
	Purpose       string `json:"purpose,omitempty"`
	RetentionDays int    `json:"retention_days,omitempty"`
}

// PersonalField is one kind of personal data.
type PersonalField string

const (
	Name     PersonalField = "name"
	Address  PersonalField = "address"
	IDNumber PersonalField = "id_number" // sensitive: only after a Consent step
	Phone    PersonalField = "phone"     // typed by the resident
)

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
	for i := range c.Services {
		if c.Services[i].Kind == "" {
			c.Services[i].Kind = KindRequest
		}
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
func (s *Service) Allows(f PersonalField) bool { return slices.Contains(s.Personal, f) }

// Public tells whether the service and its cases stand in public lists. What
// files no request of its own is a screen of the terminal and in none.
func (s *Service) Public() bool { return s.Kind == KindRequest && !s.Private }

// Step finds a step by its id.
func (s *Service) Step(id string) (*Step, bool) {
	for i := range s.Steps {
		if s.Steps[i].ID == id {
			return &s.Steps[i], true
		}
	}
	return nil, false
}
